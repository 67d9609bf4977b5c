"""What changed, for whom: the findings, and the claims that they refer to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tasks.publish import wording
from tasks.publish.cells import Cell, cell_of
from tasks.publish.claims import Claim, claims
from tasks.publish.column_words import model, model_number
from tasks.publish.report import Report, Row
from tasks.publish.sections.feedback import contested, contested_by
from tasks.publish.sections.statements import statement
from tasks.tongue import _


@dataclass(frozen=True)
class Finding:
    """One finding with its claim and what the workshops said of it."""

    ident: str
    group: str
    indicator: str
    verdict: Cell
    statement: str
    claim: Claim
    evidence: str
    contested: bool
    feedback: str


@dataclass(frozen=True)
class Findings:
    """The findings under one heading for each direction, and the claims that they refer to."""

    claims: tuple[Claim, ...]
    parts: tuple[tuple[str, tuple[Finding, ...]], ...]


def findings(report: Report) -> Findings:
    """Return the findings in the order of the report, losses first."""
    rows = sorted(report.rows("findings"), key=lambda row: row["position"])
    lettered = claims(report)
    against = contested(report)
    parts: dict[str, list[Finding]] = {}
    for row in rows:
        of_it = report.rows("feedback", {"finding": row["finding"], "of_earlier": False})
        judged = Counter(one["verdict"] for one in of_it)
        finding = Finding(
            ident=row["finding"],
            group=report.label("poverty_group", row["poverty_group"]),
            indicator=report.label("indicator", row["indicator"]),
            verdict=cell_of(report, "findings", row, "direction"),
            statement=statement(report, row),
            claim=lettered[row["claim"], row["limits"]],
            evidence=_model(report, row["evidence"]),
            contested=row["finding"] in against,
            feedback=wording.listing(
                _("contested {by_whom}").format(by_whom=contested_by(report, against[row["finding"]]))
                if verdict == "contested"
                else _("{verdict} in {workshops}").format(
                    verdict=words, workshops=wording.counted(judged[verdict], "workshop", "workshops")
                )
                for verdict, words in wording.FEEDBACK.items()
                if judged[verdict]
            ),
        )
        parts.setdefault(side_of(report, row), []).append(finding)
    return Findings(
        tuple(dict.fromkeys(lettered[row["claim"], row["limits"]] for row in rows)),
        tuple((wording.SIDES[side], tuple(parts[side])) for side in wording.SIDES if side in parts),
    )


def _model(report: Report, evidence: str) -> str:
    """Return the model behind a finding by its name or number: `psia explain` and tables/ tell the rest."""
    facts = evidence.partition(": ")[2].rpartition(", ")[0] or evidence
    specification = facts.partition(", ")[0]
    if number := model_number(report, specification):
        return _("from model {number}").format(number=number)
    return _("from the model “{model}”").format(model=model(report, specification))


def side_of(report: Report, row: Row) -> str:
    """Return the column of the summary in which a finding stands."""
    if report.hidden("findings", row, "direction"):
        return "withheld"
    return "uncertain" if row["direction"] in (None, "silent") else row["direction"]

"""What changed, for whom: the findings, and the claims that they refer to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tasks.publish import wording
from tasks.publish.cells import Cell, cell_of
from tasks.publish.report import Report, Row
from tasks.publish.sections.feedback import contested, contested_by
from tasks.publish.sections.statements import statement
from tasks.tongue import _, told


@dataclass(frozen=True)
class Claim:
    """What a finding may be taken to say, and what limits it; `letter` is how findings refer to it."""

    letter: str
    kind: str
    words: str
    limits: str


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
    claims = {}
    for row in rows:
        key = (row["claim"], row["limits"])
        if key not in claims:
            letter = wording.letter(len(claims))
            words = wording.sentence(wording.CLAIMS[row["claim"]])
            claims[key] = Claim(letter, row["claim"], words, wording.sentence(told(row["limits"])))
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
            claim=claims[row["claim"], row["limits"]],
            evidence=_model(row["evidence"]),
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
        tuple(claims.values()),
        tuple((wording.SIDES[side], tuple(parts[side])) for side in wording.SIDES if side in parts),
    )


def _model(evidence: str) -> str:
    """Return the model behind a finding by its name: `psia explain` and tables/ tell the rest."""
    specification = evidence.partition(": ")[2].rpartition(", ")[0] or evidence
    return _("from the model “{model}”").format(model=wording.named(specification.partition(", ")[0]))


def side_of(report: Report, row: Row) -> str:
    """Return the column of the summary in which a finding stands."""
    if report.hidden("findings", row, "direction"):
        return "withheld"
    return "uncertain" if row["direction"] in (None, "silent") else row["direction"]

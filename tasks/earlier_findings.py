"""Phase seven: what the forms ask otherwise than before, and what became of earlier findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from schemas.analysis import Findings, ImpactEstimates, Indicators
from schemas.assessment import Instruments as InstrumentsPart
from schemas.assessment import PovertyGroup, Specification, Wave
from schemas.base import empty
from schemas.checks import FormQuestions
from schemas.followup import EarlierFindings, FormChanges, StagedEarlierFindings
from schemas.instruments import Instruments
from schemas.plan import Waves
from schemas.vocabulary import ALL
from tasks import catalogue, wording
from tasks.analysis import study_waves
from tasks.impacts import leading_estimates
from tasks.steps import step

_PUT = {
    "worded otherwise": ("wording",),
    "answered otherwise": ("answers", "unit"),
    "asked of others": ("poverty_groups",),
}
"""Change -> the columns of mart.instruments of which one differs."""
_RECEIVED = {"answered otherwise": ("kind", "minimum", "maximum"), "asked of others": ("relevant",)}
"""The same of staged.form_questions, where the forms of both waves are here."""


@step("follow-up", reads=[Instruments, FormQuestions, Waves], writes=[FormChanges])
def change_of_forms(asked: pd.DataFrame, received: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """List what each wave asks otherwise than the one before it, question by question.

    What the plan has psia's forms ask is compared, and the forms that came with the interviews of both
    waves. A question for what was before (recall) is not new where it is asked for the first time.
    """
    order = study_waves(waves)
    asked = asked[asked["recalls"].isna()]
    of_forms = received[received["source"] == "form"]
    used = asked.dropna(subset=["indicators"]).groupby("question")["indicators"].first()
    records: dict[tuple[str, ...], dict[str, Any]] = {}
    for earlier, later in pairwise(order):
        for frame, differ in ((of_forms, _RECEIVED), (asked, _PUT)):
            was, now = (frame[frame["wave"] == wave].set_index("question") for wave in (earlier, later))
            for change in _changes(was, now, differ) if len(was) and len(now) else ():
                row = {"from_wave": earlier, "to_wave": later, **change}
                row["indicators"] = used.get(row["question"])
                records.setdefault((earlier, later, row["question"], row["difference"]), row)
    return pd.DataFrame(list(records.values())) if records else empty(FormChanges)


def _changes(
    was: pd.DataFrame, now: pd.DataFrame, differ: dict[str, tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    for question in [*was.index, *now.index.difference(was.index, sort=False)]:
        if question not in now.index:
            yield {"question": question, "difference": "not asked any more", "was": _asked(was, question)}
        elif question not in was.index:
            yield {"question": question, "difference": "asked anew", "now": _asked(now, question)}
        else:
            for change, columns in differ.items():
                before, after = (_told(frame.loc[question], columns) for frame in (was, now))
                if before != after:
                    yield {"question": question, "difference": change, "was": before, "now": after}


def _asked(frame: pd.DataFrame, question: str) -> str | None:
    return str(frame.loc[question, "wording"]) if "wording" in frame else None


def _told(row: pd.Series, columns: Sequence[str]) -> str | None:
    """Return what some columns of a question hold, in one text; None where they hold nothing."""
    known = [(one, row[one]) for one in columns if pd.notna(row[one])]
    words = [f"{one} {value:g}" if isinstance(value, float) else str(value) for one, value in known]
    return ", ".join(words) or None


@step(
    "follow-up",
    reads=[StagedEarlierFindings, ImpactEstimates, Findings, Indicators, Waves],
    writes=[EarlierFindings],
    plan=["specification", "poverty_group", "wave", "instruments"],
    catalogue=["labels"],
)
def follow_findings(
    reported: pd.DataFrame,
    estimates: pd.DataFrame,
    findings: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    poverty_group: Sequence[PovertyGroup],
    wave: Sequence[Wave],
    instruments: InstrumentsPart,
) -> pd.DataFrame:
    """Say what became of each finding of an earlier report, and of estimates that end with an earlier wave.

    An earlier finding that was uncertain or withheld said nothing that could hold, and is left out.
    """
    told = wording.told_by(poverty_group, wave, instruments.currency)
    of_waves = _of_earlier_waves(estimates, indicators, study_waves(waves), specification, told)
    earlier = [*reported.to_dict("records"), *of_waves]
    newest = findings.set_index("finding")
    names = catalogue.labels()
    names |= dict(zip(indicators["indicator"], indicators["label"], strict=True))
    records = []
    for one in earlier:
        if one["direction"] not in ("better", "worse", "unchanged"):
            continue
        now = newest.loc[one["finding"]] if one["finding"] in newest.index else None
        direction = None if now is None or pd.isna(now["direction"]) else str(now["direction"])
        counts = [one["respondents"], *([] if now is None else [now["respondents"], now["smallest_cell"]])]
        indicator, _, group = str(one["finding"]).partition("/")
        records.append(
            {
                "report": one["report"],
                "reported_on": one.get("reported_on"),
                "finding": one["finding"],
                "indicator": indicator,
                "label": names.get(indicator, indicator),
                "poverty_group": group or ALL,
                "was": one["direction"],
                "claim": one["claim"],
                "statement": one["statement"],
                "now": direction,
                "verdict": what_became(str(one["direction"]), direction),
                "respondents": min((int(count) for count in counts if pd.notna(count)), default=0),
            }
        )
    return pd.DataFrame(records) if records else empty(EarlierFindings)


def what_became(was: str, now: str | None) -> str:
    """Return what became of an earlier finding by what the newest says; None: it says nothing of it.

    A gain or loss that is now small or uncertain is "not seen any more", which does not say that it has gone.
    """
    if now is None:
        return "not asked any more"
    if now == was:
        return "held"
    if was == "unchanged":
        return "appeared since" if now in ("better", "worse") else "not seen any more"
    return "reversed" if now in ("better", "worse") else "not seen any more"


def _of_earlier_waves(
    estimates: pd.DataFrame,
    indicators: pd.DataFrame,
    order: Sequence[str],
    specification: Sequence[Specification],
    told: wording.Told,
) -> Iterator[dict[str, Any]]:
    """Yield the leading estimates that end with a wave before that of the finding.

    Levels of the arms are no change, and are never compared with one.
    """
    leading = leading_estimates(estimates, specification)
    rank = {wave: place for place, wave in enumerate(order)}
    key = ["indicator", "poverty_group"]
    known = indicators.set_index("indicator")
    newest = {
        (row["indicator"], row["poverty_group"]): (row["to_wave"], row["estimator"] == "difference")
        for row in leading.to_dict("records")
    }
    for wave in order:
        then = leading_estimates(estimates[estimates["to_wave"] == wave], specification)
        for row in then.sort_values(key).to_dict("records"):
            last, of_levels = newest[row["indicator"], row["poverty_group"]]
            if rank[wave] >= rank.get(last, 0) or (row["estimator"] == "difference") != of_levels:
                continue
            counts = (row["respondents"], row["smallest_cell"])
            yield {
                "report": wave,
                "finding": f"{row['indicator']}/{row['poverty_group']}",
                "direction": row["direction"],
                "claim": row["claim"],
                "statement": wording.statement(row, known.loc[row["indicator"]], told),
                "respondents": min(count for count in counts if pd.notna(count)),
            }

"""Phase five: which share of the population was drawn, where the plan wants errors to know it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from schemas.assessment import AssessmentPlan, Sampling
from schemas.faults import Fault
from schemas.vocabulary import ALL

SHARE_DRAWN = "share_drawn"
CERTAIN = "drawn with certainty"


def with_share_drawn(
    rows: pd.DataFrame, record: pd.DataFrame, sample: pd.DataFrame, sampling: Sampling
) -> pd.DataFrame:
    """Return the rows of a wave, or of two, with the share of their stratum that was interviewed.

    record: mart.draw_record; sample: mart.sample. The share is that of the first stage: of a two-stage draw
    clusters interviewed over clusters of the frame, else respondents over units of the frame. Who was drawn
    by size has an unlike chance: units drawn with certainty become strata of their own that were taken whole,
    and of the others nothing is corrected. A stratum that the frame does not know is not corrected either.
    Of two waves only who was interviewed in both counts: two samples of other people know no more of the
    change than samples from a population without end.
    """
    two_stage = sampling.by_chance and sampling.method == "two_stage"
    unit, size = ("cluster", "clusters_in_frame") if two_stage else ("respondent", "in_frame")
    waves = rows.groupby(["stratum", unit], dropna=False)["wave"].transform("nunique")
    in_all = waves == rows["wave"].nunique()
    if sampling.method == "pps" and sampling.by_chance:
        certain = sample.loc[sample["inclusion_probability"] == 1, "unit"]
        sure = rows["respondent"].isin(certain) & in_all
        stratum = rows["stratum"].fillna(ALL)
        own = stratum + ", " + CERTAIN
        return rows.assign(stratum=stratum.mask(sure, own), **{SHARE_DRAWN: sure.astype("float64")})
    in_frame = rows["stratum"].map(record.set_index("stratum")[size]).astype("float64")
    interviewed = rows[unit].where(in_all).groupby(rows["stratum"], dropna=False).transform("nunique")
    return rows.assign(
        **{SHARE_DRAWN: (interviewed.astype("float64") / in_frame).clip(upper=1.0).fillna(0.0)}
    )


def faults(plan: AssessmentPlan, has_frame: bool) -> Iterator[Fault]:
    """Yield the fault of a correction that no frame allows: nobody knows how large the strata are."""
    if plan.sampling.finite_population and not has_frame:
        yield Fault(
            "assessment.toml",
            column="sampling.finite_population",
            rule="there is no frame that says how many people there are",
            remedy="Give design/frame, or leave finite_population out",
        )

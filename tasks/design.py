"""Phase three: the draw from the frame and the quotas."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import Sampling, Seeds
from schemas.base import conform, empty
from schemas.design import (
    Frame,
    QuotaGaps,
    Quotas,
    Sample,
    SampleSizes,
)
from tasks.methods import sampling
from tasks.steps import step

CARRIED = ("node", "poverty_group", "arm", "cluster")


def assign_groups(frame: pd.DataFrame, groups: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return the frame with each row's poverty group, and the index of rows that fit two.

    A row that names its group keeps it. Else it belongs to the group whose node is its own and whose gender
    and difference, where the group has one, are its own too; to none where no group fits.
    """
    frame = frame.copy()
    fits = pd.Series(0, index=frame.index)
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    for group in groups.itertuples():
        belongs = (frame["node"] == group.node).fillna(False).astype(bool)
        for column in ("gender", "difference"):
            wanted = getattr(group, column)
            if pd.notna(wanted) and wanted != "mixed":
                belongs &= (frame[column] == wanted).fillna(False).astype(bool)
        fits += belongs
        found = found.where(~belongs, group.poverty_group)
    open_ones = frame["poverty_group"].isna()
    frame["poverty_group"] = frame["poverty_group"].where(~open_ones, found)
    return frame, list(frame.index[open_ones & (fits > 1)])


def draw(frame: pd.DataFrame, quotas: pd.DataFrame, plan: Sampling, seeds: Seeds) -> pd.DataFrame:
    """Return mart.sample: one row a drawn unit of the frame, with its chance and weight.

    representative or randomised: a stratified simple random draw of the sizes in the plan (or of `size`
    spread over the strata in proportion). census or undeclared: every unit of the frame, with weight 1 where
    it is a census. purposive: the quotas filled in the frame's order, without chances or weights.
    Raises ValueError in words where the plan and the frame do not fit.
    """
    if not len(frame):
        return empty(Sample)
    if plan.design == "purposive":
        drawn, _ = _purposive(frame, quotas)
    elif plan.design in ("representative", "randomised"):
        drawn = sampling.draw_stratified(
            frame, _sizes(frame, plan), seeds.sampling, unit="draw_order", stratum="stratum"
        ).rename(columns={"draw_order": "unit"})
    else:
        drawn = _everyone(frame, weighted=plan.design == "census")
    drawn = drawn.rename(columns={"unit": "draw_order"})
    drawn["draw_order"] = drawn["draw_order"].astype("Int64")
    known = frame.set_index("draw_order")[["unit", *CARRIED]]
    sample = drawn.drop(columns=[c for c in known.columns if c in drawn]).merge(
        known, left_on="draw_order", right_index=True, validate="one_to_one"
    )
    sample["design"] = plan.design
    return conform(sample.drop(columns="draw_order").reset_index(drop=True), Sample)


def _sizes(frame: pd.DataFrame, plan: Sampling) -> dict[str, int]:
    if plan.sizes:
        return dict(plan.sizes)
    if plan.size:
        return sampling.proportional_sizes(frame, plan.size, "stratum")
    raise ValueError("The sample has no size: give 'size' or 'sizes' under [sampling]")


def _purposive(frame: pd.DataFrame, quotas: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not len(quotas):
        raise ValueError("A purposive sample needs design/quotas with the units wanted of each stratum")
    ordered = frame.copy()
    ordered["order"] = ordered["order"].fillna(len(frame) + 1)
    ordered = ordered.sort_values(["order", "draw_order"])
    ordered["order"] = range(1, len(ordered) + 1)
    return sampling.fill_quotas(ordered, quotas, unit="draw_order", stratum="stratum", order="order")


def _everyone(frame: pd.DataFrame, *, weighted: bool) -> pd.DataFrame:
    everyone = frame.sort_values(["stratum", "draw_order"])
    return pd.DataFrame(
        {
            "unit": everyone["draw_order"],
            "stratum": everyone["stratum"],
            "drawn_order": everyone.groupby("stratum").cumcount() + 1,
            "inclusion_probability": 1.0 if weighted else float("nan"),
            "weight": 1.0 if weighted else float("nan"),
        }
    )


@step("design", reads=[Frame, Quotas], writes=[Sample], plan=["sampling", "seeds"])
def draw_sample(
    frame: pd.DataFrame, quotas: pd.DataFrame, *, sampling: Sampling, seeds: Seeds
) -> pd.DataFrame:
    """Draw the sample that the plan asks for."""
    return draw(frame, quotas, sampling, seeds)


@step("design", reads=[Frame, Quotas, Sample], writes=[SampleSizes, QuotaGaps])
def count_sample(
    frame: pd.DataFrame, quotas: pd.DataFrame, sample: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count what was wanted and drawn in each stratum, and which quota could not be filled."""
    if not len(frame):
        return empty(SampleSizes), empty(QuotaGaps)
    sizes = frame.groupby("stratum").size().rename("in_frame").to_frame()
    sizes["drawn"] = sample.groupby("stratum").size().reindex(sizes.index, fill_value=0)
    wanted = quotas.set_index("stratum")["wanted"] if len(quotas) else sizes["drawn"]
    sizes["wanted"] = wanted.reindex(sizes.index).fillna(sizes["drawn"]).astype("Int64")
    sizes = sizes.reset_index()
    gaps = sizes[sizes["stratum"].isin(quotas["stratum"])].copy()
    gaps["gap"] = (gaps["wanted"] - gaps["drawn"]).clip(lower=0)
    return sizes, gaps[["stratum", "wanted", "drawn", "gap"]]

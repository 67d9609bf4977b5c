"""Phase three: the draw from the frame, its replacements and record, and quotas of a purposive sample."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pandas as pd

from schemas.assessment import Sampling, Seeds
from schemas.base import conform, empty
from schemas.design import (
    DrawRecord,
    Frame,
    HouseholdSubsample,
    QuotaGaps,
    Quotas,
    Replacements,
    Sample,
    SampleSizes,
)
from schemas.vocabulary import ALL
from tasks import tellable
from tasks.methods import allocation, sampling
from tasks.steps import step

CARRIED = ("node", "poverty_group", "arm", "cluster", "household")
QUOTA_KEYS = ("stratum", "node", "gender", "difference")
RECORDED = ("draw_order", "unit", "stratum", "cluster", "household", "size", "order")
"""The columns of the frame that decide a draw: what the hash of its record is made of."""


def as_drawn(frame: pd.DataFrame, plan: Sampling) -> pd.DataFrame:
    """Return the frame with the strata of the draw: one, `all`, where it knows none or the frame has none."""
    simple = plan.by_chance and plan.method == "simple"
    if len(frame) and (simple or frame["stratum"].isna().all()):
        return frame.assign(stratum=pd.Series(ALL, index=frame.index, dtype="string"))
    return frame


def quota_names(quotas: pd.DataFrame) -> pd.Series:
    """Return what each quota asks for, in words: its stratum, node, gender and difference; else `all`."""
    named = quotas.reindex(columns=list(QUOTA_KEYS)).astype("string")
    words = [", ".join(row.dropna()) or ALL for _, row in named.iterrows()]
    return pd.Series(words, index=quotas.index, dtype="string")


def fits(frame: pd.DataFrame, quota: pd.Series) -> pd.Series:
    """Return which units of the frame a quota asks for."""
    found = pd.Series(True, index=frame.index)
    for column in QUOTA_KEYS:
        if pd.notna(quota[column]):
            found &= (frame[column] == quota[column]).fillna(False).astype(bool)
    return found


def _told(quota: pd.Series) -> str:
    """Return a quota as a fault may quote it: all that it asks for has to be a code."""
    words = [str(word) for word in quota[list(QUOTA_KEYS)].dropna()] or [ALL]
    told = {tellable.value(word) for word in words}
    return tellable.UNTOLD if tellable.UNTOLD in told else f"'{', '.join(words)}'"


def quota_faults(frame: pd.DataFrame, quotas: pd.DataFrame) -> Iterator[tuple[int, str, str]]:
    """Yield the index, rule and remedy of quotas that fit no unit, or a unit that another quota asks for."""
    taken = pd.Series(False, index=frame.index)
    strata = set(frame["stratum"].dropna())
    for index, quota in quotas.iterrows():
        if pd.notna(quota["stratum"]) and quota["stratum"] not in strata:
            continue  # told as a reference to the frame
        beside = [column for column in QUOTA_KEYS[1:] if pd.notna(quota[column])]
        if pd.notna(quota["stratum"]) and beside:
            rule = f"the quota has a stratum and {' and '.join(beside)} as well"
            yield (
                int(str(index)),
                rule,
                "A quota is of a stratum, or of a node, gender or difference: keep one",
            )
            continue
        asked = fits(frame, quota)
        if not asked.any():
            rule = f"no unit of the frame fits the quota {_told(quota)}"
            yield int(str(index)), rule, "Correct the row, or add the units to design/frame"
        elif (asked & taken).any():
            rule = f"units of the frame fit the quota {_told(quota)} and one of a row before"
            yield int(str(index)), rule, "Tell the two apart: each unit can count for one quota only"
        taken |= asked


def design_notes(frame: pd.DataFrame, quotas: pd.DataFrame, plan: Sampling) -> list[str]:
    """Return where the list cannot give what is asked of it, or does not say what the draw goes by."""
    lines = []
    if not len(frame):
        return lines
    for quota in quotas.to_dict("records") if plan.design == "purposive" else ():
        there = int(fits(frame, pd.Series(quota)).sum())
        if there < quota["wanted"]:
            lines.append(
                f"design/quotas, {quota['quota']}: {quota['wanted']} wanted, and design/frame has {there};"
                " the others will be told as missing"
            )
    without = int(frame["order"].isna().sum())
    if plan.by_chance and plan.method == "systematic" and without:
        lines.append(
            f"design/frame: the draw is systematic, and {without} of {len(frame)} rows have no order: they"
            " are walked last, in the order of their ids"
        )
    return lines


def draw(frame: pd.DataFrame, quotas: pd.DataFrame, plan: Sampling, seeds: Seeds) -> pd.DataFrame:
    """Return mart.sample: one row a drawn unit of the frame, with its chance and weight.

    representative or randomised: a draw by the plan's method. census or undeclared: every unit of the frame,
    with weight 1 where it is a census. purposive: the quotas filled in the frame's order, without chances or
    weights. Raises ValueError in words where the plan and the frame do not fit.
    """
    if not len(frame):
        return empty(Sample)
    frame = as_drawn(frame, plan)
    if plan.design == "purposive":
        drawn = _by_quota(frame, quotas, 0)
    elif plan.by_chance:
        drawn = _drawn_by_chance(frame, plan, seeds.sampling)
    else:
        drawn = _everyone(frame, weighted=plan.design == "census")
    sample = _carried(drawn, frame).assign(design=plan.design)
    if plan.weighs_households and sample["household"].isna().any():
        raise ValueError("Households are to be weighted, and a drawn unit has no household in the frame")
    return conform(sample, Sample)


def _carried(drawn: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the drawn places with what the frame knows of their units, in the order of the draw."""
    drawn = drawn.drop(columns=[one for one in (*CARRIED, "cluster_probability") if one in drawn])
    drawn["draw_order"] = drawn["draw_order"].astype("Int64")
    known = frame.set_index("draw_order")[["unit", *CARRIED]]
    sample = drawn.merge(known, left_on="draw_order", right_index=True, validate="one_to_one")
    return sample.drop(columns="draw_order").reset_index(drop=True)


def _drawn_by_chance(frame: pd.DataFrame, plan: Sampling, seed: int) -> pd.DataFrame:
    if frame["stratum"].isna().any():
        raise ValueError("Some units of the frame have no stratum: fill it in for every unit, or for none")
    if plan.method == "two_stage":
        return sampling.draw_two_stage(
            frame,
            _clusters(sorted(frame["stratum"].unique()), plan),
            plan.per_cluster or 0,
            seed,
            unit="draw_order",
            stratum="stratum",
            cluster="cluster",
            by_size=plan.draw_clusters == "by_size",
        )
    sizes = _sizes(frame, plan)
    if plan.method == "systematic":
        return sampling.draw_systematic(
            frame, sizes, seed, unit="draw_order", stratum="stratum", order="order"
        )
    if plan.method == "pps":
        return sampling.draw_pps(frame, sizes, seed, unit="draw_order", stratum="stratum", size="size")
    return sampling.draw_stratified(frame, sizes, seed, unit="draw_order", stratum="stratum")


def _clusters(strata: list[str], plan: Sampling) -> dict[str, int]:
    """Return stratum -> clusters to draw."""
    return plan.clusters_in or dict.fromkeys(strata, plan.clusters or 0)


def _sizes(frame: pd.DataFrame, plan: Sampling) -> dict[str, int]:
    if plan.sizes:
        return dict(plan.sizes)
    if not plan.size:
        raise ValueError("The sample has no size: give 'size' or 'sizes' under [sampling]")
    if plan.allocation == "neyman":
        sizes = allocation.neyman_sizes(frame, plan.size, "stratum", plan.deviations)
    elif plan.allocation == "equal":
        sizes = allocation.equal_sizes(frame, plan.size, "stratum")
    else:
        sizes = allocation.proportional_sizes(frame, plan.size, "stratum")
    for name, size in sizes.items():
        if not size:
            raise ValueError(
                f"The stratum '{name}' would get nobody of the {plan.size}: give a larger 'size', "
                "allocation = 'equal', or 'sizes'"
            )
    return sizes


def _by_quota(frame: pd.DataFrame, quotas: pd.DataFrame, beyond: int) -> pd.DataFrame:
    """Return who fills the quotas, and up to so many beyond, in the frame's order; stratum is the quota."""
    if not len(quotas):
        raise ValueError("A purposive sample needs design/quotas with the units wanted")
    asked = _of_quotas(frame, quotas).dropna(subset=["stratum"])
    asked = asked.sort_values(["order", "draw_order"], na_position="last")
    asked["order"] = range(1, len(asked) + 1)
    wanted = pd.DataFrame({"stratum": quotas["quota"], "wanted": quotas["wanted"] + beyond})
    return sampling.fill_quotas(asked, wanted, unit="draw_order", stratum="stratum", order="order")[0]


def _of_quotas(frame: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the quota that asks for each unit in place of its stratum."""
    of = pd.Series(pd.NA, index=frame.index, dtype="string")
    for _, quota in quotas.iterrows():
        of = of.mask(fits(frame, quota), quota["quota"])
    return frame.assign(stratum=of)


def _everyone(frame: pd.DataFrame, *, weighted: bool) -> pd.DataFrame:
    everyone = frame.sort_values(["stratum", "draw_order"])
    if everyone["stratum"].isna().any():
        raise ValueError("Some units of the frame have no stratum: fill it in for every unit, or for none")
    return pd.DataFrame(
        {
            "draw_order": everyone["draw_order"],
            "stratum": everyone["stratum"],
            "drawn_order": everyone.groupby("stratum").cumcount() + 1,
            "inclusion_probability": 1.0 if weighted else float("nan"),
            "weight": 1.0 if weighted else float("nan"),
        }
    )


def replacements(
    frame: pd.DataFrame, quotas: pd.DataFrame, sample: pd.DataFrame, plan: Sampling, seeds: Seeds
) -> pd.DataFrame:
    """Return mart.replacements: who is asked where a drawn unit cannot be, in the order of the draw.

    A replacement stands in for a unit of its own stratum; of a two-stage draw, of its own stratum and
    cluster; of a purposive sample, of its own quota. Once interviewed it has the weight that a unit drawn
    in that place has; of a draw by size, that of its own chance.
    """
    if not plan.replacements or not len(sample):
        return empty(Replacements)
    frame = as_drawn(frame, plan)
    if plan.design == "purposive":
        listed = _by_quota(frame, quotas, plan.replacements)
        wanted = quotas.set_index("quota")["wanted"]
        listed["drawn_order"] -= listed["stratum"].map(wanted).to_numpy()
        return conform(_carried(listed[listed["drawn_order"] > 0], frame), Replacements)
    cells = _cells(frame, sample, plan)
    listed = sampling.list_replacements(
        cells,
        cells.loc[cells["unit"].isin(sample["unit"]), "draw_order"].tolist(),
        plan.replacements,
        seeds.sampling,
        unit="draw_order",
        cell="cell",
        size="size" if plan.method == "pps" else None,
    )
    chances = cells.set_index("draw_order")[["stratum", "inclusion_probability"]]
    listed = listed.merge(chances, left_on="draw_order", right_index=True, validate="one_to_one")
    listed["weight"] = 1 / listed["inclusion_probability"]
    return conform(_carried(listed.drop(columns="cell"), frame), Replacements)


def _cells(frame: pd.DataFrame, sample: pd.DataFrame, plan: Sampling) -> pd.DataFrame:
    """Return the frame with the cell in which each unit may replace another, and its chance there."""
    keys = ["stratum", "cluster"] if plan.method == "two_stage" else ["stratum"]
    drawn = sample.groupby(keys, as_index=False).agg(
        inclusion_probability=("inclusion_probability", "first"), drawn=("unit", "size")
    )
    drawn["cell"] = range(len(drawn))
    cells = frame.merge(drawn, on=keys, how="left", validate="many_to_one")
    if plan.method == "pps":
        for _, part in cells.groupby("stratum"):
            chances = sampling.pps_probabilities(part["size"].tolist(), int(part["drawn"].iloc[0]))
            cells.loc[part.index, "inclusion_probability"] = chances
    return cells


def household_subsample(
    frame: pd.DataFrame, sample: pd.DataFrame, plan: Sampling, seeds: Seeds
) -> pd.DataFrame:
    """Return mart.household_subsample: the drawn people's households that are visited as well.

    Raises ValueError where more are wanted than there are.
    """
    if not plan.households or not len(sample):
        return empty(HouseholdSubsample)
    people = frame[frame["unit"].isin(sample["unit"])].sort_values("draw_order")
    drawn, chance = sampling.draw_households(people["household"].tolist(), plan.households, seeds.sampling)
    through = people.drop_duplicates("household").set_index("household")["unit"]
    table = pd.DataFrame({"household": drawn, "drawn_order": range(1, len(drawn) + 1)})
    table["unit"] = table["household"].map(through)
    return conform(table.assign(subsample_probability=chance), HouseholdSubsample)


@step(
    "design",
    reads=[Frame, Quotas],
    writes=[Sample, Replacements, HouseholdSubsample],
    plan=["sampling", "seeds"],
)
def draw_sample(
    frame: pd.DataFrame, quotas: pd.DataFrame, *, sampling: Sampling, seeds: Seeds
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw the sample that the plan asks for, list its replacements, and draw the households."""
    sample = draw(frame, quotas, sampling, seeds)
    return (
        sample,
        replacements(frame, quotas, sample, sampling, seeds),
        household_subsample(frame, sample, sampling, seeds),
    )


@step("design", reads=[Frame, Quotas, Sample], writes=[SampleSizes, QuotaGaps], plan=["sampling"])
def count_sample(
    frame: pd.DataFrame, quotas: pd.DataFrame, sample: pd.DataFrame, *, sampling: Sampling
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count what was wanted and drawn in each stratum or quota, and which quota could not be filled."""
    if not len(frame):
        return empty(SampleSizes), empty(QuotaGaps)
    sizes = _strata(frame, quotas, sampling).groupby("stratum").size().rename("in_frame").to_frame()
    sizes["drawn"] = sample.groupby("stratum").size().reindex(sizes.index, fill_value=0)
    sizes["wanted"] = sizes["drawn"]
    if sampling.design == "purposive":
        wanted = quotas.set_index("quota")["wanted"].reindex(sizes.index)
        sizes["wanted"] = wanted.fillna(sizes["drawn"]).astype("Int64")
    elif sampling.by_chance and sampling.method == "two_stage":
        clusters = pd.Series(_clusters(list(sizes.index), sampling))
        sizes["wanted"] = clusters * (sampling.per_cluster or 0)
    if not len(quotas):
        return sizes.reset_index(), empty(QuotaGaps)
    gaps = quotas.drop(columns="stratum").rename(columns={"quota": "stratum"})
    gaps["in_frame"] = [int(fits(frame, quota).sum()) for _, quota in quotas.iterrows()]
    reached = frame[frame["unit"].isin(sample["unit"])]
    gaps["drawn"] = [int(fits(reached, quota).sum()) for _, quota in quotas.iterrows()]
    gaps["gap"] = (gaps["wanted"] - gaps["drawn"]).clip(lower=0)
    return sizes.reset_index(), gaps


NO_QUOTA = "no quota"
"""Where a unit of the frame is counted that no quota of a purposive sample asks for."""


def _strata(frame: pd.DataFrame, quotas: pd.DataFrame, plan: Sampling) -> pd.DataFrame:
    """Return the frame with the stratum or quota in which each unit is counted."""
    frame = as_drawn(frame, plan)
    if plan.design != "purposive":
        return frame
    of_quotas = _of_quotas(frame, quotas)
    return of_quotas.assign(stratum=of_quotas["stratum"].fillna(NO_QUOTA))


@step(
    "design",
    reads=[Frame, Quotas, Sample, Replacements],
    writes=[DrawRecord],
    plan=["sampling", "seeds"],
)
def record_draw(
    frame: pd.DataFrame,
    quotas: pd.DataFrame,
    sample: pd.DataFrame,
    listed: pd.DataFrame,
    *,
    sampling: Sampling,
    seeds: Seeds,
) -> pd.DataFrame:
    """Write down how the sample was drawn, so that anybody with the frame can draw it again."""
    if not len(frame):
        return empty(DrawRecord)
    counted = _strata(frame, quotas, sampling)
    two_stage = sampling.by_chance and sampling.method == "two_stage"
    spread = sampling.by_chance and sampling.size is not None and sampling.method != "simple"
    shared = {
        "design": sampling.design,
        "method": _method(sampling),
        "allocation": sampling.allocation if spread else None,
        "unit_of_assessment": sampling.unit,
        "seed": seeds.sampling if sampling.by_chance else None,
        "frame_sha256": frame_digest(frame),
    }
    records = []
    for stratum, part in counted.groupby("stratum", sort=True):
        drawn = sample[sample["stratum"] == stratum]
        chances = drawn["inclusion_probability"]
        known = bool(chances.notna().any())
        records.append(
            {
                "stratum": stratum,
                **shared,
                "in_frame": len(part),
                "drawn": len(drawn),
                "replacements": int((listed["stratum"] == stratum).sum()),
                "clusters_in_frame": part["cluster"].nunique() if two_stage else None,
                "clusters_drawn": drawn["cluster"].nunique() if two_stage else None,
                "certainty_units": int((chances >= 1).sum()) if known else None,
                "sum_of_weights": drawn["weight"].sum() if known else None,
                "inclusion_probability": chances.iloc[0] if known and _alike(chances) else None,
            }
        )
    return conform(pd.DataFrame(records), DrawRecord)


def _alike(chances: pd.Series) -> bool:
    return bool(chances.max() - chances.min() <= 1e-12)


def _method(plan: Sampling) -> str:
    if plan.by_chance:
        return plan.method
    return "quotas" if plan.design == "purposive" else "everyone"


def frame_digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of what of the frame decides a draw, in the order of ids, under pseudonyms."""
    text = frame.sort_values("draw_order")[list(RECORDED)].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()

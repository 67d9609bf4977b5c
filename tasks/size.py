"""Phase three: which change the sample can show, and what another size or the budget would show."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Resources, SampleSize, SizedIndicator
from schemas.base import empty
from schemas.design import Sample
from schemas.fieldwork import Responses
from schemas.plan import Waves
from schemas.size import MeasuredAssumptions, Power, PowerCurve
from schemas.vocabulary import ALL
from tasks import expressions
from tasks.methods import power
from tasks.steps import step

FEWEST_CLUSTERS = 6
"""With fewer clusters of the programme no p-value is given, so that no size is enough."""
STEPS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""The sizes of the curve, as multiples of the plan's."""


@dataclass(frozen=True)
class People:
    """Who is drawn: people in each arm, clusters in both and of the programme, how uneven they are."""

    programme: int
    comparison: int
    clusters: float | None = None
    programme_clusters: float | None = None
    variation: float = 0.0

    def times(self, factor: float) -> People:
        """Return so many times the people, in clusters of the same size."""
        return replace(
            self,
            programme=max(round(self.programme * factor), 2),
            comparison=max(round(self.comparison * factor), 2),
            clusters=None if self.clusters is None else self.clusters * factor,
            programme_clusters=None if self.programme_clusters is None else self.programme_clusters * factor,
        )


@step(
    "design",
    reads=[Sample, Indicators, Waves],
    writes=[Power, PowerCurve],
    plan=["sample_size", "resources"],
)
def size_the_sample(
    sample: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    sample_size: SampleSize,
    resources: Resources,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say for each indicator and poverty group which change the sample can show."""
    groups = _groups(sample, sample_size)
    if not sample_size.indicator or not groups:
        return empty(Power), empty(PowerCurve)
    known = {row["indicator"]: row for row in indicators.to_dict("records")}
    affordable = _affordable(resources, sample_size, waves)
    rows, points = [], []
    for one in sample_size.indicator:
        smallest = _smallest_change(known[one.indicator], one)
        rows += [_row(one, group, people, smallest, sample_size) for group, people in groups.items()]
        points += _curve(one, groups[ALL], sample_size, affordable)
    return pd.DataFrame(rows), pd.DataFrame(points) if points else empty(PowerCurve)


def _groups(sample: pd.DataFrame, plan: SampleSize) -> dict[str, People]:
    """Return the people of the whole and of each poverty group: as drawn, else as the plan says."""
    drawn = sample.dropna(subset=["arm"])
    if plan.programme is not None and plan.comparison is not None:
        half = None if plan.clusters is None else plan.clusters / 2
        return {ALL: People(plan.programme, plan.comparison, plan.clusters, half)}
    parts = [(ALL, drawn), *drawn.dropna(subset=["poverty_group"]).groupby("poverty_group", sort=True)]
    return {str(name): _people(part) for name, part in parts if part["arm"].nunique() == 2}


def _people(part: pd.DataFrame) -> People:
    arms = part["arm"].value_counts()
    programme, comparison = int(arms["programme"]), int(arms["comparison"])
    if part["cluster"].isna().any():
        return People(programme, comparison)
    sizes = part.groupby(["arm", "cluster"]).size()
    variation = float(sizes.std(ddof=0) / sizes.mean())
    return People(
        programme,
        comparison,
        len(sizes),
        int((sizes.index.get_level_values("arm") == "programme").sum()),
        variation,
    )


def _smallest_change(indicator: dict[Any, Any], assumed: SizedIndicator) -> float | None:
    """Return what counts as a change at all, in the indicator's unit; None where the mean is not known."""
    if pd.notna(indicator["smallest_change"]):
        return float(indicator["smallest_change"])
    mean = assumed.share if assumed.share is not None else assumed.mean
    return None if mean is None else abs(mean) * float(indicator["smallest_change_pct"]) / 100


def _icc(one: SizedIndicator, people: People, plan: SampleSize) -> float:
    if people.clusters is None:
        return 0.0
    return plan.icc if one.icc is None else one.icc


def _correlation(one: SizedIndicator, plan: SampleSize) -> float:
    return plan.baseline_correlation if one.baseline_correlation is None else one.baseline_correlation


def _reached(people: People, plan: SampleSize) -> tuple[float, float]:
    return (
        power.reached(people.programme, refusal=plan.refusal.programme, attrition=plan.attrition.programme),
        power.reached(
            people.comparison, refusal=plan.refusal.comparison, attrition=plan.attrition.comparison
        ),
    )


def _design_effect(one: SizedIndicator, people: People, plan: SampleSize) -> float:
    if people.clusters is None:
        return 1.0
    size = max(sum(_reached(people, plan)) / people.clusters, 1.0)
    return power.design_effect(size, _icc(one, people, plan), variation=people.variation)


def detectable(one: SizedIndicator, people: People, plan: SampleSize) -> float:
    """Return the minimum detectable effect in the indicator's unit; NaN where there is none."""
    factor = power.variance_factor(plan.estimator, _correlation(one, plan))
    shrunk = [number / (_design_effect(one, people, plan) * factor) for number in _reached(people, plan)]
    freedom = None if people.clusters is None else people.clusters - 2
    if min(shrunk) <= 1 or (freedom is not None and freedom <= 0):
        return math.nan
    asked = {"power": plan.power, "level": plan.level, "degrees_of_freedom": freedom}
    if one.share is not None:
        return power.detectable_share(one.share, *shrunk, **asked)
    return (one.standard_deviation or math.nan) * power.detectable_mean(*shrunk, **asked)


def _row(
    one: SizedIndicator, group: str, people: People, smallest: float | None, plan: SampleSize
) -> dict[str, object]:
    effect = detectable(one, people, plan)
    programme, comparison = _reached(people, plan)
    return {
        "indicator": one.indicator,
        "poverty_group": group,
        "programme_drawn": people.programme,
        "comparison_drawn": people.comparison,
        "clusters": None if people.clusters is None else round(people.clusters),
        "programme_reached": programme,
        "comparison_reached": comparison,
        "icc": _icc(one, people, plan),
        "baseline_correlation": _correlation(one, plan),
        "design_effect": _design_effect(one, people, plan),
        "power": plan.power,
        "mde": effect,
        "smallest_change": math.nan if smallest is None else smallest,
        "verdict": _verdict(effect, people, smallest),
    }


def _verdict(effect: float, people: People, smallest: float | None) -> str:
    if people.programme_clusters is not None and people.programme_clusters < FEWEST_CLUSTERS:
        return "too few clusters"
    if smallest is None or math.isnan(effect):
        return "cannot be said"
    return "can be seen" if effect <= smallest else "too small to be seen"


def _affordable(resources: Resources, plan: SampleSize, waves: pd.DataFrame) -> int | None:
    """Return how many people the budget allows to draw, each asked once a wave, the pilot aside."""
    if resources.budget is None or plan.cost_per_interview is None:
        return None
    times = max(int((waves["role"] != "pilot").sum()), 1)
    return int(resources.budget / (plan.cost_per_interview * times))


def _curve(
    one: SizedIndicator, people: People, plan: SampleSize, affordable: int | None
) -> list[dict[str, object]]:
    planned = people.programme + people.comparison
    sizes = {round(planned * factor) for factor in STEPS} | ({affordable} if affordable else set())
    effects = {size: detectable(one, people.times(size / planned), plan) for size in sorted(sizes)}
    return [
        {
            "indicator": one.indicator,
            "people": size,
            "mde": effect,
            "planned": size == planned,
            "affordable": size == affordable,
        }
        for size, effect in effects.items()
        if not math.isnan(effect)
    ]


@step(
    "analysis",
    reads=[Responses, Indicators, Waves],
    writes=[MeasuredAssumptions],
    plan=["sample_size"],
    named=True,
)
def measure_assumptions(
    responses: pd.DataFrame, indicators: pd.DataFrame, waves: pd.DataFrame, *, sample_size: SampleSize
) -> pd.DataFrame:
    """Say of each indicator of the sample size what the waves measured of what was assumed.

    The first wave that has answers gives mean, deviation and intra-cluster correlation, it and the last one
    the correlation of two waves; all but the mean are taken within the arms, whose difference is no chance.
    """
    order = waves[waves["role"] != "pilot"].sort_values("position")["wave"]
    present = [wave for wave in order if (responses["wave"] == wave).any()]
    if not present:
        return empty(MeasuredAssumptions)
    known = indicators.set_index("indicator")["value"]
    rows = [
        _measured(one, str(known[one.indicator]), responses, present, sample_size)
        for one in sample_size.indicator
    ]
    return pd.DataFrame(rows) if rows else empty(MeasuredAssumptions)


def _measured(
    one: SizedIndicator, value: str, responses: pd.DataFrame, present: list[str], plan: SampleSize
) -> dict[str, object]:
    first = _within_arms(responses[responses["wave"] == present[0]], value)
    last = _within_arms(responses[responses["wave"] == present[-1]], value)
    both = first.index.intersection(last.index) if len(present) > 1 else first.index[:0]
    clustered = first["cluster"].notna().all() and len(first)
    assumed = one.standard_deviation or math.sqrt((one.share or 0) * (1 - (one.share or 0)))
    return {
        "indicator": one.indicator,
        "respondents": len(first),
        "mean_assumed": one.mean if one.share is None else one.share,
        "mean": first["value"].mean() if len(first) else math.nan,
        "standard_deviation_assumed": assumed,
        "standard_deviation": _deviation(first),
        "icc_assumed": plan.icc if one.icc is None else one.icc,
        "icc": power.intracluster_correlation(first["within"].to_numpy(float), first["cluster"].to_numpy(str))
        if clustered
        else math.nan,
        "followed": len(both) if len(present) > 1 else None,
        "baseline_correlation_assumed": _correlation(one, plan),
        "baseline_correlation": _correlated(first.loc[both, "within"], last.loc[both, "within"]),
    }


def _within_arms(wave: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return by respondent the value, what is left of it beside the mean of the arm, arm and cluster."""
    table = pd.DataFrame(
        {
            "value": expressions.compute_number(value, wave).to_numpy(float),
            "arm": wave["arm"].fillna("none").to_numpy(str),
            "cluster": wave["cluster"].to_numpy(object),
        },
        index=wave["respondent"],
    ).dropna(subset=["value"])
    table = table[~table.index.duplicated()].sort_index()
    return table.assign(within=table["value"] - table.groupby("arm")["value"].transform("mean"))


def _deviation(table: pd.DataFrame) -> float:
    freedom = len(table) - table["arm"].nunique()
    return math.sqrt(float((table["within"] ** 2).sum()) / freedom) if freedom > 0 else math.nan


def _correlated(first: pd.Series, last: pd.Series) -> float:
    if len(first) < 3 or not first.std() or not last.std():
        return math.nan
    return float(np.corrcoef(first, last)[0, 1])

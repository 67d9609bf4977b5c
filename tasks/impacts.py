"""Phase five: the impact, as each specification of the plan asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from schemas.analysis import ImpactEstimates, Indicators
from schemas.assessment import Comparison, MultipleTesting, Poverty, Sampling, Specification, Thresholds
from schemas.base import empty
from schemas.comparison import ComparisonBalance, ComparisonMatching, ComparisonWeights, SpillOver
from schemas.fieldwork import Responses
from schemas.impact import PreTrends
from schemas.plan import Plan, Waves
from schemas.poverty import PovertyLines
from schemas.vocabulary import ALL, ARMS, AT_PRICES_OF_NOW, OF_THE_DAY
from tasks import expressions
from tasks.analysis import NOT_MEASURED, design_columns, smallest_change
from tasks.as_before import told_changes
from tasks.comparison import WEIGHT, first_wave, usable, with_rare_pooled, with_weights
from tasks.disclosure import are_enough, enough, fits_too_closely
from tasks.families import after_adjustment, with_adjusted
from tasks.impact_models import (
    AFTER,
    PROGRAMME,
    Study,
    compares_changes,
    default_term,
    figures,
    study_of,
    unused,
)
from tasks.methods import claims, impact, staggered
from tasks.methods.balance import adjusted_differences, standardized_differences
from tasks.methods.claims import LARGEST_STANDARDIZED_DIFFERENCE
from tasks.pre_trends import LEVEL
from tasks.prices import price_ratios, prices_of
from tasks.steps import step

SHARED = {"locality": "a locality", "buyer": "a buyer"}
"""What people of both arms may share -> how it is told."""
PART = "in this part"
"""The column of the domain of which an estimate is."""


@step(
    "analysis",
    reads=[
        Responses,
        Indicators,
        Waves,
        Plan,
        ComparisonBalance,
        ComparisonWeights,
        ComparisonMatching,
        SpillOver,
        PreTrends,
        PovertyLines,
    ],
    writes=[ImpactEstimates],
    plan=["specification", "comparison", "thresholds", "multiple_testing", "sampling", "poverty"],
    named=True,
)
def estimate_impact(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    balance: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    spill_over: pd.DataFrame,
    trends: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    comparison: Comparison,
    thresholds: Thresholds,
    multiple_testing: MultipleTesting,
    sampling: Sampling,
    poverty: Sequence[Poverty],
) -> pd.DataFrame:
    """Estimate what each specification of the plan asks for, and say what its design allows to claim."""
    prices = prices_of(poverty, lines, responses)
    study = study_of(responses, indicators, waves, plan, weights, matching, prices)
    study = replace(study, sampling=sampling)
    tables = {ALL: balance}
    if any(one.by_poverty_group for one in specification):
        tables |= balance_within_groups(responses, waves, weights, comparison)
    design = _Design(
        study,
        plan.iloc[0],
        comparison,
        tables,
        tuple(SHARED[channel] for channel in spill_over.loc[spill_over["exposed"] > 0, "channel"]),
        min(thresholds.largest_standardized_difference, LARGEST_STANDARDIZED_DIFFERENCE),
        told_trends(trends),
    )
    records = []
    for one in specification if study.order else ():
        pair = study.pair(one)
        if not study.is_here(pair):
            continue
        about = {
            "specification": one.name,
            "from_wave": pair[0] or "none",
            "to_wave": pair[1],
            "estimator": one.estimator,
            "fixed_effects": ", ".join(one.fixed_effects) or None,
            "covariates": ", ".join(one.covariates) or None,
            "filter": one.filter or None,
            "weight": WEIGHT if one.comparison == "matched" else one.weight or None,
            "comparison": one.comparison,
            "error_type": None if one.estimator == "recall" else one.error_type,
        }
        for indicator in one.indicators:
            for group, rows in study.parts(one, pair):
                money = study.money(one, indicator)
                here = {**about, "indicator": indicator, "poverty_group": group, "money": money}
                estimates = [
                    {**row, "programme_term": study.is_programme_term(one, str(row["term"]))}
                    for row in estimate_one(study, one, indicator, rows, pair)
                ]
                design.trends.update(trends_before_the_start(one, estimates, indicator, group))
                limits = study.prices.limits(one, rows, over_time=bool(pair[0])) if money else []
                limits += told_changes(rows)
                for estimate in estimates:
                    row = {**here, **design.claim(one, estimate, indicator, group, pair), **estimate}
                    row["claim_reason"] = _with_limits(str(row["claim_reason"]), limits)
                    records.append(row)
    if not records:
        return empty(ImpactEstimates)
    table = with_adjusted(pd.DataFrame(records), specification, multiple_testing)
    return table.assign(after_adjustment=after_adjustment(table["p_adjusted"]))


def _with_limits(reason: str, limits: Sequence[str]) -> str:
    """Return a reason and the limits as sentences: that a model gave no figure is told without full stop."""
    end = "." if limits and reason and not reason.endswith(".") else ""
    return " ".join([reason + end, *limits]).strip()


@dataclass(frozen=True)
class _Design:
    """What decides how strongly an estimate may be worded."""

    study: Study
    plan: pd.Series
    comparison: Comparison
    balance: dict[str, pd.DataFrame]
    shared: tuple[str, ...]
    limit: float
    trends: dict[tuple[str, ...], str]

    def claim(
        self,
        one: Specification,
        estimate: dict[str, object],
        indicator: str,
        group: str,
        pair: tuple[str, str],
    ) -> dict[str, str]:
        """Return the claim of an estimate, and the sentences behind it."""
        term = str(estimate["term"])
        prefix = "adjusted_" if one.comparison == "matched" else ""
        if one.estimator == "staggered":  # the arms' balance says nothing of that of the starts
            table = balance_of_starts(self.study, one, group, self.comparison)
        else:
            table = self.balance.get(group, pd.DataFrame())
        claim, reasons = claims.decide_claim(
            study_design=self.plan["study_design"],
            sample_design=self.plan["sample_design"],
            assignment=self.comparison.assignment,
            waves=len(self.study.order),
            largest_standardized_difference=largest_difference(table, prefix),
            spill_over=bool(self.comparison.spill_over),
            estimator=one.estimator,
            limit=self.limit,
            programme_term=self.study.is_programme_term(one, term),
            before_programme=pair[1] in self.study.before,
            before_start=is_before_its_start(one, term),
            compares_changes=compares_changes(one, term, *pair),
            matched=one.comparison == "matched",
            shared=self.shared,
            unmeasured=not_measurable(table, prefix),
            earlier_trends=self.trends.get((one.name, term, indicator, group), "not tested"),
            limited=self.study.has_limited(one, pair),
        )
        return {"claim": claim, "claim_reason": " ".join(reasons)}


def told_trends(trends: pd.DataFrame) -> dict[tuple[str, ...], str]:
    """Return (specification, term, indicator, group) -> what its earlier waves say of the trends.

    One earlier wave from which the arms changed differently is enough. What fewer people tell than may be
    published decides nothing.
    """
    key = ["specification", "term", "indicator", "poverty_group"]
    told = trends[
        enough(trends[["respondents", "smallest_cell"]])
        & ~fits_too_closely(trends)
        & trends["verdict"].isin(["differed", "not told apart"])
    ]
    # in the order of the alphabet "differed" stands first
    first = told.sort_values([*key, "verdict"]).drop_duplicates(key)
    return dict(zip(first[key].itertuples(index=False, name=None), first["verdict"].astype(str), strict=True))


def is_before_its_start(one: Specification, term: str) -> bool:
    """Return whether a term of staggered starts is of the time before the start, and so no effect."""
    return one.estimator == "staggered" and term.endswith(staggered.BEFORE)


def trends_before_the_start(
    one: Specification, estimates: Sequence[Mapping[str, object]], indicator: str, group: str
) -> dict[tuple[str, ...], str]:
    """Return what the waves before the starts say of the trends, for each term of staggered starts.

    One number of waves before the start at which the changes differed is enough; as in `told_trends`, what
    fewer people tell than may be published decides nothing.
    """
    before = [row for row in estimates if is_before_its_start(one, str(row["term"]))]
    tested = [
        p_value
        for row in before
        if not math.isnan(p_value := cast("float", row["p_value"]))
        and are_enough(cast("int", row["respondents"]), cast("int", row["smallest_cell"]))
    ]
    if not tested:
        return {}
    told = "differed" if min(tested) < LEVEL else "not told apart"
    return {(one.name, str(row["term"]), indicator, group): told for row in estimates}


def balance_within_groups(
    responses: pd.DataFrame, waves: pd.DataFrame, weights: pd.DataFrame, comparison: Comparison
) -> dict[str, pd.DataFrame]:
    """Return poverty group -> balance of its arms in the first wave, as `comparison_balance` has that of all.

    A group with an arm of fewer people than may be published has none: its balance is not measured.
    """
    covariates = comparison.balanced_on
    frame = first_wave(responses, waves, covariates)
    found = {}
    for group, part in frame.groupby("poverty_group", sort=True):
        if not usable(part, covariates) or not are_enough(*part["arm"].value_counts().tolist()):
            continue
        table = standardized_differences(part, covariates, weight="weight")
        if len(weights):
            part = with_weights(part, weights)
            adjusted = adjusted_differences(part, covariates, WEIGHT, weight="weight")
            table = table.merge(adjusted, on="covariate", validate="one_to_one")
        found[str(group)] = table
    return found


def balance_of_starts(study: Study, one: Specification, group: str, comparison: Comparison) -> pd.DataFrame:
    """Return the balance in the first wave of those of each start and those with whom they are compared.

    Like `comparison_balance`, a row a start and covariate. Empty, and so not measured, where a start, or
    those compared with it, are fewer than may be published.
    """
    rows = study.responses[study.responses["wave"] == study.order[0]]
    if group != ALL:
        rows = rows[rows["poverty_group"] == group]
    place = {wave: number for number, wave in enumerate(study.planned, 1)}
    starts = rows[one.start].astype("string").str.strip().map(place).fillna(len(place) + 1)
    tables = []
    for start in sorted(set(starts) - {1, len(place) + 1}):
        others = starts > (len(place) if one.compared_with == "never" else start)
        if not others.any():
            continue  # the last start, with nobody left to compare with
        part = rows.assign(arm=np.where(starts == start, *ARMS))[(starts == start) | others]
        part = with_rare_pooled(part, comparison.balanced_on)
        if not usable(part, comparison.balanced_on) or not are_enough(*part["arm"].value_counts().tolist()):
            return pd.DataFrame()
        tables.append(standardized_differences(part, comparison.balanced_on, weight="weight"))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def largest_difference(balance: pd.DataFrame, prefix: str = "") -> float | None:
    """Return the arms' largest standardized difference; infinite where neither arm varies and they differ.

    prefix: "adjusted_" for the one after matching. None where nothing was measured. Covariates that could
    not be measured do not count: `not_measurable` names them.
    """
    if f"{prefix}verdict" not in balance:
        return None
    verdicts = balance[f"{prefix}verdict"]
    if not len(balance) or verdicts.isna().any():
        return None
    sizes = balance[f"{prefix}standardized_difference"].abs()
    if (sizes.isna() & (verdicts == "unbalanced")).any():
        return float("inf")
    return None if sizes.isna().all() else float(sizes.max())


def not_measurable(balance: pd.DataFrame, prefix: str = "") -> list[str]:
    """Return the covariates in which the arms' difference could not be measured, by name."""
    if f"{prefix}verdict" not in balance:
        return []
    return sorted(set(balance.loc[balance[f"{prefix}verdict"] == "not measurable", "covariate"]))


def estimate_one(
    study: Study, one: Specification, indicator: str, rows: pd.DataFrame, pair: tuple[str, str]
) -> list[dict[str, object]]:
    """Return the estimates of one specification for one indicator and group: a record a term.

    For a purposive sample the errors are taken away before anything is said of the direction.

    Where the model cannot be estimated the record has no figure and says why.
    """
    about = cast("pd.Series", study.known.loc[indicator])
    frame = study.frame(one, indicator, rows)
    earlier = frame[frame["wave"] == (pair[0] or pair[1])]
    mean_before = _mean(earlier[study.outcome], earlier["weight"])
    try:
        frame = study.compared(one, frame)
        if one.estimator == "recall":
            whole = study.frame(one, indicator, study.responses)
            fitted, mean_before = _recall(study, one, about, whole, frame, pair[1])
        else:
            fitted = study.fitted(one, frame, pair)
    except ValueError as error:
        why = {"claim": "descriptive", "claim_reason": str(error)}
        no_figure = {"estimate": float("nan"), "p_value": float("nan")}
        return [{"term": default_term(one), **no_figure, "respondents": 0, "smallest_cell": 0, **why}]
    smallest = smallest_change(about, mean_before)
    told = study.told(fitted, frame)
    blind = "no_interval" in told and told["no_interval"].isin(NOT_MEASURED).any()
    records = figures(told)
    for row in records:
        early = pair[1] in study.before and one.estimator != "recall"
        gap_before = row["term"] == PROGRAMME and AFTER in one.terms
        if early or gap_before or is_before_its_start(one, str(row["term"])):
            continue  # nobody gains or loses by a programme that has not begun
        estimate, low, high = (cast("float", row[name]) for name in ("estimate", "ci_low", "ci_high"))
        row["direction"] = (
            "uncertain" if blind else claims.direction(estimate, low, high, smallest, about["better"])
        )
        if one.estimator == "recall" and study.money(one, indicator) == OF_THE_DAY:
            since = price_ratios(study.prices.lines, "", pair[1])
            row["direction"] = claims.direction_of_money(row["direction"], estimate, since)
    return records


def _recall(
    study: Study,
    one: Specification,
    indicator: pd.Series,
    sample: pd.DataFrame,
    part: pd.DataFrame,
    to_wave: str,
) -> tuple[pd.DataFrame, float]:
    """Return now minus recalled before, and the mean of before: the indicator over the columns that tell it.

    They are those that `before` names, else those that the forms of psia give them. The part is a domain of
    the whole sample: its errors know all units that were drawn.
    """
    rows = sample[sample["wave"] == to_wave]
    before = one.recalled(expressions.columns(indicator["value"]))
    earlier = rows.drop(columns=[c for c in before if c in rows]).rename(
        columns={recalled: now for now, recalled in before.items()}
    )
    then, value = unused("before", rows), expressions.compute_number(indicator["value"], earlier)
    if study.money(one, str(indicator.name)) == AT_PRICES_OF_NOW:
        value = value / (cast("float", one.prices_before) / 100)
    rows = rows.assign(**{then: value})
    rows = rows.assign(**{PART: rows.index.isin(part.index)})
    changed = impact.recall_change(
        rows,
        study.outcome,
        then,
        **design_columns(rows),
        domains=(PART,),
        lonely_psu=study.sampling.lonely_psu,
        degrees_of_freedom=study.sampling.degrees_of_freedom,
    )
    changed = changed[changed[PART].astype(bool)].drop(columns=PART).reset_index(drop=True)
    if not len(changed):
        raise ValueError("Nobody here has told both what is and what was")
    table = changed.rename(columns={"change": "estimate"}).assign(
        term="now minus recalled", p_value=float("nan")
    )
    table["clusters"] = pd.NA
    inside = rows[rows[PART].astype(bool)]
    return table, _mean(inside[then], inside["weight"])


def _mean(values: pd.Series, weights: pd.Series) -> float:
    """Return the weighted mean of the values, 0 where there is none."""
    known = values.notna()
    if weights[known].sum() <= 0:
        return 0.0
    return float((values * weights)[known].sum() / weights[known].sum())


def leading_estimates(estimates: pd.DataFrame, specification: Sequence[Specification]) -> pd.DataFrame:
    """Return one estimate an indicator and group: that of the programme in the first specification.

    A column of the user's that bears the arm's name is not the programme, and what has no direction, being of
    a time before it, tells of no effect.
    """
    order = {one.name: position for position, one in enumerate(specification)}
    told = estimates["term"].isin([PROGRAMME, AFTER]) | (estimates["estimator"] == "recall")
    told &= estimates["programme_term"].astype(bool) & estimates["direction"].notna()
    ranked = estimates[estimates["estimate"].notna() & told].copy()
    ranked["order"] = ranked["specification"].map(order)
    return ranked.sort_values(["order", "term"]).drop_duplicates(["indicator", "poverty_group"])

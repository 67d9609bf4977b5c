"""Phase five: the impact, as each specification of the plan asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import pandas as pd

from schemas.analysis import (
    ImpactEstimates,
    Indicators,
)
from schemas.assessment import (
    Comparison,
    Specification,
    Thresholds,
)
from schemas.base import empty
from schemas.comparison import ComparisonBalance, ComparisonMatching, ComparisonWeights, SpillOver
from schemas.fieldwork import Responses
from schemas.plan import Plan, Waves
from schemas.vocabulary import ALL
from tasks import expressions
from tasks.analysis import design_columns, settled, smallest_change, study_waves, without_errors
from tasks.comparison import SET, WEIGHT, Matched, matched, sets_cluster_errors
from tasks.methods import claims, impact
from tasks.methods.claims import LARGEST_STANDARDIZED_DIFFERENCE
from tasks.steps import step

AFTER = "programme x after"
PROGRAMME = "programme"
SHARED = {"locality": "a locality", "buyer": "a buyer"}
"""What people of both arms may share -> how it is told."""


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
    ],
    writes=[ImpactEstimates],
    plan=["specification", "comparison", "thresholds"],
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
    *,
    specification: Sequence[Specification],
    comparison: Comparison,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Estimate what each specification of the plan asks for, and say what its design allows to claim."""
    order = [wave for wave in study_waves(waves) if (responses["wave"] == wave).any()]
    if not order:
        return empty(ImpactEstimates)
    responses = responses[responses["wave"].isin(order)]
    known = indicators.set_index("indicator")
    measured = {"all": largest_difference(balance), "matched": largest_difference(balance, "adjusted_")}
    unmeasured = {"all": not_measurable(balance), "matched": not_measurable(balance, "adjusted_")}
    shared = [SHARED[channel] for channel in spill_over.loc[spill_over["exposed"] > 0, "channel"]]
    pairs = matched(weights, matching)
    purposive = plan["sample_design"].iloc[0] == "purposive"
    records = []
    for one in specification:
        from_wave, to_wave = _pair(one, order)
        if not {from_wave, to_wave} - {""} <= set(order):
            continue  # a wave is still to come: there is nothing to estimate, and nothing to withhold

        def claimed(
            estimate: dict[str, object],
            one: Specification = one,
            pair: tuple[str, str] = (from_wave, to_wave),
        ) -> dict[str, str]:
            claim, reasons = claims.decide_claim(
                study_design=plan["study_design"].iloc[0],
                sample_design=plan["sample_design"].iloc[0],
                assignment=comparison.assignment,
                waves=len(order),
                largest_standardized_difference=measured[one.comparison],
                spill_over=bool(comparison.spill_over),
                estimator=one.estimator,
                limit=min(thresholds.largest_standardized_difference, LARGEST_STANDARDIZED_DIFFERENCE),
                programme_term=is_programme_term(one, str(estimate["term"])),
                compares_changes=compares_changes(one, str(estimate["term"]), *pair),
                matched=one.comparison == "matched",
                shared=shared,
                unmeasured=unmeasured[one.comparison],
            )
            return {"claim": claim, "claim_reason": " ".join(reasons)}

        for indicator in one.indicators:
            for group, rows in _group_rows(one, responses, from_wave, to_wave):
                about = cast("pd.Series", known.loc[indicator])
                estimates = estimate_one(
                    one, about, rows, from_wave, to_wave, purposive=purposive, pairs=pairs
                )
                records += [
                    {
                        "specification": one.name,
                        "indicator": indicator,
                        "poverty_group": group,
                        "from_wave": from_wave or "none",
                        "to_wave": to_wave,
                        "estimator": one.estimator,
                        "fixed_effects": ", ".join(one.fixed_effects) or None,
                        "covariates": ", ".join(one.covariates) or None,
                        "filter": one.filter or None,
                        "weight": WEIGHT if one.comparison == "matched" else one.weight or None,
                        "comparison": one.comparison,
                        "error_type": None if one.estimator == "recall" else one.error_type,
                        **claimed(estimate),
                        **estimate,
                    }
                    for estimate in estimates
                ]
    if not records:
        return empty(ImpactEstimates)
    return pd.DataFrame(records)


def is_programme_term(one: Specification, term: str) -> bool:
    """Return whether a term is the programme itself, and not some other column of the model."""
    return one.estimator == "recall" or term in (PROGRAMME, AFTER)


def compares_changes(one: Specification, term: str, from_wave: str, to_wave: str) -> bool:
    """Return whether an estimate compares changes over time between the arms, and not levels."""
    if not from_wave or from_wave == to_wave:
        return False
    if one.estimator == "fixed_effects":
        return term == AFTER or {"respondent", "wave"} <= set(one.fixed_effects)
    return one.estimator in ("difference_in_differences", "first_differences")


def largest_difference(balance: pd.DataFrame, prefix: str = "") -> float | None:
    """Return the arms' largest standardized difference; infinite where neither arm varies and they differ.

    prefix: "adjusted_" for the one after matching. None where nothing was measured. Covariates that could
    not be measured do not count: `not_measurable` names them.
    """
    verdicts = balance[f"{prefix}verdict"]
    if not len(balance) or verdicts.isna().any():
        return None
    sizes = balance[f"{prefix}standardized_difference"].abs()
    if (sizes.isna() & (verdicts == "unbalanced")).any():
        return float("inf")
    return None if sizes.isna().all() else float(sizes.max())


def not_measurable(balance: pd.DataFrame, prefix: str = "") -> list[str]:
    """Return the covariates in which the arms' difference could not be measured, by name."""
    return sorted(balance.loc[balance[f"{prefix}verdict"] == "not measurable", "covariate"])


def _pair(one: Specification, order: list[str]) -> tuple[str, str]:
    """Return the specification's waves; where it names none, the first and the last of the study."""
    to_wave = one.to_wave or (order[-1] if order else "")
    if one.estimator in ("difference", "recall"):
        return one.from_wave, to_wave
    return one.from_wave or (order[0] if order else ""), to_wave


def _group_rows(
    one: Specification, responses: pd.DataFrame, from_wave: str, to_wave: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    rows = responses
    if one.estimator != "fixed_effects" or one.from_wave or one.to_wave:
        rows = rows[rows["wave"].isin([from_wave, to_wave])]
    if one.filter:
        rows = rows[expressions.compute_condition(one.filter, rows).astype(bool)]
    yield ALL, rows
    if one.by_poverty_group:
        for group, part in rows.groupby("poverty_group", sort=True):
            yield str(group), part


def estimate_one(
    one: Specification,
    indicator: pd.Series,
    rows: pd.DataFrame,
    from_wave: str,
    to_wave: str,
    *,
    purposive: bool = False,
    pairs: Matched | None = None,
) -> list[dict[str, object]]:
    """Return the estimates of one specification for one indicator and group: a record a term.

    For a purposive sample the errors are taken away before anything is said of the direction.

    Where the model cannot be estimated the record has no figure and says why.
    """
    frame = rows.assign(value=expressions.compute_number(indicator["value"], rows))
    smallest = smallest_change(indicator, _mean(frame[frame["wave"] == (from_wave or to_wave)]))
    try:
        if one.comparison == "matched":
            frame = (pairs or Matched(pd.DataFrame())).rows(frame)
        if one.estimator == "recall":
            fitted = _recall(one, indicator, frame, to_wave)
        else:
            fitted = impact.fit(frame, _model(one, frame, from_wave, to_wave))
    except ValueError as error:
        term = one.terms[0] if one.terms else PROGRAMME
        why = {"claim": "descriptive", "claim_reason": str(error)}
        return [{"term": term, "respondents": 0, "smallest_cell": 0, **why}]
    records = []
    fitted = settled(fitted, frame["value"])
    if purposive:
        fitted = without_errors(fitted)
    for row in fitted.to_dict("records"):
        row["direction"] = claims.direction(
            row["estimate"], row["ci_low"], row["ci_high"], smallest, indicator["better"]
        )
        records.append({key: row[key] for key in row if key in _KEPT})
    return records


_KEPT = {
    "term",
    "estimate",
    "standard_error",
    "ci_low",
    "ci_high",
    "degrees_of_freedom",
    "p_value",
    "respondents",
    "smallest_cell",
    "clusters",
    "direction",
}


def _model(one: Specification, frame: pd.DataFrame, from_wave: str, to_wave: str) -> impact.Model:
    cluster = one.cluster
    is_matched = one.comparison == "matched"
    if not cluster and one.error_type == "cluster":
        cluster = "cluster" if frame["cluster"].notna().any() else "respondent"
        if is_matched and sets_cluster_errors(frame):
            cluster = SET
    return impact.Model(
        estimator=one.estimator,
        outcome="value",
        terms=tuple(one.terms),
        fixed_effects=tuple(one.fixed_effects),
        covariates=tuple(one.covariates),
        weight=WEIGHT if is_matched else one.weight or None,
        cluster=cluster or None,
        error_type=one.error_type,
        from_wave=from_wave or None,
        to_wave=to_wave or None,
    )


def _recall(one: Specification, indicator: pd.Series, frame: pd.DataFrame, to_wave: str) -> pd.DataFrame:
    """Return now minus recalled before: the indicator's expression over the columns that tell of before.

    They are those that `before` names, else those that the forms of psia give them.
    """
    rows = frame[frame["wave"] == to_wave]
    before = one.recalled(expressions.columns(indicator["value"]))
    earlier = rows.drop(columns=[c for c in before if c in rows]).rename(
        columns={recalled: now for now, recalled in before.items()}
    )
    rows = rows.assign(before=expressions.compute_number(indicator["value"], earlier))
    changed = impact.recall_change(rows, "value", "before", **design_columns(rows), domains=())
    table = changed.rename(columns={"change": "estimate"}).assign(
        term="now minus recalled", p_value=float("nan")
    )
    table["clusters"] = pd.NA
    return table


def _mean(frame: pd.DataFrame) -> float:
    """Return the weighted mean of the values, 0 where there is none."""
    known = frame[frame["value"].notna()]
    weights = known["weight"]
    if not len(known) or weights.sum() <= 0:
        return 0.0
    return float((known["value"] * weights).sum() / weights.sum())


def leading_estimates(estimates: pd.DataFrame, specification: Sequence[Specification]) -> pd.DataFrame:
    """Return one estimate an indicator and group: that of the programme in the first specification."""
    order = {one.name: position for position, one in enumerate(specification)}
    told = estimates["term"].isin([PROGRAMME, AFTER]) | (estimates["estimator"] == "recall")
    ranked = estimates[estimates["estimate"].notna() & told].copy()
    ranked["order"] = ranked["specification"].map(order)
    return ranked.sort_values(["order", "term"]).drop_duplicates(["indicator", "poverty_group"])

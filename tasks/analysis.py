"""Phase five: estimates by poverty group, arm and wave; impact; what focus groups say; findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict, cast

import pandas as pd

from schemas.analysis import (
    Findings,
    FocusGroupVerdicts,
    ImpactEstimates,
    IndicatorEstimates,
    Indicators,
    Triangulation,
)
from schemas.assessment import (
    AssessmentPart,
    Comparison,
    PovertyGroup,
    Sampling,
    Specification,
    Thresholds,
    Wave,
)
from schemas.base import Release, empty
from schemas.comparison import ComparisonBalance, ComparisonMatching, ComparisonWeights, SpillOver
from schemas.fieldwork import FocusGroups, Responses
from schemas.plan import Plan, Waves
from schemas.vocabulary import ALL
from schemas.voices import CodedVoices
from tasks import expressions, wording
from tasks.comparison import SET, WEIGHT, Matched, matched, sets_cluster_errors
from tasks.methods import claims, estimation, impact
from tasks.methods.claims import LARGEST_STANDARDIZED_DIFFERENCE
from tasks.methods.triangulation import triangulate as agree
from tasks.steps import step

SPLITS = (
    ("poverty_group", "arm"),
    ("arm",),
    ("poverty_group",),
    ("gender", "arm"),
    (),
)
"""The tables of estimates: by which columns respondents are divided."""

AFTER = "programme x after"
PROGRAMME = "programme"
SHARED = {"locality": "a locality", "buyer": "a buyer"}
"""What people of both arms may share -> how it is told."""


def values(indicators: pd.DataFrame, responses: pd.DataFrame) -> dict[str, pd.Series]:
    """Return indicator -> its value for each respondent and wave, by the catalogue's expression."""
    return {
        str(row["indicator"]): expressions.compute_number(row["value"], responses)
        for row in indicators.to_dict("records")
    }


def settled(table: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    """Return estimates with what is zero but for the last binary digits set to zero.

    scale: the values estimated from. Sums of them differ in their last digits with the order of rows; where
    nothing varies, those digits would be all that an error consists of, and the p-value of such an error is
    no p-value.
    """
    dust = 1e-12 * float(scale.abs().max())
    out = table.copy()
    for column in ("estimate", "change", "standard_error", "ci_low", "ci_high"):
        if column in out:
            out[column] = out[column].mask(out[column].abs() <= dust, 0.0)
    if "p_value" in out:
        out["p_value"] = out["p_value"].mask(out["standard_error"] == 0)
    return out


class DesignColumns(TypedDict):
    """Which columns carry the survey design, as the estimators take them."""

    weight: str
    stratum: str | None
    psu: str | None


def without_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return estimates of a purposive sample: no error, interval or p-value can be given for them."""
    hidden = ["standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value"]
    return table.assign(**{column: float("nan") for column in hidden if column in table})


def design_columns(responses: pd.DataFrame) -> DesignColumns:
    """Return which columns carry the survey design: weight, stratum and psu, None where there is none."""
    return {
        "weight": "weight",
        "stratum": "stratum" if responses["stratum"].notna().any() else None,
        "psu": "cluster" if responses["cluster"].notna().any() else None,
    }


def study_waves(waves: pd.DataFrame) -> list[str]:
    """Return the waves whose answers enter estimates, in order: the pilot's never do."""
    return waves[waves["role"] != "pilot"].sort_values("position")["wave"].tolist()


@step("analysis", reads=[Responses, Indicators, Waves], writes=[IndicatorEstimates], plan=["sampling"])
def estimate_indicators(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    sampling: Sampling,
) -> pd.DataFrame:
    """Estimate each indicator's mean by poverty group, gender, arm and wave."""
    parts = []
    for wave in study_waves(waves):
        of_wave = responses[responses["wave"] == wave]
        if not len(of_wave):
            continue
        for indicator, value in values(indicators, of_wave).items():
            parts += list(_means(of_wave.assign(value=value), sampling, indicator, wave))
    return pd.concat(parts, ignore_index=True) if parts else empty(IndicatorEstimates)


def _means(frame: pd.DataFrame, sampling: Sampling, indicator: str, wave: str) -> Iterator[pd.DataFrame]:
    if not frame["value"].notna().any():
        return
    seen: set[tuple[str, ...]] = set()
    for split in SPLITS:
        domains = tuple(column for column in split if frame[column].notna().any())
        if domains in seen:
            continue
        seen.add(domains)
        estimates = estimation.domain_means(
            frame,
            "value",
            domains=domains,
            with_errors=sampling.design != "purposive",
            degrees_of_freedom=sampling.degrees_of_freedom,
            **design_columns(frame),
        )
        estimates = settled(estimates, frame["value"])
        for column in ("category", "poverty_group", "gender", "difference", "arm"):
            if column not in domains:
                estimates[column] = ALL
        yield estimates.assign(indicator=indicator, wave=wave, design=sampling.design)


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
    """Return the arms' largest standardized difference; infinite where an arm does not vary and differs.

    prefix: "adjusted_" for the one after matching. None where nothing was measured, or a covariate that the
    plan names could not be.
    """
    verdicts = balance[f"{prefix}verdict"]
    if not len(balance) or verdicts.isna().any() or (verdicts == "not measurable").any():
        return None
    sizes = balance[f"{prefix}standardized_difference"].abs()
    if (sizes.isna() & (verdicts == "unbalanced")).any():
        return float("inf")
    return None if sizes.isna().all() else float(sizes.max())


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


def smallest_change(indicator: pd.Series, earlier_mean: float) -> float:
    """Return what counts as a change at all, in the indicator's unit."""
    if pd.notna(indicator["smallest_change"]):
        return float(indicator["smallest_change"])
    return abs(earlier_mean) * float(indicator["smallest_change_pct"]) / 100


def _mean(frame: pd.DataFrame) -> float:
    """Return the weighted mean of the values, 0 where there is none."""
    known = frame[frame["value"].notna()]
    weights = known["weight"]
    if not len(known) or weights.sum() <= 0:
        return 0.0
    return float((known["value"] * weights).sum() / weights.sum())


@step("analysis", reads=[FocusGroups], writes=[FocusGroupVerdicts])
def hear_focus_groups(focus_groups: pd.DataFrame) -> pd.DataFrame:
    """Say what the focus groups of a poverty group together report of each indicator.

    Groups of the programme arm speak (all, where no arm is given). Those that name a clear direction must
    agree on it; where they do not, or none does, the verdict is uncertain.
    """
    if not len(focus_groups):
        return empty(FocusGroupVerdicts)
    speaking = focus_groups[focus_groups["arm"].fillna("programme") == "programme"]
    records = []
    for key, part in speaking.groupby(["wave", "poverty_group", "indicator"], sort=True):
        clear = set(part["change"]) - {"uncertain"}
        records.append(
            {
                **dict(zip(("wave", "poverty_group", "indicator"), key, strict=True)),
                "direction": clear.pop() if len(clear) == 1 else "uncertain",
                "focus_groups": part["focus_group"].nunique(),
                "participants": int(part.groupby("focus_group")["participants"].first().sum()),
            }
        )
    return pd.DataFrame(records) if records else empty(FocusGroupVerdicts)


@step(
    "analysis",
    reads=[ImpactEstimates, FocusGroupVerdicts, CodedVoices, Waves],
    writes=[Triangulation],
    plan=["specification"],
)
def triangulate(
    estimates: pd.DataFrame,
    voices: pd.DataFrame,
    coded: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    specification: Sequence[Specification],
) -> pd.DataFrame:
    """Set the figures, the coded interviews and the focus groups side by side, by indicator and group.

    Coded sources enter only where they can be told of, so that a verdict gives none of them away: at least
    two, with ten people in all. Fewer are silent here.
    """
    leading = leading_estimates(estimates, specification)
    figures = {
        (row["indicator"], row["poverty_group"]): (
            row["direction"],
            row["respondents"],
            row["smallest_cell"],
        )
        for row in leading.to_dict("records")
        if row["poverty_group"] != ALL
    }
    last = study_waves(waves)[-1:]
    spoken = voices[voices["wave"].isin(last)]
    heard = {(row["indicator"], row["poverty_group"]): row for row in spoken.to_dict("records")}
    least = (CodedVoices.about().release or Release()).joint
    enough = pd.concat([coded[column] >= fewest for column, fewest in least.items()], axis=1).all(axis=1)
    told = coded[coded["wave"].isin(last) & enough.astype(bool)]
    read = {(row["indicator"], row["poverty_group"]): row["direction"] for row in told.to_dict("records")}
    records = []
    for indicator, group in sorted({*figures, *heard, *read}):
        direction, respondents, smallest_cell = figures.get((indicator, group), ("silent", 0, 0))
        quantitative = direction if pd.notna(direction) else "silent"
        voice = heard.get((indicator, group))
        qualitative = str(read.get((indicator, group), "silent"))
        participatory = str(voice["direction"]) if voice else "silent"
        records.append(
            {
                "indicator": indicator,
                "poverty_group": group,
                "quantitative": quantitative,
                "qualitative": qualitative,
                "participatory": participatory,
                "verdict": agree(quantitative, qualitative, participatory),
                "focus_groups": voice["focus_groups"] if voice else 0,
                "participants": voice["participants"] if voice else 0,
                "respondents": respondents,
                "smallest_cell": smallest_cell,
            }
        )
    return pd.DataFrame(records) if records else empty(Triangulation)


def leading_estimates(estimates: pd.DataFrame, specification: Sequence[Specification]) -> pd.DataFrame:
    """Return one estimate an indicator and group: that of the programme in the first specification."""
    order = {one.name: position for position, one in enumerate(specification)}
    told = estimates["term"].isin([PROGRAMME, AFTER]) | (estimates["estimator"] == "recall")
    ranked = estimates[estimates["estimate"].notna() & told].copy()
    ranked["order"] = ranked["specification"].map(order)
    return ranked.sort_values(["order", "term"]).drop_duplicates(["indicator", "poverty_group"])


@step(
    "analysis",
    reads=[ImpactEstimates, IndicatorEstimates, Indicators],
    writes=[Findings],
    plan=["specification", "assessment", "poverty_group", "wave"],
)
def state_findings(
    estimates: pd.DataFrame,
    means: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    assessment: AssessmentPart,
    poverty_group: Sequence[PovertyGroup],
    wave: Sequence[Wave],
) -> pd.DataFrame:
    """Write one sentence for each leading estimate: losses first, then gains, then what is open."""
    leading = leading_estimates(estimates, specification)
    if not len(leading):
        return empty(Findings)
    labels = {
        "group": {ALL: "All groups together", **{one.id: one.label for one in poverty_group}},
        "wave": {one.name: one.label or one.name for one in wave},
    }
    known = indicators.set_index("indicator")
    records = [
        {
            "finding": f"{row['indicator']}/{row['poverty_group']}",
            "indicator": row["indicator"],
            "poverty_group": row["poverty_group"],
            "direction": row["direction"],
            "claim": row["claim"],
            "statement": wording.statement(row, known.loc[row["indicator"]], labels),
            "evidence": f"impact_estimates: {row['specification']}, {row['term']}",
            "limits": row["claim_reason"],
            "respondents": row["respondents"],
            "smallest_cell": row["smallest_cell"],
            "public": assessment.public,
        }
        for row in leading.to_dict("records")
    ]
    table = pd.DataFrame(records)
    groups = [ALL, *(one.id for one in poverty_group)]
    first = {word: place for place, word in enumerate(("worse", "better", "uncertain", "unchanged"))}
    table["by_direction"] = table["direction"].map(first).fillna(len(first))
    table["by_group"] = table["poverty_group"].map({name: i for i, name in enumerate(groups)})
    table["by_indicator"] = table["indicator"].map({name: i for i, name in enumerate(known.index)})
    table = table.sort_values(["by_direction", "by_group", "by_indicator"]).reset_index(drop=True)
    table["position"] = range(1, len(table) + 1)
    return table.drop(columns=["by_direction", "by_group", "by_indicator"])

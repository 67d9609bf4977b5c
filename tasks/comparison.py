"""The comparison group: who is matched with whom, how alike the arms are before and after, and spill-over.

All of it looks at the first wave and at no later answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from schemas.assessment import Comparison, Matching, Thresholds
from schemas.base import empty
from schemas.comparison import (
    ComparisonBalance,
    ComparisonMatching,
    ComparisonOverlap,
    ComparisonTests,
    ComparisonWeights,
    SpillOver,
)
from schemas.fieldwork import Responses
from schemas.plan import Waves
from schemas.vocabulary import ARMS
from tasks.methods import balance, matching
from tasks.steps import step

SPANS = 20
"""How many spans of the propensity score are counted, before small ones are pooled."""
FEWEST = 10
"""A span, or an entry of a covariate in words, with fewer respondents is told together with others."""
OTHER = "another"
EXACTLY = "exactly "
"""Before the name of a column in which a pair is the same: there, no rare entries are pooled."""
WEIGHT = "matched weight"
SET = "matched set"
"""Columns that `with_weights` adds."""


def first_wave(responses: pd.DataFrame, waves: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the first wave that have an arm, with rare entries of covariates in words pooled."""
    first = waves[waves["role"] != "pilot"].sort_values("position")["wave"].head(1)
    frame = responses[responses["wave"].isin(first) & responses["arm"].notna()]
    return with_rare_pooled(frame, covariates)


def with_rare_pooled(frame: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Return the rows with rare entries of covariates in words pooled."""
    words = [name for name in covariates if name in frame and frame[name].dtype == "string"]
    return frame.assign(**{name: pool_rare(frame[name]) for name in words})


def pool_rare(words: pd.Series, fewest: int = FEWEST) -> pd.Series:
    """Return the words with those that fewer people say put together as 'another'.

    Where even these are too few, the next rarest joins them: no entry stands for a handful of people.
    """
    counts = words.value_counts().sort_index(kind="stable").sort_values(kind="stable")
    pooled: list[Any] = counts.index[counts < fewest].tolist()
    while pooled and counts[pooled].sum() < fewest and len(pooled) < len(counts):
        pooled.append(counts.index[len(pooled)])
    return words.mask(words.isin(pooled), OTHER)


def usable(frame: pd.DataFrame, names: Sequence[str]) -> bool:
    """Return whether there is anything to compare: respondents of both arms, and covariates.

    Before the first wave is in there are no respondents and no columns of theirs.
    """
    return bool(names) and frame["arm"].nunique() == 2 and set(names) <= set(frame.columns)


@dataclass(frozen=True)
class Found:
    """What a matching has found: weight and set of each row, and why there is none."""

    weights: pd.Series
    sets: pd.Series
    problem: str = ""


def match(frame: pd.DataFrame, covariates: Sequence[str], plan: Matching) -> Found:
    """Return the weights and matched sets of the rows of one wave; where that cannot be done, why."""
    nobody = pd.Series(np.nan, index=frame.index), pd.Series(pd.NA, index=frame.index, dtype="string")
    try:
        if plan.method == "entropy_balancing":
            return Found(matching.entropy_balance(frame, covariates, weight="weight"), nobody[1])
        pairs = _pairs(frame, covariates, plan)
    except ValueError as error:
        return Found(*nobody, problem=str(error))
    if not len(pairs):
        return Found(*nobody, problem="No two people of the arms are as alike as is asked for")
    weights = matching.matched_weights(frame, pairs, weight="weight")
    sets = dict(zip(pairs["comparison"], pairs["matched_set"], strict=True))
    sets |= dict(zip(pairs["programme"], pairs["matched_set"], strict=True))
    return Found(weights, frame["respondent"].map(sets).astype("string"))


def _pairs(frame: pd.DataFrame, covariates: Sequence[str], plan: Matching) -> pd.DataFrame:
    within = {}
    places = pd.DataFrame(index=frame.index)
    # without a caliper too: a covariate that tells the arm without fail leaves nobody to be compared with
    places["position"] = matching.propensity_scores(frame, covariates)["position"]
    width = caliper(plan)
    if width is not None:
        within = {"position": width}
    nearness = ["position"]
    if plan.method == "mahalanobis":
        found = matching.mahalanobis_positions(frame, covariates)
        places, nearness = places.join(found), [str(name) for name in found]
    exact = [EXACTLY + name for name in plan.exact]
    return matching.nearest_neighbours(
        frame[["respondent", "arm", *exact]].join(places),
        nearness,
        within=within,
        exact=exact,
        neighbours=plan.neighbours,
        replacement=plan.replacement,
    )


def caliper(plan: Matching) -> float | None:
    """Return the caliper of a matching: what the plan names, else the usual one of a score, else none."""
    usual = matching.CALIPER if plan.method == "propensity" else None
    return plan.caliper or usual


@step(
    "analysis",
    reads=[Responses, Waves],
    writes=[ComparisonWeights, ComparisonMatching],
    plan=["comparison"],
    named=True,
)
def match_arms(
    responses: pd.DataFrame, waves: pd.DataFrame, *, comparison: Comparison
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Match the respondents of the first wave as the plan asks."""
    plan, covariates = comparison.matching, comparison.matched_on
    if plan is None:
        return empty(ComparisonWeights), empty(ComparisonMatching)
    frame = first_wave(responses, waves, covariates)
    if not usable(frame, [*covariates, *plan.exact]):
        return empty(ComparisonWeights), empty(ComparisonMatching)
    frame = frame.assign(**{EXACTLY + name: responses[name] for name in plan.exact})
    found = match(frame, covariates, plan)
    weights = frame[["respondent", "arm"]].assign(matched_weight=found.weights, matched_set=found.sets)
    missing = frame[[*covariates, *plan.exact]].isna().any(axis=1)
    pairs = plan.method != "entropy_balancing"
    rows = []
    for arm in ARMS:
        of = frame["arm"] == arm
        matched = found.weights[of].notna()
        rows.append(
            {
                "arm": arm,
                "method": plan.method,
                "covariates": ", ".join(covariates),
                "exact": ", ".join(plan.exact) or None,
                "caliper": caliper(plan),
                "neighbours": plan.neighbours if pairs else None,
                "replacement": plan.replacement if pairs else None,
                "respondents": int(of.sum()),
                "covariate_missing": int(missing[of].sum()),
                "matched": int(matched.sum()),
                "unmatched": int((~matched).sum()),
                "effective_respondents": balance.effective_sample_size(found.weights[of]),
                "problem": found.problem or None,
            }
        )
    weights = weights[(weights["matched_weight"] > 0).fillna(False)]
    return weights if len(weights) else empty(ComparisonWeights), pd.DataFrame(rows)


@step(
    "analysis",
    reads=[Responses, Waves, ComparisonWeights],
    writes=[ComparisonBalance, ComparisonTests],
    plan=["comparison", "thresholds"],
    named=True,
)
def balance_arms(
    responses: pd.DataFrame,
    waves: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    comparison: Comparison,
    thresholds: Thresholds,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the arms in the first wave, covariate by covariate and all at once; also after matching."""
    covariates = comparison.balanced_on
    frame = first_wave(responses, waves, covariates)
    if not usable(frame, covariates):
        return empty(ComparisonBalance), empty(ComparisonTests)
    limit = thresholds.largest_standardized_difference
    table = balance.standardized_differences(frame, covariates, weight="weight", limit=limit)
    table = table.rename(
        columns={"programme_n": "programme_respondents", "comparison_n": "comparison_respondents"}
    )
    tests = [_tested(frame, covariates, "before", "weight")]
    if len(weights):
        frame = with_weights(frame, weights)
        adjusted = balance.adjusted_differences(frame, covariates, WEIGHT, weight="weight", limit=limit)
        table = table.merge(
            adjusted.drop(columns="adjusted_comparison_mean"), on="covariate", validate="one_to_one"
        )
        tests.append(_tested(frame, covariates, "after", WEIGHT))
    return table, pd.DataFrame(tests)


def _tested(frame: pd.DataFrame, covariates: Sequence[str], stage: str, weight: str) -> dict[str, object]:
    cluster = "cluster" if frame["cluster"].notna().any() else None
    try:
        test = balance.joint_test(frame, covariates, weight=weight, cluster=cluster)
    except ValueError as error:
        return {"stage": stage, "problem": str(error)}
    return {
        "stage": stage,
        "statistic": test.statistic,
        "numerator": test.numerator,
        "denominator": test.denominator,
        "p_value": test.p_value,
    }


@step("analysis", reads=[Responses, Waves], writes=[ComparisonOverlap], plan=["comparison"], named=True)
def overlap_arms(responses: pd.DataFrame, waves: pd.DataFrame, *, comparison: Comparison) -> pd.DataFrame:
    """Count the respondents of each arm by their propensity score; nobody where it cannot be estimated."""
    covariates = comparison.matched_on
    frame = first_wave(responses, waves, covariates)
    if not usable(frame, covariates):
        return empty(ComparisonOverlap)
    try:
        scores = matching.propensity_scores(frame, covariates)["score"]
    except ValueError:
        return empty(ComparisonOverlap)
    return overlap(scores, frame["arm"])


def overlap(scores: pd.Series, arms: pd.Series) -> pd.DataFrame:
    """Return how many of each arm have a score in each span, spans with a handful of people pooled."""
    known = scores.notna()
    place = (scores[known] * SPANS).clip(0, SPANS - 1e-9).astype(int)
    counts = np.array(
        [[((place == span) & (arms[known] == arm)).sum() for arm in ARMS] for span in range(SPANS)]
    )
    return pd.DataFrame(
        [
            {
                "position": position,
                "arm": arm,
                "low": low / SPANS,
                "high": high / SPANS,
                "respondents": int(counts[low:high, number].sum()),
            }
            for position, (low, high) in enumerate(_pooled(counts), start=1)
            for number, arm in enumerate(ARMS)
        ]
    )


def _pooled(counts: np.ndarray) -> list[tuple[int, int]]:
    """Return spans (from, up to) in which each arm has nobody, or ten people and more.

    From the lowest on, a span takes in its neighbours until that is so; what is left over at the upper end
    goes back to the spans below it. Spans without anybody stay as they are.
    """
    last = int(np.flatnonzero(counts.sum(axis=1)).max(initial=-1)) + 1
    spans: list[tuple[int, int]] = []
    start = 0
    for end in range(1, last + 1):
        if _tellable(counts[start:end].sum(axis=0)):
            spans.append((start, end))
            start = end
    while start < last:
        start = spans.pop()[0] if spans else 0
        if _tellable(counts[start:last].sum(axis=0)) or not start:
            spans.append((start, last))
            start = last
    return [*spans, *((empty_one, empty_one + 1) for empty_one in range(last, SPANS))]


def _tellable(counts: np.ndarray) -> bool:
    return not ((counts > 0) & (counts < FEWEST)).any()


@step("analysis", reads=[Responses, Waves], writes=[SpillOver], plan=["comparison"], named=True)
def look_for_spill_over(
    responses: pd.DataFrame, waves: pd.DataFrame, *, comparison: Comparison
) -> pd.DataFrame:
    """Count who of the comparison arm shares a locality, or a buyer, with somebody of the programme."""
    frame = first_wave(responses, waves, [])
    if frame["arm"].nunique() < 2:
        return empty(SpillOver)
    ways = {"locality": "cluster", "buyer": comparison.same_buyer}
    rows = [
        shared(frame, channel, column)
        for channel, column in ways.items()
        if column and frame.loc[frame["arm"] == "comparison", column].notna().any()
    ]
    return pd.DataFrame(rows) if rows else empty(SpillOver)


def shared(frame: pd.DataFrame, channel: str, column: str) -> dict[str, object]:
    """Return how many of the comparison arm have an entry of a column that somebody of the programme has."""
    of_programme = set(frame.loc[frame["arm"] == "programme", column].dropna())
    known = frame.loc[frame["arm"] == "comparison", column].dropna()
    exposed = int(known.isin(of_programme).sum())
    return {
        "channel": channel,
        "comparison_respondents": len(known),
        "exposed": exposed,
        "share": exposed / len(known),
    }


def with_weights(rows: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Return all rows with each respondent's matched weight and set; missing for who is not matched."""
    found = weights.set_index("respondent")
    return rows.assign(
        **{
            WEIGHT: rows["respondent"].map(found["matched_weight"]).astype("float64"),
            SET: rows["respondent"].map(found["matched_set"]).astype("string"),
        }
    )


@dataclass(frozen=True)
class Matched:
    """The matched respondents, for the estimates that use them, or why there are none."""

    weights: pd.DataFrame
    problem: str = ""

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of those who were matched, with weight and set; ValueError where there is none."""
        if self.problem or not len(self.weights):
            why = self.problem or "there was nobody to be matched"
            raise ValueError(f"The arms could not be matched: {why}")
        kept = with_weights(frame, self.weights).dropna(subset=[WEIGHT])
        if not len(kept):
            raise ValueError("Of those who were matched in the first wave nobody is among these respondents")
        return kept


def matched(weights: pd.DataFrame, table: pd.DataFrame) -> Matched:
    """Return the matched respondents from the tables of the warehouse."""
    problems = table["problem"].dropna()
    return Matched(weights, str(problems.iloc[0]) if len(problems) else "")


def sets_cluster_errors(rows: pd.DataFrame) -> bool:
    """Return whether errors are clustered by matched set: sets there are, and no localities drawn."""
    return bool(SET in rows and rows[SET].notna().all() and not rows["cluster"].notna().any())

"""What a specification of the plan makes of the interviews: its waves, its rows and its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import cast

import pandas as pd

from schemas.assessment import Sampling, Specification
from schemas.vocabulary import ALL
from tasks import expressions
from tasks.analysis import limited_waves, settled, study_waves, without_errors
from tasks.as_before import as_before
from tasks.comparison import SET, WEIGHT, Matched, matched, sets_cluster_errors
from tasks.methods import impact, staggered
from tasks.methods._survey import NOT_BY_CHANCE
from tasks.prices import Prices
from tasks.publish.wording import is_money

FEW_CLUSTERS = "few clusters"
AFTER = impact.AFTER
PROGRAMME = impact.PROGRAMME
FIGURES = (
    "term",
    "estimate",
    "standard_error",
    "ci_low",
    "ci_high",
    "degrees_of_freedom",
    "no_interval",
    "p_value",
    "respondents",
    "smallest_cell",
    "residual_degrees",
    "clusters",
    "untested",
    *impact.OF_ARMS,
)
"""What the tables keep of a fitted model."""
PURPOSIVE = (
    "There is no p-value and no interval: the sample was chosen on purpose, and no error can be given of it."
)
NO_ERROR = "There is no p-value: nobody differs from what the model says, and nothing tells its error."


@dataclass(frozen=True)
class Study:
    """The interviews that may enter a model, and what every model has to know of them.

    order: the waves that are here, in time. before: those of them before the programme. planned: all waves
    of the plan, in time. limited: waves that are a limited follow-up. sampling: the plan's rules for errors.
    prices: what the plan knows of them, for money.
    """

    responses: pd.DataFrame
    known: pd.DataFrame
    order: tuple[str, ...]
    before: tuple[str, ...]
    pairs: Matched
    purposive: bool
    planned: tuple[str, ...] = ()
    limited: frozenset[str] = frozenset()
    sampling: Sampling = field(default_factory=Sampling)
    prices: Prices = field(default_factory=Prices)

    def pair(self, one: Specification) -> tuple[str, str]:
        """Return the waves of a specification; see `waves_of`."""
        return waves_of(one, self.order, self.before)

    def is_here(self, pair: tuple[str, str]) -> bool:
        """Return whether both waves have come: before, there is nothing to estimate or to withhold."""
        return not set(pair) - {"", *self.order}

    def parts(self, one: Specification, pair: tuple[str, str]) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield the rows of all respondents, and of each poverty group where the plan asks for them."""
        rows = self.rows(one, pair)
        yield ALL, rows
        if one.by_poverty_group:
            for group, part in rows.groupby("poverty_group", sort=True):
                yield str(group), part

    def rows(self, one: Specification, pair: tuple[str, str]) -> pd.DataFrame:
        """Return the rows that a specification uses, with arm and poverty group of when it begins.

        The arm of a model of `programme` within respondents is what changes, and stays as it is.
        """
        rows = self.responses
        if one.successive or one.estimator == "staggered":
            rows = rows[rows["wave"].isin(self.between(pair))]
        elif one.estimator != "fixed_effects" or one.from_wave or one.to_wave:
            rows = rows[rows["wave"].isin(pair)]
        within = one.estimator == "fixed_effects" and "respondent" in one.fixed_effects
        if not (within and PROGRAMME in one.terms):
            rows = as_before(rows, self.responses, self.from_its_beginning(pair))
        if one.filter:
            rows = rows[expressions.compute_condition(one.filter, rows).astype(bool)]
        return rows

    def from_its_beginning(self, pair: tuple[str, str]) -> list[str]:
        """Return all waves, the one first in which a comparison begins: the last before the programme.

        Without one between its waves it is the earlier of them. Later waves follow in time, and then earlier
        ones, the nearest first.
        """
        first = pair[0] or (self.before[-1] if self.before else pair[1])
        if self.order.index(first) > self.order.index(pair[1]):
            first = pair[1]
        early = [wave for wave in self.between((first, pair[1])) if wave in self.before]
        begins = self.order.index(early[-1] if early else first)
        return [*self.order[begins:], *reversed(self.order[:begins])]

    def has_limited(self, one: Specification, pair: tuple[str, str]) -> bool:
        """Return whether a wave that enters a specification was a limited follow-up."""
        if not self.limited:
            return False
        return bool(self.limited & {str(wave) for wave in self.rows(one, pair)["wave"].unique()})

    def is_programme_term(self, one: Specification, term: str) -> bool:
        """Return whether a term is the programme's effect, and no column of the interviews of that name.

        Beside `programme x after` the term `programme` is how the arms differed before.
        """
        if one.estimator in ("recall", "staggered") or not one.terms:
            return True
        if term == PROGRAMME and AFTER in one.terms:
            return False
        return term in (PROGRAMME, AFTER) and term not in self.responses

    def between(self, pair: tuple[str, str]) -> list[str]:
        """Return the waves from the one to the other, both included."""
        return list(self.order[self.order.index(pair[0]) : self.order.index(pair[1]) + 1])

    @property
    def outcome(self) -> str:
        """Return the column into which `frame` puts the indicator: one that the interviews do not have."""
        return unused("value", self.responses)

    def frame(self, one: Specification, indicator: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with the indicator's value in the column `outcome`, money at the model's prices."""
        about = cast("pd.Series", self.known.loc[indicator])
        value = expressions.compute_number(about["value"], rows)
        return rows.assign(**{self.outcome: self.prices.of(one, value) if is_money(about["unit"]) else value})

    def money(self, one: Specification, indicator: str) -> str | None:
        """Return at which prices an estimate of an indicator is; None where that is no money."""
        return self.prices.told(one) if is_money(str(self.known.loc[indicator, "unit"])) else None

    def compared(self, one: Specification, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are compared: all, or those of people who were matched."""
        return self.pairs.rows(frame) if one.comparison == "matched" else frame

    def model(self, one: Specification, frame: pd.DataFrame, pair: tuple[str, str]) -> impact.Model:
        """Return the model of a specification for these rows."""
        cluster = one.cluster
        has_places = bool(frame["cluster"].notna().any())
        is_matched = one.comparison == "matched"
        if not cluster and one.error_type in impact.CLUSTERED:
            cluster = "cluster" if has_places else "respondent"
            if is_matched and sets_cluster_errors(frame):
                cluster = SET
        return impact.Model(
            estimator=one.estimator,
            outcome=self.outcome,
            terms=tuple(one.terms),
            fixed_effects=tuple(one.fixed_effects),
            covariates=tuple(one.covariates),
            weight=WEIGHT if is_matched else one.weight or None,
            cluster=cluster or None,
            error_type=one.error_type,
            from_wave=pair[0] or None,
            to_wave=pair[1] or None,
            waves=tuple(self.between(pair)) if one.successive else (),
            places="cluster" if has_places else None,
        )

    def fitted(self, one: Specification, frame: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
        """Return the model of a specification, fitted to these rows: a row a term."""
        if pair[0] == pair[1] and one.estimator not in ("fixed_effects", "staggered"):
            raise ValueError(
                f"Only the wave '{pair[1]}' is there of the two that this compares: give the interviews of"
                " the wave before the programme, or take estimator = 'difference', which needs one wave"
            )
        model = self.model(one, frame, pair)
        if one.estimator != "staggered":
            return impact.fit(frame, model)
        return staggered.staggered_effects(
            frame,
            model.outcome,
            one.start,
            self.planned,
            cluster=model.cluster,
            weight=model.weight,
            compared_with=one.compared_with,
            places=model.places,
        )

    def told(self, fitted: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a fitted model as it may be told: without dust, and without errors of a purposive sample.

        Where a test is missing, `untested` says why, and where an interval is, `no_interval`.
        """
        fitted = settled(fitted, frame[self.outcome])
        why = fitted["untested"] if "untested" in fitted else pd.Series(pd.NA, fitted.index, dtype="string")
        if self.purposive:
            fitted, why = without_errors(fitted), pd.Series(PURPOSIVE, fitted.index, dtype="string")
        else:
            why = why.mask(why.isna() & (fitted["standard_error"] == 0), NO_ERROR)
        return fitted.assign(untested=why, no_interval=self._no_interval(fitted))

    def _no_interval(self, fitted: pd.DataFrame) -> pd.Series:
        """Return why there is no interval: of what is recalled as of a mean, else for want of clusters."""
        lacking = fitted["estimate"].notna() & fitted["ci_low"].isna()
        told = pd.Series(NOT_BY_CHANCE if self.purposive else FEW_CLUSTERS, fitted.index, dtype="string")
        if "no_interval" in fitted and not self.purposive:
            told = fitted["no_interval"].astype("string")
        return told.where(lacking)


def unused(name: str, frame: pd.DataFrame) -> str:
    """Return the name, lengthened until no column bears it: those of the interviews are the user's."""
    while name in frame:
        name += "_"
    return name


def study_of(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    prices: Prices | None = None,
) -> Study:
    """Return the study of the tables of the warehouse, the pilot's answers left out."""
    order = [wave for wave in study_waves(waves) if (responses["wave"] == wave).any()]
    roles = waves.set_index("wave")["role"]
    return Study(
        responses=responses[responses["wave"].isin(order)],
        known=indicators.set_index("indicator"),
        order=tuple(order),
        before=tuple(takewhile(lambda wave: roles[wave] == "baseline", order)),
        pairs=matched(weights, matching),
        purposive=bool(plan["sample_design"].iloc[0] == "purposive"),
        planned=tuple(study_waves(waves)),
        limited=frozenset(limited_waves(waves)),
        prices=prices or Prices(),
    )


def waves_of(one: Specification, order: Sequence[str], before: Sequence[str]) -> tuple[str, str]:
    """Return the specification's waves; where it names none, the last before the programme and the last.

    Without a baseline, and where all waves enter, it is the first of all that stands for what was before.
    """
    to_wave = one.to_wave or (order[-1] if order else "")
    if one.estimator in ("difference", "recall"):  # they look at one wave, whatever came before it
        return "", to_wave
    all_enter = one.successive or one.estimator in ("fixed_effects", "staggered")
    first = before[-1] if before and not all_enter else order[0]
    return one.from_wave or first, to_wave


def compares_changes(one: Specification, term: str, from_wave: str, to_wave: str) -> bool:
    """Return whether an estimate compares changes over time between the arms, and not levels."""
    if not from_wave or from_wave == to_wave:
        return False
    if one.estimator == "fixed_effects":
        return term == AFTER or {"respondent", "wave"} <= set(one.fixed_effects)
    return one.estimator in ("difference_in_differences", "first_differences", "staggered")


def default_term(one: Specification) -> str:
    """Return the term under which a model is told that could not be estimated."""
    if one.terms:
        return one.terms[0]
    return AFTER if one.estimator == "difference_in_differences" else PROGRAMME


def figures(fitted: pd.DataFrame) -> list[dict[str, object]]:
    """Return the records of a fitted model, with the columns that the tables keep."""
    return [{key: row[key] for key in FIGURES if key in row} for row in fitted.to_dict("records")]

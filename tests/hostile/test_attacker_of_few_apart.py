"""An attacker who solves two told figures of nearly the same people for the answers of the few that differ.

The means of a wave are of everybody who answered in it, an effect of those who answered in both. He knows
each number of people to the person, and reads every figure as a linear equation in the sums of the finest
kinds of people; he shares no code with tasks/effects_given_away.py.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import t as student

from schemas.assessment import Comparison, MultipleTesting, Sampling, Specification, Thresholds
from schemas.base import TABLES, conform, empty
from tasks import analysis, disclosure, followup, heterogeneity, impacts, winners
from tasks.run import Run  # noqa: F401 -- declares every table

STUDIES = int(os.environ.get("PSIA_ATTACKS", "6"))
"""How many random studies are attacked; the full size is 200."""
WAVES = ("first", "second")
KIND = ["poverty_group", "gender", "arm", "first", "second", "old"]
ALL = "all"
UNITS = {"wage": "currency per month", "days": "days a month", "trusts": "share of respondents"}
MOST = 9
"""The sums of so few people are protected."""
Kinds = list[dict[str, Any]]


def answers(random: np.random.Generator) -> pd.DataFrame:
    """Return one row a respondent and wave; few of an arm are in one of the waves alone."""
    parts = []
    for arm in ("programme", "comparison"):
        both = int(random.integers(24, 90))
        left, came = (int(random.choice([0, 0, 0, 1, 1, 2, 4, 12])) for _ in WAVES)
        status = [(True, True)] * both + [(True, False)] * left + [(False, True)] * came
        parts.append(pd.DataFrame(status, columns=list(WAVES)).assign(arm=arm))
    people = pd.concat(parts, ignore_index=True)
    size = len(people)
    people["respondent"] = [f"r{n}" for n in range(size)]
    people["poverty_group"] = random.choice(["g0", "g1"], size, p=random.dirichlet([4.0, 4.0]))
    people["gender"] = random.choice(["women", "men"], size, p=random.dirichlet([4.0, 4.0]))
    people["old"] = (random.random(size) < random.choice([0.0, 0.03])).astype(float)
    level = random.lognormal(7.3, 0.6, size)
    waves = []
    for place, wave in enumerate(WAVES):
        here = people[people[wave]].assign(wave=wave)
        known = here.index
        gain = random.uniform(-0.05, 0.3) * place
        waves.append(
            here.assign(
                wage=(level[known] * (1 + gain) * random.lognormal(0, 0.2, len(here))).round(),
                days=random.integers(4, 31, len(here)).astype(float),
                trusts=(random.random(len(here)) < random.uniform(0.2, 0.8)).astype(float),
            )
        )
    return pd.concat(waves, ignore_index=True)


def specifications(random: np.random.Generator) -> list[Specification]:
    """Return the models of a random plan: those of people in both waves, of all, and of some of them."""
    common = {"indicators": list(UNITS), "error_type": "robust", "from_wave": "first", "to_wave": "second"}
    found = []
    for about in (
        {"name": "changes", "estimator": "first_differences"},
        {"name": "within", "estimator": "difference_in_differences", "fixed_effects": ["respondent", "wave"]},
        {"name": "of_all", "estimator": "difference_in_differences"},
        {"name": "young", "estimator": "first_differences", "filter": "old == 0"},
    ):
        if random.random() < 0.6:
            divided = bool(random.random() < 0.6)
            found.append(Specification.model_validate({**common, **about, "by_poverty_group": divided}))
    return found or specifications(random)


def exact_tables(rows: pd.DataFrame, plan: list[Specification]) -> dict[str, pd.DataFrame]:
    """Return the exact tables that the analysis makes of the answers."""
    about = dict.fromkeys(("heading", "stakeholder", "kind", "directness"), "x")
    told = [
        {**about, "indicator": name, "label": name, "value": name, "unit": unit, "better": "higher"}
        for name, unit in UNITS.items()
    ]
    indicators = conform(pd.DataFrame(told).assign(smallest_change=0.01), TABLES["staged.indicators"])
    responses = rows.assign(
        weight=rows.get("weight", 1.0),
        **dict.fromkeys(("node", "difference", "stratum", "cluster", "household", "enumerator")),
    )
    for column in ("stratum", "cluster", "difference", "household"):
        responses[column] = responses[column].astype("string")
    waves = conform(
        pd.DataFrame(
            {"wave": WAVES, "position": [1, 2], "label": WAVES, "role": ["baseline", "follow-up"]}
        ).assign(follow_up=pd.Series([None, "repeat"], dtype="string")),
        TABLES["staged.waves"],
    )
    study = pd.DataFrame([{"study_design": "longitudinal", "sample_design": "census"}])
    nothing = {name: empty(contract) for name, contract in TABLES.items()}
    sampling, comparison = Sampling(design="census"), Comparison()
    balance, weights, matching = (
        nothing[f"mart.comparison_{one}"] for one in ("balance", "weights", "matching")
    )
    lines, testing = nothing["staged.poverty_lines"], MultipleTesting()
    drawn = (nothing["mart.household_weights"], nothing["mart.draw_record"], nothing["mart.sample"])
    about_study = (responses, indicators, waves, study)
    means = analysis.estimate_indicators(responses, indicators, waves, *drawn, sampling=sampling)
    changes = followup.change_since_baseline(responses, indicators, waves, *drawn, lines, sampling=sampling)
    effects = impacts.estimate_impact(
        *about_study,
        *(balance, weights, matching, nothing["mart.spill_over"], nothing["mart.pre_trends"], lines),
        specification=plan,
        comparison=comparison,
        thresholds=Thresholds(),
        multiple_testing=testing,
        sampling=sampling,
        poverty=[],
    )
    differences = heterogeneity.compare_effects(
        *about_study,
        weights,
        matching,
        effects,
        lines,
        specification=plan,
        multiple_testing=testing,
        poverty=[],
    )
    gains = winners.tell_winners_and_losers(
        *(effects, conform(changes, TABLES["mart.wave_changes"]), *about_study, weights, matching, lines),
        specification=plan,
        multiple_testing=testing,
        comparison=comparison,
        sampling=sampling,
        poverty=[],
    )
    made = {
        "staged.indicators": indicators,
        "mart.indicator_estimates": means,
        "mart.wave_changes": changes,
        "mart.impact_estimates": effects,
        "mart.impact_differences": differences,
        "mart.winners_losers": gains,
    }
    return {name: conform(frame, TABLES[name]) for name, frame in made.items()}


def within(figure: float, place: float) -> tuple[float, float]:
    """Return what a figure can be that is told to a place; one that is no multiple of it is told exactly."""
    times = figure / place
    half = place / 2 if abs(times - round(times)) < 1e-6 else abs(figure) * 1e-9
    return figure - half - 1e-9, figure + half + 1e-9


def places(figures: list[float]) -> list[float]:
    """Return to which place each of figures side by side is told: three digits, two below one."""

    def own(value: float) -> float:
        digits = 3 if abs(value) >= 1 else 2
        return 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1) if value else 1e-12

    largest = min(1.0, own(max(abs(one) for one in figures)))
    return [own(one) if abs(one) >= 1000 else largest for one in figures]


def read(row: Mapping[str, Any], figure: str, *, share: bool) -> tuple[float, float]:
    """Return the least and the most that a figure can be, by itself, its interval, its error and its p."""
    value = row[figure]
    if share:
        return within(value, 0.01)
    ends: list[Any] = [row.get(end) for end in ("ci_low", "ci_high")]
    if any(end is None or pd.isna(end) for end in ends):
        return within(value, places([value])[0])
    at = places([value, *ends])
    (low, high), *around = (within(one, place) for one, place in zip((value, *ends), at, strict=True))
    middle = [sum(end) / 2 for end in zip(*around, strict=True)]
    low, high = max(low, middle[0]), min(high, middle[1])
    error = row.get("standard_error")
    if error is not None and pd.notna(error) and error > 0:
        least, most = within(error, places([error])[0])
        times = student.ppf(0.975, row["degrees_of_freedom"])
        low = max(low, around[0][0] + times * least, around[1][0] - times * most)
        high = min(high, around[0][1] + times * most, around[1][1] - times * least)
        p_value = row.get("p_value")
        if p_value is not None and pd.notna(p_value):
            p_low, p_high = p_value - 0.0005, p_value + 0.001  # one below 0.05 is not told as 0.05
            far = student.isf(max(p_low, 0.0) / 2, row["degrees_of_freedom"]) * most
            near = student.isf(min(p_high, 1.0) / 2, row["degrees_of_freedom"]) * least
            low, high = (max(low, near), min(high, far)) if value > 0 else (max(low, -far), min(high, -near))
    return float(low), float(high)


class Attacker:
    """Unknown are the sums of the answers of each kind of people in each wave."""

    def __init__(self, rows: pd.DataFrame, released: dict[str, pd.DataFrame], indicator: str):
        self.share = UNITS[indicator].startswith("share")
        self.indicator, self.released = indicator, released
        wide = rows.pivot(index="respondent", columns="wave", values=indicator)
        people = rows.drop_duplicates("respondent").set_index("respondent")
        self.kinds: Kinds = []
        counts, sums = [], []
        for key, part in people.groupby(KIND, sort=True):
            kind = dict(zip(KIND, key if isinstance(key, tuple) else (key,), strict=True))
            for wave in WAVES:
                if kind[wave]:
                    self.kinds.append({**kind, "wave": wave})
                    counts.append(len(part))
                    sums.append(float(wide.loc[part.index, wave].sum()))
        self.counts, self.sums = np.array(counts, dtype=float), np.array(sums)
        self.rows: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for figure, low, high in self._equations():
            true = float(figure @ self.sums)
            assert low - 1e-6 <= true <= high + 1e-6, "the attacker errs: a figure is not what he reads"
            self.rows.append(figure)
            self.low.append(min(low, true))
            self.high.append(max(high, true))

    def of(self, **wanted: Any) -> np.ndarray:
        """Return 1 for the sums of those who are wanted, 0 for the others."""
        return np.array(
            [all(value == ALL or kind[key] == value for key, value in wanted.items()) for kind in self.kinds],
            dtype=float,
        )

    def mean(self, **wanted: Any) -> np.ndarray:
        chosen = self.of(**wanted)
        return chosen / (chosen @ self.counts)

    def effect(self, name: str, **wanted: Any) -> np.ndarray:
        if name != "of_all":
            wanted |= dict.fromkeys(WAVES, True)
        if name == "young":
            wanted["old"] = 0.0
        change = {
            arm: self.mean(**wanted, arm=arm, wave="second") - self.mean(**wanted, arm=arm, wave="first")
            for arm in ("programme", "comparison")
        }
        return change["programme"] - change["comparison"]

    def _told(self, name: str, figure: str) -> Iterator[tuple[dict[str, Any], float, float]]:
        frame = self.released[f"mart.{name}"]
        chosen = frame[(frame["indicator"] == self.indicator) & frame[figure].notna()]
        for row in chosen.to_dict("records"):
            yield row, *read(row, figure, share=self.share)  # type: ignore[misc]

    def _equations(self) -> Iterator[tuple[np.ndarray, float, float]]:
        keys = ("poverty_group", "gender", "arm")
        for row, *ends in self._told("indicator_estimates", "estimate"):
            yield self.mean(**{key: row[key] for key in keys}, wave=row["wave"]), *ends  # type: ignore[misc]
        for row, *ends in self._told("wave_changes", "change"):
            of = {key: row[key] for key in ("poverty_group", "arm")}
            later, earlier = (self.mean(**of, wave=row[f"{end}_wave"]) for end in ("to", "from"))
            yield later - earlier, *ends  # type: ignore[misc]
        for row, *ends in self._told("impact_estimates", "estimate"):
            yield self.effect(row["specification"], poverty_group=row["poverty_group"]), *ends  # type: ignore[misc]
        for row, *ends in self._told("winners_losers", "estimate"):
            if row["basis"] == "impact":
                of = {key: row[key] for key in ("poverty_group", "gender")}
                yield self.effect(row["specification"], **of), *ends  # type: ignore[misc]
        for row, *ends in self._told("impact_differences", "estimate"):
            (other,) = {kind["poverty_group"] for kind in self.kinds} - {row["poverty_group"]}
            here, there = (
                self.effect(row["specification"], poverty_group=group)
                for group in (row["poverty_group"], other)
            )
            yield here - there, *ends  # type: ignore[misc]

    def targets(self) -> Iterator[tuple[str, Any, Any]]:
        """Yield the sums that are protected, with how many people they are of."""
        groups = [ALL, *sorted({kind["poverty_group"] for kind in self.kinds})]
        for group, gender in itertools.product(groups, (ALL, "women", "men")):
            of = {"poverty_group": group, "gender": gender}
            few = {
                f"{arm}, {wave} alone": self.of(**of, arm=arm, **dict.fromkeys(WAVES, False) | {wave: True})
                for arm in ("programme", "comparison")
                for wave in WAVES
            }
            few = {name: chosen for name, chosen in few.items() if chosen.any()}
            for size in range(1, len(few) + 1):
                for names in itertools.combinations(few, size):
                    chosen = sum((few[name] for name in names), np.zeros(len(self.kinds)))
                    if chosen @ self.counts <= MOST:
                        yield f"{group}, {gender}: {'; '.join(names)}", chosen, chosen @ self.counts
            for arm in ("programme", "comparison"):
                old = {**of, "arm": arm, "old": 1.0, **dict.fromkeys(WAVES, True)}
                later, earlier = self.of(**old, wave="second"), self.of(**old, wave="first")
                if 0 < later @ self.counts <= MOST:
                    yield (
                        f"{group}, {gender}: change of the old of {arm}",
                        later - earlier,
                        later @ self.counts,
                    )

    def ends(self, aim: np.ndarray) -> tuple[float, float]:
        """Return the least and the most that a sum can be."""
        least: Any = np.array(self.low)
        most: Any = np.array(self.high)
        known = LinearConstraint(np.array(self.rows), least, most)
        nobody: Any = np.zeros(len(self.counts))
        largest: Any = self.counts if self.share else np.full(len(self.counts), np.inf)
        found = []
        for sign in (1.0, -1.0):
            done = milp(
                sign * aim,
                constraints=known,
                bounds=Bounds(nobody, largest),
                integrality=np.full(len(self.counts), int(self.share)),
            )
            assert done.status in (0, 3), "the attacker errs: no sums fit what he reads"
            found.append(sign * done.fun if done.status == 0 else -sign * np.inf)
        return found[0], found[1]

    def finds(self) -> list[str]:
        """Return the sums of few people that he knows to within 10 %, of yes and no to the person."""
        if not self.rows:
            return []
        found = []
        for name, aim, people in self.targets():
            low, high = self.ends(aim)
            true = float(aim @ self.sums)
            near = 0.99 if self.share else 0.2 * abs(true)
            if high - low <= near:
                found.append(f"{self.indicator}, {name}: {people:.0f} people, {low:.6g} to {high:.6g}")
        return found


@pytest.mark.parametrize("seed", range(STUDIES))
def test_the_answers_of_the_few_who_fell_out_are_not_had_from_means_and_effects(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = answers(random)
    exact = exact_tables(rows, specifications(random))
    released = disclosure.release_all(exact, disclosure.Rules())
    found = [one for indicator in UNITS for one in Attacker(rows, released, indicator).finds()]
    assert not found, "\n".join(found)


CHANGES = [
    Specification.model_validate(
        {
            "name": "changes",
            "indicators": list(UNITS),
            "estimator": "first_differences",
            "from_wave": "first",
            "to_wave": "second",
            "error_type": "robust",
        }
    )
]


def panel(left: int) -> pd.DataFrame:
    """Return the answers of 30 people of each arm; so many of the programme are in the first wave alone."""
    random = np.random.default_rng(5)
    people = pd.DataFrame({"arm": ["programme"] * (30 + left) + ["comparison"] * 30})
    people = people.assign(
        respondent=[f"r{n}" for n in range(len(people))],
        poverty_group="g0",
        gender="women",
        old=0.0,
        first=True,
        second=people.index >= left,
    )
    both = pd.concat([people.assign(wave="first"), people[people["second"]].assign(wave="second")])
    size = len(both)
    return both.assign(
        wage=random.integers(900, 2100, size).astype(float),
        days=random.integers(4, 31, size).astype(float),
        trusts=random.integers(0, 2, size).astype(float),
    ).reset_index(drop=True)


@pytest.mark.parametrize(("left", "told"), [(0, True), (1, False), (4, False), (10, True)])
def test_an_effect_falls_where_one_to_nine_fell_out_of_one_arm_alone(left: int, told: bool) -> None:
    released = disclosure.release_all(exact_tables(panel(left), CHANGES), disclosure.Rules())
    effects = released["mart.impact_estimates"]
    assert (effects["withheld_by"] == "").all() == told
    assert (effects["withheld_by"] == "given away by others").all() != told
    assert effects["respondents"].notna().all()
    for name, figure in (("indicator_estimates", "estimate"), ("wave_changes", "change")):
        assert released[f"mart.{name}"][figure].notna().all()
    assert not {"programme_from", "comparison_to"} & {*effects}


@pytest.mark.parametrize(("left", "told"), [(0, True), (4, False), (10, True)])
def test_an_effect_that_is_not_of_the_means_weights_falls_where_few_fell_out(left: int, told: bool) -> None:
    rows = panel(left)
    weighted = rows.assign(weight=np.random.default_rng(6).uniform(0.5, 3.0, len(rows)))
    released = disclosure.release_all(exact_tables(weighted, CHANGES), disclosure.Rules())
    withheld = released["mart.impact_estimates"]["withheld_by"]
    assert (withheld == ("" if told else "given away by others")).all(), withheld.tolist()


def test_figures_that_were_public_keep_their_digits_and_give_away_what_they_like() -> None:
    exact = exact_tables(panel(1), CHANGES)
    released = disclosure.release_all(exact, disclosure.Rules(public=True))
    for name in ("impact_estimates", "indicator_estimates"):
        assert released[f"mart.{name}"]["estimate"].equals(exact[f"mart.{name}"]["estimate"])

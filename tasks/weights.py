"""Phase four: the weight of each respondent: the design weight, adjusted as the plan says.

The intake puts the final weight into staged.responses, so that every estimate reads it, once. Margins that
no weights meet are refused there, before anything is changed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.base import empty
from schemas.faults import Fault
from schemas.fieldwork import Responses
from schemas.plan import Plan
from schemas.vocabulary import ALL
from schemas.weights import CalibrationMargins, ResponseClasses, Weights, WeightSummary
from tasks import tellable
from tasks.files import as_text
from tasks.interviews import ROW_NUMBER
from tasks.methods import weighting
from tasks.steps import step

OF_THE_FRAME = ("stratum", "arm", "node", "poverty_group", "cluster", "gender", "difference")
"""The columns that are known of everybody who was drawn."""
NO_VARIABLES = ("respondent", "wave", "weight", "household", "enumerator")
CROSS = " x "
MOST_TOLD = 20
"""Answers that a fault lists."""
Place = tuple[str, str, int]


class NotWeighed(ValueError):
    """Weights cannot be adjusted as the plan says; the message tells the officer why."""


@dataclass(frozen=True)
class Interviewed:
    """What weights are made of: the interviews, who was drawn, the margins, and where each row stands.

    responses: staged.responses with design weights; types: its own columns -> text, integer, number, yes_no.
    drawn: mart.sample with gender and difference of the frame; it may be empty. replacements: the same of
    those who may stand in for somebody drawn.
    """

    plan: AssessmentPlan
    responses: pd.DataFrame
    types: Mapping[str, str]
    places: list[Place]
    drawn: pd.DataFrame
    replacements: pd.DataFrame
    margins: pd.DataFrame
    margin_places: list[Place]

    @property
    def waves(self) -> list[str]:
        """Return the waves whose respondents have weights, in order: with interviews, and no pilot."""
        present = set(self.responses["wave"])
        return [one.name for one in self.plan.wave if one.role != "pilot" and one.name in present]

    @property
    def listed(self) -> pd.DataFrame:
        """Return everybody whom the draw gives a weight: those drawn and their replacements."""
        return pd.concat([self.drawn, self.replacements]) if len(self.replacements) else self.drawn

    def of(self, wave: str) -> pd.DataFrame:
        """Return the interviews of a wave."""
        return self.responses[self.responses["wave"] == wave]

    def margins_of(self, wave: str) -> pd.DataFrame:
        """Return the margins that a wave's weights shall meet."""
        return self.margins[self.margins["wave"].isin([wave, ALL])]

    def words(self, rows: pd.DataFrame, variable: str) -> pd.Series:
        """Return a variable of the margins as text: yes and no as such, several columns joined by x."""
        parts = [self._words(rows, name) for name in variable.split(CROSS)]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined + CROSS + part
        return joined

    def _words(self, rows: pd.DataFrame, name: str) -> pd.Series:
        words = as_text(rows[name])
        return words.replace({"1": "yes", "0": "no"}) if self.types.get(name) == "yes_no" else words


@dataclass(frozen=True)
class Weighed:
    """The weights, the classes in which they were adjusted and the margins that they were fitted to."""

    weights: pd.DataFrame
    classes: pd.DataFrame
    margins: pd.DataFrame


def weigh(given: Interviewed) -> Weighed:
    """Return mart.weights, mart.response_classes and mart.calibration_margins.

    Where the plan asks for no adjustment all factors are 1. Raises NotWeighed in words where weights cannot
    be adjusted as the plan says; `faults` finds most of that with its place.
    """
    asked, waves = given.plan.weights, given.waves
    rows = given.responses[given.responses["wave"].isin(waves)]
    factor = pd.Series(1.0, index=rows.index)
    classes, margins = [], []
    if asked.nonresponse and waves:
        found, by_unit = _of_those_drawn(given, waves[0])
        classes.append(found)
        factor = rows["respondent"].map(by_unit).astype("float64")
        if factor.isna().any():
            raise NotWeighed("A replacement was interviewed of whose class nobody was drawn")
    base = rows["weight"] * factor
    if asked.attrition:
        for wave in waves[1:]:
            found, again = _of_the_first_wave(given, wave, base)
            classes.append(found)
            factor = factor * again.reindex(factor.index).fillna(1.0)
    adjusted = rows["weight"] * factor
    weight = adjusted
    for wave in waves if asked.calibration else ():
        known = given.margins_of(wave)
        if len(known):
            fitted, reached = _calibrated(given, wave, known, adjusted)
            weight = fitted.reindex(weight.index).fillna(weight)
            margins.append(reached)
    weights = rows[["respondent", "wave"]].assign(
        design_weight=rows["weight"],
        nonresponse_factor=factor,
        calibration_factor=weight / adjusted,
        weight=weight,
    )
    return Weighed(
        weights if len(weights) else empty(Weights),
        pd.concat(classes, ignore_index=True) if classes else empty(ResponseClasses),
        pd.concat(margins, ignore_index=True) if margins else empty(CalibrationMargins),
    )


def _of_those_drawn(given: Interviewed, wave: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the classes of those drawn, and the factor of each of them and of those who may replace them.

    A replacement answers for its class as one drawn does: with all places filled no factor is above 1.
    """
    columns = given.plan.weights.nonresponse
    drawn, listed = given.drawn, given.listed
    interviewed = listed[listed["unit"].isin(given.of(wave)["respondent"])]
    try:
        table = weighting.nonresponse_factors(drawn, interviewed, columns)
    except ValueError as error:
        raise NotWeighed(f"Of those drawn: {error}") from None
    by_unit = listed.merge(table, on=columns, validate="many_to_one").set_index("unit")["factor"]
    return _classes(table, columns, wave, "those drawn"), by_unit


def _of_the_first_wave(given: Interviewed, wave: str, base: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """Return the classes of the first wave's respondents, and the factor of each row of a later wave.

    Who was interviewed in the first wave belongs to the class of then.
    """
    columns = given.plan.weights.attrition
    first, later = given.of(given.waves[0]), given.of(wave)
    newcomers = later[~later["respondent"].isin(first["respondent"])]
    known = pd.concat([first, newcomers]).set_index("respondent")[columns]
    expected = first[columns].assign(weight=base)
    interviewed = known.loc[later["respondent"]].set_index(later.index).assign(weight=base)
    try:
        table = weighting.nonresponse_factors(expected, interviewed, columns)
    except ValueError as error:
        raise NotWeighed(f"Of the wave '{wave}': {error}") from None
    factors = interviewed.reset_index(names="row").merge(table, on=columns, validate="many_to_one")
    by_row = factors.set_index("row")["factor"].reindex(later.index)
    return _classes(table, columns, wave, "those of the first wave"), by_row


def _classes(table: pd.DataFrame, columns: list[str], wave: str, among: str) -> pd.DataFrame:
    words = [as_text(table[column]) for column in columns]
    label = words[0]
    for one in words[1:]:
        label = label + CROSS + one
    missed = (table["expected"] - table["interviewed"]).clip(lower=0)
    told = table.drop(columns=columns).assign(wave=wave, among=among, not_interviewed=missed)
    return told.assign(weighting_class=label)


def _calibrated(
    given: Interviewed, wave: str, known: pd.DataFrame, adjusted: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the calibrated weights of a wave's rows, and the margins before and after."""
    rows = given.of(wave)
    frame = pd.DataFrame({name: given.words(rows, name) for name in known["variable"].unique()})
    frame["weight"] = adjusted  # a column of that name is never a variable
    try:
        weights = weighting.METHODS[given.plan.weights.calibration](frame, known)
    except ValueError as error:
        raise NotWeighed(f"Of the wave '{wave}': {error}") from None
    frame["calibrated weight"] = weights
    reached = weighting.margins_reached(frame, known, before="weight", after="calibrated weight")
    return pd.Series(weights, index=rows.index), reached.assign(wave=wave)


def faults(given: Interviewed) -> Iterator[Fault]:
    """Yield what is wrong with [weights] and design/margins, each with its place."""
    yield from _class_faults(given)
    asked, margins = given.plan.weights, given.margins
    if len(margins) and not asked.calibration:
        yield Fault(
            given.margin_places[0][0],
            rule="has margins, and the plan does not say how weights are fitted to them",
            remedy='Write calibration = "raking" under [weights], or take the file away',
        )
    if asked.calibration and not len(margins):
        yield Fault(
            "assessment.toml",
            column="weights.calibration",
            rule="there are no known numbers of people to fit weights to",
            remedy="Give them in design/margins (wave, variable, category, total), or leave calibration out",
        )
    if not (asked.calibration and len(margins)):
        return
    misplaced = [*_margin_faults(given)]
    yield from misplaced
    if not misplaced:
        for wave in given.waves:
            yield from _answer_faults(given, wave)


def _class_faults(given: Interviewed) -> Iterator[Fault]:
    plan = given.plan
    allowed = {
        "nonresponse": list(OF_THE_FRAME),
        "attrition": [str(one) for one in given.responses if one not in NO_VARIABLES],
    }
    where = {"nonresponse": "known of everybody who was drawn", "attrition": "a column of the interviews"}
    for key, columns in allowed.items():
        for place, name in enumerate(getattr(plan.weights, key), start=1):
            if name not in columns:
                yield Fault(
                    "assessment.toml",
                    column=f"weights.{key}.{place}",
                    rule=f"'{name}' is not {where[key]}, so it makes no classes",
                    remedy=f"{_nearest(name, columns)}Columns are: {', '.join(columns)}",
                )
    if plan.weights.nonresponse and not given.drawn["weight"].notna().any():
        yield Fault(
            "assessment.toml",
            column="weights.nonresponse",
            rule="no draw gives weights, so that nobody knows who was to be interviewed",
            remedy="Give design/frame and a 'design' of [sampling] that draws, or leave nonresponse out",
        )
    elif plan.weights.nonresponse and _brings_weights(given):
        yield Fault(
            "assessment.toml",
            column="weights.nonresponse",
            rule="the interviews bring weights that are not those of the draw",
            remedy="Leave weights out of the interviews, or nonresponse out: they may have it already",
        )
    if plan.weights.attrition:
        yield from _unlinked(given)


def _brings_weights(given: Interviewed) -> bool:
    rows = given.responses[given.responses["wave"].isin(given.waves)]
    of_the_draw = rows["respondent"].map(given.listed.set_index("unit")["weight"]).astype("float64")
    return bool(((rows["weight"] - of_the_draw).abs() > 1e-9 * of_the_draw).any() | of_the_draw.isna().any())


def _unlinked(given: Interviewed) -> Iterator[Fault]:
    """Yield the later waves of which nobody knows whether they were in the first."""
    without_ids = [one.name for one in given.plan.wave if one.columns.respondent == ROW_NUMBER]
    first = set(given.of(given.waves[0])["respondent"]) if given.waves else set()
    for wave in given.waves[1:]:
        if without_ids or first.isdisjoint(given.of(wave)["respondent"]):
            yield Fault(
                "assessment.toml",
                column="weights.attrition",
                rule=f"nobody of the first wave is known to be in the wave '{wave}'",
                remedy="Give respondents the same ids in every wave, or leave attrition out",
            )


def _margin_faults(given: Interviewed) -> Iterator[Fault]:
    """Yield the rows of the margins whose wave or variable is not there, or given twice over."""
    waves = [one.name for one in given.plan.wave if one.role != "pilot"]
    columns = [str(one) for one in given.responses if one not in NO_VARIABLES]
    general = set(given.margins.loc[given.margins["wave"] == ALL, "variable"])
    for place, row in zip(given.margin_places, given.margins.to_dict("records"), strict=True):
        if row["wave"] not in (*waves, ALL):
            rule = f"the wave {tellable.value(row['wave'])} is not one whose weights are fitted"
            yield Fault(*place, "wave", rule, f"Write {ALL}, or one of: {', '.join(waves)}")
        elif row["wave"] != ALL and row["variable"] in general:
            rule = f"{tellable.value(row['variable'])} has margins for all waves as well"
            yield Fault(*place, "wave", rule, "Give them for all waves, or for each wave")
        for name in row["variable"].split(CROSS):
            if name not in columns:
                rule = (
                    f"{tellable.value(name)} is not a column of the interviews that margins can be known of"
                )
                yield Fault(*place, "variable", rule, f"{_nearest(name, columns)}Correct the variable")
    if given.plan.weights.calibration == "post_stratification" and given.margins["variable"].nunique() > 1:
        yield Fault(
            "assessment.toml",
            column="weights.calibration",
            rule="post-stratification takes one variable, and the margins have several",
            remedy='Join them, as in gender x arm, or write calibration = "raking"',
        )


def _answer_faults(given: Interviewed, wave: str) -> Iterator[Fault]:
    """Yield where a wave's answers and its margins do not name the same categories."""
    rows, known = given.of(wave), given.margins_of(wave)
    for variable, part in known.groupby("variable", sort=True):
        words = given.words(rows, str(variable))
        answers = sorted(words.dropna().unique())
        for index in part.index[~part["category"].isin(answers)]:
            category = str(part.loc[index, "category"])
            rule = f"no respondent of the wave '{wave}' has {tellable.value(category)} as {variable}"
            remedy = f"{tellable.nearest(category, answers)}{_answers(answers)}"
            yield Fault(*given.margin_places[int(index)], "category", rule, remedy)
        for index in words.index[~words.isin(part["category"]).astype(bool)][:100]:
            told = "is empty" if pd.isna(words[index]) else "has a value that the margins do not have"
            remedy = "Correct it, add the value to design/margins, or leave the variable out there"
            yield Fault(*given.places[int(index)], str(variable), told, remedy)


def _answers(answers: list[str]) -> str:
    """Return the answers of a column as a fault may tell them: where all are codes, and few."""
    told = [tellable.value(one) for one in answers]
    if tellable.UNTOLD in told or len(told) > MOST_TOLD:
        return f"Write one of the {len(told)} answers of the interviews"
    return f"The answers are: {', '.join(answers)}"


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'? " if close else ""


@step("fieldwork", reads=[Weights, Responses, Plan], writes=[WeightSummary], named=True)
def summarize_weights(weights: pd.DataFrame, responses: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Say how uneven the weights of each wave and arm are; nothing of a purposive sample, which has none."""
    if not len(weights) or plan["sample_design"].iloc[0] == "purposive":
        return empty(WeightSummary)
    key = ["respondent", "wave"]
    rows = weights.merge(responses[[*key, "arm"]], on=key, validate="one_to_one")
    rows["factor"] = rows["weight"] / rows["design_weight"]
    parts = [(wave, ALL, part) for wave, part in rows.groupby("wave", sort=True)]
    if rows["arm"].notna().any():
        parts += [(*both, part) for both, part in rows.groupby(["wave", "arm"], sort=True)]  # type: ignore[misc]
    return pd.DataFrame(
        [
            {"wave": wave, "arm": arm, **weighting.weight_summary(part["weight"], part["factor"])}
            for wave, arm, part in parts
        ]
    )

"""Phase five: what indicators are computed from: the answers of people, or of their households."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from schemas.vocabulary import ALL
from tasks import expressions

PERSON, HOUSEHOLD = "person", "household"
SHARED = ("arm", "node", "poverty_group", "difference")
"""What a household is where all its respondents are."""
VALUE_OF = "value of "
OF_CATEGORY = ": "
FEWEST_OF_A_CATEGORY = 10
OTHER = "other answers"


@dataclass(frozen=True)
class Units:
    """The rows that means are over: design and domains, answers, and the column that names each unit.

    answers: a column an indicator, or an indicator and category. level: indicator -> what is told of it.
    """

    frame: pd.DataFrame
    answers: pd.DataFrame
    unit: str
    level: dict[str, str]

    def taken(self, rows: pd.Series) -> Units:
        """Return some of the rows."""
        return Units(self.frame[rows], self.answers[rows], self.unit, self.level)

    def answered(self, columns: pd.Series) -> Units:
        """Return some of the columns."""
        return Units(self.frame, self.answers.loc[:, columns], self.unit, self.level)

    @property
    def values(self) -> list[str]:
        """Return the names of the columns of answers."""
        return [str(one) for one in self.answers]

    @property
    def table(self) -> pd.DataFrame:
        """Return design, domains and answers side by side."""
        return pd.concat([self.frame, self.answers], axis=1)

    def named(self, estimates: pd.DataFrame) -> pd.DataFrame:
        """Return estimates with indicator, category and level in place of the column of answers."""
        parts = estimates["value"].str.removeprefix(VALUE_OF).str.partition(OF_CATEGORY)
        return estimates.drop(columns="value").assign(
            indicator=parts[0], category=parts[2].replace("", ALL), level=parts[0].map(self.level)
        )


def units_of(indicators: pd.DataFrame, responses: pd.DataFrame, weights: pd.DataFrame) -> list[Units]:
    """Return the rows of people, and those of households where indicators are about them.

    An indicator of level household is one of people where not every wave has households with a weight of
    their own. responses: without pilots. weights: mart.household_weights.
    """
    told = indicators["level"].fillna(PERSON)
    level = dict(zip(indicators["indicator"].astype(str), told.astype(str), strict=True))
    answers = answers_of(indicators, responses)
    homes = [name for name in level if level[name] == HOUSEHOLD]
    of_homes = answers[[one for one in answers if _indicator(str(one)) in homes]]
    found = _households(responses, of_homes, weights, dict.fromkeys(homes, HOUSEHOLD))
    if found is None:
        return [Units(responses, answers, "respondent", level | dict.fromkeys(homes, PERSON))]
    people = Units(responses, answers.drop(columns=list(of_homes)), "respondent", level)
    return [people, found]


def _indicator(column: str) -> str:
    return column.removeprefix(VALUE_OF).partition(OF_CATEGORY)[0]


def answers_of(indicators: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the value of each indicator for each respondent and wave, by the catalogue's expression.

    One column an indicator. Where the value is a word there is one a category instead, 1 for who said it and
    0 for who said another; categories that few people said are one together.
    """
    columns: dict[str, pd.Series] = {}
    for row in indicators.to_dict("records"):
        name = VALUE_OF + str(row["indicator"])
        found = expressions.compute(row["value"], responses)
        if found.dtype == "string":
            columns |= {name + OF_CATEGORY + one: share for one, share in _categories(found).items()}
        else:
            columns[name] = found.astype("Float64").astype("float64")
    return pd.DataFrame(columns, index=responses.index)


def _categories(words: pd.Series) -> dict[str, pd.Series]:
    counts = words.value_counts()
    rare = words.isin(counts.index[counts < FEWEST_OF_A_CATEGORY])
    words = words.mask(rare, OTHER)
    said = words.notna()
    return {
        str(one): (words == one).astype("Float64").where(said).astype("float64")
        for one in sorted(words.dropna().unique())
    }


def _households(
    responses: pd.DataFrame, answers: pd.DataFrame, weights: pd.DataFrame, level: dict[str, str]
) -> Units | None:
    """Return a row for each wave and household with a weight; None where a wave has none.

    Answers of several people of a household are averaged. The household stands in a group, arm or difference
    if all of them do, and has no gender; its stratum and cluster are the first of theirs in alphabetical
    order.
    """
    known = weights.loc[weights["weight"].notna(), ["wave", "household", "weight"]]
    if not len(answers.columns) or set(known["wave"]) != set(responses["wave"]):
        return None
    key = ["wave", "household"]
    rows = responses.drop(columns="weight").join(answers)
    rows = rows.merge(known, on=key, how="inner", validate="many_to_one")
    within = rows.groupby(key, sort=True)
    frame = within[["weight", "stratum", "cluster"]].min()
    for column in SHARED:
        same = within[column].nunique(dropna=False) == 1
        frame[column] = within[column].first().where(same)
    frame["gender"] = pd.Series(pd.NA, index=frame.index, dtype="string")
    averaged = within[list(answers)].mean()
    return Units(frame.reset_index(), averaged.reset_index(drop=True), HOUSEHOLD, level)

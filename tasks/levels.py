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


@dataclass(frozen=True)
class Units:
    """The rows that means are over: design and domains, answers, and the column that names each unit.

    answers: a column an indicator. level: indicator -> what is told of it.
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
        names = estimates["value"].str.removeprefix(VALUE_OF)
        return estimates.drop(columns="value").assign(
            indicator=names, category=ALL, level=names.map(self.level)
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
    of_homes = answers[[VALUE_OF + name for name in homes]]
    found = _households(responses, of_homes, weights, dict.fromkeys(homes, HOUSEHOLD))
    if found is None:
        return [Units(responses, answers, "respondent", level | dict.fromkeys(homes, PERSON))]
    people = Units(responses, answers.drop(columns=list(of_homes)), "respondent", level)
    return [people, found]


def answers_of(indicators: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the value of each indicator for each respondent and wave, by the catalogue's expression.

    One column an indicator.
    """
    if responses.empty:  # before the first wave there are no columns that an expression could name
        names = [VALUE_OF + str(one) for one in indicators["indicator"]]
        return pd.DataFrame(index=responses.index, columns=names, dtype=float)
    columns = {
        VALUE_OF + str(row["indicator"]): expressions.compute_number(row["value"], responses)
        for row in indicators.to_dict("records")
    }
    return pd.DataFrame(columns, index=responses.index)


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

"""An attacker who reads all released counts and solves for those that are withheld.

He is stronger than the audit in tasks/given_away.py and shares no code with it: he reasons about the people
behind all rows at once, by group, gender, difference and arm.
"""

from __future__ import annotations

import itertools
import os
from functools import cached_property

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

from schemas.base import TABLES, conform
from tasks import disclosure
from tasks.run import Run  # noqa: F401 -- declares every table

REPORTS = int(os.environ.get("PSIA_ATTACKS", "6"))
"""How many random reports are attacked; the full size is 200."""
SPLITS = (
    ("poverty_group", "arm"),
    ("arm",),
    ("poverty_group",),
    ("gender", "arm"),
    ("poverty_group", "gender", "arm"),
    ("difference", "arm"),
    ("poverty_group", "difference", "arm"),
    (),
)
DIMENSIONS = ("poverty_group", "gender", "difference", "arm")
UNKNOWN = "unknown"
INTERVIEWS, ESTIMATES = "mart.interviews", "mart.indicator_estimates"


def people(random: np.random.Generator) -> pd.DataFrame:
    """Return invented respondents; some groups are small, and women or migrants are few in some."""
    size = int(random.integers(60, 500))
    groups = int(random.integers(2, 6))
    frame = pd.DataFrame(
        {
            "poverty_group": random.choice(
                [f"g{n}" for n in range(groups)], size, p=random.dirichlet([1.0] * groups)
            ),
            "gender": random.choice(["women", "men"], size, p=random.dirichlet([2.0, 1.0])),
            "difference": random.choice(["migrant", "local"], size, p=random.dirichlet([1.0, 3.0])),
            "arm": random.choice(["programme", "comparison"], size, p=random.dirichlet([3.0, 2.0])),
        }
    )
    if random.random() < 0.5:  # some did not say
        frame.loc[random.random(size) < random.uniform(0, 0.2), "gender"] = UNKNOWN
    frame.loc[frame["poverty_group"] == "g0", "gender"] = "women"
    return frame


def counted(frame: pd.DataFrame, splits: tuple[tuple[str, ...], ...]) -> pd.DataFrame:
    parts = []
    for split in splits:
        if "poverty_group" in split and "gender" in split:
            rows = frame[frame["poverty_group"] != "g0"]  # not divided by what all its people share
        else:
            rows = frame
        if "gender" in split:
            rows = rows[rows["gender"] != UNKNOWN]
        keyed = rows.assign(**{one: "all" for one in DIMENSIONS if one not in split})
        parts.append(keyed.groupby(list(DIMENSIONS), as_index=False).size())
    return pd.concat(parts, ignore_index=True).drop_duplicates(list(DIMENSIONS))


def report(random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the tables of a random report: who was interviewed, and who answered each of two questions."""
    everybody = people(random)
    interviews = counted(everybody, (("poverty_group", "arm"), ("arm",), ("poverty_group",), ()))
    interviews = interviews.assign(wave="once", interviewed=interviews["size"])
    estimates = []
    for name, answering in (("trust", 1.0), ("wage", float(random.uniform(0.7, 1.0)))):
        rows = counted(everybody[random.random(len(everybody)) < answering], SPLITS)
        rows = rows.assign(indicator=name, category="all", wave="once", respondents=rows["size"])
        estimates.append(rows.assign(estimate=2.5, design="representative"))
    groups = pd.DataFrame(
        {
            "poverty_group": sorted(set(everybody["poverty_group"])),
            "label": "Group",
            "node": "node",
            "box4_group": "home_worker",
            "likelihood": "likely",
            "planned": True,
        }
    )
    groups["gender"] = groups["poverty_group"].map({"g0": "women"})
    keep = ["wave", "arm", "poverty_group", "interviewed"]
    tables = {
        "mart.poverty_groups": groups,
        INTERVIEWS: interviews[keep],
        ESTIMATES: pd.concat(estimates, ignore_index=True).drop(columns="size"),
    }
    return {name: conform(frame, TABLES[name]) for name, frame in tables.items()}


def by_kind(counts: pd.Series, table: pd.DataFrame) -> dict[tuple[str, ...], int]:
    keyed = table.assign(**{one: "all" for one in DIMENSIONS if one not in table})
    return dict(zip(keyed[list(DIMENSIONS)].itertuples(index=False, name=None), counts, strict=True))


class Attacker:
    """Everybody unknown: how many people of each kind were interviewed, and how many of them answered.

    He knows every told count to the person, as if errors and degrees of freedom had told it. by_rules: he
    also reads of what is withheld whether that is for the threshold, and so below ten.
    """

    def __init__(
        self,
        released: dict[str, pd.DataFrame],
        exact: dict[str, pd.DataFrame],
        indicator: str,
        *,
        by_rules: bool,
    ):
        estimates = released[ESTIMATES][exact[ESTIMATES]["indicator"] == indicator]
        self.groups = sorted(set(released[INTERVIEWS]["poverty_group"]) - {"all"})
        kinds = itertools.product(
            self.groups, ("women", "men", UNKNOWN), ("migrant", "local"), ("programme", "comparison")
        )
        self.kinds = [kind for kind in kinds if kind[0] != "g0" or kind[1] == "women"]
        size = len(self.kinds)
        self.rows, self.limits = [], []
        for place in range(size):  # nobody answers who was not interviewed
            row = np.zeros(2 * size)
            row[size + place], row[place] = 1, -1
            self._know(row, 0)
        for name, table, column, offset in (
            (INTERVIEWS, released[INTERVIEWS], "interviewed", 0),
            (ESTIMATES, estimates, "respondents", size),
        ):
            told = by_kind(table[column], table)
            for key, count in by_kind(exact[name][column].reindex(table.index), table).items():
                row = self._of(key, offset)
                if pd.notna(told[key]):
                    assert abs(told[key] - count) <= 2 * len(self.kinds), (
                        "what is told is rounded, and no more"
                    )
                    self._know(row, count)
                    self._know(-row, -count)
                elif by_rules and count:
                    self._know(-row, -1 if count < 10 else -10)
                    self._know(row, 9 if count < 10 else np.inf)

    def _know(self, row: np.ndarray, limit: float) -> None:
        if np.isfinite(limit):
            self.rows.append(row)
            self.limits.append(limit)

    def _of(self, key: tuple[str, ...], offset: int) -> np.ndarray:
        row = np.zeros(2 * len(self.kinds))
        for place, kind in enumerate(self.kinds):
            row[offset + place] = all(wanted in ("all", has) for wanted, has in zip(key, kind, strict=True))
        return row

    def ends(self, key: tuple[str, ...], *, interviewed: bool) -> tuple[float, float]:
        return self._end(key, 1, interviewed=interviewed), self.most(key, interviewed=interviewed)

    def most(self, key: tuple[str, ...], *, interviewed: bool) -> float:
        return self._end(key, -1, interviewed=interviewed)

    def _end(self, key: tuple[str, ...], sign: int, *, interviewed: bool) -> float:
        aim = self._of(key, 0 if interviewed else len(self.kinds))
        done = linprog(sign * aim, A_ub=self.known, b_ub=self.limits, method="highs")
        assert done.status in (0, 3), "the attacker errs: no people fit what he reads"
        if done.status:
            return np.inf
        return np.ceil(done.fun - 1e-6) if sign > 0 else np.floor(-done.fun + 1e-6)

    @cached_property
    def known(self) -> sparse.csr_array:
        return sparse.csr_array(np.array(self.rows))


@pytest.mark.parametrize("seed", range(REPORTS))
def test_no_withheld_count_is_exact_and_none_is_known_to_be_below_ten(seed: int) -> None:
    exact = report(np.random.default_rng(seed))
    released = disclosure.release_all(exact, disclosure.Rules())
    withheld = 0
    for indicator in ("trust", "wage"):
        told = released[ESTIMATES][exact[ESTIMATES]["indicator"] == indicator]
        attacker = Attacker(released, exact, indicator, by_rules=False)
        reader = Attacker(released, exact, indicator, by_rules=True)
        for table, column in ((released[INTERVIEWS], "interviewed"), (told, "respondents")):
            name = INTERVIEWS if column == "interviewed" else ESTIMATES
            hidden = table[table[column].isna() & (exact[name][column].reindex(table.index) > 0)]
            keyed = hidden.assign(**{one: "all" for one in DIMENSIONS if one not in hidden})
            true = exact[name][column].reindex(hidden.index)
            for key, count in zip(
                keyed[list(DIMENSIONS)].itertuples(index=False, name=None), true, strict=True
            ):
                of_all = column == "interviewed"
                assert count >= 10 or attacker.most(key, interviewed=of_all) >= 10, f"{key} is below ten"
                low, high = reader.ends(key, interviewed=of_all)  # who knows less finds no more
                assert high > low, f"{key} is exact"
                withheld += 1
    assert withheld or (exact[ESTIMATES]["respondents"] >= 10).all()

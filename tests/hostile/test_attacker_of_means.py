"""An attacker who multiplies released means by their numbers and solves for the means that are withheld.

He knows the numbers of people exactly, also where they are withheld, and reasons about the sums of the finest
cells; he shares no code with tasks/means_given_away.py.
"""

from __future__ import annotations

import itertools
import os
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from schemas.base import TABLES, conform
from tasks import disclosure
from tasks.run import Run  # noqa: F401 -- declares every table

REPORTS = int(os.environ.get("PSIA_ATTACKS", "6"))
"""How many random reports are attacked; the full size is 200."""
ESTIMATES, KINDS = "mart.indicator_estimates", ("poverty_group", "gender", "arm")
SPLITS = [split for size in range(4) for split in itertools.combinations(KINDS, size)]


def poor_people(random: np.random.Generator) -> pd.DataFrame:
    size = int(random.integers(300, 3000))
    groups = [f"g{n}" for n in range(int(random.integers(2, 5)))]
    frame = pd.DataFrame(
        {
            "poverty_group": random.choice(groups, size),
            "gender": random.choice(["women", "men"], size, p=random.dirichlet([2.0, 1.0])),
            "arm": random.choice(["programme", "comparison"], size),
        }
    )
    rate = frame["poverty_group"].map(
        dict(zip(groups, random.choice([0.01, 0.02, 0.5, 0.97], len(groups)), strict=True))
    )
    return frame.assign(poor=(random.random(size) < rate).astype(float))


def shares(people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the share of the poor of every split, and the indicator that it is of."""
    parts = []
    for split in SPLITS:
        keyed = people.assign(**{one: "all" for one in KINDS if one not in split})
        parts.append(
            keyed.groupby(list(KINDS))["poor"].agg(estimate="mean", respondents="size").reset_index()
        )
    table = pd.concat(parts, ignore_index=True).assign(indicator="poor", category="all", difference="all")
    about = dict.fromkeys(
        ("indicator", "label", "heading", "stakeholder", "kind", "directness", "value"), "poor"
    )
    indicator = pd.DataFrame([{**about, "unit": "share of respondents", "better": "lower"}])
    return {
        "staged.indicators": conform(indicator, TABLES["staged.indicators"]),
        ESTIMATES: conform(table.assign(wave="once", design="census"), TABLES[ESTIMATES]),
    }


def ends(people: pd.DataFrame, exact: Any, told: Any, withheld: Any) -> tuple[float, float, float]:
    """Return the least and the most that the share of a withheld row can be, and of how many it is."""
    finest = people.groupby(list(KINDS)).size()

    def inside(wanted: tuple[str, ...]) -> np.ndarray:
        return np.array(
            [all(w in ("all", has) for w, has in zip(wanted, kind, strict=True)) for kind in finest.index]
        ).astype(float)

    rows, limits = [], []
    for row, one in told[told["estimate"].notna()].iterrows():
        known, count = inside(tuple(one[list(KINDS)])), exact.at[row, "respondents"]
        for sign in (1, -1):
            rows.append(sign * known)
            limits.append(sign * one["estimate"] * count + 0.005 * count + 1e-9)
    aim = inside(tuple(exact.loc[withheld, list(KINDS)]))
    size = float(finest @ aim)
    found = []
    for sign in (1, -1):
        done = linprog(
            sign * aim,
            A_ub=np.array(rows) if rows else None,
            b_ub=limits or None,
            bounds=[(0, count) for count in finest],
            method="highs",
        )
        assert done.status == 0, "the attacker errs: no sums fit what he reads"
        found.append(sign * done.fun / size)
    return found[0], found[1], size


@pytest.mark.parametrize("seed", range(REPORTS))
def test_no_withheld_share_is_had_from_the_others(seed: int) -> None:
    people = poor_people(np.random.default_rng(seed))
    exact = shares(people)
    told = disclosure.release_all(exact, disclosure.Rules())[ESTIMATES]
    for row in told.index[told["estimate"].isna()]:
        low, high, count = ends(people, exact[ESTIMATES], told, row)
        assert high >= 0.05, f"{row}: nearly nobody is poor"
        assert low <= 0.95, f"{row}: nearly everybody is poor"
        assert (high - low) * count >= 0.99, f"{row}: the number of the poor is exact"

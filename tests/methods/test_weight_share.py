from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tasks.methods.sampling import draw_stratified
from tasks.methods.weight_share import household_weights

KEYS = {"household": "home", "weight": "weight", "eligible": "eligible"}


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "home": ["h1", "h1", "h2", "h3", "h4", None],
            "wave": "w",
            "weight": [6.0, 3.0, 4.0, 5.0, 2.0, 9.0],
            "eligible": [3, 2, 1, np.nan, 0, 1],
        }
    )


def test_the_weights_of_members_are_shared_by_those_who_could_be_chosen() -> None:
    shared = household_weights(people(), by="wave", **KEYS).set_index("home")
    assert shared[["respondents", "eligible_members", "weight"]].to_numpy()[0].tolist() == [2, 3, 3]
    assert shared.loc["h2", "weight"] == 4
    assert shared.loc[["h3", "h4"], "weight"].isna().all()
    assert len(shared) == 4
    shuffled = people().sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(household_weights(shuffled, by="wave", **KEYS).set_index("home"), shared)


def test_totals_of_households_are_unbiased() -> None:
    """Households of one to four people; what they own is counted right through any of their members."""
    members = [1 + number % 4 for number in range(40)]
    homes = [f"h{number}" for number, count in enumerate(members) for _ in range(count)]
    frame = pd.DataFrame({"unit": range(len(homes)), "stratum": "s", "home": homes})
    rooms = pd.Series({f"h{number}": 1.0 + count**2 for number, count in enumerate(members)})
    counts = frame["home"].value_counts()
    totals = []
    for seed in range(80):
        drawn = draw_stratified(frame, {"s": 30}, seed, unit="unit", stratum="stratum")
        drawn["home"] = drawn["unit"].map(frame.set_index("unit")["home"])
        drawn["eligible"] = drawn["home"].map(counts)
        shared = household_weights(drawn, **KEYS)
        totals.append((shared["weight"] * shared["home"].map(rooms)).sum())
    assert abs(np.mean(totals) - rooms.sum()) < 4 * np.std(totals) / np.sqrt(80)


def test_bad_weights_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="above 0 in the column 'weight'"):
        household_weights(people().assign(weight=0.0), **KEYS)
    with pytest.raises(ValueError, match="below 0"):
        household_weights(people().assign(eligible=-1), **KEYS)
    with pytest.raises(ValueError, match="no column 'eligible'"):
        household_weights(people().drop(columns="eligible"), **KEYS)

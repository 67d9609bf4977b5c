"""Staggered starts: by hand, against difference-in-differences, by property, and how often intervals hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.impact import Model, fit
from tasks.methods.staggered import staggered_effects

WAVES = ("one", "two", "three")


def panel(seed: int, starts: np.ndarray, effect: float = 0.0, growth: float = 0.0) -> pd.DataFrame:
    """Return three waves of ten people in each cluster; `starts` names the wave of each cluster's start.

    The effect is `effect` at the start and `growth` more in each wave after it. Errors go together within a
    cluster, and again within a cluster and wave.
    """
    chance = np.random.default_rng(seed)
    cluster = np.arange(len(starts)).repeat(10)
    began = np.array([WAVES.index(one) if one in WAVES else 99 for one in starts])[cluster]
    level = chance.normal(0, 1, len(starts))[cluster] + chance.normal(0, 1, len(cluster))
    parts = []
    for wave, name in enumerate(WAVES):
        since = wave - began
        gain = np.where(since >= 0, effect + growth * since, 0.0)
        noise = chance.normal(0, 0.5, len(starts))[cluster] + chance.normal(0, 1, len(cluster))
        parts.append(
            pd.DataFrame(
                {
                    "respondent": np.arange(len(cluster)),
                    "wave": name,
                    "income": level + 0.3 * wave + gain + noise,
                    "began": starts[cluster],
                    "cluster": cluster,
                    "arm": np.where(began < 99, "programme", "comparison"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


STARTS = np.array(["two"] * 8 + ["three"] * 8 + ["never"] * 8)


def by_term(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("term")


def means(frame: pd.DataFrame) -> dict[Any, Any]:
    return frame.groupby(["began", "wave"])["income"].mean().to_dict()


def by_hand(frame: pd.DataFrame) -> dict[str, float]:
    """Return the effects of starts of the same size, compared with those not yet reached."""
    m = means(frame)

    def change(start: str, base: str, wave: str) -> float:
        return m[start, wave] - m[start, base]

    rest = frame[frame["began"].isin(["three", "never"])].groupby("wave")["income"].mean()
    two_at = change("two", "one", "two") - (rest["two"] - rest["one"])
    two_later = change("two", "one", "three") - change("never", "one", "three")
    three_at = change("three", "two", "three") - change("never", "two", "three")
    # in the wave of their start those who started in "two" are no comparison any more
    three_before = change("three", "one", "two") - change("never", "one", "two")
    return {
        "programme": ((two_at + two_later) / 2 + three_at) / 2,
        "programme, 1 wave before its start": three_before,
        "programme, at its start": (two_at + three_at) / 2,
        "programme, 1 wave after its start": two_later,
    }


def test_the_effects_are_differences_of_mean_changes():
    frame = panel(3, STARTS, 1.0, 0.5)
    table = staggered_effects(frame, "income", "began", WAVES, cluster="cluster")
    assert dict(zip(table["term"], table["estimate"], strict=True)) == pytest.approx(by_hand(frame))
    assert table["event_time"].tolist() == [pd.NA, -1, 0, 1]
    assert table["smallest_cell"].tolist() == [80, 80, 80, 80]
    assert table["respondents"].tolist() == [240, 160, 240, 160]
    assert set(table["clusters"]) == {24}
    assert set(table["programme_clusters"]) == {8}


def test_those_never_reached_alone_may_be_compared_with():
    frame = panel(3, STARTS, 1.0)
    table = by_term(
        staggered_effects(frame, "income", "began", WAVES, cluster="cluster", compared_with="never")
    )
    m = means(frame)
    starts = [("two", "one", "two"), ("three", "two", "three")]
    hand = [(m[g, t] - m[g, b]) - (m["never", t] - m["never", b]) for g, b, t in starts]
    assert table.loc["programme, at its start", "estimate"] == pytest.approx(np.mean(hand))


@pytest.mark.parametrize("lost", [[], [3, 50, 410]])
def test_one_start_and_two_waves_are_difference_in_differences(lost):
    frame = panel(5, np.array(["two"] * 9 + [""] * 11), 1.0)
    frame = frame[frame["wave"] != "three"].reset_index(drop=True)
    frame = frame.drop(index=[row for row in lost if row < len(frame)])
    model = Model("difference_in_differences", "income", cluster="cluster", from_wave="one", to_wave="two")
    expected = fit(frame, model).iloc[0]
    table = staggered_effects(frame, "income", "began", WAVES, cluster="cluster")
    assert table["term"].tolist() == ["programme", "programme, at its start"]
    # the factor (N - 1) / (N - K) is of a regression with K = 4 coefficients, and there is none here
    factor = np.sqrt((len(frame) - 1) / (len(frame) - 4))
    for row in table.to_dict("records"):
        assert row["estimate"] == pytest.approx(expected["estimate"], abs=1e-10)
        assert row["standard_error"] * factor == pytest.approx(expected["standard_error"], rel=1e-9)
        for same in ("degrees_of_freedom", "respondents", "smallest_cell", "clusters"):
            assert row[same] == expected[same]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(-50, 50), st.floats(0.1, 20))
def test_another_unit_changes_effects_and_errors_alike_and_the_order_of_rows_nothing(seed, shift, scale):
    frame = panel(seed, STARTS, 1.0)
    moved = frame.assign(income=shift + scale * frame["income"]).sample(frac=1, random_state=seed)
    first, second = (
        staggered_effects(one, "income", "began", WAVES, cluster="cluster") for one in (frame, moved)
    )
    for column in ("estimate", "standard_error"):
        assert second[column].to_numpy() == pytest.approx(
            scale * first[column].to_numpy(), rel=1e-6, abs=1e-9
        )


def test_people_with_the_programme_from_the_first_wave_on_say_nothing():
    frame = panel(1, STARTS, 1.0)
    early = frame.assign(
        respondent=frame["respondent"] + 1000, cluster=frame["cluster"] + 1000, began="one", income=9.0
    )
    both = pd.concat([frame, early], ignore_index=True)
    first, second = (
        staggered_effects(one, "income", "began", WAVES, cluster="cluster") for one in (frame, both)
    )
    pd.testing.assert_frame_equal(first, second)


def test_without_anybody_never_reached_the_last_start_is_compared_with():
    frame = panel(1, np.array(["two"] * 8 + ["three"] * 8), 1.0)
    table = staggered_effects(frame, "income", "began", WAVES, cluster="cluster")
    m = means(frame)
    hand = (m["two", "two"] - m["two", "one"]) - (m["three", "two"] - m["three", "one"])
    assert table["estimate"].tolist() == pytest.approx([hand, hand])


def test_a_start_of_few_clusters_has_no_p_value():
    frame = panel(1, np.array(["two"] * 5 + ["three"] * 8 + ["never"] * 8), 1.0)
    table = by_term(staggered_effects(frame, "income", "began", WAVES, cluster="cluster"))
    assert table["programme_clusters"].to_dict()["programme"] == 5
    assert table["p_value"].isna().to_dict() == {
        "programme": True,
        "programme, 1 wave before its start": False,  # of the later start alone
        "programme, at its start": True,
        "programme, 1 wave after its start": True,
    }


@pytest.mark.parametrize(
    ("change", "words", "compared_with"),
    [
        (lambda f: f.assign(began=f["began"].replace("two", "tow")), "'tow' .* is no wave", "not_yet"),
        (
            lambda f: f.assign(began=f["began"].mask(f["wave"] == "three", "never")),
            "one 'began' in one wave and another",
            "not_yet",
        ),
        (lambda f: f[f["began"] == "two"], "nobody is left to compare with", "not_yet"),
        (lambda f: f[f["began"] != "never"], "compared_with = 'not_yet'", "never"),
        (lambda f: f[f["began"] == "never"], "began for nobody", "not_yet"),
        (lambda f: f[f["wave"] == "one"], "at least two waves", "not_yet"),
        (lambda f: pd.concat([f, f.head(1)]), "more than once", "not_yet"),
        (
            lambda f: f[~((f["began"] == "two") & (f["wave"] == "three"))],
            "has no answers",
            "not_yet",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(change, words, compared_with):
    with pytest.raises(ValueError, match=words):
        staggered_effects(
            change(panel(1, STARTS)), "income", "began", WAVES, cluster="cluster", compared_with=compared_with
        )


@pytest.mark.slow
def test_intervals_hold_the_true_effect_in_about_95_of_100_samples():
    truth = {
        "programme": (1.25 + 1.0) / 2,
        "programme, 1 wave before its start": 0.0,
        "programme, at its start": 1.0,
        "programme, 1 wave after its start": 1.5,
    }
    starts = np.array(["two"] * 12 + ["three"] * 12 + ["never"] * 16)
    held = pd.DataFrame(
        [
            {
                row["term"]: row["ci_low"] <= truth[row["term"]] <= row["ci_high"]
                for row in staggered_effects(
                    panel(seed, starts, 1.0, 0.5), "income", "began", WAVES, cluster="cluster"
                ).to_dict("records")
            }
            for seed in range(200)
        ]
    )
    # of 200 runs the share at 0.95 has a standard deviation of 0.015
    assert held.mean().between(0.90, 0.99).all(), held.mean()

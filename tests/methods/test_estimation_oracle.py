"""Means, changes and their errors on random designs, against svy and against one column at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.estimation import (
    changes_by_splits,
    domain_means,
    errors_of_totals,
    means_by_splits,
    wave_changes,
)

DESIGN: dict[str, Any] = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


def survey(seed: int, rows: int = 160) -> pd.DataFrame:
    """Return strata with several psus, one of them with a single one, gaps, and two domain columns."""
    random = np.random.default_rng(seed)
    stratum = random.integers(0, random.integers(2, 6), rows)
    psu = random.integers(0, random.integers(3, 12), rows)
    psu = np.where(stratum == 0, 0, psu)
    return pd.DataFrame(
        {
            "id": [f"r{one:03}" for one in random.permutation(rows)],
            "stratum": [f"s{one}" for one in stratum],
            "psu": [f"p{one}" for one in psu],
            "weight": random.uniform(0.5, 5, rows),
            "income": np.where(random.random(rows) < 0.1, np.nan, random.lognormal(5, 1, rows)),
            "days": np.where(random.random(rows) < 0.2, np.nan, random.integers(0, 30, rows)),
            "group": random.choice(["home", "own", "wage"], rows),
            "gender": pd.Series(random.choice(["women", "men", "not told"], rows)).where(
                random.random(rows) < 0.8
            ),
        }
    )


@pytest.mark.parametrize("lonely", ["center", "certainty"])
@pytest.mark.parametrize("finite", [False, True])
@given(seed=st.integers(0, 100_000))
@settings(max_examples=12, deadline=None)
def test_errors_are_those_of_svy(lonely: Any, finite: bool, seed: int) -> None:
    import polars
    import svy

    frame = survey(seed)
    psus = frame.groupby("stratum")["psu"].nunique()
    frame["population"] = frame["stratum"].map(psus * 2 + 1).astype(float)
    frame["drawn"] = psus.loc[frame["stratum"]].to_numpy() / frame["population"]
    share = "drawn" if finite else None
    found = domain_means(frame, "income", domains=["group"], drawn_share=share, lonely_psu=lonely, **DESIGN)
    told = frame.assign(
        group=frame["group"].where(frame["income"].notna(), "outside"), income=frame["income"].fillna(0.0)
    )
    data = polars.DataFrame({name: told[name].tolist() for name in told if name != "gender"})
    design = svy.Design(
        wgt="weight",
        stratum="stratum",
        psu="psu",
        pop_size="population" if finite else None,
        singleton={"center": "center", "certainty": "skip"}[lonely],  # type: ignore[arg-type]
    )
    estimated: Any = svy.Sample(data, design).estimation.mean("income", by="group")
    expected = {row["group"]: row for row in estimated.to_polars().iter_rows(named=True)}
    rows: list[Any] = list(found.itertuples())
    for row in rows:
        assert row.estimate == pytest.approx(expected[row.group]["est"], rel=1e-10)
        assert row.standard_error == pytest.approx(expected[row.group]["se"], rel=1e-10)


@pytest.mark.parametrize("psu", ["psu", None])
@given(seed=st.integers(0, 100_000))
@settings(max_examples=10, deadline=None)
def test_many_columns_and_splits_at_once_give_what_one_at_a_time_gives(psu: str | None, seed: int) -> None:
    frame = survey(seed)
    splits = [("group", "gender"), (), ("gender",)]
    design = {**DESIGN, "psu": psu}
    whole = means_by_splits(frame, ["income", "days"], splits=splits, order="id", **design)
    parts = []
    for split in splits:
        for value in ("income", "days"):
            part = domain_means(frame, value, domains=split, **design).assign(value=value)
            parts.append(part)
    expected = pd.concat(parts, ignore_index=True)[whole.columns]
    pd.testing.assert_frame_equal(whole, expected, rtol=1e-10, check_dtype=False)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=10, deadline=None)
def test_many_changes_at_once_give_what_one_at_a_time_gives(seed: int) -> None:
    both = pd.concat([survey(seed).assign(wave="a"), survey(seed + 1).assign(wave="b")], ignore_index=True)
    options: dict[str, Any] = {"wave": "wave", "from_wave": "a", "to_wave": "b", "unit": "id", **DESIGN}
    splits = [("group",), ("gender", "group"), ()]
    whole = changes_by_splits(both, ["income", "days"], splits=splits, **options)
    parts = [
        wave_changes(both, value, domains=split, **options).assign(value=value)
        for split in splits
        for value in ("income", "days")
    ]
    expected = pd.concat(parts, ignore_index=True)[whole.columns]
    pd.testing.assert_frame_equal(whole, expected, rtol=1e-10, check_dtype=False)


def test_blocks_of_columns_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = survey(3)
    whole = means_by_splits(frame, ["income", "days"], splits=[("group",)], order="id", **DESIGN)
    monkeypatch.setattr("tasks.methods._survey.BLOCK", 1)
    again = means_by_splits(frame, ["income", "days"], splits=[("group",)], order="id", **DESIGN)
    pd.testing.assert_frame_equal(again, whole, check_exact=True)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=20, deadline=None)
def test_the_error_of_a_mean_is_that_of_the_total_of_its_linearised_values(seed: int) -> None:
    frame = survey(seed)
    inside = ((frame["group"] == "home") & frame["income"].notna()).to_numpy()
    share = np.where(inside, frame["weight"], 0.0) / frame.loc[inside, "weight"].sum()
    mean = (share * frame["income"].fillna(0)).sum()
    pull = np.where(inside, share * (frame["income"] - mean), 0.0)
    errors, freedom = errors_of_totals(frame, pull[:, None], inside, stratum="stratum", psu="psu")
    table: Any = domain_means(frame, "income", domains=["group"], **DESIGN).set_index("group")
    assert errors[0] == pytest.approx(table.loc["home", "standard_error"], rel=1e-10)
    assert freedom == table.loc["home", "degrees_of_freedom"]


def test_a_simple_sample_without_replacement_has_the_textbook_error() -> None:
    frame = survey(1).dropna().assign(drawn=0.25)
    row: Any = domain_means(frame, "income", drawn_share="drawn").iloc[0]
    rest = np.sqrt(0.75)
    assert row["standard_error"] == pytest.approx(frame["income"].sem() * rest, rel=1e-12)


def test_who_was_asked_all_has_no_error_but_a_mean() -> None:
    """A stratum taken whole adds nothing, be it a single unit whose rule is to refuse."""
    frame = survey(1)
    frame["drawn"] = 1.0
    row: Any = domain_means(frame, "income", drawn_share="drawn", lonely_psu="refuse", **DESIGN).iloc[0]
    assert row["standard_error"] == 0
    assert row["ci_low"] == row["estimate"] == row["ci_high"]


def test_a_single_psu_is_refused_where_the_rule_says_so_and_elsewhere_errors_stand() -> None:
    frame = survey(1)
    frame["group"] = np.where(frame["stratum"] == "s0", "home", "own")
    options: dict[str, Any] = {"domains": ["group"], **DESIGN}
    table: Any = domain_means(frame, "income", lonely_psu="refuse", **options).set_index("group")
    usual: Any = domain_means(frame, "income", **options).set_index("group")
    hidden = ["standard_error", "ci_low", "ci_high", "design_effect"]
    assert table.loc["home", hidden].isna().all()
    assert table.loc["home", "estimate"] == usual.loc["home", "estimate"]
    pd.testing.assert_series_equal(table.loc["own"], usual.loc["own"])


@pytest.mark.parametrize(
    ("drawn", "said"),
    [(1.5, "the share drawn"), (np.nan, "the share drawn"), ([0.1, 0.2] * 80, "two shares")],
)
def test_bad_shares_are_refused_in_words(drawn: Any, said: str) -> None:
    frame = survey(1).assign(drawn=drawn)
    with pytest.raises(ValueError, match=said):
        domain_means(frame, "income", drawn_share="drawn", **DESIGN)


def test_linearised_values_need_a_row_for_each_of_the_table() -> None:
    with pytest.raises(ValueError, match="a row for each row"):
        errors_of_totals(survey(1), np.zeros((3, 1)), np.ones(160, dtype=bool))

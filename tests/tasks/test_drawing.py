"""The draw that a plan asks for: every method, its replacements and record, and quotas."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from schemas.assessment import Sampling, Seeds
from schemas.base import check, conform, empty
from schemas.design import DrawRecord, Frame, HouseholdSubsample, QuotaGaps, Quotas, Replacements, Sample
from tasks import drawing

SEEDS = Seeds(sampling=7)
NONE = empty(Quotas)


def listed(count: int = 120) -> pd.DataFrame:
    """Return a frame of two strata with households of two, six localities and sizes."""
    numbers = range(count)
    frame = pd.DataFrame(
        {
            "unit": [f"u{number:03}" for number in numbers],
            "node": ["weavers" if number % 3 else "dyers" for number in numbers],
            "stratum": ["hills" if number % 4 else "town" for number in numbers],
            "arm": ["programme" if number % 2 else "comparison" for number in numbers],
            "cluster": [f"c{number % 6}" for number in numbers],
            "household": [f"h{number // 2:03}" for number in numbers],
            "gender": ["women" if number % 5 else "men" for number in numbers],
            "difference": ["migrant" if number % 7 == 0 else "local" for number in numbers],
            "size": [1.0 + number % 9 for number in numbers],
            "order": list(numbers)[::-1],
            "draw_order": [number + 1 for number in numbers],
        }
    )
    return conform(frame, Frame)


def quotas(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    return conform(table.assign(quota=drawing.quota_names(table)), Quotas)


def drawn(plan: dict[str, Any], frame: pd.DataFrame | None = None, asked: pd.DataFrame = NONE) -> Any:
    """Return the sampling part, and what the steps of the draw make of it, each checked by its contract."""
    frame = listed() if frame is None else frame
    sampling = Sampling.model_validate(plan)
    sample, spare, households = drawing.draw_sample(frame, asked, sampling=sampling, seeds=SEEDS)
    sizes, gaps = drawing.count_sample(frame, asked, sample, sampling=sampling)
    record = drawing.record_draw(frame, asked, sample, spare, sampling=sampling, seeds=SEEDS)
    for table, contract in (
        (sample, Sample),
        (spare, Replacements),
        (households, HouseholdSubsample),
        (record, DrawRecord),
        (conform(gaps, QuotaGaps), QuotaGaps),
    ):
        assert check(table, contract) == []
    assert sizes["in_frame"].sum() == len(frame)
    assert record["in_frame"].sum() == len(frame)
    assert record["drawn"].sum() == sizes["drawn"].sum() == len(sample)
    return sample, spare, households, record, gaps


METHODS: dict[str, dict[str, Any]] = {
    "simple": {"method": "simple", "size": 30},
    "systematic": {"method": "systematic", "size": 30},
    "stratified": {"size": 30},
    "equal": {"size": 30, "allocation": "equal"},
    "neyman": {"size": 30, "allocation": "neyman", "deviations": {"hills": 1.0, "town": 9.0}},
    "sizes": {"sizes": {"hills": 20, "town": 10}},
    "pps": {"method": "pps", "sizes": {"hills": 20, "town": 10}},
    "two_stage": {"method": "two_stage", "clusters": 2, "per_cluster": 5},
    "two_stage, simple": {
        "method": "two_stage",
        "clusters_in": {"hills": 4, "town": 2},
        "per_cluster": 5,
        "draw_clusters": "simple",
    },
}


@pytest.mark.parametrize("name", METHODS)
def test_each_method_draws_and_is_recorded(name):
    plan = {"design": "representative", "replacements": 3, **METHODS[name]}
    sample, spare, _, record, _ = drawn(plan)
    assert (sample["weight"] * sample["inclusion_probability"]).to_numpy() == pytest.approx(1)
    assert set(record["method"]) == {plan.get("method", "stratified")}
    assert set(record["seed"]) == {7}
    assert record["frame_sha256"].str.fullmatch("[0-9a-f]{64}").all()
    of = sample.groupby("stratum")["inclusion_probability"].agg(["min", "max"])
    told = record.set_index("stratum")
    alike = (of["max"] - of["min"]) < 1e-12
    expected = of["min"].where(alike).sort_index().tolist()
    assert told["inclusion_probability"].sort_index().tolist() == pytest.approx(expected, nan_ok=True)
    assert told["clusters_drawn"].notna().all() == ("two_stage" in name)
    assert len(spare) == told["replacements"].sum() > 0
    assert not set(spare["unit"]) & set(sample["unit"])
    assert (spare["weight"] * spare["inclusion_probability"]).to_numpy() == pytest.approx(1)
    pd.testing.assert_frame_equal(drawn(plan, listed().sample(frac=1, random_state=1))[0], sample)


def test_a_place_with_fewer_units_leaves_the_size_short_and_that_is_told():
    plan = Sampling.model_validate({"design": "representative", **METHODS["two_stage"], "per_cluster": 12})
    frame = listed()
    sample = drawing.draw(frame, NONE, plan, SEEDS)
    sizes, _ = drawing.count_sample(frame, NONE, sample, sampling=plan)
    told = sizes.set_index("stratum")[["wanted", "drawn"]].to_dict("index")
    assert told["town"] == {"wanted": 24, "drawn": 20}  # its places have 10 units each
    assert told["hills"]["wanted"] == 24


def test_a_sampling_part_that_is_written_out_whole_is_read_again():
    for plan in ({}, {"design": "purposive", "replacements": 2}, *METHODS.values()):
        part = Sampling.model_validate({"design": "representative", **plan})
        assert Sampling.model_validate(part.model_dump()) == part
    assert Sampling.model_validate(Sampling().model_dump()) == Sampling()


def test_strata_drawn_with_equal_chances_stand_for_their_units():
    for name in ("simple", "systematic", "stratified", "equal", "neyman", "sizes"):
        _, _, _, record, _ = drawn({"design": "representative", **METHODS[name]})
        assert record["sum_of_weights"].tolist() == pytest.approx(record["in_frame"].tolist())
    assert drawn({"design": "representative", **METHODS["simple"]})[0]["stratum"].unique().tolist() == ["all"]
    neyman = drawn({"design": "representative", **METHODS["neyman"]})[3].set_index("stratum")["drawn"]
    assert neyman.to_dict() == {"hills": 8, "town": 22}  # by hand: 90 * 1 to 30 * 9, of 30


def test_a_replacement_has_the_weight_of_the_place_that_it_takes():
    for name in ("simple", "stratified", "systematic", "two_stage"):
        sample, spare, _, _, _ = drawn({"design": "representative", "replacements": 4, **METHODS[name]})
        keys = ["stratum", "cluster"] if name == "two_stage" else ["stratum"]
        places = {str(row[keys].tolist()): row["weight"] for _, row in sample.iterrows()}
        for _, row in spare.iterrows():
            assert row["weight"] == pytest.approx(places[str(row[keys].tolist())])
    frame = listed()
    sample, spare, _, _, _ = drawn({"design": "representative", "replacements": 9, **METHODS["pps"]})
    hills = frame[frame["stratum"] == "hills"].set_index("unit")["size"]
    own = spare[spare["stratum"] == "hills"].set_index("unit")["inclusion_probability"]
    assert own.to_numpy() == pytest.approx((20 * hills[own.index] / hills.sum()).to_numpy())


def test_more_replacements_leave_the_sample_and_the_first_ones_as_they_were():
    plan = {"design": "representative", "size": 30}
    alone = drawn(plan)[0]
    few, many = drawn({**plan, "replacements": 2}), drawn({**plan, "replacements": 20})
    pd.testing.assert_frame_equal(few[0], alone)
    pd.testing.assert_frame_equal(many[0], alone)
    first = many[1][many[1]["drawn_order"] <= 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, few[1])


def test_another_frame_has_another_hash():
    plan = {"design": "representative", "size": 30}
    changed = listed()
    changed.loc[3, "stratum"] = "town"
    assert set(drawn(plan)[3]["frame_sha256"]) != set(drawn(plan, changed)[3]["frame_sha256"])


def test_individuals_keep_their_household_and_some_households_are_drawn():
    plan = {"design": "representative", "size": 40, "households": 12}
    sample, _, households, _, _ = drawn(plan)
    of = listed().set_index("unit")["household"]
    assert (sample.set_index("unit")["household"] == of[sample["unit"]]).all()
    assert households["household"].isin(sample["household"]).all()
    assert households["unit"].isin(sample["unit"]).all()
    assert (households["household"].to_numpy() == of[households["unit"]].to_numpy()).all()
    assert set(households["subsample_probability"]) == {12 / sample["household"].nunique()}


def test_a_frame_without_strata_is_one_stratum():
    frame = listed().assign(stratum=pd.Series(pd.NA, index=range(120), dtype="string"))
    sample, _, _, record, _ = drawn({"design": "representative", "size": 30}, frame)
    assert record["stratum"].tolist() == ["all"]
    assert len(sample) == 30
    assert drawn({"design": "census"}, frame)[3]["sum_of_weights"].tolist() == [120]


@pytest.mark.parametrize(
    ("plan", "change", "said"),
    [
        ({}, {}, "has no size"),
        ({"size": 200}, {}, "between 1 and the 120 units"),
        ({"size": 2}, {"stratum": ["a"] + ["b"] * 119}, "'a' would get nobody of the 2"),
        ({"sizes": {"hills": 20}}, {}, "'town' has no size"),
        ({"sizes": {"hills": 20, "town": 31}}, {}, "'town' has 30 units, fewer than 31"),
        ({"sizes": {"hills": 20, "town": 3, "sea": 1}}, {}, "no unit in the stratum 'sea'"),
        ({"size": 9}, {"stratum": [None] + ["b"] * 119}, "no stratum: fill it in for every unit"),
        ({"size": 9, "method": "pps"}, {"size": None}, "above 0 in the column 'size'"),
        (METHODS["two_stage"], {"cluster": None}, "'cluster' has rows without an entry"),
        ({**METHODS["two_stage"], "clusters": 7}, {}, "fewer than 7"),
        ({"size": 9, "households": 10}, {}, "between 1 and the 9 households"),
        ({"size": 9, "unit": "household"}, {"household": None}, "no household in the frame"),
    ],
)
def test_a_draw_that_cannot_be_is_refused_in_words(plan, change, said):
    frame = conform(listed().assign(**change), Frame)
    with pytest.raises(ValueError, match=said):
        drawn({"design": "representative", **plan}, frame)


BY_NODE = [
    {"node": "weavers", "gender": "women", "wanted": 10},
    {"node": "weavers", "gender": "men", "difference": "migrant", "wanted": 5},
    {"node": "dyers", "wanted": 3},
]


def test_quotas_by_node_gender_and_difference_are_filled_in_the_stated_order():
    frame = listed()
    sample, spare, _, record, gaps = drawn({"design": "purposive", "replacements": 2}, frame, quotas(BY_NODE))
    assert sample[["weight", "inclusion_probability"]].isna().all(axis=None)
    assert spare[["weight", "inclusion_probability"]].isna().all(axis=None)
    told = gaps.set_index("stratum")
    assert told.loc["weavers, women", ["wanted", "drawn", "gap"]].tolist() == [10, 10, 0]
    scarce = int(
        ((frame["node"] == "weavers") & (frame["gender"] == "men") & (frame["difference"] == "migrant")).sum()
    )
    assert 0 < scarce < 5
    assert told.loc["weavers, men, migrant", ["wanted", "drawn", "gap"]].tolist() == [5, scarce, 5 - scarce]
    assert told.loc["weavers, women", ["node", "gender"]].tolist() == ["weavers", "women"]
    assert set(record["method"]) == {"quotas"}
    assert record["seed"].isna().all()
    assert record.set_index("stratum")["drawn"].to_dict() == {
        "dyers": 3,
        "no quota": 0,
        "weavers, men, migrant": scarce,
        "weavers, women": 10,
    }
    dyers = frame[frame["node"] == "dyers"].sort_values("order")["unit"].tolist()
    assert sample.loc[sample["stratum"] == "dyers", "unit"].tolist() == dyers[:3]
    assert spare.loc[spare["stratum"] == "dyers", "unit"].tolist() == dyers[3:5]
    assert spare.loc[spare["stratum"] == "dyers", "drawn_order"].tolist() == [1, 2]


def test_quotas_beside_a_draw_by_chance_tell_what_it_reached():
    sample, _, _, _, gaps = drawn({"design": "representative", "size": 30}, None, quotas(BY_NODE))
    reached = int((sample["node"] == "dyers").sum())
    told = gaps.set_index("stratum").loc["dyers", ["wanted", "drawn", "gap"]].tolist()
    assert told == [3, reached, max(3 - reached, 0)]


def test_quotas_that_fit_nobody_or_the_same_people_are_told():
    rows = [*BY_NODE, {"node": "potters", "wanted": 1}, {"gender": "women", "wanted": 1}]
    told = {index: rule for index, rule, _ in drawing.quota_faults(listed(), quotas(rows))}
    assert set(told) == {3, 4}
    assert re.search("no unit of the frame fits the quota 'potters'", told[3])
    assert re.search("fit the quota 'women' and one of a row before", told[4])
    assert not list(drawing.quota_faults(listed(), quotas(BY_NODE)))

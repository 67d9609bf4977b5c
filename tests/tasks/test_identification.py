"""Codes that contain each other, suppressed and negative cells: nobody counts twice, nothing is made up."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas.assessment import Identification
from schemas.base import check, conform, empty
from schemas.secondary import (
    Districts,
    IdentificationNotes,
    LocationQuotients,
    RegionalIndustries,
    RegionIndices,
    Regions,
)
from tasks.identification import faults, identify_clusters

TABLE = """region industry employment value_added
north 15 100 10
north 151 60 7
north 152 40 3
north 20 100 -2
south 15 50 5
south 151 30 2
south 152 . 3
south 20 150 9"""


def cells(text: str = TABLE, **more) -> pd.DataFrame:
    head, *lines = (line.split() for line in text.splitlines())
    frame = pd.DataFrame(lines, columns=head).replace(".", None)
    for column in ("employment", "firms", "value_added"):
        if column in frame:
            frame[column] = pd.to_numeric(frame[column])
    usual = {"source": "s", "year": "2020", "size": "all", "status": "measured"} | more
    return conform(frame.assign(**{k: v for k, v in usual.items() if k not in frame}), RegionalIndustries)


def declared(**more) -> Identification:
    return Identification.model_validate({"source": "s", "hierarchy": "prefix"} | more)


def identified(frame: pd.DataFrame, *, regions: pd.DataFrame | None = None, **plan):
    places = empty(Regions) if regions is None else regions
    found = identify_clusters(frame, places, identification=[declared(**plan)])
    contracts = (LocationQuotients, RegionIndices, Districts, IdentificationNotes)
    for one, contract in zip(found, contracts, strict=True):
        assert check(one, contract) == []
    return found


def quotient(found: pd.DataFrame, region: str, industry: str, basis: str = "employment") -> float:
    rows = found[(found["region"] == region) & (found["industry"] == industry) & (found["basis"] == basis)]
    (value,) = rows["location_quotient"]
    return value


def told(notes: pd.DataFrame) -> set[tuple[str, str, str, str]]:
    return set(notes[["rule", "region", "industry", "basis"]].itertuples(index=False, name=None))


def test_parents_count_once_and_a_suppressed_child_stays_hidden():
    quotients, indices, _, notes = identified(cells())
    assert set(quotients["industry"]) == {"151", "152", "20"}
    # 400 people in all, 200 in each region: the 20 of the hidden cell count in the south's total
    assert quotient(quotients, "north", "20") == pytest.approx((100 / 200) / (250 / 400))
    assert pd.isna(quotient(quotients, "south", "152"))
    assert not (quotients["value"] == 20).any()
    # what the hidden cell makes too high is marked
    marked = quotients[quotients["at_most"]]
    assert set(marked["industry"] + marked["basis"]) == {"152employment"}
    assert ("parent left out", "all", "15", "all") in told(notes)
    assert ("no figure", "all", "152", "employment") in told(notes)
    hidden = notes[(notes["rule"] == "not told apart") & (notes["basis"] == "employment")]
    assert hidden[["region", "cells", "share_pct"]].values.tolist() == [["south", 1, 10.0]]
    assert hidden[["printed", "recomputed"]].isna().all(axis=None)
    south = indices[(indices["region"] == "south") & (indices["index"] == "herfindahl")]
    assert south["industries"].tolist() == [2]
    assert south["value"].tolist() == pytest.approx([(30 / 180) ** 2 + (150 / 180) ** 2])


def test_a_negative_value_added_gets_no_quotient_and_counts_in_the_totals():
    quotients, indices, _, notes = identified(cells())
    assert pd.isna(quotient(quotients, "north", "20", "value_added"))
    assert quotient(quotients, "south", "151", "value_added") == pytest.approx((2 / 14) / (9 / 22))
    assert ("negative value added", "north", "20", "value_added") in told(notes)
    assert set(indices["basis"]) == {"employment"}


def test_a_zero_in_a_suppressed_row_is_no_figure():
    frame = cells()
    frame.loc[frame["employment"].isna(), ["employment", "status"]] = [0.0, "suppressed"]
    assert pd.isna(quotient(identified(frame)[0], "south", "152"))


def test_children_that_exceed_their_parent_are_told_with_both_figures():
    notes = identified(cells(TABLE.replace("north 15 100", "north 15 70")))[3]
    (row,) = notes[notes["rule"] == "children exceed parent"].to_dict("records")
    assert (row["region"], row["industry"], row["printed"], row["recomputed"]) == ("north", "15", 70, 100)


def test_the_order_of_rows_and_the_level_do_not_change_a_common_quotient():
    first = identified(cells())[0]
    shuffled = identified(cells().sample(frac=1, random_state=4))[0]
    pd.testing.assert_frame_equal(first, shuffled)
    coarse, _, _, notes = identified(cells(), industries=["15", "20"])
    assert quotient(coarse, "north", "20") == quotient(first, "north", "20")
    assert ("within a kept code", "all", "151", "all") in told(notes)
    assert not (notes["rule"] == "not told apart").any()


def test_a_letter_is_the_parent_that_the_plan_says():
    frame = cells(TABLE.replace(" 15 ", " C "))
    plan = {"hierarchy": "parents", "parents": {"151": "C", "152": "C"}}
    assert quotient(identified(frame, **plan)[0], "north", "20") == quotient(
        identified(cells())[0], "north", "20"
    )


def test_a_reference_region_is_compared_with_and_gets_no_quotient():
    text = TABLE + "\nland 15 1000 .\nland 151 500 .\nland 152 500 .\nland 20 3000 ."
    quotients, _, _, _ = identified(cells(text), reference="land")
    assert quotient(quotients, "north", "151") == pytest.approx((60 / 200) / (500 / 4000))
    assert "land" not in set(quotients["region"])
    assert not quotients["at_most"].any()
    quotients, _, _, notes = identified(
        cells(text.replace("land 152 500 .", "land 152 . .")), reference="land"
    )
    assert pd.isna(quotient(quotients, "north", "152"))
    assert ("not in the reference", "all", "152", "employment") in told(notes)


def test_without_the_area_of_every_region_there_is_no_cluster_index():
    frame = cells().assign(firms=5).astype({"firms": "Int64"})
    places = conform(
        pd.DataFrame(
            {
                "source": "s",
                "year": "2020",
                "region": ["north", "south"],
                "population": [50.0, 50.0],
                "area_sqkm": [10.0, 30.0],
            }
        ),
        Regions,
    )
    quotients = identified(frame, regions=places)[0]
    assert quotients["cluster_index"].notna().sum() == 5
    quotients, _, _, notes = identified(frame, regions=places.iloc[:1])
    assert quotients["cluster_index"].isna().all()
    assert ("no area or population", "south", "all", "all") in told(notes)


SIZED = """region industry size employment firms
hill 10 small 70 30
hill 10 medium 20 2
hill 47 small 60 40
town 10 small 10 4
town 10 large 90 1
town 47 small 500 300
town 47 large 300 1"""


def test_sizes_are_summed_and_make_districts():
    quotients, _, districts, notes = identified(
        cells(SIZED), hierarchy="none", manufacturing=["10"], districts={"main_industry_quotient": 0.9}
    )
    assert quotient(quotients, "hill", "10") == pytest.approx((90 / 150) / (190 / 1050))
    rows = districts.set_index("local_system")
    assert rows["is_district"].tolist() == [True, False]
    assert rows["firms"].tolist() == [32, 5]
    assert rows["industry"].tolist() == ["10", "10"]
    assert not len(notes)


def test_without_sizes_the_steps_that_need_them_are_missing():
    _, _, districts, notes = identified(cells(), manufacturing=["15"], districts={})
    assert districts["is_small_medium"].isna().all()
    assert not districts["is_district"].fillna(False).any()
    assert ("no sizes", "all", "all", "all") in told(notes)


def test_industries_of_a_group_are_one():
    rules = {"industries": {"food": ["151", "152"]}, "main_industry_quotient": 0.5}
    _, _, districts, _ = identified(cells(), manufacturing=["15"], districts=rules)
    assert districts["industry"].tolist() == ["food", "not told"]  # a part of it is suppressed in the south
    assert districts["is_manufacturing"].isna().tolist() == [False, True]


def test_two_sources_and_years_stand_apart():
    frame = pd.concat([cells(), cells(year="2021"), cells(source="t")], ignore_index=True)
    plans = [declared(), Identification(source="t", hierarchy="prefix")]
    quotients = identify_clusters(frame, empty(Regions), identification=plans)[0]
    assert len(quotients) == 3 * 12
    pd.testing.assert_series_equal(
        quotients[quotients["source"] == "t"]["location_quotient"].reset_index(drop=True),
        quotients[(quotients["source"] == "s") & (quotients["year"] == "2021")][
            "location_quotient"
        ].reset_index(drop=True),
    )


def refused(frame: pd.DataFrame, **plan) -> str:
    return "\n".join(str(fault) for fault in faults([declared(**plan)], frame))


TOTALS = TABLE + "\nnorth all 200 .\nsouth all 200 ."


@pytest.mark.parametrize(
    ("text", "plan", "words"),
    [
        (TABLE, {"source": "u"}, "the source 'u' has no rows by region and industry"),
        (TABLE, {"totals": ["16"]}, "'16' is not an industry of the source 's'. Did you mean '15'?"),
        (TABLE, {"manufacturing": ["X"]}, "no industry of the source 's' begins with one of these"),
        (
            TABLE,
            {"reference": "nord"},
            "'nord' is not a region of the source 's', 2020. Did you mean 'north'?",
        ),
        (TABLE, {"industries": ["15", "151"]}, "'151' lies within '15', which is kept too"),
        (
            TABLE,
            {"hierarchy": "none"},
            "the industry '15' .* is the sum of 151, 152. Write hierarchy = 'prefix'",
        ),
        (TOTALS, {}, "the industry 'all' .* is the total of the others, .* totals = .\"all\".$"),
        (
            TABLE.replace(" 15 ", " C ").replace(" 151 ", " 10 ").replace(" 152 ", " 11 "),
            {"hierarchy": "none"},
            'sections and their divisions stand side by side .* "10" = "C", "11" = "C"',
        ),
        ("\n".join(TABLE.splitlines()[:5]), {}, "there is only one region"),
    ],
)
def test_a_plan_that_would_count_twice_or_names_what_is_not_there_is_refused(text, plan, words):
    import re

    assert re.search(words, refused(cells(text), **plan)), refused(cells(text), **plan)


def test_what_is_declared_is_accepted():
    assert refused(cells()) == ""
    assert refused(cells(TOTALS), totals=["all"]) == ""
    assert list(faults([], cells())) == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"hierarchy": "parents"}, "needs parents"),
        ({"hierarchy": "none", "parents": {"a": "b"}}, "hierarchy is 'none'"),
        ({"parents": {"a": "b", "b": "a"}}, "goes round in a circle"),
        ({"districts": {}}, "districts need 'manufacturing'"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(plan, words):
    with pytest.raises(ValueError, match=words):
        declared(**plan)

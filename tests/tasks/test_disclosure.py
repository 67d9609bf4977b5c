from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import TABLES, Release, check, conform
from tasks import disclosure
from tasks.catalogue import Indicator
from tasks.run import Run  # noqa: F401 -- declares every table

ESTIMATES = TABLES["mart.indicator_estimates"]


def estimates(respondents: list[int]) -> pd.DataFrame:
    size = len(respondents)
    return conform(
        pd.DataFrame(
            {
                "indicator": [f"i{n}" for n in range(size)],
                **dict.fromkeys(("category", "poverty_group", "gender", "difference", "arm"), "all"),
                "wave": "baseline",
                "estimate": [1.5] * size,
                "standard_error": [0.1] * size,
                "respondents": respondents,
                "design": "representative",
            }
        ),
        ESTIMATES,
    )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_no_figure_and_no_count_of_fewer_than_ten_passes(respondents):
    frame = estimates(respondents)
    released = disclosure.release(frame, ESTIMATES, public=False)
    small = frame["respondents"] < 10
    assert released.loc[small, ["estimate", "standard_error", "respondents"]].isna().all(axis=None)
    assert (released["withheld_by"] == "threshold").tolist() == small.tolist()
    assert released.loc[~small, "estimate"].notna().all()
    assert not check(released, disclosure.released_contract(ESTIMATES))


def test_what_was_public_already_passes():
    released = disclosure.release(estimates([3]), ESTIMATES, public=True)
    assert released["estimate"].tolist() == [1.5]
    assert released["withheld_by"].tolist() == [""]


def test_firms_below_three_and_people_below_ten_are_not_told():
    actors = TABLES["staged.actors"]
    frame = conform(
        pd.DataFrame(
            {
                "actor": ["a", "b", "c"],
                "label": ["A", "B", "C"],
                "stage": "trade",
                "firms": [2, 3, 30],
                "workers": [40, 9, 200],
                "women": [0, 4, 191],
                "minorities": [30, 9, 200],
            }
        ),
        actors,
    )
    released = disclosure.release(frame, actors, public=False)
    assert released["firms"].isna().tolist() == [True, False, False]
    assert released["workers"].isna().tolist() == [False, True, False]
    assert released["women"].isna().tolist() == [False, True, True], "the men of c are 9"
    assert released["minorities"].isna().tolist() == [False, True, False]
    assert released["withheld_by"].eq("threshold").all()


@pytest.mark.parametrize("contract", disclosure.releasable(), ids=lambda c: c.about().name)
def test_a_released_table_counts_what_it_estimates(contract):
    """A table with an estimate has a count that decides whether it passes."""
    rule = contract.about().release or Release()
    columns = set(contract.to_schema().columns)
    if {"estimate", "change", "standard_error"} & columns:
        assert rule.count


def test_the_sizes_of_a_cell_are_withheld_together_and_quotients_are_rounded():
    cells = conform(
        pd.DataFrame(
            {
                "source": "reg",
                "year": "2026",
                "region": ["hill"] * 4 + ["town"] * 2,
                "industry": "15",
                "size": ["all", "small", "medium", "large", "all", "small"],
                "firms": [5, 3, 1, 1, 4, 4],
                "employment": [384.0, 14.0, 60.0, 310.0, 20.0, 20.0],
                "status": "measured",
            }
        ),
        TABLES["staged.regional_industries"],
    )
    out = disclosure.release(cells, TABLES["staged.regional_industries"], public=False)
    assert out["employment"].isna().tolist() == [False, True, True, True, False, False]
    assert (
        disclosure.release(cells, TABLES["staged.regional_industries"], public=True)["employment"]
        .notna()
        .all()
    )
    index = conform(
        pd.DataFrame(
            {
                "source": ["reg"],
                "year": "2026",
                "region": "hill",
                "index": "herfindahl",
                "basis": "firms",
                "value": 0.3719008264,
                "industries": 3,
            }
        ),
        TABLES["mart.region_indices"],
    )
    assert disclosure.release(index, TABLES["mart.region_indices"], public=False)["value"].tolist() == [0.37]


def everything(estimates_: pd.DataFrame, *, subject: str | None = None, unit: str = "score 1 to 5") -> dict:
    """Return the estimates beside the indicators that they are of."""
    names = sorted(set(estimates_["indicator"]))
    indicators = pd.DataFrame({"indicator": names}).assign(
        **dict.fromkeys(("label", "heading", "stakeholder", "kind", "directness", "value"), "x"),
        unit=unit,
        better="higher",
        sensitive=subject,
    )
    return {
        "staged.indicators": conform(indicators, TABLES["staged.indicators"]),
        "mart.indicator_estimates": conform(estimates_, ESTIMATES),
    }


def told(tables: dict, **rules) -> pd.DataFrame:
    return disclosure.release_all(tables, disclosure.Rules(**rules))["mart.indicator_estimates"]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_a_sensitive_subject_needs_twenty_people(respondents):
    out = told(everything(estimates(respondents), subject="child work"))
    assert out["estimate"].notna().tolist() == [n >= 20 for n in respondents]
    between = [10 <= n < 20 for n in respondents]
    assert (out["withheld_by"] == "sensitive").tolist() == between


def test_two_sensitive_subjects_are_never_crossed_whatever_the_number():
    frame = estimates([500, 500, 19, 15])
    frame["difference"] = ["all", "dalit", "migrant", "local"]
    frame["indicator"] = "same"
    apart = everything(frame, subject="bondage")
    assert told(apart)["withheld_by"].tolist()[:2] == ["", "sensitive"]
    alone = everything(frame.assign(indicator=["a", "b", "c", "d"]))
    assert told(alone)["withheld_by"].tolist() == ["", "", "sensitive", "sensitive"]
    harmless = told(alone, harmless=frozenset({"migrant", "local"}))
    assert harmless["withheld_by"].tolist() == [""] * 4


@given(st.floats(0, 1))
def test_a_share_that_nearly_all_or_nearly_nobody_has_is_not_told_but_its_count(share):
    frame = estimates([100]).assign(estimate=share)
    (row,) = told(everything(frame, unit="share of respondents")).to_dict("records")
    assert row["respondents"] == 100
    if share < 0.05 or share > 0.95:
        assert row["withheld_by"] == "nearly all alike"
        assert pd.isna(row["estimate"])
        assert pd.isna(row["standard_error"])
    else:
        assert abs(row["estimate"] - share) <= 0.005 + 1e-9
        assert round(row["estimate"] * 100, 9) % 1 == 0


def test_money_of_which_two_have_nearly_all_is_not_told_and_amounts_never_are():
    frame = estimates([30, 30, 30])
    frame["amounts"], frame["largest"] = [1000.0, 1000.0, 1000.0], [800.0, 300.0, 500.0]
    frame["second_largest"] = [100.0, 200.0, 399.0]
    out = told(everything(frame, unit="currency per month"))
    assert out["withheld_by"].tolist() == ["dominance", "", ""]
    assert not {"amounts", "largest", "second_largest"} & set(out)
    assert not {"amounts", "largest", "second_largest"} & set(told(everything(frame), public=True))


def test_no_released_column_is_a_smallest_or_largest_answer():
    for contract in disclosure.releasable():
        columns = set(disclosure.released_contract(contract).to_schema().columns)
        assert not columns & {"minimum", "maximum", "min", "max", "largest", "smallest", "range"}


def test_a_group_that_is_all_women_gives_no_small_number_of_women_away():
    """The women of all groups less the women's group would be the few women of the other."""
    rows = [
        ("all", "all", 109),
        ("home", "all", 60),
        ("dye", "all", 49),
        ("all", "women", 66),
        ("all", "men", 43),
        ("dye", "women", 6),
        ("dye", "men", 43),
    ]
    frame = estimates([n for _, _, n in rows]).assign(indicator="same")
    frame["poverty_group"], frame["gender"] = [g for g, _, _ in rows], [s for _, s, _ in rows]
    groups = pd.DataFrame({"poverty_group": ["home", "dye"], "gender": ["women", None]}).assign(
        label="x", node="n", box4_group="home_worker", likelihood="likely", planned=True
    )
    tables = {
        **everything(frame),
        "mart.poverty_groups": conform(groups, TABLES["mart.poverty_groups"]),
    }
    out = told(tables)
    hidden = {(row["poverty_group"], row["gender"]) for row in out.to_dict("records") if row["withheld_by"]}
    assert {("dye", "women"), ("dye", "men")} <= hidden
    assert ("all", "women") in hidden or ("home", "all") in hidden


def test_a_finding_does_not_tell_to_the_person_what_its_figure_tells_to_five():
    findings = TABLES["mart.findings"]
    words = dict.fromkeys(("indicator", "poverty_group", "statement", "evidence", "figure", "limits"), "x")
    frame = pd.DataFrame(
        {"finding": ["a", "b"], "position": [1, 2], "respondents": [1058, 12], "smallest_cell": [93, 11]}
    ).assign(**words, claim="causal", public=False)
    exact = conform(frame, findings)
    out = disclosure.release_all({"mart.findings": exact}, disclosure.Rules())["mart.findings"]
    assert out["respondents"].tolist() == [1060, 10]
    assert out["smallest_cell"].tolist() == [95, 10]


def test_totals_are_sums_of_what_is_rounded():
    names = ["all", "a", "b", "c"]
    frame = pd.DataFrame({"wave": "once", "arm": "all", "poverty_group": names})
    interviews = TABLES["mart.interviews"]
    exact = conform(frame.assign(interviewed=[66, 22, 22, 22]), interviews)
    out = disclosure.release_all({"mart.interviews": exact}, disclosure.Rules())["mart.interviews"]
    assert out["interviewed"].tolist() == [60, 20, 20, 20]


def test_enough_people_is_asked_in_one_place():
    assert disclosure.enough(pd.Series([9, 10, pd.NA], dtype="Int64")).tolist() == [False, True, False]
    assert disclosure.are_enough(30, 10)
    assert not disclosure.are_enough(30, 9)


@pytest.mark.parametrize(
    ("words", "declared", "subject"),
    [
        ("Households in which a child goes to school", "", ""),
        ("Children working before school", "", "child work"),
        ("Travail des enfants au foyer", "", "child work"),
        ("Workers who are Dalit", "", "caste"),
        ("Obligated by debt bondage", "", "bondage"),
        ("Castellated roofs", "", ""),
        ("Holidays of any religion", "no", ""),
        ("Advances from the employer", "bondage", "bondage"),
    ],
)
def test_a_subject_is_sensitive_as_declared_or_by_its_words(words, declared, subject):
    indicator = Indicator.model_validate(
        {
            "id": "own",
            "label": words,
            "unit": "x",
            "better": "lower",
            "value": "own",
            "smallest_change": 1,
            "sensitive": declared,
        }
    )
    assert indicator.sensitive_subject == subject


@pytest.mark.parametrize("contract", disclosure.releasable(), ids=lambda c: c.about().name)
def test_what_a_rule_names_are_columns_and_what_adds_up_is_told_apart_by_the_whole_key(contract):
    rule = contract.about().release or Release()
    columns = set(contract.to_schema().columns)
    assert {*rule.count, *rule.hide, *rule.people, *rule.sums, *rule.inner, *rule.rounded} <= columns
    for cells in rule.cells:
        assert cells.count in (*rule.count, *rule.people)
        assert {*cells.within.values(), *cells.margins} <= set(contract.about().key)
        assert {"poverty_group", "gender", "difference", "arm"} & set(contract.about().key) <= {
            *cells.within.values(),
            *cells.margins,
        }


POVERTY = ("mart.poverty_measures", "mart.poverty_changes")


def poverty(people: dict[tuple[str, str], int], table: str = POVERTY[0], **more) -> pd.DataFrame:
    """Return a table of poverty of one measure; people: (poverty group, gender) -> respondents."""
    counts = list(people.values())
    waves = {"wave": "once"} if table == POVERTY[0] else {"from_wave": "once", "to_wave": "later"}
    ends = [name for name in TABLES[table].to_schema().columns if name.startswith("respondents")]
    rows = pd.DataFrame(people.keys(), columns=["poverty_group", "gender"]).assign(
        **dict.fromkeys(ends, counts),
        **waves,
        **{"estimate" if table == POVERTY[0] else "change": 0.25, "unit": "share of people"},
        specification="money",
        measure="headcount",
        dimension="all",
        arm="all",
        smallest_cell=10,
        left_out=0,
        design="representative",
    )
    rows = rows.assign(**more)
    return conform(rows[[one for one in TABLES[table].to_schema().columns if one in rows]], TABLES[table])


@pytest.mark.parametrize("table", POVERTY)
def test_the_women_less_the_told_groups_give_no_few_women_away_in_poverty(table):
    people = {("all", "women"): 60, ("a", "women"): 30, ("b", "women"): 26, ("c", "women"): 4}
    out = disclosure.release_all({table: poverty(people, table)}, disclosure.Rules())[table]
    assert out["withheld_by"].tolist() == ["", "", "given away by others", "threshold"]
    figure = "estimate" if table == POVERTY[0] else "change"
    assert out[figure].isna().tolist() == [False, False, True, True]


def test_another_measure_of_the_same_people_gives_no_few_of_them_away():
    people = {("all", "women"): 60, ("a", "women"): 30, ("b", "women"): 26, ("c", "women"): 4}
    one = poverty(people)
    hidden = one.assign(measure="poverty_gap", smallest_cell=[20, 9, 10, 4])
    tables = {POVERTY[0]: pd.concat([one, hidden], ignore_index=True)}
    out = disclosure.release_all(tables, disclosure.Rules())[POVERTY[0]]
    told = out[out["respondents"].notna()].groupby("poverty_group").size()
    assert "c" not in told
    assert "b" not in told


@pytest.mark.parametrize(("table", "column"), [(POVERTY[0], "left_out"), (POVERTY[1], "respondents_both")])
def test_few_people_left_out_or_asked_twice_are_not_told_and_the_figure_beside_them_is(table, column):
    people = {("all", "all"): 180, ("a", "all"): 60, ("b", "all"): 60, ("c", "all"): 60}
    frame = poverty(people, table, **{column: [42, 25, 14, 3]})
    out = disclosure.release_all({table: frame}, disclosure.Rules())[table]
    assert out[column].isna().tolist() == [False, False, True, True]
    assert out["withheld_by"].tolist() == [""] * 4
    nobody = poverty(people, table, **{column: [0, 0, 0, 0]})
    told = disclosure.release_all({table: nobody}, disclosure.Rules())[table][column]
    assert told.tolist() == [0] * 4


def test_what_hides_one_count_of_a_row_lets_no_other_be_had_from_the_rest():
    """A row has two counts: hidden for the sake of the one, it must not be had by the other."""
    people = {("all", "all"): 120, ("a", "all"): 40, ("b", "all"): 40, ("c", "all"): 40}
    frame = poverty(people, smallest_cell=[44, 15, 25, 4])
    out = disclosure.release_all({POVERTY[0]: frame}, disclosure.Rules())[POVERTY[0]]
    assert out["smallest_cell"].isna().tolist() == [False, True, False, True]


@pytest.mark.parametrize("table", ["mart.impact_estimates", "mart.impact_differences", "mart.pre_trends"])
def test_a_model_needs_ten_residual_degrees_of_freedom(table):
    contract = TABLES[table]
    words = dict.fromkeys(contract.about().key, "x")
    of_all = dict.fromkeys(("respondents", "others", "smallest_cell"), 30)
    of_one = {"interaction": "x", "family": "x", "estimator": "difference", "claim_reason": "", "tests": 1}
    rows = pd.DataFrame(
        [
            {**words, **of_all, **of_one, "term": term, "residual_degrees": left, "estimate": 2.0}
            for term, left in (("a", 9), ("b", 10), ("c", pd.NA))
        ]
    ).assign(claim="descriptive", comparison="all", programme_term=True)
    columns = contract.to_schema().columns
    frame = conform(rows[[one for one in columns if one in rows]], contract)
    out = disclosure.release_all({table: frame}, disclosure.Rules())[table]
    assert out["withheld_by"].tolist() == ["few degrees of freedom", "", ""]
    assert out["estimate"].isna().tolist() == [True, False, False]
    assert "residual_degrees" not in out
    assert not check(out, disclosure.released_contract(contract))


def test_a_change_of_money_falls_with_a_mean_of_which_two_have_nearly_all():
    frame = estimates([30, 30]).assign(indicator="wage", wave=["once", "later"])
    frame["amounts"], frame["largest"], frame["second_largest"] = [1000.0, 1000.0], [800.0, 300.0], 100.0
    changes = TABLES["mart.wave_changes"]
    change = conform(
        pd.DataFrame(
            {
                "indicator": ["wage"],
                "poverty_group": "all",
                "arm": "all",
                "change": 2.0,
                **dict.fromkeys(("respondents_from", "respondents_to", "respondents_both"), 30),
                "from_wave": "once",
                "to_wave": "later",
                "follow_up": "repeat survey",
                "claim": "descriptive",
            }
        ),
        changes,
    )
    tables = {**everything(frame, unit="currency per month"), "mart.wave_changes": change}
    out = disclosure.release_all(tables, disclosure.Rules())
    assert out["mart.wave_changes"]["change"].isna().all()


def groups_of(people: dict[str, int], means: dict[str, float]) -> pd.DataFrame:
    names = list(people)
    frame = estimates(list(people.values())).assign(indicator="same", poverty_group=names)
    return frame.assign(estimate=[means[name] for name in names])


def test_a_share_that_nearly_nobody_has_does_not_follow_from_the_whole_and_the_others():
    people = {"all": 1000, "a": 800, "b": 100, "c": 100}
    frame = groups_of(people, {"a": 0.01, "b": 0.5, "c": 0.9, "all": 0.148})
    out = told(everything(frame, unit="share of respondents")).set_index("poverty_group")
    assert out["withheld_by"].to_dict() == {
        "all": "",
        "a": "nearly all alike",
        "b": "given away by others",
        "c": "",
    }
    assert out["respondents"].to_dict() == people
    few = {"all": 200, "a": 20, "b": 90, "c": 90}
    rounding = groups_of(few, {"a": 0.01, "b": 0.5, "c": 0.9, "all": 0.631})
    kept = told(everything(rounding, unit="share of respondents")).set_index("poverty_group")
    assert kept["withheld_by"].to_dict() == {"all": "", "a": "nearly all alike", "b": "", "c": ""}


def test_a_change_falls_with_a_mean_that_is_withheld_for_the_sake_of_others():
    people = {"all": 1000, "a": 800, "b": 100, "c": 100}
    frame = groups_of(people, {"a": 0.01, "b": 0.5, "c": 0.9, "all": 0.148})
    later = groups_of(people, dict.fromkeys(people, 0.4)).assign(wave="later")
    change = pd.DataFrame({"poverty_group": ["b", "c"], "indicator": "same", "arm": "all", "change": 0.1})
    change = change.assign(**dict.fromkeys(("respondents_from", "respondents_to", "respondents_both"), 100))
    change = change.assign(
        from_wave="baseline", to_wave="later", follow_up="repeat survey", claim="descriptive"
    )
    changes = TABLES["mart.wave_changes"]
    tables = {
        **everything(pd.concat([frame, later], ignore_index=True), unit="share of respondents"),
        "mart.wave_changes": conform(change, changes),
    }
    out = disclosure.release_all(tables, disclosure.Rules())["mart.wave_changes"]
    assert out["change"].isna().tolist() == [True, False]


def test_a_mean_of_poverty_that_few_make_is_not_the_whole_less_the_others():
    people = {("all", "all"): 120, ("a", "all"): 40, ("b", "all"): 40, ("c", "all"): 40}
    shares = [0.3, 0.4, 0.475, 0.025]
    frame = poverty(people, estimate=shares, smallest_cell=[36, 16, 19, 1])
    out = disclosure.release_all({POVERTY[0]: frame}, disclosure.Rules())[POVERTY[0]]
    assert out["estimate"].isna().sum() >= 2
    assert pd.isna(out["estimate"].iloc[3])

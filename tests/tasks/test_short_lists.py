"""From votes to short lists: what the ranking, the team and the pilot decide, and who stands behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.assessment import Thresholds, read_plan
from schemas.base import check, conform, empty
from schemas.design import (
    IndicatorDecisions,
    IndicatorSelection,
    Pilot,
    RankingAgreement,
    RankingGroups,
    Rankings,
    RankingSummary,
    Training,
)
from tasks import disclosure, pilot, short_lists
from tasks.intake import instrument_of, take_in_design
from tasks.vault import Vault
from tests.folders import ACTORS, GROUPS, WAVES, plan, write

LABELS = {one: one.upper() for one in "abcde"}
NONE = empty(IndicatorDecisions)
NO_PILOT = empty(Pilot)


def votes(focus_group: str, group: str, orders: list[str], **more: object) -> pd.DataFrame:
    """Return the votes of a focus group: one order of indicators a person, the most important first."""
    rows = [
        {
            "focus_group": focus_group,
            "poverty_group": group,
            "person": f"{focus_group}{number}",
            "indicator": one,
        }
        | {"rank": rank, **more}
        for number, order in enumerate(orders)
        for rank, one in enumerate(order, start=1)
    ]
    return conform(pd.DataFrame(rows), Rankings)


def decided(*rows: tuple[str, str, str]) -> pd.DataFrame:
    records = [
        {
            "poverty_group": group,
            "indicator": one,
            "decision": what,
            "reason": f"why {one}",
            "decided_by": "lead",
        }
        for group, one, what in rows
    ]
    return conform(pd.DataFrame(records), IndicatorDecisions)


def piloted(*rows: tuple[str, str, str]) -> pd.DataFrame:
    records = [{"item": i, "kind": k, "decision": d, "reason": f"pilot on {i}"} for i, k, d in rows]
    return conform(pd.DataFrame(records), Pilot)


WEAVERS = pd.concat(
    [votes("F1", "weavers", ["abcd"] * 4 + ["bacd"]), votes("F2", "weavers", ["abcd"] * 6)], ignore_index=True
)
OWNERS = pd.concat(
    [votes("F3", "owners", ["dcba"] * 9), votes("F4", "owners", ["dcba"] * 3 + ["dc"])], ignore_index=True
)
BOTH = pd.concat([WEAVERS, OWNERS], ignore_index=True)


def listed(table: pd.DataFrame) -> dict[str, str]:
    chosen = table[table["selected"]]
    return {str(group): "".join(sorted(part["indicator"])) for group, part in chosen.groupby("poverty_group")}


def test_groups_choose_differently_and_both_lists_live_on():
    table = short_lists.chosen_lists(BOTH, NONE, LABELS, 2)
    assert listed(table) == {"owners": "cd", "weavers": "ab"}
    assert check(table, IndicatorSelection) == []
    assert set(table["decided"]) == {"ranking"}
    on_list = table[table["selected"]].groupby("poverty_group")["list_weight"].sum()
    assert on_list.tolist() == pytest.approx([1, 1])
    assert table.loc[~table["selected"], "list_weight"].isna().all()
    assert table["label"].tolist() == table["indicator"].str.upper().tolist()


def test_the_team_overrules_with_a_reason_and_a_role():
    decisions = decided(("weavers", "d", "keep"), ("weavers", "a", "drop"), ("owners", "e", "keep"))
    table = short_lists.chosen_lists(BOTH, decisions, LABELS, 2)
    assert listed(table) == {"owners": "cde", "weavers": "bd"}
    rows: Any = table.set_index(["poverty_group", "indicator"])
    assert rows.loc[("weavers", "a"), ["decided", "decided_by", "reason"]].tolist() == [
        "team",
        "lead",
        "why a",
    ]
    unranked = rows.loc[("owners", "e")]
    assert unranked[["voters", "participants", "focus_groups", "list_weight"]].tolist() == [0, 0, 0, 0]
    assert pd.isna(unranked["mean_rank"])
    assert pd.isna(unranked["weight"])
    assert unranked["agreement"] == rows.loc[("owners", "d"), "agreement"]
    assert check(table, IndicatorSelection) == []
    # b weighs 3/10 of all points of the weavers less one place, d the rest: the proportions stay.
    weights = rows.loc["weavers"]
    share = weights.loc["b", "weight"] / (weights.loc["b", "weight"] + weights.loc["d", "weight"])
    assert weights.loc["b", "list_weight"] == pytest.approx(share)


def test_a_group_that_ranked_nothing_may_be_given_a_list():
    table = short_lists.chosen_lists(empty(Rankings), decided(("weavers", "a", "keep")), LABELS, 2)
    assert listed(table) == {"weavers": "a"}
    assert table["list_weight"].isna().all()
    assert check(table, IndicatorSelection) == []
    assert short_lists.chosen_lists(empty(Rankings), NONE, LABELS, 2).empty


def test_what_the_pilot_dropped_leaves_the_list_and_nothing_moves_up():
    chosen = short_lists.chosen_lists(BOTH, NONE, LABELS, 2)
    pilot = piloted(("a", "indicator", "drop"), ("b", "indicator", "change"), ("d", "group", "drop"))
    table = short_lists.after_pilot(chosen, pilot)
    assert listed(table) == {"owners": "cd", "weavers": "b"}
    rows: Any = table.set_index(["poverty_group", "indicator"])
    row = rows.loc[("weavers", "a")]
    assert row[["decided", "reason"]].tolist() == ["pilot", "pilot on a"]
    assert table.loc[table["indicator"] == "b", "list_weight"].max() == 1
    assert check(table, IndicatorSelection) == []
    labels = pd.DataFrame({"indicator": list(LABELS), "label": list(LABELS.values())})
    whole = short_lists.select_indicators(
        BOTH, NONE, pilot, labels, thresholds=Thresholds(indicators_per_group=2)
    )
    pd.testing.assert_frame_equal(whole, table)


def test_focus_groups_are_measured_and_those_of_another_size_are_flagged():
    found: Any = short_lists.focus_groups(BOTH).set_index("focus_group")
    assert found["size"].to_dict() == {
        "F1": "as planned",
        "F2": "as planned",
        "F3": "more than 8",
        "F4": "fewer than 5",
    }
    assert found["complete_voters"].to_dict() == {"F1": 5, "F2": 6, "F3": 9, "F4": 3}
    assert found.loc["F2", "agreement"] == 1
    assert short_lists.size_notes(BOTH) == [
        "design/rankings, focus group F3: 9 people, more than 8; a focus group is of 5 to 8",
        "design/rankings, focus group F4: 4 people, fewer than 5; a focus group is of 5 to 8",
    ]


def test_a_vote_in_common_is_one_vote_of_as_many_people_as_were_present():
    alone = votes("F5", "dyers", ["abc"]).assign(person="group")
    told = votes("F6", "dyers", ["bac"], participants=7).assign(person="group")
    both = conform(pd.concat([alone, told], ignore_index=True), Rankings)
    found: Any = short_lists.focus_groups(both).set_index("focus_group")
    assert found["vote"].tolist() == ["in common"] * 2
    assert found["size"].to_dict() == {"F5": "not told", "F6": "as planned"}
    assert pd.isna(found.loc["F5", "participants"])
    assert any("add the column participants" in line for line in short_lists.size_notes(both))
    table = short_lists.chosen_lists(both, NONE, LABELS, 2).set_index("indicator")
    assert table["voters"].tolist() == [2, 2, 2]
    assert table["participants"].tolist() == [8, 8, 8]
    assert table.loc["a", "mean_rank"] == 1.5


def test_what_groups_share_and_what_a_poverty_group_agrees_on():
    selection = short_lists.chosen_lists(BOTH, NONE, LABELS, 2)
    groups, summary, agreement = short_lists.describe_rankings(BOTH, selection)
    for table, contract in (
        (groups, RankingGroups),
        (summary, RankingSummary),
        (agreement, RankingAgreement),
    ):
        assert check(table, contract) == []
    owners: Any = summary.set_index("poverty_group").loc["owners"]
    assert owners[["focus_groups", "participants", "ranked_all", "too_small", "too_large"]].tolist() == [
        *(2, 13, 12, 1, 1)
    ]
    assert owners["agreement"] == owners["mean_agreement"] == 1
    rows: Any = agreement.set_index(["poverty_group", "other_group"])
    pair = rows.loc[("owners", "weavers")]
    assert pair[["tau_b", "on_both", "on_either", "participants", "focus_groups"]].tolist() == [
        -1,
        0,
        4,
        11,
        2,
    ]
    assert rows.loc[("all", "all"), ["indicators", "agreement", "on_both", "on_either"]].tolist() == [
        4,
        0,
        0,
        4,
    ]
    empties = short_lists.describe_rankings(empty(Rankings), empty(IndicatorSelection))
    assert [len(one) for one in empties] == [0, 0, 0]


def test_a_single_focus_group_is_never_published_and_its_figures_are_withheld():
    one = votes("F1", "weavers", ["abcd"] * 12)
    selection = short_lists.chosen_lists(one, NONE, LABELS, 2)
    groups, summary, _ = short_lists.describe_rankings(one, selection)
    assert RankingGroups not in disclosure.releasable()
    assert groups["agreement"].notna().all()
    for table, contract in ((selection, IndicatorSelection), (summary, RankingSummary)):
        out = disclosure.release(table, contract, public=False)
        assert set(out["withheld_by"]) == {"threshold"}
        assert out[["agreement", "participants", "focus_groups", "ranked_all"]].isna().all(axis=None)
    out = disclosure.release(selection, IndicatorSelection, public=False)
    assert out[["mean_rank", "weight", "list_weight", "voters"]].isna().all(axis=None)
    assert out["selected"].tolist() == selection["selected"].tolist()
    pooled = disclosure.release(
        short_lists.chosen_lists(WEAVERS, NONE, LABELS, 2), IndicatorSelection, public=False
    )
    assert pooled["mean_rank"].notna().all()


def test_agreement_of_fewer_than_ten_whole_votes_is_withheld_alone():
    some = pd.concat([votes("F1", "w", ["abc"] * 5 + ["ab"]), votes("F2", "w", ["abc"] * 3 + ["ba"] * 3)])
    some = conform(some.reset_index(drop=True), Rankings)
    selection = short_lists.chosen_lists(some, NONE, LABELS, 2)
    out: Any = disclosure.release(selection, IndicatorSelection, public=False).set_index("indicator")
    assert out["agreement"].isna().all()
    assert out.loc[["a", "b"], "mean_rank"].notna().all()
    assert pd.isna(out.loc["c", "mean_rank"]), "eight people ranked it"


@given(st.integers(0, 10_000))
@settings(max_examples=5)
def test_the_order_of_rows_changes_nothing(seed):
    mixed = BOTH.sample(frac=1, random_state=seed).reset_index(drop=True)
    decisions = decided(("weavers", "d", "keep"), ("owners", "c", "drop"))
    whole, again = (short_lists.chosen_lists(one, decisions, LABELS, 2) for one in (BOTH, mixed))
    pd.testing.assert_frame_equal(again, whole)
    for one, other in zip(
        short_lists.describe_rankings(mixed, again), short_lists.describe_rankings(BOTH, whole), strict=True
    ):
        pd.testing.assert_frame_equal(one, other)


HEADER = "focus_group,poverty_group,person,indicator,rank,score,participants\n"
GOOD = HEADER + "".join(
    f"F1,weaver-women,P{person},{one},{rank},,6\n"
    for person in range(6)
    for rank, one in enumerate(("income_month", "workdays_month", "written_contract"), start=1)
)


def taken(tmp_path: Path, files: dict[str, str], rest: str = ""):
    rules = "\n[thresholds]\nindicators_per_group = 2\n"
    folder = write(
        tmp_path / "tiny",
        {
            "assessment.toml": plan(GROUPS + WAVES + rules + rest),
            "mapping/actors.csv": ACTORS,
            "design/rankings.csv": GOOD,
            **files,
        },
    )
    found = read_plan(folder / "assessment.toml")
    return take_in_design(folder, found, Vault(folder, found.assessment.id))


DECISIONS = "poverty_group,indicator,decision,reason,decided_by\n"
TRIED = "item,kind,decision,reason\n"
METHODS = "stage,kind,method,purpose,by,role_in_box\n"


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        (
            "rankings",
            GOOD + "F1,workshop-men,P9,income_month,1,,6\n",
            "row 20, column poverty_group: the focus group stands for 'weaver-women' in another row",
        ),
        ("rankings", GOOD + "F1,weaver-women,P1,housing_durable_walls,,4,6\n", "a score here and ranks"),
        ("rankings", GOOD + "F1,weaver-women,P1,no_child_work,4,9,6\n", "row 20, column score: the row"),
        ("rankings", GOOD + "F1,weaver-women,Group,income_month,1,,6\n", "voted in common and by person"),
        ("rankings", GOOD + "F1,weaver-women,group,income_month,1,,6\n", "voted in common and by person"),
        ("rankings", GOOD + "F1,weaver-women,P6,income_month,1,,7\n", "another number of participants"),
        ("rankings", GOOD + "F1,weaver-women,P7,income_month,1,,6\n", "7 people of the focus group vote"),
        (
            "rankings",
            GOOD + "F2,weaver-women,P7,income_mont,1,,6\n",
            "row 20, column indicator: 'income_mont' is not an indicator. Did you mean 'income_month'?",
        ),
        (
            "indicator_decisions",
            DECISIONS + "weaver-women,income_month,keep,so,lead\n",
            "row 2, column decision: 'income_month' is on the short list of 'weaver-women' by its votes",
        ),
        ("indicator_decisions", DECISIONS + "workshop-men,income_month,drop,so,lead\n", "is not on"),
        ("indicator_decisions", DECISIONS + "weaver-women,nothing,keep,so,lead\n", "is not an indicator"),
        ("indicator_decisions", DECISIONS + "strangers,income_month,keep,so,lead\n", "is not in the plan"),
        ("pilot", TRIED + "incom_month,indicator,keep,so\n", "Did you mean 'income_month'?"),
        ("pilot", TRIED + "no_such_question,question,drop,so\n", "'no_such_question' is not a question"),
        ("pilot", TRIED + "strangers,group,keep,so\n", "'strangers' is not a poverty group of the plan"),
        ("methods", METHODS + "Initial,quantitative,survey,why,lead,pilot_questionnaires\n", "words allowed"),
        ("pilot", TRIED + "income_month,indicater,keep,so\n", "is not one of the words allowed here"),
        ("methods", METHODS + "initial,quantitative,survey,why,lead,choose\n", "is not a role in Box A.1"),
        (
            "methods",
            METHODS + "during,quantitative,survey,why,lead,pilot_questionnaires\n",
            "row 2, column role_in_box: 'pilot_questionnaires' is a role of quantitative methods at "
            "the stage 'initial'. Correct stage or kind, or take one of: assess_reliability",
        ),
        ("training", "role,topic,held_on,days,trained\nenumerator,consent,May,1,8\n", "YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_or_decides_nothing_is_refused_row_by_row(tmp_path, file, content, told):
    faults = taken(tmp_path, {f"design/{file}.csv": content}).faults
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]
    assert all(fault.file == f"design/{file}.csv" for fault in faults)
    assert not any(str(fault).endswith(": ") for fault in faults)


def test_what_changes_nothing_or_is_early_is_told(tmp_path):
    files = {
        "design/pilot.csv": TRIED + "weaver-woman,group,drop,few\npainters,group,change,split\n",
        "design/training.csv": "role,topic,held_on,days,trained\nenumerator,consent,1999-05-03,1,8\n",
    }
    intake = taken(tmp_path, files, "\n[pilot]\nfrozen_on = 1999-06-01\n")
    assert intake.faults == []
    gone, other = pilot.gone_notes(intake.plan, intake.table(Pilot))
    assert "'weaver-woman' was dropped, and is not in the plan" in gone
    assert "Did you mean 'weaver-women'?" in gone
    assert "'painters' was changed" in other
    lines = pilot.date_notes(intake.plan, intake.table(Training))
    assert [line.partition(":")[0] for line in lines] == [
        "design/training",
        "assessment.toml, key pilot.frozen_on",
    ]


def test_the_reason_tells_no_place_by_weight_where_figures_are_withheld():
    small = conform(votes("F1", "w", ["abc"] * 5), Rankings)
    selection = short_lists.chosen_lists(small, NONE, LABELS, 2)
    out: Any = disclosure.release(selection, IndicatorSelection, public=False)
    assert (out["withheld_by"] == "threshold").all()
    told = out.drop(columns=["indicator", "label"]).groupby("selected")
    assert told.nunique().max().max() == 1, "the rows of a list differ in nothing but the indicator"


def test_the_team_may_not_keep_what_the_pilot_dropped(tmp_path):
    files = {
        "design/pilot.csv": TRIED + "written_contract,indicator,drop,nobody has one\ndyers,group,drop,few\n",
        "design/indicator_decisions.csv": DECISIONS + "weaver-women,written_contract,keep,so,lead\n",
    }
    (fault,) = taken(tmp_path, files).faults
    assert "the pilot dropped 'written_contract'" in str(fault)


def test_forms_follow_the_votes_the_team_and_the_pilot(tmp_path):
    trial = '\n[[wave]]\nname = "trial"\nrole = "pilot"\n'
    files = {
        "design/pilot.csv": TRIED + "income_month,indicator,drop,nobody tells\n",
        "design/indicator_decisions.csv": DECISIONS
        + "weaver-women,workdays_month,drop,the same as income,lead\n"
        + "weaver-women,written_contract,keep,the programme works on it,lead\n",
    }
    intake = taken(tmp_path, files, trial)
    assert intake.faults == []
    asked = {wave.name: instrument_of(intake, wave).indicators for wave in intake.plan.wave}
    assert asked["baseline"]["weaver-women"] == ("written_contract",)
    assert set(asked["trial"]["weaver-women"]) == {"income_month", "written_contract"}

"""What each design lets the figures say: through whole assessment folders."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import Sampling
from schemas.base import conform
from schemas.design import Frame, Quotas
from schemas.faults import Refused
from tasks import drawing
from tasks.run import Run
from tests.assessed import tables_of
from tests.folders import GROUPS, interviews, plan, two_waves, write

pytestmark = pytest.mark.slow

UNCERTAINTY = ["standard_error", "ci_low", "ci_high", "degrees_of_freedom"]


def tables(folder: Path, *names: str) -> list[pd.DataFrame]:
    """Do every step, since each has to bear every design, and return some of the tables."""
    return tables_of(folder, *names, whole=True)


RECALL = """
[[wave]]
name = "once"
types = { income_before = "number" }
[[specification]]
name = "recalled"
indicators = ["income_month"]
estimator = "recall"
by_poverty_group = true
before = { income_month = "income_before" }
"""


def test_a_one_off_study_tells_what_people_recall_and_claims_no_more(tmp_path):
    answers = pd.read_csv(io.StringIO(interviews(1)), dtype=str)
    now = answers["income_month"].astype(float)
    answers["income_before"] = (now - 50 - 10 * (now % 2)).astype(str)
    toml = plan(GROUPS + RECALL).replace('"repeat"', '"one-off"')
    write(tmp_path, {"assessment.toml": toml, "waves/once/interviews.csv": answers.to_csv(index=False)})
    (estimates,) = tables(tmp_path, "mart.impact_estimates")
    assert set(estimates["claim"]) == {"recall"}
    assert set(estimates["from_wave"]) == {"none"}
    assert set(estimates["poverty_group"]) == {"all", "weaver-women", "workshop-men"}
    weight = answers["weight"].astype(float)
    change = 50 + 10 * (now % 2)
    whole = estimates[estimates["poverty_group"] == "all"].iloc[0]
    assert whole["estimate"] == pytest.approx((change * weight).sum() / weight.sum())
    assert whole["respondents"] == 60
    assert "rec" in whole["claim_reason"].lower()


def purposive(folder: Path) -> Path:
    two_waves(folder, '\n[sampling]\ndesign = "purposive"\n')
    people = pd.read_csv(folder / "waves/baseline/interviews.csv", dtype=str)
    nodes = {"weaver-women": "weavers", "workshop-men": "workshops"}
    frame = pd.DataFrame(
        {
            "unit": people["respondent"],
            "node": people["poverty_group"].map(nodes),
            "poverty_group": people["poverty_group"],
            "stratum": people["poverty_group"],
            "arm": people["arm"],
            "order": range(len(people), 0, -1),
        }
    )
    quotas = "stratum,wanted\nweaver-women,20\nworkshop-men,40\n"
    return write(folder, {"design/frame.csv": frame.to_csv(index=False), "design/quotas.csv": quotas})


def test_a_purposive_sample_has_no_errors_anywhere_and_a_gap_report(tmp_path):
    means, impact, changes, gaps, sample = tables(
        purposive(tmp_path),
        "mart.indicator_estimates",
        "mart.impact_estimates",
        "mart.wave_changes",
        "mart.quota_gaps",
        "mart.sample",
    )
    assert means["estimate"].notna().all()
    for table in (means, impact, changes):
        assert table[UNCERTAINTY].isna().all(axis=None)
    assert impact["p_value"].isna().all()
    assert set(impact["claim"]) == {"descriptive"}
    assert not {"better", "worse"} & set(impact["direction"])
    assert gaps.set_index("stratum")[["wanted", "drawn", "gap"]].to_dict("index") == {
        "weaver-women": {"wanted": 20, "drawn": 20, "gap": 0},
        "workshop-men": {"wanted": 40, "drawn": 30, "gap": 10},
    }
    assert sample["weight"].isna().all()


def refused(folder: Path) -> str:
    with pytest.raises(Refused) as found:
        Run(folder).prepare()
    return str(found.value)


def test_a_row_of_the_frame_is_of_the_node_and_gender_of_its_group(tmp_path):
    folder = purposive(tmp_path)
    frame = pd.read_csv(folder / "design/frame.csv", dtype=str)
    frame.loc[0, "node"] = "workshops" if frame["node"][0] == "weavers" else "weavers"
    frame.to_csv(folder / "design/frame.csv", index=False)
    told = refused(folder)
    assert "design/frame.csv, row 2, column node: the row is of the poverty group" in told


def test_a_quota_has_one_way_to_name_whom_it_asks_for(tmp_path):
    folder = purposive(tmp_path)
    quotas = "stratum,node,wanted\nweaver-women,weavers,20\nworkshop-men,,40\n"
    told = refused(write(folder, {"design/quotas.csv": quotas}))
    assert "design/quotas.csv, row 2: the quota has a stratum and node as well" in told


@pytest.mark.parametrize("size", ["1e308", "1e-300"])
def test_a_size_beyond_measure_is_told_with_its_row(tmp_path, size):
    folder = purposive(tmp_path)
    toml = (folder / "assessment.toml").read_text()
    toml = toml.replace('"purposive"', '"representative"\nmethod = "pps"\nsize = 20')
    frame = pd.read_csv(folder / "design/frame.csv", dtype=str).assign(size="5")
    frame.loc[3, "size"] = size
    (folder / "design/quotas.csv").unlink()
    told = refused(write(folder, {"assessment.toml": toml, "design/frame.csv": frame.to_csv(index=False)}))
    assert "design/frame.csv, row 5, column size" in told


def test_more_wanted_than_there_are_and_a_list_without_order_are_told(tmp_path):
    run = Run(purposive(tmp_path))
    run.prepare()
    assert [line for line in run.intake.notes() if line.startswith("design/quotas")] == [
        "design/quotas, workshop-men: 40 wanted, and design/frame has 30; the others will be told as missing"
    ]
    frame = run.intake.table(Frame).drop(columns="order").assign(order=float("nan"))
    by_order = Sampling(design="representative", method="systematic", size=20)
    (line,) = drawing.design_notes(conform(frame, Frame), run.intake.table(Quotas), by_order)
    assert "60 of 60 rows have no order" in line


@pytest.mark.parametrize("design", ["census", "purposive", "undeclared"])
def test_a_size_without_a_draw_is_refused(design):
    with pytest.raises(ValueError, match="'size' goes with a draw by chance"):
        Sampling(design=design, size=20)


def test_a_quota_is_told_by_the_rule_of_its_stratum(tmp_path):
    folder = purposive(tmp_path)
    quotas = "stratum,wanted\nweaver-women,4\nworkshop-men,40\n"
    sizes, gaps = tables(
        write(folder, {"design/quotas.csv": quotas}), "released.sample_sizes", "released.quota_gaps"
    )
    columns = ["stratum", "in_frame", "wanted", "drawn", "withheld_by"]
    assert gaps[columns].to_dict("records") == sizes[columns].to_dict("records")
    assert gaps["withheld_by"].tolist() == ["", ""]


def test_balance_decides_whether_two_waves_are_called_causal(tmp_path):
    claims = {}
    for name, rest in {
        "unmeasured": "",
        "balanced": '\n[comparison]\ncovariates = ["workdays_month"]\n',
        "spilt": '\n[comparison]\ncovariates = ["workdays_month"]\nspill_over = ["same buyers"]\n',
        "unbalanced": '\n[comparison]\ncovariates = ["weight_of_bag"]\n',
    }.items():
        folder = two_waves(tmp_path / name, rest)
        for wave in ("baseline", "followup"):
            path = folder / f"waves/{wave}/interviews.csv"
            frame = pd.read_csv(path, dtype=str)
            frame["weight_of_bag"] = [
                str(10 * (arm == "programme") + i % 5) for i, arm in enumerate(frame["arm"])
            ]
            # Days at baseline from a pattern that both arms share, so that the arms are alike.
            frame["workdays_month"] = [str(20 + (i // 2) % 5) for i in range(len(frame))]
            frame.to_csv(path, index=False)
        text = (folder / "assessment.toml").read_text()
        for role in ('role = "baseline"\n', 'role = "follow-up"\n'):
            text = text.replace(role, role + 'types = { weight_of_bag = "number" }\n')
        (folder / "assessment.toml").write_text(text)
        (impact,) = tables(folder, "mart.impact_estimates")
        (claims[name],) = set(impact["claim"])
    assert claims == {
        "unmeasured": "associational",
        "balanced": "causal",
        "spilt": "associational",
        "unbalanced": "associational",
    }


MATCHED = """
[comparison]
covariates = ["weight_of_bag"]
same_buyer = "trader"
[comparison.matching]
method = "entropy_balancing"
[[specification]]
name = "matched"
indicators = ["income_month"]
estimator = "difference_in_differences"
comparison = "matched"
"""


def test_a_matched_specification_is_judged_by_the_balance_after_matching(tmp_path):
    folder = two_waves(tmp_path, MATCHED)
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        frame = pd.read_csv(path, dtype=str)
        programme = frame["arm"] == "programme"
        place = pd.Series(range(len(frame)))
        bags = (place // 2 % 10).where(programme | (place % 6 == 0), place // 2 % 5)
        frame["weight_of_bag"] = bags.astype(str)
        frame["trader"] = ["T1" if row % 10 == 5 else f"T{1 + row % 2}" for row in place]
        frame.to_csv(path, index=False)
    text = (folder / "assessment.toml").read_text()
    for role in ('role = "baseline"\n', 'role = "follow-up"\n'):
        text = text.replace(role, role + 'types = { weight_of_bag = "number", trader = "text" }\n')
    (folder / "assessment.toml").write_text(text)
    impact, balance, weights, reach, answers = tables(
        folder,
        "mart.impact_estimates",
        "mart.comparison_balance",
        "mart.comparison_weights",
        "mart.spill_over",
        "staged.responses",
    )
    assert balance["standardized_difference"].item() > 0.25
    assert abs(balance["adjusted_standardized_difference"].item()) < 1e-6
    by_name = impact[impact["poverty_group"] == "all"].set_index("specification")
    assert by_name["claim"].to_dict() == {"programme": "associational", "matched": "causal"}
    assert by_name["comparison"].to_dict() == {"programme": "all", "matched": "matched"}
    reasons = str(by_name.loc["matched", "claim_reason"])
    assert "parallel trends" in reasons
    assert "those who were matched" in reasons
    assert "share a buyer" in reasons
    assert set(reach["channel"]) == {"locality", "buyer"}
    own = answers.merge(weights[["respondent", "matched_weight"]], on="respondent", validate="many_to_one")
    means = {
        key: (part["income_month"] * part["matched_weight"]).sum() / part["matched_weight"].sum()
        for key, part in own.groupby(["arm", "wave"])
    }
    changes = {
        arm: means[(arm, "followup")] - means[(arm, "baseline")] for arm in ("programme", "comparison")
    }
    expected = changes["programme"] - changes["comparison"]
    assert by_name.loc["matched", "estimate"] == pytest.approx(expected)
    assert by_name.loc["programme", "estimate"] != pytest.approx(expected)


def test_focus_groups_are_set_beside_the_figures(tmp_path):
    voices = "focus_group,poverty_group,arm,indicator,participants,change\n" + "".join(
        f"{group},{poverty_group},programme,income_month,{people},{change}\n"
        for group, poverty_group, people, change in (
            ("w1", "weaver-women", 6, "worse"),
            ("w2", "weaver-women", 7, "better"),
            ("m1", "workshop-men", 5, "better"),
            ("m2", "workshop-men", 6, "uncertain"),
        )
    )
    folder = write(two_waves(tmp_path), {"waves/followup/focus_groups.csv": voices})
    verdicts, triangulation, findings = tables(
        folder, "mart.focus_group_verdicts", "mart.triangulation", "mart.findings"
    )
    heard = verdicts.set_index("poverty_group")[["direction", "participants"]].to_dict("index")
    assert heard == {
        "weaver-women": {"direction": "uncertain", "participants": 13},
        "workshop-men": {"direction": "better", "participants": 11},
    }
    assert set(triangulation["qualitative"]) == {"silent"}
    assert set(triangulation["participatory"]) == {"uncertain", "better"}
    assert set(findings["finding"]) == {
        "income_month/all",
        "income_month/weaver-women",
        "income_month/workshop-men",
    }

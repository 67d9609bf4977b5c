"""What people said enters the assessment: coded projects, quotes with consent, tools; and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from schemas.base import TABLES, conform
from schemas.faults import Refused
from tasks import disclosure
from tasks.run import Run
from tasks.tellable import UNTOLD
from tests.assessed import tables_of
from tests.folders import two_waves, write
from tests.qdpx import coded, packed, project

CODES = """code,indicator,direction
Earns less,income_month,worse
Earns more,income_month,better
Weather,,
"""
SOURCES = "source,poverty_group,arm,participants,kind\n" + "".join(
    f"Talk of {name},{group},programme,6,group interview\n"
    for name, group in (
        ("Ama", "weaver-women"),
        ("Bes", "weaver-women"),
        ("Col", "workshop-men"),
        ("Dan", "workshop-men"),
    )
)
FOCUS_GROUPS = """focus_group,poverty_group,arm,indicator,participants,change
F1,workshop-men,programme,income_month,6,better
F2,workshop-men,programme,income_month,7,better
"""
SAID = {"Ama": "Earns less", "Bes": "Earns less", "Col": "Earns more", "Dan": "Earns more"}


def with_project(folder: Path, content: bytes, files: dict[str, str] | None = None) -> Path:
    """Return an assessment with a coded project of the follow-up, its code map and its list of sources."""
    write(
        two_waves(folder),
        {
            "design/codes.csv": CODES,
            "waves/followup/coded_sources.csv": SOURCES,
            "waves/followup/focus_groups.csv": FOCUS_GROUPS,
            **(files or {}),
        },
    )
    (folder / "waves/followup/coded.qdpx").write_bytes(content)
    return folder


def said(codes: dict[str, str], coders: tuple[str, ...] = ("Kim", "Lou"), extra: str = "") -> bytes:
    """Return a project in which every coder sets one code in each source."""
    rows = [(f"Talk of {name}", code, coder) for name, code in codes.items() for coder in coders]
    return coded(rows, codes=["Earns less", "Earns more", "Weather"], extra=extra)


def taken(folder: Path) -> Run:
    run = Run(folder)
    run.prepare()
    return run


def refused(folder: Path) -> str:
    with pytest.raises(Refused) as found:
        taken(folder)
    return str(found.value)


def test_coded_text_speaks_for_its_poverty_group_and_enters_the_triangulation(tmp_path):
    voices, agreement, triangulation = tables_of(
        with_project(tmp_path, said(SAID)),
        "mart.coded_voices",
        "mart.coder_agreement",
        "mart.triangulation",
    )
    told = voices.set_index("poverty_group")[["direction", "sources", "participants", "codings", "coders"]]
    assert told.to_dict("index") == {
        "weaver-women": {"direction": "worse", "sources": 2, "participants": 12, "codings": 4, "coders": 2},
        "workshop-men": {"direction": "better", "sources": 2, "participants": 12, "codings": 4, "coders": 2},
    }
    assert set(voices["agreement"]) == {1.0}
    assert agreement.set_index("code")["verdict"].to_dict() == {
        "Earns less": "reliable",
        "Earns more": "reliable",
        "all": "reliable",
    }
    heard = triangulation.set_index("poverty_group").loc["workshop-men"]
    assert (heard["participatory"], heard["qualitative"], heard["verdict"]) == ("better", "better", "agree")


def test_turning_the_sources_round_turns_the_verdict(tmp_path):
    turned = said({**SAID, "Col": "Earns less", "Dan": "Earns less"})
    (triangulation,) = tables_of(with_project(tmp_path, turned), "mart.triangulation")
    heard = triangulation.set_index("poverty_group").loc["workshop-men"]
    assert (heard["participatory"], heard["qualitative"], heard["verdict"]) == (
        "better",
        "worse",
        "contradict",
    )


def turned_by(folder: Path, amount: int) -> None:
    """Let men in workshops of the programme earn so much more, or less, in the second wave."""
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace('cluster = "cluster"', 'cluster = "respondent"'))
    path = folder / "waves" / "followup" / "interviews.csv"
    rows = pd.read_csv(path)
    theirs = (rows["arm"] == "programme") & (rows["poverty_group"] == "workshop-men")
    rows.loc[theirs, "income_month"] += amount
    rows.to_csv(path, index=False)


@pytest.mark.parametrize(
    ("amount", "groups", "interviews", "verdict"),
    [
        (400, "better", "Earns more", "agree"),
        (-800, "better", "Earns more", "contradict"),
        (400, "worse", "Earns more", "contradict"),
        (400, "better", "Earns less", "contradict"),
        (-800, "worse", "Earns less", "agree"),
    ],
)
def test_turning_any_one_of_the_three_sources_turns_the_verdict(
    tmp_path, amount, groups, interviews, verdict
):
    voices = said({**SAID, "Col": interviews, "Dan": interviews})
    told = {"waves/followup/focus_groups.csv": FOCUS_GROUPS.replace("better", groups)}
    folder = with_project(tmp_path, voices, told)
    turned_by(folder, amount)
    (triangulation,) = tables_of(folder, "mart.triangulation")
    heard: Any = triangulation.set_index("poverty_group").loc["workshop-men"]
    assert heard["quantitative"] == ("better" if amount > 0 else "worse")
    assert heard["verdict"] == verdict
    assert heard["figure"] == "wave_changes/income_month/workshop-men/programme/baseline/followup"
    model = "impact_estimates/programme/programme x after"
    assert heard["effect_figure"] == f"{model}/income_month/workshop-men/baseline/followup"
    assert heard["interviews"] == "coded_voices/followup/workshop-men/income_month"
    assert heard["scores"] == "focus_group_verdicts/followup/workshop-men/income_month"


def test_turning_one_of_two_sources_leaves_the_voice_uncertain(tmp_path):
    (triangulation,) = tables_of(
        with_project(tmp_path, said({**SAID, "Dan": "Earns less"})), "mart.triangulation"
    )
    heard = triangulation.set_index("poverty_group").to_dict("index")["workshop-men"]
    assert heard["qualitative"] == "uncertain"
    assert (heard["quantitative"], heard["participatory"], heard["verdict"]) == ("better", "better", "agree")


def test_voices_of_few_people_are_withheld_and_enter_no_verdict(tmp_path):
    few = SOURCES.replace("Col,workshop-men,programme,6", "Col,workshop-men,programme,1")
    folder = with_project(tmp_path, said(SAID), {"waves/followup/coded_sources.csv": few})
    exact, voices, triangulation = tables_of(
        folder, "mart.coded_voices", "released.coded_voices", "released.triangulation"
    )
    assert exact.set_index("poverty_group")["participants"].to_dict()["workshop-men"] == 7
    hidden = voices.set_index("poverty_group").loc["workshop-men"]
    assert voices.set_index("poverty_group")["withheld_by"].to_dict()["workshop-men"] == "threshold"
    figures = ["direction", "sources", "participants", "codings", "coders", "agreement"]
    assert not hidden[figures].notna().to_numpy().any()
    assert voices.set_index("poverty_group")["direction"].to_dict()["weaver-women"] == "worse"
    by_group = triangulation.set_index("poverty_group")["qualitative"].to_dict()
    assert by_group == {"weaver-women": "worse", "workshop-men": "withheld"}


def test_two_sources_of_one_session_are_one_voice(tmp_path):
    lines = SOURCES.replace("kind\n", "kind,session\n").replace("interview\n", "interview,G1\n")
    folder = with_project(tmp_path, said(SAID), {"waves/followup/coded_sources.csv": lines})
    (voices,) = tables_of(folder, "mart.coded_voices")
    assert voices["sources"].tolist() == [1, 1]
    assert voices["participants"].tolist() == [6, 6]


def test_sources_of_the_comparison_arm_do_not_speak_of_the_programme(tmp_path):
    lines = SOURCES.replace("workshop-men,programme", "workshop-men,comparison")
    folder = with_project(tmp_path, said(SAID), {"waves/followup/coded_sources.csv": lines})
    (voices,) = tables_of(folder, "mart.coded_voices")
    assert voices["poverty_group"].tolist() == ["weaver-women"]


VARIABLES = """<Variables><Variable guid="v1" name="Poverty group" typeOfVariable="Text"/>
<Variable guid="v2" name="participants" typeOfVariable="Integer"/></Variables><Cases>
<Case guid="k1" name="Case 1"><VariableValue><VariableRef targetGUID="v1"/><TextValue>weaver-women</TextValue>
</VariableValue><VariableValue><VariableRef targetGUID="v2"/><IntegerValue>9</IntegerValue></VariableValue>
<SourceRef targetGUID="S-0"/><SourceRef targetGUID="S-1"/></Case>
<Case guid="k2" name="Case 2"><VariableValue><VariableRef targetGUID="v1"/><TextValue>tinkers</TextValue>
</VariableValue><SourceRef targetGUID="S-2"/></Case></Cases>"""


def test_for_whom_a_source_speaks_can_stand_in_the_project_as_variables_of_its_case(tmp_path):
    folder = write(two_waves(tmp_path), {"design/codes.csv": CODES})
    (folder / "waves/followup/coded.qdpx").write_bytes(said(SAID, extra=VARIABLES))
    (voices,) = tables_of(folder, "mart.coded_voices")
    assert voices[["poverty_group", "sources", "participants"]].values.tolist() == [["weaver-women", 1, 9]]
    found = taken(folder).intake.found
    assert "followup: coded.qdpx: 1 source has variables that do not fit the plan" in found
    assert any("2 coded sources speak for nobody" in line for line in found)


def test_coders_of_one_name_are_two_coders(tmp_path):
    content = said(SAID, coders=("Kim", "Lou"))
    (apart,) = tables_of(with_project(tmp_path / "a", content), "mart.coder_agreement")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        one_name = packed(archive.read("project.qde").replace(b'name="Lou"', b'name="Kim"'))
    (shared,) = tables_of(with_project(tmp_path / "b", one_name), "mart.coder_agreement")
    pd.testing.assert_frame_equal(shared, apart)
    assert set(apart["coders"]) == {2}


def test_what_is_counted_only_is_told(tmp_path):
    codes = CODES.replace("Weather,,\n", "")
    content = said({**SAID, "Eve": "Weather"}, coders=("Kim", ""))
    run = taken(with_project(tmp_path, content, {"design/codes.csv": codes}))
    assert [line for line in run.intake.found if "coded.qdpx" in line] == [
        "followup: coded.qdpx: 10 codings of 5 sources, from Test",
        "followup: coded.qdpx: 5 codings do not say who coded",
        "followup: coded.qdpx: 1 code is not in design/codes and says nothing: Weather",
        "followup: coded.qdpx: 1 coded source speaks for nobody: "
        "waves/followup/coded_sources does not say for whom",
    ]
    codings = run.intake.tables["staged.codings"]
    assert len(codings) == 10
    assert codings["code"].isna().sum() == 2


def test_no_name_of_a_source_or_coder_and_no_word_that_was_said_is_kept(tmp_path):
    folder = with_project(tmp_path, said(SAID))
    run = taken(folder)
    for frame in [*run.intake.tables.values(), *run.intake.raw.values()]:
        for name in ("Ama", "Kim", "...."):
            assert name not in frame.to_csv()
    assert run.clear_personal_files() == ["waves/followup/coded.qdpx"]
    people = pd.concat(run.intake.people)["value"].tolist()
    assert {"Talk of Ama", "Kim"} <= set(people)
    tables_of(folder, "mart.coded_voices")
    assert not list((folder / "received").glob("*.qdpx"))
    assert len(list((folder / "received").glob("*.qdpx.age"))) == 1


def test_a_sealed_project_is_read(tmp_path):
    folder = with_project(tmp_path, said(SAID))
    (clear,) = tables_of(folder, "staged.codings")
    path = folder / "waves/followup/coded.qdpx"
    path.with_name("coded.qdpx.age").write_bytes(taken(folder).vault.seal(path.read_bytes()))
    assert "stands there in clear and sealed" in refused(folder)
    path.unlink()
    (again,) = tables_of(folder, "staged.codings")
    pd.testing.assert_frame_equal(clear, again)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "design/codes.csv",
            "Earns less",
            "Earn les",
            f"row 2, column code: the code {UNTOLD} is in no coded.qdpx. Did you mean 'Earns less'?",
        ),
        (
            "design/codes.csv",
            "Weather,,",
            "Weather,,worse",
            "row 4, column indicator: a direction stands there",
        ),
        ("design/codes.csv", "income_month,worse", "incme_month,worse", "Did you mean 'income_month'?"),
        (
            "design/codes.csv",
            "Weather",
            "EARNS  LESS",
            "row 4, column code: is the code of row 2 under another",
        ),
        (
            "waves/followup/coded_sources.csv",
            "Talk of Ama",
            "Talk of Amma",
            "row 2, column source: is no source or case of coded.qdpx, or the name of two",
        ),
        ("waves/followup/coded_sources.csv", "Talk of Bes", "S-0", "row 3, column source: is listed twice"),
        (
            "waves/followup/coded_sources.csv",
            "weaver-women",
            "weavers",
            "the poverty group 'weavers' is not in",
        ),
    ],
)
def test_a_slip_in_the_map_or_the_list_is_told_with_its_row(tmp_path, file, old, new, told):
    folder = with_project(tmp_path, said(SAID))
    path = folder / file
    path.write_text(path.read_text().replace(old, new, 1))
    message = refused(folder)
    assert told in message
    assert "Talk of" not in message


def test_a_code_of_two_places_is_written_as_a_path(tmp_path):
    body = (
        '<CodeBook><Codes><Code guid="a" name="Men"><Code guid="b" name="Earns less"/></Code>'
        '<Code guid="c" name="Women"><Code guid="d" name="Earns less"/></Code></Codes></CodeBook>'
    )
    codes = "code,indicator,direction\nEarns less,income_month,worse\n"
    folder = write(two_waves(tmp_path), {"design/codes.csv": codes})
    (folder / "waves/followup/coded.qdpx").write_bytes(packed(project(body)))
    assert "names 2 codes of the wave 'followup'. Write the path of the one: Men > Earns less or" in refused(
        folder
    )
    write(folder, {"design/codes.csv": codes.replace("Earns less", "women > earns less")})
    taken(folder)


def test_what_is_no_project_and_sources_without_a_project_are_refused(tmp_path):
    folder = with_project(tmp_path, b"no zip")
    message = refused(folder)
    assert "waves/followup/coded.qdpx: is not a REFI-QDA project" in message
    assert "tells of sources" not in message
    (folder / "waves/followup/coded.qdpx").unlink()
    assert "coded_sources.csv: tells of sources, and waves/followup/coded.qdpx is not here" in refused(folder)


QUOTES = """quote,poverty_group,indicator,label,label_people,words,consent,language
q1,weaver-women,income_month,a woman who weaves at home,500,The rate fell,yes,Twi
q2,weaver-women,income_month,the one with the loom of iron,1,Nobody else has one,yes,Twi
q3,workshop-men,,a man in a workshop,210,Secret words,no,Twi
"""


def test_only_quotes_with_consent_and_a_shared_label_are_released(tmp_path):
    folder = write(two_waves(tmp_path), {"waves/followup/quotes.csv": QUOTES})
    run = taken(folder)
    assert "followup: 1 quote is left out, without consent" in run.intake.found
    for frame in [*run.intake.tables.values(), *run.intake.raw.values()]:
        assert "Secret words" not in frame.to_csv()
    (quotes,) = tables_of(folder, "released.quotes")
    told = quotes.set_index("quote")
    assert told["words"].to_dict()["q1"] == "The rate fell"
    assert not told.loc["q2", ["label", "words", "label_people"]].notna().to_numpy().any()
    assert list(told.index) == ["q1", "q2"]
    assert not list((folder / "received").glob("*.csv*")) or all(
        b"Secret words" not in path.read_bytes() for path in (folder / "received").iterdir()
    )


PRESENCE = "session,poverty_group,role,women,men\n" + "".join(
    f"{session},{group},participant,{women},{men}\n{session},{group},facilitator,1,0\n"
    for session, group, women, men in (
        ("G1", "weaver-women", 6, 0),
        ("G2", "weaver-women", 7, 0),
        ("G3", "workshop-men", 0, 5),
    )
)
SCORES = """session,tool,criterion,item,person,score,rank
G1,matrix scoring,all,orders,group,9,
G1,matrix scoring,all,loans,group,4,
G2,matrix scoring,all,orders,group,90,
G2,matrix scoring,all,loans,group,95,
G3,ranking,all,orders,P1,,1
G3,ranking,all,loans,P1,,2
"""
DIAGRAMS = """diagram,session,kind,element,name,label,from,to,strength,change
D1,G1,venn,node,us,Weavers,,,,
D1,G1,venn,node,bank,Bank,,,,
D1,G1,venn,edge,e1,,us,bank,2,better
D2,G2,venn,node,a,Weavers,,,,
D2,G2,venn,node,b,Bank,,,,
D2,G2,venn,edge,e1,,a,b,4,
"""
TIMELINES = """timeline,position,poverty_group,session,period,event,indicator,direction
T1,1,weaver-women,,spring,The mill closed,income_month,worse
T1,2,weaver-women,,summer,New orders,income_month,better
"""
PHOTOGRAPHS = """photograph,file,session,poverty_group,taken_by,caption,consent
p1,IMG_1.jpg,G1,weaver-women,participant,The new shed,yes
p2,IMG_2.jpg,,weaver-women,participant,A face,no
"""
ALBUM = "".join(f"a{n},IMG_A{n}.jpg,,weaver-women,participant,The lane,yes\n" for n in range(12))
TOOLS = {
    "waves/followup/presence.csv": PRESENCE,
    "waves/followup/tool_scores.csv": SCORES,
    "waves/followup/diagrams.csv": DIAGRAMS,
    "waves/followup/timelines.csv": TIMELINES,
    "waves/followup/photographs.csv": PHOTOGRAPHS,
}


def test_tools_are_counted_pooled_and_released_over_two_sessions_and_ten_people(tmp_path):
    used, released, ranks, links, attendance = tables_of(
        write(two_waves(tmp_path), {**TOOLS, "waves/followup/photographs.csv": PHOTOGRAPHS + ALBUM}),
        "mart.tools_used",
        "released.tools_used",
        "released.tool_ranks",
        "released.diagram_links",
        "mart.attendance",
    )
    counts = used.set_index(["tool", "poverty_group"])[["sessions", "participants"]]
    assert {key: tuple(row) for key, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)} == {
        ("diaries", "weaver-women"): (1, 1),
        ("matrix_scoring", "weaver-women"): (2, 13),
        ("matrix_scoring", "workshop-men"): (1, 5),
        ("photograph", "weaver-women"): (2, 7),
        ("venn_diagrams", "weaver-women"): (2, 13),
    }
    assert released["sessions"].notna().tolist() == [False, True, False, False, True]
    told = ranks.set_index(["poverty_group", "item"])
    assert told["mean_rank"].to_dict()["weaver-women", "orders"] == 1.5
    assert set(ranks["poverty_group"]) == {"weaver-women"}
    (link,) = links.to_dict("records")
    assert (link["from"], link["to"], link["drawings"], link["strength"]) == ("Weavers", "Bank", 2, 3.0)
    assert attendance.set_index("role")[["sessions", "women", "men"]].to_dict("index") == {
        "facilitator": {"sessions": 3, "women": 3, "men": 0},
        "participant": {"sessions": 3, "women": 13, "men": 5},
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("presence", "G2,weaver-women,facil", "G2,workshop-men,facil", "stands for two poverty groups"),
        ("presence", "G3,workshop-men,participant,0,5", "G3,workshop-men,participant,0,0", "no participants"),
        (
            "tool_scores",
            "G3,ranking,all,loans",
            "G4,ranking,all,loans",
            "row 7, column session: the session 'G4'",
        ),
        ("tool_scores", "P1,,1", "P1,,", "row 6, column score: has both a score and a rank, or neither"),
        (
            "diagrams",
            "us,bank,2",
            "us,banc,2",
            "row 4, column to: the edge has no node of the drawing 'D1' here",
        ),
        ("diagrams", "node,bank,Bank,,", "node,bank,Bank,us,", "row 3, column from: a node begins and ends"),
        ("diagrams", "D2,G2,venn,edge", "D2,G2,flow,edge", "the drawing 'D2' has two words for its kind"),
        ("timelines", "income_month,better", "incomes,better", "row 3, column indicator: 'incomes' is not"),
        ("photographs", "IMG_1.jpg,G1", "IMG_1.jpg,G9", "row 2, column session: the session 'G9'"),
    ],
)
def test_a_slip_in_a_tool_is_told_with_its_row(tmp_path, file, old, new, told):
    name = f"waves/followup/{file}.csv"
    assert old in TOOLS[name]
    folder = write(two_waves(tmp_path), {**TOOLS, name: TOOLS[name].replace(old, new, 1)})
    assert told in refused(folder)


def test_counts_of_present_people_below_ten_are_withheld():
    frame = pd.DataFrame({"wave": "w", "role": ["participant"], "sessions": 3, "women": 12, "men": 4})
    contract = TABLES["mart.attendance"]
    released = disclosure.release(conform(frame, contract), contract, public=False)
    assert released["women"].tolist() == [12]
    assert released["men"].isna().all()

"""A form goes out, is converted, answered, exported by a server, and comes back as estimates.

Nothing is mapped by hand. The estimates are those of the answers themselves, whichever server held them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from tasks import catalogue
from tasks.run import Run
from tests import exports
from tests.exports import Node
from tests.flows.test_run import go
from tests.folders import ACTORS, GROUPS, plan, write

PEOPLE = 90
INDICATORS = ["income_month", "workdays_month", "housing_durable_walls", "debt_burden"]
REST = """
[instruments]
members = true
programme_began = 2024-01-01

[[wave]]
name = "once"

[[specification]]
name = "recalled"
indicators = ["income_month"]
estimator = "recall"
"""
RANKINGS = "focus_group,poverty_group,person,indicator,rank\n" + "".join(
    f"F1,weaver-women,P{person},{indicator},{rank}\n"
    for person in range(5)
    for rank, indicator in enumerate(("written_contract", "safe_workplace"), start=1)
)
LANGUAGE = "English (en)"


def assessment(folder: Path) -> Path:
    top = f"indicators = {INDICATORS!r}".replace("'", '"')
    one_off = plan(GROUPS + REST, top=top).replace('"repeat"', '"one-off"')
    return write(
        folder,
        {"assessment.toml": one_off, "mapping/actors.csv": ACTORS, "design/rankings.csv": RANKINGS},
    )


def handed_out(folder: Path) -> bytes:
    """Return the XLSForm that `psia form` writes."""
    result = CliRunner().invoke(app, ["form", str(folder), "--wave", "once"])
    assert result.exit_code == 0, result.output
    (form,) = (folder / "results" / "forms" / "once").glob("once-form-*.xlsx")
    return form.read_bytes()


def is_asked(node: Node, answers: dict[str, Any]) -> bool:
    """Return whether a question is put, by its conditions: comparisons with a word, joined by and, or."""
    for condition in node.relevant:
        words = re.sub(r"\$\{(\w+)\} = '([^']*)'", lambda m: str(answers.get(m[1]) == m[2]), condition)
        assert set(words.replace("(", " ").replace(")", " ").split()) <= {"True", "False", "and", "or"}
        if not eval(words):  # noqa: S307 -- four words, as was just looked at
            return False
    return True


def answer(node: Node, chance: np.random.Generator) -> Any:
    question = {**catalogue.questions(), **catalogue.form_questions(), **catalogue.roster()}.get(
        node.name.removesuffix("_before")
    )
    if node.choices:
        return str(chance.choice(list(node.choices)))
    low, high = (question.minimum, question.maximum) if question else (None, None)
    low = 0.0 if low is None else low
    high = low + 5000 if high is None else high
    if node.type == "integer":
        return int(chance.integers(int(low), int(high), endpoint=True))
    return round(float(chance.uniform(low, high)), 2)


FIXED = {"start": "2026-11-01T09:30:00.000+05:30", "end": "2026-11-01T10:00:00.000+05:30", "wave": "once"}


def interviews(form: list[Node], chance: np.random.Generator) -> list[dict[str, Any]]:
    """Return interviews of people of whom some refuse, and some leave questions out."""
    found = []
    for number in range(1, PEOPLE + 1):
        one: dict[str, Any] = {"_": {"uuid": f"{number:08}-0000", "user": "an interviewer"}}
        for node in (node for node in form if not node.repeat):
            if not is_asked(node, one) or node.type == "note" or node.name == "instanceID":
                continue
            if node.name in FIXED:
                one[node.name] = FIXED[node.name]
            elif node.name == "consent":
                one["consent"] = "no" if number % 11 == 0 else "yes"
            elif node.name == "respondent":
                one["respondent"] = f"R{number:03}"
            elif node.name == "poverty_group":
                one["poverty_group"] = ("weaver-women", "workshop-men")[number % 2]
            elif node.name == "gender":
                one["gender"] = ("women", "men")[number % 2]
            elif node.name in ("enumerator", "household"):
                one[node.name] = f"{node.name[0].upper()}{number % 30}"
            elif chance.random() > 0.1:
                one[node.name] = answer(node, chance)
        members = [node for node in form if node.repeat == "members" and node.type != "note"]
        if is_asked(members[0], one):
            rows = range(int(chance.integers(0, 5)))
            one["members"] = [
                {node.name: answer(node, chance) for node in members if chance.random() > 0.1} for _ in rows
            ]
        found.append(one)
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[list[Node], list[dict[str, Any]]]:
    form = exports.nodes(handed_out(assessment(tmp_path_factory.mktemp("out"))), LANGUAGE)
    return form, interviews(form, np.random.default_rng(20260301))


def lay(folder: Path, how: str, made: tuple[list[Node], list[dict[str, Any]]]) -> Path:
    form, people = made
    contents = {
        "kobo": ("xlsx", lambda: exports.kobo(form, people)),
        "kobo with groups": ("xlsx", lambda: exports.kobo(form, people, groups=True)),
        "kobo labels": ("xlsx", lambda: exports.kobo(form, people, labels=True)),
        "odk": ("zip", lambda: exports.odk(form, people)),
        "surveycto": ("csv", lambda: exports.surveycto(form, people).encode()),
        "odk, other order": ("zip", lambda: exports.odk(form, people[::-1], groups=False)),
    }
    suffix, content = contents[how]
    path = assessment(folder) / "waves" / "once" / f"interviews.{suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(content())
    return folder


def answers_themselves(people: list[dict[str, Any]]) -> pd.DataFrame:
    """Return what those who agreed have answered, with the indicators worked out by hand."""
    frame = pd.DataFrame([one for one in people if one["consent"] == "yes"])
    walls = frame["wall_material"]
    frame["housing_durable_walls"] = walls.isin(["brick_stone_concrete", "timber"]).where(walls.notna())
    frame["debt_burden"] = (frame["debt_total"] / frame["income_month"]).where(frame["income_month"] > 0)
    frame["written_contract"] = frame["written_contract"].map({"yes": 1.0, "no": 0.0})
    safe = frame[["guard_on_machine", "mask_or_gloves", "fire_exit"]].replace({"yes": 1.0, "no": 0.0})
    frame["safe_workplace"] = safe.astype("Float64").sum(axis=1, skipna=False) / 3
    return frame


def read(folder: Path, *names: str) -> list[pd.DataFrame]:
    run = Run(folder)
    run.prepare()
    run.open()
    try:
        return [run.read(name) for name in names]
    finally:
        run.close()


def test_what_was_answered_comes_out_as_estimates_from_either_server(tmp_path, made):
    kobo, odk = lay(tmp_path / "kobo", "kobo", made), lay(tmp_path / "odk", "odk", made)
    for folder in (kobo, odk):
        code, said = go(folder)
        assert code == 0, said
    assert any("KoboToolbox, XML values, form version v1, 90 interviews" in line for line in go_lines(kobo))
    tables = {folder: sorted((folder / "results/current/tables").glob("*.csv")) for folder in (kobo, odk)}
    assert [one.name for one in tables[kobo]] == [one.name for one in tables[odk]]
    for one, other in zip(tables[kobo], tables[odk], strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    truth = answers_themselves(made[1])
    estimates, recalled = read(kobo, "mart.indicator_estimates", "mart.impact_estimates")
    whole = estimates[(estimates["gender"] == "all") & (estimates["difference"] == "all")]
    compared = 0
    for row in whole.to_dict("records"):
        group = row["poverty_group"]
        asked = truth if group == "all" else truth[truth["poverty_group"] == group]
        values = asked[row["indicator"]].dropna().astype(float)
        if row["category"] == "all" and row["arm"] == "all":
            assert row["respondents"] == len(values)
            assert row["estimate"] == pytest.approx(values.mean(), nan_ok=values.empty)
            compared += 1
    assert compared >= 3 * len(INDICATORS)
    assert {"written_contract", "safe_workplace"} <= set(whole["indicator"]), "they are on a short list"
    changes = (truth["income_month"] - truth["income_month_before"]).dropna()
    assert recalled["respondents"].tolist() == [len(changes)]
    assert recalled["estimate"].tolist() == pytest.approx([changes.mean()])


def go_lines(folder: Path) -> list[str]:
    """Return what a run says of the files that it read."""
    run = Run(folder)
    run.prepare()
    return run.intake.found


STAGED = ("staged.responses", "staged.household_members")


def staged(folder: Path) -> dict[str, pd.DataFrame]:
    run = Run(folder)
    run.prepare()
    found = {}
    for name in STAGED:
        frame = run.intake.tables[name]
        key = ["respondent", "wave", *(["member"] if "member" in frame else [])]
        frame = frame.sort_values(key).reset_index(drop=True)
        found[name] = frame[sorted(frame.columns)]
    return found


def test_every_layout_gives_the_same_wave_without_a_mapping(tmp_path, made):
    form, people = made
    first = staged(lay(tmp_path / "kobo", "kobo", made))
    agreed = [one for one in people if one["consent"] == "yes"]
    responses, members = first.values()
    assert len(responses) == len(agreed) < PEOPLE
    assert len(members) == sum(len(one["members"]) for one in agreed) > 0
    assert members["member_attends_school"].dropna().isin([0.0, 1.0]).all()
    assert members["member_age"].dtype == "Int64"
    assert not [column for column in responses if str(column).endswith("_note")]
    for how in ("kobo with groups", "kobo labels", "odk", "odk, other order", "surveycto"):
        other = staged(lay(tmp_path / how.replace(" ", "-"), how, made))
        for name, frame in first.items():
            pd.testing.assert_frame_equal(frame, other[name], obj=f"{how}: {name}")
    assert len({node.relevant for node in form if node.relevant}) > 1

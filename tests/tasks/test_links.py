"""Respondents from wave to wave: the counts add up, and whoever changed is named by pseudonym alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from schemas.assessment import Wave
from schemas.base import conform
from schemas.fieldwork import RespondentLinks, Responses
from schemas.plan import Waves
from tasks.disclosure import release
from tasks.links import link_respondents
from tests.assessed import tables_of
from tests.folders import two_waves
from tests.tasks.test_intake import change

NAMES = ["first", "second", "third"]
WAVES = conform(
    pd.DataFrame(
        [{"wave": name, "position": n, "label": name, "role": "only"} for n, name in enumerate(NAMES, 1)]
    ),
    Waves,
)
NO_LOSSES = pd.DataFrame({"wave": [], "reason": [], "interviews": []})


def responses(*waves: Mapping[str, tuple[str | None, str | None]]) -> pd.DataFrame:
    """Return the answers of waves, each a dictionary of person -> gender and birth year."""
    rows = [
        {"respondent": person, "wave": name, "weight": 1.0, "gender": gender, "born": born}
        for name, people in zip(NAMES, waves, strict=False)
        for person, (gender, born) in people.items()
    ]
    frame = pd.DataFrame(rows)
    return conform(frame.drop(columns="born"), Responses).assign(born=frame["born"].astype("string"))


def linked(frame: pd.DataFrame, *, mapped: bool = True, losses: pd.DataFrame = NO_LOSSES) -> list[dict]:
    plan = [Wave(name=name, columns={"birth_year": "born"} if mapped else {}) for name in NAMES]  # type: ignore[arg-type]
    return conform(link_respondents(frame, WAVES, losses, wave=plan), RespondentLinks).to_dict("records")


def test_who_is_new_lost_back_and_changed():
    frame = responses(
        {"a": ("women", "1980"), "b": ("men", "1990"), "c": (None, "1971"), "d": ("men", None)},
        {"a": ("women", "1980.0"), "b": ("women", "1990"), "e": ("men", "2000")},
        {"a": ("women", "1981"), "c": ("men", "1972"), "d": ("men", "1950"), "e": ("men", "2000")},
    )
    losses = pd.DataFrame(
        {"wave": "second", "reason": ["repeated", "superseded", "used"], "interviews": [2, 1, 3]}
    )
    first, second, third = linked(frame, losses=losses)
    assert (first["new"], first["followed"], first["lost"]) == (4, 0, 0)
    assert (second["followed"], second["new"], second["lost"], second["duplicated"]) == (2, 1, 2, 3)
    assert (second["changed_gender"], second["changed_birth_year"]) == (1, 0)
    assert (third["followed"], third["returned"], third["new"], third["lost"]) == (2, 2, 0, 1)
    assert (third["changed_gender"], third["changed_birth_year"]) == (0, 2)


def test_a_birth_year_that_no_plan_maps_is_not_counted():
    frame = responses({"a": ("women", "1980")}, {"a": ("women", "1999")})
    assert all(pd.isna(one["changed_birth_year"]) for one in linked(frame, mapped=False))


def test_rows_without_ids_are_not_linked():
    frame = responses({"a": ("women", "1980")})
    plan = [Wave(name=name, columns={"respondent": "_row"}) for name in NAMES]  # type: ignore[arg-type]
    assert len(link_respondents(frame, WAVES, NO_LOSSES, wave=plan)) == 0


@given(st.lists(st.sets(st.integers(0, 12), min_size=1), min_size=1, max_size=3))
def test_the_counts_add_up(people):
    rows = linked(responses(*({str(one): ("women", "1980") for one in wave} for wave in people)))
    size = 0
    for row, here in zip(rows, people, strict=True):
        assert row["respondents"] == len(here) == row["followed"] + row["returned"] + row["new"]
        assert row["lost"] == size - row["followed"]
        size = len(here)


def test_counts_that_add_up_are_withheld_together():
    row = dict.fromkeys(("respondents", "followed", "returned", "new", "lost"), 40)
    row |= {"returned": 0, "duplicated": 3, "changed_gender": 0}
    frame = pd.DataFrame([{**row, "wave": "one"}, {**row, "wave": "two", "new": 4}])
    one, two = release(frame, RespondentLinks, public=False).to_dict("records")
    assert (one["followed"], one["returned"], one["new"], one["lost"]) == (40, 0, 40, 40)
    assert pd.isna(one["duplicated"])
    assert all(pd.isna(two[name]) for name in ("followed", "returned", "new", "lost"))
    assert two["withheld_by"] == "threshold"


def test_changed_new_and_lost_people_stand_in_the_checks_by_pseudonym(tmp_path: Path):
    folder = two_waves(tmp_path)
    change(folder, "baseline", lambda frame: frame.assign(born="1980"))
    change(
        folder,
        "followup",
        lambda frame: frame.assign(born=["1979", *["1980"] * 59]).replace({"respondent": {"R059": "R100"}}),
    )
    toml = folder / "assessment.toml"
    mapped = 'columns = { birth_year = "born" }\n'
    text = toml.read_text().replace('role = "baseline"\n', 'role = "baseline"\n' + mapped)
    toml.write_text(text.replace('role = "follow-up"\n', 'role = "follow-up"\n' + mapped))
    checks, links, summary = tables_of(
        folder, "mart.field_checks", "mart.respondent_links", "mart.field_check_summary"
    )
    found = checks[checks["check"].isin(["changed birth year", "new respondent", "lost respondent"])]
    assert sorted(found["check"]) == ["changed birth year", "lost respondent", "new respondent"]
    assert not found["key"].str.startswith("R").any()
    # their number would give back what respondent_links withholds
    assert not {"new respondent", "lost respondent"} & set(summary["check"])
    assert "changed birth year" in set(summary["check"])
    last = links.set_index("wave").loc["followup"]
    assert (last["followed"], last["new"], last["lost"], last["changed_birth_year"]) == (59, 1, 1, 1)

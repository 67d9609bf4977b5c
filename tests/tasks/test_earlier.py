"""What was published before stays as it was, unless the answers of ten people have changed."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.base import TABLES, column_types, conform
from tasks import disclosure, earlier, given_away
from tasks.publish.wording import meaningful
from tasks.run import Run  # noqa: F401 -- declares every table

TRIALS = int(os.environ.get("PSIA_LATE", "10"))
"""How many times somebody comes late; the full size is 400."""
ESTIMATES = "mart.indicator_estimates"
KEY = b"a key"


def answers(random: np.random.Generator, size: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "wave": "once",
            "respondent": [f"p{n}" for n in range(size)],
            "poverty_group": random.choice(["weavers", "dyers", "traders"], size),
            "gender": random.choice(["women", "men"], size),
            "difference": "all of one kind",
            "arm": random.choice(["programme", "comparison"], size),
            "wage": random.normal(1000, 300, size).round(2),
        }
    )


def tables(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    parts = []
    for split in (("poverty_group", "arm"), ("poverty_group",), ("arm",), ("gender", "arm"), ()):
        keyed = rows.assign(**{one: "all" for one in earlier.KINDS if one not in split})
        means = keyed.groupby(list(earlier.KINDS))["wage"].agg(estimate="mean", respondents="size")
        parts.append(means.reset_index())
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(indicator="wage", category="all", wave="once", design="representative")
    return {ESTIMATES: conform(table, TABLES[ESTIMATES])}


def published(rows: pd.DataFrame, *before: earlier.Earlier) -> dict[str, pd.DataFrame]:
    out = disclosure.release_all(tables(rows), disclosure.Rules(before=[one.tables for one in before]))
    return earlier.hold(out, before, earlier.people_of(rows, KEY)) if before else out


def as_earlier(rows: pd.DataFrame, folder, name: str = "2024-06-28") -> earlier.Earlier:
    """Return a release as it comes back from its folder."""
    place = folder / "releases" / name
    (place / "tables").mkdir(parents=True, exist_ok=True)
    for name, frame in published(rows).items():
        frame.to_csv(place / "tables" / f"{name.partition('.')[2]}.csv", index=False)
    (place / earlier.RESPONDENTS).write_bytes(earlier.as_file(earlier.people_of(rows, KEY)))
    return earlier.releases(folder)[-1]


def by_row(frame: pd.DataFrame) -> Any:
    told = frame[(frame["withheld_by"] == "").fillna(True)]
    return told.set_index([*earlier.KINDS])[["estimate", "respondents"]].astype(float).sort_index()


@pytest.mark.parametrize("seed", range(TRIALS))
def test_one_late_respondent_changes_no_cell_that_was_published(seed, tmp_path):
    random = np.random.default_rng(seed)
    everybody = answers(random, int(random.integers(80, 400)))
    everybody.loc[everybody.index[-1], "wage"] = 50_000.0  # the digits that are told would tell of it
    before = as_earlier(everybody.iloc[:-1], tmp_path)
    assert before.name == "2024-06-28"
    first = by_row(published(everybody.iloc[:-1])[ESTIMATES])
    second = by_row(published(everybody, before)[ESTIMATES])
    both = first.index.intersection(second.index)
    assert len(both) > 3
    pd.testing.assert_frame_equal(first.loc[both], second.loc[both])
    anew = by_row(published(everybody)[ESTIMATES])
    assert (anew.loc[("all",) * 4, "estimate"]) != first.loc[("all",) * 4, "estimate"]


def test_ten_who_came_late_are_told_of_and_so_are_ten_corrections(tmp_path):
    everybody = answers(np.random.default_rng(1), 200)
    whole = ("all",) * 4
    before = as_earlier(everybody.iloc[:-10], tmp_path)
    told = by_row(published(everybody, before)[ESTIMATES])
    assert told.loc[whole, "respondents"] != by_row(before.tables[ESTIMATES]).loc[whole, "respondents"]
    corrected: Any = everybody.iloc[:-10].copy()
    corrected.loc[:8, "wage"] += 500
    kept = by_row(published(corrected, before)[ESTIMATES])
    assert kept.loc[whole, "estimate"] == pytest.approx(before.tables[ESTIMATES]["estimate"].iloc[-1])
    corrected.loc[9, "wage"] += 500
    new = by_row(published(corrected, before)[ESTIMATES])
    assert new.loc[whole, "estimate"] == float(meaningful(corrected["wage"].mean()))
    assert new.loc[whole, "estimate"] != kept.loc[whole, "estimate"]


def test_the_list_of_a_release_holds_no_answers(tmp_path):
    rows = answers(np.random.default_rng(2), 50)
    file = earlier.as_file(earlier.people_of(rows, KEY)).decode()
    assert not any(str(wage) in file for wage in rows["wage"])
    assert earlier.people_of(rows, b"another key")["answers"].tolist() != rows["wage"].tolist()
    same = earlier.people_of(rows.sample(frac=1, random_state=1), KEY)
    assert earlier.as_file(same).decode() == file


def test_a_release_comes_back_from_its_files_whatever_its_keys_are(tmp_path):
    place = tmp_path / "releases" / "2024-06-28"
    (place / "tables").mkdir(parents=True)
    (place / earlier.RESPONDENTS).write_text("wave,respondent\n")
    (place / "tables" / "sources.csv").write_text("source,title\n'=s,A source\n")
    (place / "tables" / "secondary_findings.csv").write_text("old_key\n1\n")
    found = earlier.releases(tmp_path)[0].tables
    assert found["staged.sources"]["source"].tolist() == ["=s"]
    for contract in disclosure.releasable():
        key = list(contract.about().key)
        kinds = disclosure.released_contract(contract)
        row = pd.DataFrame({one: [1 if kind == "Int64" else "a"] for one, kind in kinds_of(kinds, key)})
        typed = row.astype(dict(kinds_of(kinds, key)))
        (same,) = [disclosure.aligned(typed, typed.assign(withheld_by="x"), contract)]
        assert same is not None
        assert same["withheld_by"].tolist() == ["x"]
    name = "mart.secondary_findings"
    assert disclosure.aligned(found[name], found[name], TABLES[name]) is None


def kinds_of(contract, key: list[str]) -> list[tuple[str, str]]:
    return [(column, kind) for column, kind in column_types(contract).items() if column in key]


def test_a_row_withheld_in_the_newest_release_is_held_by_the_one_before(tmp_path):
    """What was told two releases ago, and not in the last, tells of who came late all the same."""
    everybody = answers(np.random.default_rng(3), 200)
    whole = ("all",) * 4
    first = as_earlier(everybody.iloc[:-1], tmp_path, "2024-06-28")
    second = as_earlier(everybody.iloc[:-1], tmp_path, "2025-06-28")
    table: Any = second.tables[ESTIMATES]
    row = (table[list(earlier.KINDS)] == "all").all(axis=1)
    table.loc[row, ["estimate", "respondents"]] = pd.NA
    table.loc[row, "withheld_by"] = "threshold"
    told = by_row(published(everybody, first, second)[ESTIMATES])
    assert told.loc[whole, "estimate"] == by_row(first.tables[ESTIMATES]).loc[whole, "estimate"]
    alone = by_row(published(everybody, second)[ESTIMATES])
    assert alone.loc[whole, "estimate"] == float(meaningful(everybody["wage"].mean()))


def test_the_audit_knows_what_each_release_before_told():
    """A count that was told once, and no more in the newest release, bounds what is withheld now."""
    sizes = {"all": 40, "weavers": 20, "dyers": 11, "traders": 9}
    exact = {
        ESTIMATES: conform(
            pd.DataFrame(
                {
                    "poverty_group": list(sizes),
                    "respondents": list(sizes.values()),
                    "estimate": 3.0,
                    **dict.fromkeys(("gender", "difference", "arm", "category"), "all"),
                    "indicator": "wage",
                    "wave": "once",
                    "design": "representative",
                }
            ),
            TABLES[ESTIMATES],
        )
    }
    told = disclosure.release_all(exact, disclosure.Rules())[ESTIMATES]
    once = told.assign(respondents=told["respondents"].where(told["poverty_group"] == "weavers"))
    newest = told.assign(respondents=None, withheld_by="x")
    asked: list[dict] = []

    def listen(known):
        asked.append(known)
        return known

    original = given_away._Known._told_before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(given_away._Known, "_told_before", lambda self, cells: listen(original(self, cells)))
        typed = [
            {ESTIMATES: one.assign(respondents=one["respondents"].astype("Int64"))} for one in (once, newest)
        ]
        disclosure.release_all(exact, disclosure.Rules(before=typed))
    assert asked[0] == {1: (9.0, 31.0)}


def test_a_finding_is_held_by_the_waves_of_its_figure_and_told_anew_when_they_changed():
    """A finding has no wave in its key: it must neither stay for ever, nor tell of who came late."""
    contract = TABLES["mart.findings"]
    rows = answers(np.random.default_rng(4), 200)

    def tables_of(waves: list[str], said: str, figure: str) -> dict[str, pd.DataFrame]:
        made = pd.concat([tables(rows)[ESTIMATES].assign(wave=one) for one in waves], ignore_index=True)
        finding = {**dict.fromkeys(("evidence", "limits"), "x"), "finding": "wage/all", "indicator": "wage"}
        finding |= {"position": 1, "poverty_group": "all", "claim": "descriptive", "public": False}
        finding |= {"statement": said, "figure": figure, "respondents": 200, "smallest_cell": 200}
        every = {ESTIMATES: made, "mart.findings": conform(pd.DataFrame([finding]), contract)}
        return disclosure.release_all(every, disclosure.Rules())

    def people(waves: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return earlier.people_of(pd.concat([one.assign(wave=name) for name, one in waves.items()]), KEY)

    of = {one: f"indicator_estimates/wage/all/all/all/all/all/{one}" for one in ("once", "later")}
    first = people({"once": rows.iloc[:-1]})
    before = earlier.Earlier("2024-06-28", tables_of(["once"], "as it was", of["once"]), first)
    for table in before.tables.values():
        table["withheld_by"] = pd.array([pd.NA] * len(table), dtype="string")
    corrected = rows.assign(wage=rows["wage"] + 1)
    for now, figure, said in (
        ({"once": rows}, of["once"], "as it was"),
        ({"once": rows, "later": rows}, of["once"], "as it was"),
        ({"once": rows, "later": rows}, of["later"], "anew"),
        ({"once": corrected}, of["once"], "anew"),
        ({"once": corrected}, "of no table", "anew"),
    ):
        told = earlier.hold(tables_of(list(now), "anew", figure), [before], people(now))["mart.findings"]
        assert told["statement"].tolist() == [said], (list(now), figure)

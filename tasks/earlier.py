"""The releases before: what was told, and a digest of whose answers stood behind it.

A release is a folder releases/<name>/ with tables/<table>.csv as they were published and respondents.csv,
which is internal. Their order is that of their names: a release is named by its date.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import pandas_dtype

from schemas.base import Contract, column_types
from schemas.vocabulary import ALL
from tasks import disclosure, state
from tasks.methods.suppression import changed_people
from tasks.publish.tables import WRITTEN
from tasks.references import reference_of

RESPONDENTS = state.RESPONDENTS
KINDS = ("poverty_group", "gender", "difference", "arm")
WAVES = ("wave", "from_wave", "to_wave")


@dataclass(frozen=True)
class Earlier:
    """tables: by their names in mart. people: one row a wave and respondent, with a digest of the answers."""

    name: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    people: pd.DataFrame = field(default_factory=pd.DataFrame)


def releases(folder: Path) -> list[Earlier]:
    """Return the releases of an assessment folder, oldest first."""
    found = sorted(path.parent for path in (folder / "releases").glob(f"[!.]*/{RESPONDENTS}"))
    return [_release(path) for path in found]


def _release(place: Path) -> Earlier:
    tables = {}
    for contract in disclosure.releasable():
        path = place / "tables" / f"{contract.about().name.partition('.')[2]}.csv"
        if path.is_file():
            tables[contract.about().name] = _table(path, disclosure.released_contract(contract))
    people = pd.read_csv(place / RESPONDENTS, dtype="string", keep_default_na=False)
    return Earlier(place.name, tables, people)


def _table(path: Path, contract: type[Contract]) -> pd.DataFrame:
    """Return a published table; a column that it did not have yet is empty."""
    cells = pd.read_csv(path, dtype="string", keep_default_na=False).replace("", pd.NA)
    nothing = pd.Series(pd.NA, index=cells.index, dtype="string")
    return pd.DataFrame(
        {column: _typed(cells.get(column, nothing), kind) for column, kind in column_types(contract).items()},
        index=cells.index,
    )


def _typed(words: pd.Series, kind: str) -> pd.Series:
    if kind == "boolean":
        return (words.str.casefold() == "true").astype("boolean")
    if kind in ("Int64", "float64"):
        return pd.to_numeric(words).astype(pandas_dtype(kind.replace("float", "Float")))
    return words.str.replace(WRITTEN, "", regex=True).astype("string")


def people_of(responses: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return who stands behind a release: the digest of each respondent's answers is made with a key."""
    columns = sorted(set(map(str, responses)) - {"wave", "respondent", *KINDS})
    rows = responses[columns].astype("string").fillna("").itertuples(index=False, name=None)
    digests = [hmac.new(key, repr(row).encode(), hashlib.sha256).hexdigest() for row in rows]
    told = responses[["wave", "respondent", *KINDS]].astype("string").fillna("")
    table = told.assign(answers=pd.array(digests, dtype="string"))
    return table.sort_values(["wave", "respondent"]).reset_index(drop=True)


def as_file(people: pd.DataFrame) -> bytes:
    """Return respondents.csv."""
    out = io.StringIO()
    people.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode()


def hold(
    released: Mapping[str, pd.DataFrame], before: Sequence[Earlier], people: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the tables with each row as it was last published, unless the answers of ten have changed.

    Otherwise two releases, one before and one after somebody came late, would tell that person's answers.
    What is withheld now stays withheld. A row without a wave of its own is of those of the figure that it
    rests on, else of all. before: the releases, oldest first.
    """
    sides = [(one, Changes(one.people, people)) for one in reversed(before)]
    resting = (
        {name for name, frame in released.items() if _rests_on(name) and len(frame)} if before else set()
    )
    stayed = _of_who_stayed(released)
    figures = {
        reference_of(disclosure.TABLES[name], row): (_waves(row), row.get("specification") in stayed)
        for name, frame in released.items()
        if resting and name not in resting and {*WAVES} & {*frame}
        for row in frame.to_dict("records")
    }
    return {name: _held(frame, sides, name, figures, stayed) for name, frame in released.items()}


def _rests_on(name: str) -> str:
    rule = disclosure.TABLES[name].about().release
    return rule.rests_on if rule else ""


def _waves(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in WAVES if column in row)


class Changes:
    """How many people's answers have changed behind a row, by its waves and by whom it is of."""

    def __init__(self, before: pd.DataFrame, now: pd.DataFrame):
        self.sides = (before, now)
        self.known: dict[tuple[tuple[str, ...], tuple[str, ...], bool], int] = {}

    def behind(self, waves: Iterable[str], kinds: tuple[str, ...], *, in_all: bool = False) -> int:
        """Return the number of people, each once, in however many waves their answers have changed.

        waves: none for all; kinds: `all`, or the word, for each of KINDS; in_all: of those alone who are in
        all of these waves.
        """
        key = (tuple(sorted(set(waves))), kinds, in_all)
        if key not in self.known:
            pairs = []
            for side in self.sides:
                rows = side[side["wave"].isin(key[0])] if len(side) and key[0] else side
                for column, wanted in zip(KINDS, kinds, strict=True):
                    rows = rows[rows[column] == wanted] if wanted != ALL and len(rows) else rows
                pairs.append(_answers_of(rows, in_all=in_all))
            self.known[key] = changed_people(*pairs)
        return self.known[key]


def _answers_of(rows: pd.DataFrame, *, in_all: bool) -> list[tuple[str, str]]:
    """Return each person of these rows, with the waves and the answers."""
    said: dict[str, list[str]] = {}
    columns = ("respondent", "wave", "answers")
    for one, wave, answers in zip(*(rows[column] for column in columns), strict=True) if len(rows) else ():
        said.setdefault(one, []).append(f"{wave}/{answers}")
    most = rows["wave"].nunique() if in_all and len(rows) else 0
    return [(one, " ".join(sorted(told))) for one, told in said.items() if len(told) >= most]


def _of_who_stayed(released: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the specifications whose models are of those who are in all of their waves."""
    effects = released.get("mart.impact_estimates")
    if effects is None or not len(effects):
        return frozenset()
    within = ["respondent" in str(said).split(", ") for said in effects["fixed_effects"].fillna("")]
    stayed = effects["estimator"].isin(("first_differences", "ancova")) | pd.Series(within, effects.index)
    return frozenset(effects.loc[stayed.astype(bool), "specification"])


def _held(
    frame: pd.DataFrame,
    before: Sequence[tuple[Earlier, Changes]],
    name: str,
    figures: Mapping[str, tuple[tuple[str, ...], bool]],
    stayed: frozenset[str],
) -> pd.DataFrame:
    contract = disclosure.TABLES[name]
    rule = contract.about().release
    if not len(frame) or rule is None or not rule.count:
        return frame
    out = frame.reset_index(drop=True)
    asked = (out["withheld_by"] == "").astype(bool)
    for release, changed in before:
        was = disclosure.aligned(out, release.tables.get(name), contract)
        if was is None:
            continue
        told = asked & was["withheld_by"].isna() & was[list(rule.count)].notna().all(axis=1)
        keep = pd.Series(False, index=out.index)
        for row in out.index[told]:
            own = _waves(out.loc[row].to_dict())
            of_stayed = "specification" in out and out.at[row, "specification"] in stayed
            behind = str(out.at[row, rule.rests_on]) if rule.rests_on else ""
            waves, in_all = (own, of_stayed) if own else figures.get(behind, ((), False))
            kinds = tuple(str(out.at[row, column]) if column in out else ALL for column in KINDS)
            keep[row] = changed.behind(waves, kinds, in_all=in_all) < disclosure.SMALLEST_CELL
        for column in (*rule.count, *rule.hide, *rule.people):
            out[column] = out[column].mask(keep, was[column].astype(out[column].dtype))
        asked &= ~told
    return out

"""What may be published: the one place between mart and released.

Here: no cell with fewer than 10 respondents; firms below 3 and people below 10 are not told. A figure that
is withheld leaves a missing value and the rule's name in `withheld_by`, never its value. Figures that were
public already (`public = true` in the plan) pass.
"""

from __future__ import annotations

import pandas as pd

from schemas.base import TABLES, Contract, Release, conform, empty, extend_released

SMALLEST_CELL = 10
THRESHOLD = "threshold"


def releasable() -> list[type[Contract]]:
    """Return the contracts of all tables that have a rule of release, in the order of the phases."""
    return [contract for contract in TABLES.values() if contract.about().release is not None]


def released_name(table: str) -> str:
    """Return the name that a staged or mart table bears when released."""
    return "released." + table.partition(".")[2]


def released_contract(contract: type[Contract]) -> type[Contract]:
    """Return the contract of the released table: figures may be missing, and `withheld_by` says why."""
    return extend_released(contract, released_name(contract.about().name))


def release(frame: pd.DataFrame, contract: type[Contract], *, public: bool) -> pd.DataFrame:
    """Return the table as it may be published, with the column `withheld_by` ('' where nothing is hidden)."""
    rule = contract.about().release or Release()
    if not len(frame):
        return empty(released_contract(contract))
    out = conform(frame, contract).copy()
    withheld = pd.Series("", index=out.index, dtype="string")
    if not public:
        if rule.count:
            counts = out[list(rule.count)].astype("Int64").fillna(0)
            small = (counts < SMALLEST_CELL).any(axis=1).astype(bool)
            somebody = (counts > 0).any(axis=1).astype(bool)
            small |= _other_parts(small & somebody, out, contract)
            withheld = withheld.mask(small, THRESHOLD)
            for column in (*rule.count, *rule.hide):
                out[column] = _hidden(out[column], small)
        for column, least in rule.totals.items():
            small = (out[column] < least).fillna(False).astype(bool) & (out[column] > 0)
            withheld = withheld.mask(small, THRESHOLD)
            out[column] = _hidden(out[column], small)
        if rule.together:
            below = [
                ((out[column] < least) & (out[column] > 0)).fillna(False)
                for column, least in rule.together.items()
            ]
            small = pd.concat(below, axis=1).any(axis=1).astype(bool)
            withheld = withheld.mask(small, THRESHOLD)
            for column in rule.together:
                out[column] = _hidden(out[column], small)
        if rule.joint:
            below = [(out[column] < least).fillna(False) for column, least in rule.joint.items()]
            known = (out[list(rule.joint)] > 0).any(axis=1)
            small = pd.concat(below, axis=1).any(axis=1).astype(bool) & known.astype(bool)
            small |= _other_parts(small, out, contract)
            withheld = withheld.mask(small, THRESHOLD)
            for column in (*rule.joint, *rule.beside):
                out[column] = _hidden(out[column], small)
        for column, places in rule.rounded.items():
            out[column] = out[column].round(places)
    return out.assign(withheld_by=withheld)


def _other_parts(small: pd.Series, table: pd.DataFrame, contract: type[Contract]) -> pd.Series:
    """Return which rows are parts of a whole of which another part is small."""
    about = contract.about()
    found = pd.Series(False, index=table.index)
    for column, whole in (about.release or Release()).parts.items():
        rest = [table[key] for key in about.key if key != column]
        part = (table[column] != whole).astype(bool)
        found |= part & ((small | found) & part).groupby(rest).transform("any")
    return found


def _hidden(values: pd.Series, small: pd.Series) -> pd.Series:
    missing = float("nan") if values.dtype == "float64" else pd.NA
    return values.mask(small, missing)

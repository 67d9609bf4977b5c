"""What may be published: the one place between mart and released. docs/disclosure.md says the rules in words.

A figure that is withheld leaves a missing value and the rule's name in `withheld_by`, never its value. First
everything that has to be is withheld: by `release` what a row shows by itself, by `release_all` what follows
from the other rows, tables and releases. Then the rest is rounded. Figures that were public already
(`public = true` in the plan) pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from schemas.base import TABLES, Contract, Release, conform, empty, extend_released
from schemas.vocabulary import ALL
from tasks.effects_given_away import effects_given_away
from tasks.given_away import given_away
from tasks.means_given_away import means_given_away
from tasks.methods import suppression
from tasks.models_alike import alike_but_for_few, nearly_the_whole
from tasks.publish.wording import is_share
from tasks.references import reference_of
from tasks.told_figures import as_told, in_shares

SMALLEST_CELL = 10
SMALLEST_SENSITIVE_CELL = 20
FEWEST_RESIDUAL_DEGREES = 10
NEARLY_NOBODY = 0.05
"""A share of less, or of more than all the others, tells nearly everybody's answer."""
THRESHOLD, SENSITIVE, ALIKE, DOMINANCE = "threshold", "sensitive", "nearly all alike", "dominance"
FEW_VOICES = "few voices"
"""Of a row that rests on figures too: its focus groups are too few, the figures may be told."""
FEW_DEGREES, GIVEN_AWAY = "few degrees of freedom", "given away by others"
RESTS_ON = "rests on a withheld figure"
ROWS_OF_MODELS = ("mart.impact_estimates", "mart.winners_losers", "mart.pre_trends")
MADE_OF_MODELS = (*ROWS_OF_MODELS[1:], "mart.impact_differences", "mart.attrition_bounds")
"""Tables beside that of the effects whose rows are made with a model of it."""


@dataclass(frozen=True)
class Rules:
    """What the rules have to know beside the tables.

    public: whether the figures were public already, or the rules are switched off. before: the tables of
    each release before, by the name in mart.
    harmless: differences that the plan declares not to be sensitive, such as migration.
    """

    public: bool = False
    harmless: frozenset[str] = frozenset()
    before: Sequence[Mapping[str, pd.DataFrame]] = ()


def releasable() -> list[type[Contract]]:
    """Return the contracts of all tables that have a rule of release, in the order of the phases."""
    return [contract for contract in TABLES.values() if contract.about().release is not None]


def released_name(table: str) -> str:
    """Return the name that a staged or mart table bears when released."""
    return "released." + table.partition(".")[2]


def released_contract(contract: type[Contract]) -> type[Contract]:
    """Return the contract of the released table: figures may be missing, and `withheld_by` says why."""
    return extend_released(contract, released_name(contract.about().name))


def enough(counts: pd.DataFrame | pd.Series, fewest: int = SMALLEST_CELL) -> pd.Series:
    """Return which rows enough people stand behind to be told; the smallest count of a row decides."""
    table = counts.to_frame() if isinstance(counts, pd.Series) else counts
    return (table.astype("Int64").fillna(0) >= fewest).all(axis=1).astype(bool)


def are_enough(*counts: int) -> bool:
    """Return whether enough people stand behind one figure to be told; the smallest count decides."""
    return min(counts) >= SMALLEST_CELL


def about_people(count: int) -> str:
    """Return how many people in words, rounded; of fewer than may be published no figure."""
    return f"About {suppression.rounded(count)} people" if are_enough(count) else "A few people"


def fits_too_closely(frame: pd.DataFrame) -> pd.Series:
    """Return the models that have so many parameters that they nearly tell the answers that they are of."""
    if "residual_degrees" not in frame:
        return pd.Series(False, index=frame.index)
    return (frame["residual_degrees"] < FEWEST_RESIDUAL_DEGREES).fillna(False).astype(bool)


def release_all(tables: Mapping[str, pd.DataFrame], rules: Rules) -> dict[str, pd.DataFrame]:
    """Return every table, by its name in mart, as it may be published beside all the others."""
    exact = {name: conform(frame, TABLES[name]).reset_index(drop=True) for name, frame in tables.items()}
    out = {name: release(frame, TABLES[name], public=rules.public) for name, frame in exact.items()}
    if rules.public:
        return out
    harmful = _sensitive_indicators(exact)
    groups = _groups(exact)
    for name, frame in exact.items():
        rule = TABLES[name].about().release
        if not len(frame) or rule is None or not rule.count:
            continue
        withhold(out[name], rule, _is_sensitive(frame, rule, harmful, groups, rules.harmless), SENSITIVE)
        withhold(out[name], rule, _is_dominated(frame), DOMINANCE)
        withhold(out[name], rule, fits_too_closely(frame), FEW_DEGREES)
    _withhold_models_of_nearly_the_same_people(exact, out)
    _withhold_alike(exact, out)
    known = [_aligned_to(exact, tables) for tables in rules.before]
    for name, frame in exact.items():
        _withhold_of_partitions(frame, out[name], TABLES[name])
    counts = _withhold_given_away(exact, out, groups, known)
    units = _units(exact)
    _withhold_means_given_away(exact, out, groups, units)
    for name, places in effects_given_away(exact, out, units).items():
        rows = pd.Series(out[name].index.isin(places), out[name].index)
        withhold(out[name], TABLES[name].about().release or Release(), rows, GIVEN_AWAY, figures_alone=True)
    _withhold_what_rests_on(out)
    for name in out:
        if len(out[name]):
            out[name] = _rounded(out[name], exact[name], TABLES[name], counts, units)
    return out


def release(frame: pd.DataFrame, contract: type[Contract], *, public: bool) -> pd.DataFrame:
    """Return one table without what its rows show by themselves; `withheld_by` says by which rule."""
    rule = contract.about().release or Release()
    if not len(frame):
        return empty(released_contract(contract))
    out = conform(frame, contract).drop(columns=list(rule.inner))
    withheld = pd.Series("", index=out.index, dtype="string")
    if not public:
        if rule.count:
            counts = out[list(rule.count)].astype("Int64").fillna(0)
            small = ~enough(counts)
            somebody = (counts > 0).any(axis=1).astype(bool)
            small |= _other_parts(small & somebody, out, contract)
            withheld = withheld.mask(small, THRESHOLD)
            for column in (*rule.count, *rule.hide, *rule.people):
                out[column] = _hidden(out[column], small)
            for column in rule.people:
                out[column] = _hidden(out[column], out[column].between(1, SMALLEST_CELL - 1).fillna(False))
        for column, least in rule.totals.items():
            small = out[column].between(1, least - 1).fillna(False).astype(bool)
            if column in rule.rests:
                whole = rule.rests[column]
                rest = frame[whole].astype("Int64") - frame[column].astype("Int64")
                small |= rest.between(1, rule.totals[whole] - 1).fillna(False).astype(bool)
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
            others_told = rule.count and not {*rule.hide} <= {*rule.joint, *rule.beside}
            named = FEW_VOICES if others_told else THRESHOLD
            withheld = withheld.mask(small & (withheld == ""), named)
            for column in (*rule.joint, *rule.beside):
                out[column] = _hidden(out[column], small)
        for column, places in rule.rounded.items():
            out[column] = out[column].round(places)
    return out.assign(withheld_by=withheld)


def withhold(
    released: pd.DataFrame, rule: Release, rows: pd.Series, why: str, *, figures_alone: bool = False
) -> None:
    """Withhold the figures of some rows, and the counts with them; the first rule that did so is named."""
    rows = rows.astype(bool)
    if not rows.any():
        return
    for column in rule.hide if figures_alone else (*rule.count, *rule.hide, *rule.people):
        released[column] = _hidden(released[column], rows)
    released["withheld_by"] = released["withheld_by"].mask(
        rows & released["withheld_by"].isin(["", FEW_VOICES]), why
    )


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


def _sensitive_indicators(exact: Mapping[str, pd.DataFrame]) -> set[str]:
    known = exact.get("staged.indicators")
    return set() if known is None else set(known.loc[known["sensitive"].notna(), "indicator"])


def _groups(exact: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    known = exact.get("mart.poverty_groups")
    if known is None:
        return {}
    told = known[["poverty_group", "gender", "difference"]].fillna("").astype(str)
    return {row["poverty_group"]: row for row in told.to_dict("records")}  # type: ignore[misc]


def _is_sensitive(
    frame: pd.DataFrame,
    rule: Release,
    indicators: set[str],
    groups: Mapping[str, Mapping[str, str]],
    harmless: frozenset[str],
) -> pd.Series:
    """Return the rows about a sensitive subject with fewer than 20 people, and all about two of them."""
    no = pd.Series(False, index=frame.index)
    subject = frame["indicator"].isin(indicators) if "indicator" in frame else no
    marked = {group for group, about in groups.items() if about["difference"] not in ("", *harmless)}
    difference = frame["poverty_group"].isin(marked) if "poverty_group" in frame else no
    if "difference" in frame:
        difference = difference | ~frame["difference"].isin([ALL, *harmless]).astype(bool)
    if "filter" in frame:  # it may choose people by caste as well as by age
        difference = difference | frame["filter"].fillna("").ne("").astype(bool)
    few = ~enough(frame[list(rule.count)], SMALLEST_SENSITIVE_CELL)
    return (subject & difference) | ((subject | difference) & few)


def _is_dominated(frame: pd.DataFrame) -> pd.Series:
    if "second_largest" not in frame:
        return pd.Series(False, index=frame.index)
    amounts = frame[["amounts", "largest", "second_largest"]]
    found = [suppression.is_dominated(*row) for row in amounts.dropna().itertuples(index=False, name=None)]
    return pd.Series(found, index=amounts.dropna().index, dtype=bool).reindex(frame.index, fill_value=False)


def _withhold_models_of_nearly_the_same_people(
    exact: Mapping[str, pd.DataFrame], out: Mapping[str, pd.DataFrame]
) -> None:
    """Withhold a model that differs by few people from another, and all that is made of it."""
    effects = "mart.impact_estimates"
    if effects not in exact:
        return
    rows = alike_but_for_few(exact[effects], SMALLEST_CELL)
    withhold(out[effects], TABLES[effects].about().release or Release(), rows, GIVEN_AWAY)
    model = ["specification", "indicator"]
    hit = set(exact[effects].loc[rows, model].itertuples(index=False, name=None))
    for name in (effects, *MADE_OF_MODELS):
        frame = exact.get(name)
        if frame is None or not len(frame):
            continue
        rule = TABLES[name].about().release or Release()
        if name in ROWS_OF_MODELS:
            parts = nearly_the_whole(frame, SMALLEST_CELL)
            withhold(out[name], rule, parts, GIVEN_AWAY, figures_alone=True)
        if name != effects:
            keys = frame[model].itertuples(index=False, name=None)
            of_model = pd.Series([key in hit for key in keys], index=frame.index)
            withhold(out[name], rule, of_model, GIVEN_AWAY)


def _withhold_alike(exact: Mapping[str, pd.DataFrame], out: Mapping[str, pd.DataFrame]) -> None:
    """Withhold shares near 0 and 100 %, and the changes that would give them away; never their counts."""
    name = "mart.indicator_estimates"
    means, units = exact.get(name), _units(exact)
    if means is None or not len(means):
        return
    share = _of_shares(means["indicator"], units)
    near = (means["estimate"] < NEARLY_NOBODY) | (means["estimate"] > 1 - NEARLY_NOBODY)
    rows = share & near.fillna(False)
    withhold(out[name], TABLES[name].about().release or Release(), rows, ALIKE, figures_alone=True)
    _withhold_changes_of(rows, exact, out, ALIKE)


def _withhold_changes_of(
    rows: pd.Series, exact: Mapping[str, pd.DataFrame], out: Mapping[str, pd.DataFrame], why: str
) -> None:
    """Withhold the changes from and to the means of these rows: the other mean would give them away."""
    means, changes = exact["mart.indicator_estimates"], "mart.wave_changes"
    if changes not in exact or not len(exact[changes]):
        return
    whole = rows & (means["gender"] == ALL) & (means["difference"] == ALL)
    cell = ["indicator", "poverty_group", "arm"]
    hit = set(means.loc[whole, [*cell, "wave"]].itertuples(index=False, name=None))
    found = pd.Series(False, index=exact[changes].index)
    for end in ("from_wave", "to_wave"):
        keys = exact[changes][[*cell, end]].itertuples(index=False, name=None)
        found |= pd.Series([key in hit for key in keys], index=found.index)
    withhold(out[changes], TABLES[changes].about().release or Release(), found, why, figures_alone=True)


def _withhold_given_away(
    exact: Mapping[str, pd.DataFrame],
    out: Mapping[str, pd.DataFrame],
    groups: Mapping[str, Mapping[str, str]],
    known: Sequence[Mapping[str, pd.DataFrame]],
) -> Mapping[tuple[str, str], Mapping[int, int]]:
    """Withhold what gives a withheld count away, until there is none; return every count as it is told.

    A row has several counts: one that is withheld for the sake of the one can give the other away.
    """
    while True:
        found = given_away(exact, out, groups, known, SMALLEST_CELL, SMALLEST_CELL - 1)
        again = False
        for (name, column), rows in sorted(found.further.items()):
            rule = TABLES[name].about().release or Release()
            hit = pd.Series(out[name].index.isin(rows), out[name].index)
            again |= len(rule.cells) > 1 and bool((hit & out[name][column].notna()).any())
            if column in rule.count:
                withhold(out[name], rule, hit, GIVEN_AWAY)
            else:
                out[name][column] = _hidden(out[name][column], hit)
        if not again:
            return found.counts


def _withhold_of_partitions(frame: pd.DataFrame, out: pd.DataFrame, contract: type[Contract]) -> None:
    """Withhold further parts of a whole that is told elsewhere, or the whole, where one part would follow."""
    rule = contract.about().release or Release()
    for column, within in rule.partition.items() if len(frame) else ():
        part, whole = pd.Series(True, index=frame.index), pd.Series(False, index=frame.index)
        for apart, words in rule.apart.items():
            part &= ~frame[apart].isin(words).fillna(False).astype(bool)
            whole |= (frame[apart] == words[0]).fillna(False).astype(bool)
        numbers = frame[column].astype("Int64").fillna(0).astype(int)
        of = frame.groupby(list(within), dropna=False).ngroup()
        for one in sorted(of[part].unique()):
            places = [row for row, number in enumerate(of) if number == one and part.iat[row]]
            counts = [int(numbers[places].sum()), *numbers[places]]
            hidden = {at + 1 for at, gone in enumerate(out[column].iloc[places].isna()) if gone}
            if not any(counts[at] for at in hidden):
                continue
            of_whole = whole & (of == one)
            relation = suppression.Relation(0, tuple(range(1, len(counts))))
            fixed = set() if of_whole.any() else {0}
            further = suppression.withhold_until_safe(counts, hidden, [relation], fixed=fixed) - hidden
            rows_too = pd.Series(frame.index.isin([places[at - 1] for at in further if at]), frame.index)
            rows_too |= of_whole & (0 in further)
            columns = (column,) if column in rule.totals else (*rule.count, *rule.hide, *rule.people)
            for hide in columns:
                out[hide] = _hidden(out[hide], rows_too)
            out["withheld_by"] = out["withheld_by"].mask(rows_too & (out["withheld_by"] == ""), GIVEN_AWAY)


def _withhold_means_given_away(
    exact: Mapping[str, pd.DataFrame],
    out: Mapping[str, pd.DataFrame],
    groups: Mapping[str, Mapping[str, str]],
    units: Mapping[str, str],
) -> None:
    shares = {name: in_shares(frame, units) for name, frame in exact.items()}
    for name, places in means_given_away(exact, out, groups, shares).items():
        rows = pd.Series(out[name].index.isin(places), out[name].index)
        withhold(out[name], TABLES[name].about().release or Release(), rows, GIVEN_AWAY, figures_alone=True)
        if name == "mart.indicator_estimates":
            _withhold_changes_of(rows, exact, out, GIVEN_AWAY)


def _withhold_what_rests_on(out: Mapping[str, pd.DataFrame]) -> None:
    hidden = {
        reference_of(TABLES[name], row)
        for name, frame in out.items()
        if (rows := (frame["withheld_by"] != "").to_numpy()).any()
        for row in frame[rows].to_dict("records")
    }
    for name, frame in out.items():
        rule = TABLES[name].about().release
        if rule and rule.rests_on and len(frame):
            withhold(frame, rule, frame[rule.rests_on].isin(hidden), RESTS_ON)
        for column, behind in rule.borrowed.items() if rule and len(frame) else ():
            frame[column] = frame[column].mask(frame[behind].isin(hidden), "withheld")


def _aligned_to(
    exact: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    found = {name: aligned(frame, before.get(name), TABLES[name]) for name, frame in exact.items()}
    return {name: frame for name, frame in found.items() if frame is not None}


def aligned(
    frame: pd.DataFrame, before: pd.DataFrame | None, contract: type[Contract]
) -> pd.DataFrame | None:
    """Return the rows of an earlier release in the order of these, missing where it has none."""
    key = list(contract.about().key)
    if before is None or not len(before) or before[key].isna().any(axis=None):
        return None  # or an earlier version of psia knew the rows by another key
    words = before.assign(**{column: before[column].astype("string") for column in key})
    return frame[key].astype("string").merge(words, on=key, how="left", validate="one_to_one")


def _of_shares(indicators: pd.Series, units: Mapping[str, str]) -> pd.Series:
    return pd.Series([is_share(units.get(one, "")) for one in indicators], indicators.index, dtype=bool)


def _units(exact: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    known = exact.get("staged.indicators")
    return {} if known is None else dict(zip(known["indicator"], known["unit"], strict=True))


def _rounded(
    released: pd.DataFrame,
    exact: pd.DataFrame,
    contract: type[Contract],
    counts: Mapping[tuple[str, str], Mapping[int, int]],
    units: Mapping[str, str],
) -> pd.DataFrame:
    """Return the table with counts of people to 5, sums of them added up, and figures as they are printed."""
    rule, name = contract.about().release or Release(), contract.about().name
    out = released.copy()
    if rule.cells:
        for column in (*rule.count, *rule.people):
            told = out[column].map(suppression.rounded, na_action="ignore").astype("Int64")
            of_cells = pd.Series(counts.get((name, column), {}), dtype="Int64")
            out[column] = of_cells.reindex(out.index).fillna(told).where(told.notna()).astype("Int64")
    elif rule.together:
        for column in (*rule.together, *rule.sums):
            out[column] = out[column].map(suppression.rounded, na_action="ignore").astype("Int64")
    else:
        for column in rule.count if "respondents" in rule.count else rule.nearest:
            out[column] = out[column].map(suppression.rounded, na_action="ignore").astype("Int64")
    for column, parts in rule.sums.items():
        total = out[list(parts)].sum(axis=1, min_count=len(parts)).astype("Int64")
        out[column] = total.where(out[column].notna() & total.notna(), out[column])
    return as_told(out, exact, units)

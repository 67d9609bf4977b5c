"""Effects of a programme that reaches people in different waves, by csdid: Callaway and Sant'Anna (2021)."""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, numbers, require_columns, student_interval, two_sided
from tasks.methods.cluster_counts import given_by_place, withhold_p_value_for_few_clusters
from tasks.methods.impact import PROGRAMME

COMPARED_WITH = ("not_yet", "never")
NEVER = "never"
BEFORE = "before its start"
"""How the terms end that are of the time before the start."""
FEWEST_NEVER = 5
"""Respondents below which the library takes nobody as a comparison that was never reached."""
SIDES = ("those of a start", "those compared with them")
"""How the two sides are called, of which too few clusters leave no test."""


@dataclass(frozen=True)
class _Cell:
    """A start in a wave: how those of that start changed from one wave to another, beside the others.

    Starts and waves are places in the order of the waves, from 1; others are the starts compared with.
    """

    start: int
    wave: int
    base: int
    others: tuple[int, ...]


def _event_term(waves: int) -> str:
    """Return the name of the effect so many waves after the start, or before it where it is below 0."""
    if waves == 0:
        since = "at its start"
    elif waves > 0:
        since = "1 wave after its start" if waves == 1 else f"{waves} waves after its start"
    else:
        since = "1 wave before its start" if waves == -1 else f"{-waves} waves before its start"
    return f"{PROGRAMME}, {since}"


def staggered_effects(
    frame: pd.DataFrame,
    outcome: str,
    start: str,
    waves: Sequence[str],
    *,
    cluster: str | None = None,
    weight: str | None = None,
    compared_with: str = "not_yet",
    places: str | None = None,
) -> pd.DataFrame:
    """Estimate the effects of a programme that began for some in one wave and for others in another.

    Returns a row for the overall effect (term "programme") and one for each number of waves since the start,
    from the earliest on: those before the start are placebos. Columns: term; event_time (<NA> for the
    overall effect); estimate, standard_error, ci_low, ci_high (95 %, in the unit of the outcome);
    degrees_of_freedom (clusters - 1); p_value (two-sided, Student's t); respondents (different ones in the
    comparisons behind it); observations (their rows in these waves); smallest_cell (the fewest respondents
    of a start, or of those compared with it, in a wave of these comparisons); clusters; programme_clusters
    and comparison_clusters (the fewest clusters of a start, and of those compared with one); untested (why
    there is neither p-value nor interval).

    `frame` has a row for each respondent and wave with the columns respondent and wave; `start` is the column
    that names the wave in which the programme began for them, empty or "never" where it did not reach them.
    `waves` are all waves of the study in their order; those without rows are passed over. compared_with: with
    those whom the programme had not reached by then ("not_yet") or never reached ("never").

    For each start g and wave t the effect is the mean change from the last wave before g to t, less that of
    those compared with; before g it is the change from the wave before t to t. Per number of waves since the
    start these are averaged by the size of the starts. The overall effect averages, for each start, all its
    waves, and then the starts by their size: the authors' advice, for a start of long ago counts no more
    because more waves have passed since. Whoever had the programme in the first wave is left out: nothing is
    known from before it. Where everybody is in all waves changes are those of persons, with the weight of
    the earlier wave; else all answers enter, as in difference-in-differences.

    Errors: of the influence function, summed within clusters (None: each respondent is one), times
    sqrt(G / (G - 1)) for G clusters; they know that the sizes of the starts are estimated. No bootstrap. With
    fewer than six clusters in one of the groups compared p-value and interval are withheld: each start's
    error is learned from its own clusters. places: the column of the clusters in which the programme may have
    started, where errors do not follow them; they are counted too where most of them hold one start alone.

    Raises ValueError where a column is absent, a start is no wave or differs between the waves of a
    respondent (as does the cluster), a respondent stands in a wave twice, a weight is not above 0, there are
    fewer than two waves or two clusters, nobody started after the first wave, or nobody is left to compare
    with; ImportError where csdid is not installed.

    Source: Callaway and Sant'Anna (2021), J. Econometrics 225, 200-230: section 2 (effects by start and
    wave), section 3 (averages by waves since the start, and over the starts), section 4 (errors).

    Example, by hand. From wave 1 to 2 to 3 the first two, who started in 2, go 1 to 4 to 6; the next two, who
    started in 3, go 2 to 3 to 8, and those never reached 0 to 1 to 2. For start 2 the effects are
    (4 - 1) - 1 = 2 and (6 - 1) - 2 = 3, on average 2.5; for start 3 (8 - 3) - 1 = 4; overall 3.25. At the
    start it is (2 + 4) / 2 = 3, one wave after it 3; before it (3 - 2) - 1 = 0.

    >>> answers = pd.DataFrame({
    ...     "respondent": list("abcdef") * 3, "wave": ["1"] * 6 + ["2"] * 6 + ["3"] * 6,
    ...     "income": [1.0, 1, 2, 2, 0, 0, 4, 4, 3, 3, 1, 1, 6, 6, 8, 8, 2, 2],
    ...     "began": ["2", "2", "3", "3", "never", "never"] * 3,
    ... })
    >>> table = staggered_effects(answers, "income", "began", ["1", "2", "3"])
    >>> table["estimate"].round(7).tolist()
    [3.25, 0.0, 3.0, 3.0]
    """
    if compared_with not in COMPARED_WITH:
        raise ValueError(f"'{compared_with}' is no comparison: {' or '.join(COMPARED_WITH)}")
    table = _complete(frame, outcome, start, waves, cluster, weight, compared_with, places)
    fitted = _fitted(table, weight is not None, compared_with)
    overall, by_time = (_aggregate(fitted, kind) for kind in ("group", "dynamic"))
    cells = _cells(fitted, compared_with)
    used: pd.DataFrame = fitted.dp["data"]
    times = [int(time) for time in by_time["egt"]]
    after = [cell for cell in cells if cell.wave >= cell.start]
    parts = [after, *([cell for cell in cells if cell.wave - cell.start == time] for time in times)]
    groups = used["cluster"].nunique()
    estimate = np.array([overall["overall_att"], *by_time["att_egt"]], dtype=float)
    errors = np.array([overall["overall_se"], *np.ravel(by_time["se_egt"])], dtype=float)
    errors = errors * np.sqrt(groups / (groups - 1))
    freedom = np.full(len(estimate), groups - 1.0)
    low, high = student_interval(estimate, errors, freedom)
    results = pd.DataFrame(
        {
            "term": [PROGRAMME, *map(_event_term, times)],
            "event_time": pd.array([pd.NA, *times], dtype="Int64"),
            "estimate": estimate,
            "standard_error": errors,
            "ci_low": low,
            "ci_high": high,
            "degrees_of_freedom": freedom,
            "p_value": two_sided(estimate / errors, freedom),
            "clusters": pd.array([groups] * len(estimate), dtype="Int64"),
        }
    )
    used = used.assign(place=used["respondent"].map(table.groupby("respondent")["place"].first()))
    units = ["cluster"]
    if given_by_place(used["place"], used["start"]):
        units.append("place")
    counted = pd.DataFrame([_counted(used, part, units) for part in parts]).astype("Int64")
    return withhold_p_value_for_few_clusters(results.join(counted), sides=SIDES)


def _complete(
    frame: pd.DataFrame,
    outcome: str,
    start: str,
    waves: Sequence[str],
    cluster: str | None,
    weight: str | None,
    compared_with: str,
    places: str | None,
) -> pd.DataFrame:
    """Return the rows that can be used, as numbers: waves and starts as places, 0 for never."""
    require_columns(frame, ["respondent", "wave", outcome, start, cluster, weight, places])
    if frame["respondent"].isna().any():
        raise ValueError("The column 'respondent' has rows without an entry")
    place = {str(wave): number for number, wave in enumerate(waves, 1)}
    table = pd.DataFrame(
        {
            "respondent": codes(frame["respondent"]) + 1,
            "wave": frame["wave"].astype("string").map(place).to_numpy("float64", na_value=np.nan),
            "start": _starts(frame[start], start, place),
            "outcome": numbers(frame, outcome),
            "cluster": codes(frame[cluster or "respondent"]),
            "weight": numbers(frame, weight) if weight else np.ones(len(frame)),
            "place": codes(frame[places]) if places else np.full(len(frame), -1),
        }
    )
    table["place"] = table["place"].where(table["place"] >= 0)
    if (table["weight"] <= 0).any():
        raise ValueError(f"The weights in the column '{weight}' must be above 0")
    table = table[table["cluster"] >= 0]
    for column, name in (("start", start), ("cluster", cluster)):
        if (table.groupby("respondent")[column].nunique() > 1).any():
            raise ValueError(
                f"A respondent has one '{name}' in one wave and another in another: each needs one"
            )
    table = table[table.drop(columns="place").notna().all(axis=1)]
    if table.duplicated(["respondent", "wave"]).any():
        raise ValueError("A respondent stands more than once in a wave")
    return _comparable(table.astype({"wave": int}), start, compared_with)


def _starts(column: pd.Series, name: str, place: dict[str, int]) -> np.ndarray:
    words = column.astype("string").str.strip().fillna("")
    words = words.where(words.str.lower() != NEVER, "")
    if unknown := sorted(set(words) - {"", *place}):
        raise ValueError(
            f"'{unknown[0]}' in the column '{name}' is no wave of the study ({', '.join(place)}):"
            f" it names the wave in which the programme began, and is empty or '{NEVER}' for those it"
            " did not reach"
        )
    return words.map({**place, "": 0}).to_numpy("int64")


def _comparable(table: pd.DataFrame, start: str, compared_with: str) -> pd.DataFrame:
    """Return the rows of those who can be compared; ValueError where that is nobody."""
    present = sorted(table["wave"].unique())
    if len(present) < 2:
        raise ValueError("Staggered starts need at least two waves with answers")
    table = table[(table["start"] == 0) | (table["start"] > present[0])]
    began = table["start"].between(1, present[-1])
    if not began.any():
        raise ValueError(
            f"By the column '{start}' the programme began for nobody after the first wave and by the last"
        )
    if compared_with == "never":
        table = table[began | (table["start"] == 0)]
        never = table.loc[table["start"] == 0, "respondent"].nunique()
        if never < FEWEST_NEVER:
            raise ValueError(
                f"By the column '{start}' the programme never reached {never or 'none'} of the respondents,"
                f" and at least {FEWEST_NEVER} are needed: compared_with = 'not_yet' compares with those"
                " whom it reached later"
            )
    elif table["start"].nunique() < 2:
        raise ValueError(
            f"By the column '{start}' the programme began for all in the same wave: nobody is left to compare"
            " with"
        )
    if table["cluster"].nunique() < 2:
        raise ValueError("Clustered errors need at least 2 clusters")
    return table.sort_values(["respondent", "wave"]).reset_index(drop=True)


def _fitted(table: pd.DataFrame, weighted: bool, compared_with: str) -> Any:
    """Return csdid's effects by start and wave, with analytic errors."""
    library: Any = importlib.import_module("csdid.att_gt")
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # small groups, which the counts of every row tell
        try:
            fitted = library.ATTgt(
                yname="outcome",
                tname="wave",
                idname="respondent",
                gname="start",
                data=table,
                control_group="nevertreated" if compared_with == "never" else "notyettreated",
                allow_unbalanced_panel=True,
                clustervar="cluster",
                weights_name="weight" if weighted else None,
            ).fit(est_method="reg", bstrap=False)
        except ValueError as error:
            raise ValueError(f"The starts leave nothing to compare: {error}") from error
    if np.isnan(np.asarray(fitted.results["att"], dtype=float)).any():
        raise ValueError(
            "In one of the waves a start, or those it would be compared with, has no answers: leave out that"
            " start or wave by 'filter'"
        )
    return fitted


def _aggregate(fitted: Any, kind: str) -> dict[str, Any]:
    """Return the library's averages; it prints them as well, which is kept from the user's screen."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            return fitted.aggte(typec=kind, bstrap=False, cband=False).atte
        except ValueError as error:
            raise ValueError(f"The starts leave no effect to average: {error}") from error


def _cells(fitted: Any, compared_with: str) -> list[_Cell]:
    """Return which starts and waves lie behind each effect, by the library's rule."""
    waves = [int(wave) for wave in fitted.dp["tlist"]]
    before = {later: earlier for earlier, later in pairwise(waves)}
    starts = sorted({int(one) for one in fitted.dp["data"]["start"]})
    cells = []
    for start, wave in zip(fitted.results["group"], fitted.results["year"], strict=True):
        start, wave = int(start), int(wave)
        base = before[wave] if wave < start else max(one for one in waves if one < start)
        later = [one for one in starts if one > max(wave, base) and one != start]
        others = [0] if compared_with == "never" else [0, *later]
        cells.append(_Cell(start, wave, base, tuple(others)))
    return cells


def _counted(used: pd.DataFrame, cells: Sequence[_Cell], units: Sequence[str]) -> dict[str, int]:
    """Return how many people and rows lie behind some effects, and the fewest people and clusters of one.

    units: the columns of the clusters, of which the fewest count.
    """
    rows: set[int] = set()
    people: list[int] = []
    clusters: tuple[list[int], list[int]] = ([], [])
    for cell in cells:
        in_waves = used["wave"].isin([cell.base, cell.wave])
        for side, starts in zip(clusters, ([cell.start], cell.others), strict=True):
            here = used[in_waves & used["start"].isin(starts)]
            rows |= set(here.index)
            people.append(here.groupby("wave")["respondent"].nunique().min())
            side.append(min(here[unit].nunique() for unit in units))
    return {
        "respondents": used.loc[sorted(rows), "respondent"].nunique(),
        "observations": len(rows),
        "smallest_cell": int(min(people)),
        "programme_clusters": min(clusters[0]),
        "comparison_clusters": min(clusters[1]),
    }

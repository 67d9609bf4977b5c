"""The same indicator in several assessments: what each has released of it, and what may be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from schemas.analysis import ImpactEstimates, IndicatorEstimates
from schemas.base import empty
from schemas.portfolio import PortfolioIndicators
from schemas.vocabulary import ALL, OF_THE_DAY
from tasks.methods.rank_ranges import larger, rank_range
from tasks.publish.wording import FEWEST_TO_PRINT, in_currency, is_by_chance, is_money
from tasks.references import reference
from tasks.released import Cells, Released
from tasks.warehouse import kept

Record = dict[str, Any]

_DIVIDED = ("category", "poverty_group", "gender", "difference", "arm")
_CHANGE_KEY = ImpactEstimates.about().key
_ESTIMATE = ("estimate", "ci_low", "ci_high")
_FEW = "few"
_FEWEST = 2
"""So few clusters can be ranked."""
_NO_RANK: Mapping[str, Any] = {"rank_first": None, "rank_last": None}
_IDENT = "[a-z0-9][a-z0-9_.-]{0,59}"
"""An id, which names a page."""


def indicators_of(released: Released) -> list[Record]:
    """Return for each indicator of one assessment its newest mean and its finding, over everyone together.

    A figure that fewer than 25 people stand behind is left out, as it is where the report prints it, and
    `…_withheld_by` says few. An indicator without a mean and without a finding is left out.
    """
    means, changes = _means(released), _changes(released)
    columns = ("indicator", "label", "unit", "level", "better", "value")
    records = []
    for row in released.rows("indicators", columns):
        if not re.fullmatch(_IDENT, row["indicator"]):
            raise released.refused("tables/indicators.csv", "has an indicator whose id is none")
        own = {**means.get(row["indicator"], {}), **changes.get(row["indicator"], {})}
        if own:
            unit = in_currency(row["unit"], released.manifest.currency)
            records.append(
                {
                    "indicator": row["indicator"],
                    "assessment": released.manifest.assessment,
                    "label": row["label"],
                    "unit": unit,
                    "is_money": is_money(row["unit"]),
                    "better": row["better"],
                    "level": row["level"] or None,
                    "value": row["value"],
                    "alone": is_money(row["unit"]) and not released.manifest.currency,
                    **own,
                }
            )
    return records


def comparable(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the indicators of all assessments as their contract says; those of one `measure` are compared.

    Compared are those of the same id, unit with its currency, level and expression, and of changes of money
    those at prices of the same kind: of the day, at base prices, or at those of the interview. Money in a
    currency that the plan does not name is compared with nothing. Measures are numbered within an indicator,
    those of most assessments first.
    """
    if not records:
        return empty(PortfolioIndicators)
    numbered = []
    for _, same_id in groupby(sorted(records, key=_place), key=lambda row: row["indicator"]):
        measures: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in same_id:
            measures.setdefault(_measure(row), []).append(row)
        first = sorted(measures.values(), key=lambda rows: (-len(rows), _place(rows[0])))
        for number, rows in enumerate(first, start=1):
            ranks = _ranks(rows)
            numbered += [{**row, "measure": number, **ranks.get(row["assessment"], _NO_RANK)} for row in rows]
    return kept(pd.DataFrame(numbered).drop(columns="alone"), PortfolioIndicators)


def by_rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the place of a row in a list: by its ranks, ties by the name of the cluster, no rank last."""
    unranked = row["rank_first"] is None
    return (unranked, row["rank_first"] or 0, row["rank_last"] or 0, row["cluster"], row["assessment"])


def _ranks(rows: Sequence[Mapping[str, Any]]) -> dict[str, Record]:
    """Return assessment -> the ranks that its mean may have among those of its measure, 1 the better end.

    A mean without an interval has no rank and takes none from others: nobody knows how far off it may be.
    """
    known = [row for row in rows if None not in (row.get("mean"), row.get("mean_low"), row.get("mean_high"))]
    if len(known) < _FEWEST:
        return {}
    above = larger(*zip(*map(_better_up, known), strict=True))
    counts = zip(known, above.sum(axis=0), above.sum(axis=1), strict=True)
    ranges = {row["assessment"]: rank_range(int(over), int(under), len(known)) for row, over, under in counts}
    return {name: {"rank_first": first, "rank_last": last} for name, (first, last) in ranges.items()}


def _better_up(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return mean and interval so that more is better. An end that was rounded past its mean is the mean."""
    sign = 1 if row["better"] == "higher" else -1
    mean = row["mean"]
    ends = sign * min(row["mean_low"], mean), sign * max(row["mean_high"], mean)
    return sign * mean, min(ends), max(ends)


def _place(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["indicator"], row["assessment"]


def _measure(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what has to be the same. A mean of money is of its day, and goes with changes that are too."""
    prices = (row.get("change_money") or OF_THE_DAY) if row["is_money"] else ""
    alone = row["assessment"] if row["alone"] else ""
    return (row["unit"], row["level"], row["value"], row["better"], prices, alone)


def _means(released: Released) -> dict[str, Record]:
    """Return indicator -> its mean over everyone in the newest wave that has one."""
    columns = ("indicator", "wave", *_ESTIMATE, "respondents", "withheld_by")
    rows = released.rows("indicator_estimates", columns, dict.fromkeys(_DIVIDED, ALL))
    place = {wave.wave: number for number, wave in enumerate(released.manifest.waves)}
    labels = {wave.wave: wave.label for wave in released.manifest.waves}
    newest: dict[str, Record] = {}
    for row in sorted(rows, key=lambda row: place.get(row["wave"], -1)):
        told = _told(released, IndicatorEstimates.about().name, row, "mean")
        newest[row["indicator"]] = {"wave": labels.get(row["wave"], row["wave"]), **told}
    return newest


def _changes(released: Released) -> dict[str, Record]:
    """Return indicator -> the estimate that its finding on everyone rests on, with its claim."""
    everyone = {"poverty_group": ALL}
    columns = ("indicator", "direction", "claim", "figure", "limits", "withheld_by")
    findings = released.rows("findings", columns, everyone)
    if not findings:
        return {}
    columns = (*_CHANGE_KEY, "estimator", "money", *_ESTIMATE, "respondents", "withheld_by", "p_adjusted")
    estimates = {
        reference("impact_estimates", *(row[column] for column in _CHANGE_KEY)): row
        for row in released.rows("impact_estimates", columns, everyone)
    }
    labels = {wave.wave: wave.label for wave in released.manifest.waves}
    changes = {}
    for finding in findings:
        row = estimates.get(finding["figure"])
        if row is None:
            raise released.refused(
                "tables/findings.csv", f"names a figure that is not there: {finding['figure']}"
            )
        told = _told(released, ImpactEstimates.about().name, row, "change")
        hidden = told["change_withheld_by"] or finding["withheld_by"] or None
        changes[finding["indicator"]] = {
            **told,
            "change_withheld_by": hidden,
            "from_wave": labels.get(row["from_wave"], row["from_wave"]) or None,
            "to_wave": labels.get(row["to_wave"], row["to_wave"]),
            "estimator": row["estimator"],
            "change_money": row["money"] or None,
            "direction": None if hidden else finding["direction"] or None,
            "claim": finding["claim"],
            "limits": finding["limits"],
            "by_chance": not hidden
            and is_by_chance(finding["direction"], released.number("impact_estimates", row, "p_adjusted")),
        }
    return changes


def _told(released: Released, table: str, row: Cells, prefix: str) -> Record:
    """Return estimate, interval and respondents of a row; None for what is not printed."""
    name = table.partition(".")[2]
    respondents = released.number(name, row, "respondents")
    hidden = row["withheld_by"] or (
        _FEW if respondents is not None and respondents < FEWEST_TO_PRINT else None
    )
    figures = [None if hidden else released.number(name, row, column) for column in _ESTIMATE]
    return {
        **dict(zip((prefix, f"{prefix}_low", f"{prefix}_high"), figures, strict=True)),
        f"{prefix}_respondents": None if hidden else respondents,
        f"{prefix}_withheld_by": hidden,
    }

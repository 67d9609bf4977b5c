"""The pages of the indicators of a portfolio: one indicator across its clusters, and the list of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from schemas.portfolio import PortfolioPlan
from schemas.vocabulary import AT_BASE_PRICES, AT_PRICES_OF_NOW, OF_THE_DAY
from tasks import catalogue
from tasks.portfolio import Comparison
from tasks.portfolio_indicators import by_rank
from tasks.publish import wording
from tasks.publish.portfolio_parts import (
    MISSING,
    Entry,
    Head,
    Scale,
    Table,
    axis,
    cluster,
    own_language,
    page,
    rank_entry,
    records,
    span,
    table,
)

Row = dict[str, Any]
_TOLD = ("better", "worse", "unchanged", "uncertain")
PRICES = {
    OF_THE_DAY: "Amounts are in money of their day: prices may have moved between the dates.",
    AT_BASE_PRICES: (
        "Means are in money of their day. Changes are at base prices, by the price index of each plan, so"
        " that prices alone move nothing; base prices may be of another year in each cluster."
    ),
    AT_PRICES_OF_NOW: (
        "Means are in money of their day. Of changes, what is recalled is put at the prices of the interview."
    ),
}
"""At which prices the changes of a measure of money are -> what is said of its amounts."""


@dataclass(frozen=True)
class Measure:
    """What may be compared of an indicator: heading, how it is computed, sentences, and the clusters."""

    ident: str
    heading: str
    value: str
    sentences: tuple[str, ...]
    clusters: Table


def indicator_pages(plan: PortfolioPlan, compared: Comparison, about: Mapping[str, Any]) -> dict[str, str]:
    """Return file -> page: the list of indicators and a page for each of them; {} where there is none."""
    known = {row["assessment"]: row for row in records(compared.clusters)}
    rows = [{**known[row["assessment"]], **row} for row in records(compared.indicators)]
    if not rows:
        return {}
    by_indicator = {ident: list(own) for ident, own in groupby(rows, key=lambda row: row["indicator"])}
    listed = _list(by_indicator)
    pages = {"indicators.html": page("indicators.html.j2", plan, about, "indicators", indicators=listed)}
    for ident, own in by_indicator.items():
        by_measure = sorted(own, key=lambda row: row["measure"])
        measures = [
            _measure(number, list(same))
            for number, same in groupby(by_measure, key=lambda row: row["measure"])
        ]
        pages[f"indicators/{ident}.html"] = page(
            "indicator.html.j2",
            plan,
            about,
            "indicator",
            "../",
            label=by_measure[0]["label"],
            language=_language_of_label(by_measure[0]),
            count=wording.counted(len(own), "cluster"),
            measures=measures,
            ranked=any(row["rank_first"] for row in own),
            claims=_claims(own),
            by_chance=wording.BY_CHANCE if any(row["by_chance"] for row in own) else "",
        )
    return pages


def _list(by_indicator: Mapping[str, Sequence[Row]]) -> Table:
    heads = [
        Head("Indicator", sorted="ascending"),
        Head("Unit"),
        Head("Clusters", numeric=True, by_number=True),
        *(Head(wording.capital(wording.GAINS[one].words), numeric=True, by_number=True) for one in _TOLD),
    ]
    rows = []
    for ident, own in by_indicator.items():
        units = dict.fromkeys(wording.unit(row["unit"]) for row in own)
        told = [sum(row["direction"] == one for row in own) for one in _TOLD]
        rows.append(
            (
                Entry(own[0]["label"], link=f"indicators/{ident}.html", language=_language_of_label(own[0])),
                Entry("; ".join(units)),
                _count(len(own)),
                *map(_count, told),
            )
        )
    rows.sort(key=lambda row: row[0].text.casefold())
    return table("indicators", "Indicators, and in how many clusters each moved", heads, rows, "indicator")


def _language_of_label(row: Row) -> str:
    """Return the language of a label where it is not that of the page; the catalogue is English."""
    standard = catalogue.standard_indicators().get(row["indicator"])
    return "" if standard and standard.label == row["label"] else own_language(row)


def _count(number: int) -> Entry:
    return Entry(wording.whole(number) if number else "–", number, "" if number else "none", numeric=True)


def _claims(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return each claim that is made, with what it means."""
    made = {row["claim"] for row in rows}
    return [(claim, words) for claim, words in wording.CLAIMS.items() if claim in made]


def _measure(number: int, rows: Sequence[Row]) -> Measure:
    unit = rows[0]["unit"]
    heading = f"In {wording.unit(unit)}"
    sentences = []
    if rows[0]["level"] not in (None, "person"):
        sentences.append(f"A mean over {rows[0]['level']}s.")
    if any(row["rank_first"] for row in rows):
        better, end = ("More", "most") if rows[0]["better"] == "higher" else ("Less", "least")
        sentences.append(f"{better} is better: rank 1 is the {end}.")
    if rows[0]["is_money"]:
        prices = next((row["change_money"] for row in rows if row["change_money"]), OF_THE_DAY)
        sentences.append(PRICES[prices])
        heading += f", changes {prices}" if prices != OF_THE_DAY else ""
    if len(rows) == 1:
        sentences.append("Nothing else is measured in this way: there is nothing to compare it with.")
        heading += f", {rows[0]['cluster']} alone" if rows[0]["is_money"] else ""
    clusters = _clusters(f"clusters-{number}", rows)
    return Measure(f"measure-{number}", heading, rows[0]["value"], tuple(sentences), clusters)


def _clusters(ident: str, rows: Sequence[Row]) -> Table:
    unit = rows[0]["unit"]
    rows = sorted(rows, key=by_rank)
    has_ranks = any(row["rank_first"] for row in rows)
    means = Scale(0, 1) if wording.is_share(unit) else _scale(rows, "mean")
    changes = _scale(rows, "change", 0.0)
    heads = [
        Head("Cluster", sorted="" if has_ranks else "ascending"),
        *([Head("Rank", numeric=True, by_number=True, sorted="ascending")] if has_ranks else []),
        Head("Newest mean", numeric=True, by_number=True),
        Head("95 % interval of the mean", by_number=True, picture=_axis(means, wording.quantity, unit)),
    ]
    if told := any(row["claim"] for row in rows):
        heads += [
            Head("Change", numeric=True, by_number=True),
            Head("95 % interval of the change", by_number=True, picture=_axis(changes, wording.change, unit)),
            Head("What it says"),
            Head("What may be claimed"),
        ]
    body = [
        (
            cluster(row, "../", note=f"{row['country']} · {row['status']}"),
            *([rank_entry(row)] if has_ranks else []),
            *_mean(row, means, unit),
            *(_change(row, changes, unit) if told else ()),
        )
        for row in rows
    ]
    return table(ident, "Clusters and their newest means", heads, body)


def _mean(row: Row, scale: Scale, unit: str) -> tuple[Entry, Entry]:
    """Return the newest mean and its interval; the name of its wave is of the assessment's language."""
    mean, interval = _figure(row, "mean", scale, wording.quantity, unit, row["wave"] or "")
    return mean._replace(note_language=own_language(row)), interval


def _change(row: Row, scale: Scale, unit: str) -> tuple[Entry, ...]:
    """Return change, interval, verdict and claim of a cluster's finding."""
    if not row["claim"]:
        return MISSING, MISSING, Entry("no finding", "", "none"), MISSING
    between = " to ".join(filter(None, (row["from_wave"], row["to_wave"])))
    verdict = wording.GAINS.get(row["direction"] or "")
    figures = _figure(row, "change", scale, wording.change, unit, between, verdict.style if verdict else "")
    said = MISSING
    if verdict:
        mark = f" {wording.BY_CHANCE}" if row["by_chance"] else ""
        said = Entry(f"{verdict.words}{mark}", None, verdict.style, verdict.symbol)
    against = wording.sentence(wording.ESTIMATORS.get(row["estimator"], wording.plain(row["estimator"])))
    claimed = MISSING if row["change_withheld_by"] else Entry(row["claim"], note=f"{against} {row['limits']}")
    return *figures, said, claimed


def _figure(
    row: Row, name: str, scale: Scale, words: Any, unit: str, note: str, style: str = ""
) -> tuple[Entry, Entry]:
    """Return a figure and its interval, or what stands in place of them."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if row[f"{name}_withheld_by"]:
        return Entry(wording.withheld(row[f"{name}_withheld_by"]), "", "withheld", note=note), MISSING
    if value is None:
        return MISSING, MISSING
    count = row[f"{name}_respondents"]
    told = words(value, unit)
    if count is not None and count < wording.FEWEST_WITHOUT_BRACKETS:
        told = f"({told})"
    interval = "no interval" if low is None else wording.span(words(low, unit), words(high, unit))
    return (
        Entry(told, value, numeric=True, note=note),
        Entry(interval, value if low is None else low, picture=span(scale, low, value, high, style)),
    )


def _scale(rows: Iterable[Row], name: str, *within: float) -> Scale:
    """Return the scale that holds all figures of a column and their intervals."""
    told = [row[f"{name}{end}"] for row in rows for end in ("", "_low", "_high")]
    values = [*within, *(value for value in told if value is not None)]
    return Scale(min(values, default=0.0), max(values, default=0.0))


def _axis(scale: Scale, words: Any, unit: str) -> Any:
    return axis(scale, words(scale.low, unit), words(scale.high, unit))

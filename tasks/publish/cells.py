"""One cell of a table: how each column of a released table is printed, where its type does not say it.

A new column that is more than a text, a count or a mean gets a form in `_FORMS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from schemas.base import column_types
from schemas.vocabulary import ALL, OF_THE_DAY
from tasks import expressions
from tasks.catalogue import read as catalogue
from tasks.catalogue import standard_indicators
from tasks.corrections import INTERVIEW
from tasks.publish import column_words, wording
from tasks.publish.report import FEW, RELEASED, Report, Row, cases
from tasks.references import reference
from tasks.told_figures import FIGURES
from tasks.tongue import Words, _, ngettext, pgettext, recorded, told
from tasks.translations import N_, NN_


@dataclass(frozen=True)
class Cell:
    """What stands in one cell of a table, or beside a finding."""

    text: str
    style: str = ""
    symbol: str = ""
    note: str = ""
    numeric: bool = False
    label: str = ""
    span: int = 1
    items: tuple[str, ...] = ()


NOTHING = Cell("–", "none")


def is_told(cell: Cell) -> bool:
    """Return whether a cell has an entry of its own: no dash, no asterisk and no word on being withheld."""
    return cell.style not in ("none", "withheld", "few")


def cell_of(report: Report, name: str, row: Row, column: str) -> Cell:
    """Return one cell as it is printed: text without a form of its own in the language that is spoken."""
    source = _SOURCES.get(column, column)
    if hidden := report.hidden(name, row, source):
        if row["withheld_by"] == FEW:
            return Cell(hidden, "few", numeric=column_types(RELEASED[name]).get(source) in _OF_FIGURES)
        return Cell(hidden, "withheld")
    if row[source] is None:
        return _no_ratio() if source in FIGURES and _is_ratio(name, row) else NOTHING
    form = _FORMS.get((name, column)) or _FORMS.get(("", column))
    if form:
        return _bracketed(form(report, row), name, row, source)
    value = row[column]
    if isinstance(value, bool):
        return Cell(_("yes") if value else _("no"))
    if isinstance(value, int):
        return Cell(wording.whole(value), numeric=True)
    if isinstance(value, float):
        return _bracketed(Cell(wording.mean(value), numeric=True), name, row, source)
    if column in _CODES:
        return Cell(value)
    return Cell(recorded(value) if _is_of_folder(name, column) else told(value))


@cache
def _is_of_folder(name: str, column: str) -> bool:
    """Return whether a column holds what the folder says, and no word of a closed list."""
    if column not in _RECORDED or (name, column) in _OF_PSIA:
        return False
    known = RELEASED[name].to_schema().columns.get(column)
    return known is None or all(check.name != "isin" for check in known.checks)


def _bracketed(cell: Cell, name: str, row: Row, source: str) -> Cell:
    """Return a figure of 25 to 49 respondents in brackets."""
    release = RELEASED[name].about().release
    if source not in FIGURES or not release or not release.cells:
        return cell
    bracketed = cases(row, RELEASED[name]) < wording.FEWEST_WITHOUT_BRACKETS
    return replace(cell, text=f"({cell.text})") if bracketed else cell


def _is_ratio(name: str, row: Row) -> bool:
    return name in ("poverty_measures", "poverty_changes") and row["measure"] == "quintile_ratio"


def _no_ratio() -> Cell:
    """Return what stands for a figure that there is not, though enough people answered."""
    return Cell(_("cannot be computed"), "none", note=_("the poorest fifth has nothing to divide by"))


_CODES = ("industry", "main_industry", "period", "year")
"""Columns of what is not said in words: of a code of an industry not even the point is changed."""
_RECORDED = (
    *("label", "node_label", "role", "owner", "proposed_by", "overruled_by", "by", "topic", "service"),
    *("statement", "detail", "citation", "note", "alike", "unlike", "spill_over", "item", "criterion"),
    *("area", "from", "to"),
)
"""Columns of text that the folder gives: no word of psia, though it may read like one."""
_OF_PSIA = (("characteristic_scores", "label"), ("source_readings", "item"))
_ENDS = ("ci_low", "ci_high")
_OF_FIGURES = ("Int64", "float64")
Form = Callable[[Report, Row], Cell]


def _labelled(kind: str, column: str) -> Form:
    return lambda report, row: Cell(report.label(kind, row[column]))


def _worded(words: Mapping[str, str], column: str) -> Form:
    return lambda report, row: Cell(told(words.get(row[column], row[column])))


def _divided_by(column: str) -> Form:
    return lambda report, row: NOTHING if row[column] == ALL else Cell(told(row[column]))


def _each_told(column: str) -> Form:
    return lambda _, row: Cell(wording.each_told(row[column]))


def _verdict(verdicts: Mapping[str, wording.Verdict], column: str) -> Form:
    return lambda _, row: _said(verdicts[row[column]])


def _gain(report: Report, row: Row) -> Cell:
    """Return what an estimate says, with a mark where it may be found by chance among all tests."""
    said = _said(wording.GAINS[row["direction"]])
    by_chance = wording.is_by_chance(row["direction"], row["p_adjusted"])
    return replace(said, text=f"{said.text} {wording.BY_CHANCE}") if by_chance else said


def _claim_of_what_is_told(report: Report, row: Row) -> Cell:
    """Return the claim, by its letter where the row bears one; of what is withheld nothing is claimed."""
    rule = row["withheld_by"]
    if not rule:
        return Cell(row.get("letter") or told(row["claim"]))
    return Cell(wording.withheld(rule), "" if rule == FEW else "withheld")


def _said(verdict: wording.Verdict, note: str = "") -> Cell:
    return Cell(verdict.words, verdict.style, verdict.symbol, note)


def _as_date(column: str) -> Form:
    return lambda _, row: Cell(wording.date(row[column]))


def _places(column: str, places: int) -> Form:
    return lambda _, row: Cell(wording.rounded(row[column], places), numeric=True)


def _signed(column: str, places: int) -> Form:
    return lambda _, row: Cell(wording.signed(wording.rounded(row[column], places)), numeric=True)


def _as_count(column: str) -> Form:
    return lambda _, row: Cell(wording.whole(row[column]), numeric=True)


def _in_unit(column: str, form: Callable[[float, str], str]) -> Form:
    return lambda report, row: Cell(form(row[column], report.unit(row["indicator"])), numeric=True)


def _probability(column: str) -> Form:
    return lambda _, row: Cell(wording.probability(row[column]), numeric=True)


def _indicator_with_unit(report: Report, row: Row) -> Cell:
    return Cell(report.label("indicator", row["indicator"]), note=told(report.unit(row["indicator"])))


def _indicator_with_prices(report: Report, row: Row) -> Cell:
    """Return an indicator with its unit, and of money at which prices it is; changes are of the day."""
    cell = _indicator_with_unit(report, row)
    of_change = row.get("basis") == "change" and report.is_money(row["indicator"])
    prices = row["money"] or (OF_THE_DAY if of_change else "")
    return replace(cell, note=f"{cell.note}, {told(prices)}") if prices else cell


def _quoted(report: Report, row: Row) -> Cell:
    """Return the quote that a comparison of sources names, with its label; nothing where it is withheld."""
    for one in report.rows("quotes") if row["quote"] else ():
        if reference("quotes", one["wave"], one["quote"]) == row["quote"]:
            if report.hidden("quotes", one, "words"):
                return NOTHING
            return Cell(_("“{words}”").format(words=recorded(one["words"])), note=recorded(one["label"]))
    return NOTHING


def _interval(report: Report, row: Row) -> Cell:
    if row["ci_high"] is None:
        why = wording.NO_INTERVAL.get(row.get("no_interval") or "", "")
        return Cell("–", "none", note=why) if why and row.get("estimate") is not None else NOTHING
    return _ends(report, row, side_by_side(row))


def _ends(report: Report, row: Row, beside: list[float | None]) -> Cell:
    unit = report.unit(row["indicator"])
    return Cell(wording.span(*(wording.change(row[end], unit, beside) for end in _ENDS)), "span")


def side_by_side(row: Row) -> list[float | None]:
    """Return an estimate or a change with the ends of its interval: they are told with the same decimals."""
    return [row.get(column) for column in ("estimate", "change", *_ENDS)]


def _signed_estimate(report: Report, row: Row) -> Cell:
    change = wording.change(row["estimate"], report.unit(row["indicator"]), side_by_side(row))
    return Cell(change, numeric=True)


def _won(report: Report, row: Row) -> Cell:
    """Return what a group gained or lost; figures of one indicator bear the same decimals."""
    change = wording.change(row["estimate"], report.unit(row["indicator"]), _gains_of(report, row))
    return Cell(change, numeric=True)


def _won_interval(report: Report, row: Row) -> Cell:
    return _interval(report, row) if row["ci_high"] is None else _ends(report, row, _gains_of(report, row))


def _gains_of(report: Report, row: Row) -> list[float | None]:
    """Return all that the table of gains and losses tells of the row's indicator."""
    gains = report.rows("winners_losers", {"indicator": row["indicator"]})
    return [figure for one in gains for figure in side_by_side(one)]


def _estimate_with_interval(report: Report, row: Row) -> Cell:
    """Return an estimate with its interval and the number of respondents below it."""
    unit = report.unit(row["indicator"])
    low, high = row["ci_low"], row["ci_high"]
    ends = (
        ""
        if low is None or high is None
        else wording.span(*(wording.quantity(end, unit, side_by_side(row)) for end in (low, high)))
    )
    counted = _units(row)
    ends = ends or _why_no_interval(row)
    note = wording.in_a_row(ends, counted)
    return Cell(wording.quantity(row["estimate"], unit, side_by_side(row)), note=note, numeric=True)


def _why_no_interval(row: Row) -> str:
    """Return why there is no interval where that is so of this figure alone, and not of the whole study."""
    return wording.NO_INTERVAL.get(row["no_interval"] or "", "")


def _units(row: Row) -> str:
    return wording.counted(row["respondents"] or 0, *wording.LEVELS[row["level"] or "person"])


def _median_with_quartiles(report: Report, row: Row) -> Cell:
    """Return a median with the quartiles and the number of respondents below it."""
    unit = report.unit(row["indicator"])
    low, middle, high = beside = [row[one] for one in ("lower_quartile", "median", "upper_quartile")]
    ends = wording.span(*(wording.quantity(end, unit, beside) for end in (low, high)))
    return Cell(
        wording.quantity(middle, unit, beside), note=wording.in_a_row(ends, _units(row)), numeric=True
    )


def _group_or_part(report: Report, row: Row) -> Cell:
    """Return a group, or the part of it that a gender, difference or category makes."""
    said = {"gender": told, "difference": recorded, "category": told}
    parts = [say(row[column]) for column, say in said.items() if row[column] != ALL]
    return Cell(wording.headed(report.label("poverty_group", row["poverty_group"]), *parts))


def _change_with_verdict(report: Report, row: Row) -> Cell:
    """Return a change with its verdict, and its interval and respondents below it."""
    change = wording.change(row["change"], report.unit(row["indicator"]), side_by_side(row))
    interval = _interval(report, row)
    both = _visited_in_both(row) if row["level"] == "household" else _asked_in_both(row)
    found = _why_no_interval(row) if interval is NOTHING else interval.text
    note = wording.in_a_row(found, both)
    said = wording.VOICES.get(row["direction"] or "")
    if not said:
        return Cell(change, note=note)
    return Cell(wording.headed(said.words, change), said.style, said.symbol, note)


def _poverty_estimate(report: Report, row: Row) -> Cell:
    """Return a measure of poverty with its interval and the number of respondents below it."""
    ends = [row[end] for end in ("ci_low", "ci_high")]
    found = (
        _why_no_interval(row)
        if None in ends
        else wording.span(*(wording.quantity(end, row["unit"], side_by_side(row)) for end in ends))
    )
    people = wording.counted(row["respondents"] or 0, "person", "people")
    figure = wording.quantity(row["estimate"], row["unit"], side_by_side(row))
    return Cell(figure, note=wording.in_a_row(found, people), numeric=True)


def _poverty_change(report: Report, row: Row) -> Cell:
    """Return the change of a measure of poverty with its interval and the respondents below it."""
    ends = [row[end] for end in ("ci_low", "ci_high")]
    found = (
        _why_no_interval(row)
        if None in ends
        else wording.span(*(wording.change(end, row["unit"], side_by_side(row)) for end in ends))
    )
    note = wording.in_a_row(found, _asked_in_both(row))
    return Cell(wording.change(row["change"], row["unit"], side_by_side(row)), note=note, numeric=True)


def _asked_in_both(row: Row) -> str:
    """Return how many were asked in both waves, where that is told."""
    people = row["respondents_both"]
    if people is None:
        return ""
    return ngettext("{n} asked in both", "{n} asked in both", people).format(n=wording.whole(people))


def _visited_in_both(row: Row) -> str:
    """Return how many households were visited in both waves, where that is told."""
    homes = row["respondents_both"]
    if homes is None:
        return ""
    return ngettext("{n} visited in both", "{n} visited in both", homes).format(n=wording.whole(homes))


def _dimension(report: Report, row: Row) -> Cell:
    """Return a dimension of capability by its label."""
    key = {column: row[column] for column in ("specification", "dimension")}
    known = next(iter(report.rows("capability_dimensions", key)), None)
    return Cell(recorded(known["label"]) if known else wording.named(row["dimension"]))


def _group_or_gender(report: Report, row: Row) -> Cell:
    """Return a group, or women or men of all groups."""
    if row["gender"] == ALL:
        return Cell(report.label("poverty_group", row["poverty_group"]))
    return Cell(_("{whom} of all groups").format(whom=wording.capital(told(row["gender"]))))


def _area(report: Report, row: Row) -> Cell:
    return Cell(_("everywhere") if row["area"] == ALL else recorded(row["area"]))


def _any_wave(report: Report, row: Row) -> Cell:
    return Cell(_("every wave") if row["wave"] == ALL else report.label("wave", row["wave"]))


def _lost_share(report: Report, row: Row) -> Cell:
    note = _("{lost} of {followed}").format(
        lost=wording.whole(row["lost"]), followed=wording.whole(row["followed"])
    )
    return Cell(wording.quantity(row["rate"], "share"), note=note, numeric=True)


def _f_with_freedom(report: Report, row: Row) -> Cell:
    above, below = (
        wording.exact(float(wording.half_up(row[f"{end}_df"], 1))) for end in ("numerator", "denominator")
    )
    note = _("{numerator} and {denominator} degrees of freedom").format(numerator=above, denominator=below)
    return Cell(wording.rounded(row["statistic"], 2), note=note, numeric=True)


def _mde_with_limit(report: Report, row: Row) -> Cell:
    """Return the smallest effect that would be found, the people behind it and how it stands to a change."""
    unit = report.unit(row["indicator"])
    reached = {arm: wording.whole(row[f"{arm}_reached"]) for arm in ("programme", "comparison")}
    people = _("{programme} and {comparison} people").format(**reached)
    note = wording.in_a_row(told(row["verdict"]), people)
    style = "" if row["verdict"] == "can be seen" else "contradict"
    if row["mde"] is None:
        return Cell("–", style, note=note)
    return Cell(wording.effect(row["mde"], unit), style, note=note, numeric=True)


def _verdict_with_people(report: Report, row: Row) -> Cell:
    """Return what focus groups say, with their number; the direction stands where the number is withheld."""
    counts = []
    for column, one, many in (("focus_groups", "group", "groups"), ("participants", "person", "people")):
        if hidden := report.hidden("focus_group_verdicts", row, column):
            return _said(wording.VOICES[row["direction"]], _WITHHELD_OF[column].format(withheld=hidden))
        counts.append(wording.counted(row[column] or 0, one, many))
    return _said(wording.VOICES[row["direction"]], ", ".join(counts))


def _participatory(_: Report, row: Row) -> Cell:
    """Return what the focus groups say beside other sources, with how many they are and who is in them."""
    said = wording.VOICES[row["participatory"]]
    if not row["focus_groups"]:
        return _said(said)
    groups = wording.counted(row["focus_groups"], "group", "groups")
    return _said(said, f"{groups}, {wording.counted(row['participants'], 'person', 'people')}")


_WITHHELD_OF = Words({"focus_groups": N_("groups {withheld}"), "participants": N_("people {withheld}")})


def _said_with_sources(report: Report, row: Row) -> Cell:
    """Return what coded sources say, with how many they are and how many people speak in them."""
    counts = [
        wording.counted(row["sources"] or 0, "source", "sources"),
        wording.counted(row["participants"] or 0, "person", "people"),
    ]
    return _said(wording.VOICES[row["direction"]], ", ".join(counts))


def _sessions_with_people(_: Report, row: Row) -> Cell:
    people = wording.counted(row["participants"] or 0, "person", "people")
    return Cell(wording.counted(row["sessions"] or 0, "session", "sessions"), note=people)


def _growth_with_levels(_: Report, row: Row) -> Cell:
    known = [row[end] for end in ("value_from", "value_to") if row[end] is not None]
    levels = [wording.exact(level, known) for level in known]
    growth = f"{wording.signed(wording.rounded(row['growth_pct'], 1))}{wording.THIN_SPACE}%"
    return Cell(growth, note=wording.span(*levels) if len(levels) > 1 else "".join(levels), numeric=True)


def _rank_with_weight(report: Report, row: Row) -> Cell:
    """Return a mean rank with its weight, and the mark of the short list, which is never withheld."""
    symbol = "●" if row["selected"] else ""
    notes = [_("on the short list")] if row["selected"] else []
    if row["decided"] != "ranking":
        notes = [(_PUT_ON if row["selected"] else _TAKEN_OFF)[row["decided"]]]
    style = "chosen" if row["selected"] else ""
    if hidden := report.hidden("indicator_selection", row, "mean_rank"):
        return Cell(hidden, style or "withheld", symbol, ", ".join(notes))
    if row["mean_rank"] is None:
        return Cell(_("not ranked"), style, symbol, ", ".join(notes))
    if row["weight"] is not None:
        share = wording.quantity(row["weight"], "share")
        notes = [_("{share} of importance").format(share=share), *notes]
    return Cell(wording.rounded(row["mean_rank"], 1), style, symbol, ", ".join(notes))


_PUT_ON = Words({"team": N_("on the short list by the team"), "pilot": N_("on the short list by the pilot")})
_TAKEN_OFF = Words(
    {"team": N_("off the short list by the team"), "pilot": N_("off the short list by the pilot")}
)


def _share_of(column: str) -> Form:
    return lambda _, row: Cell(wording.quantity(row[column], "share"), numeric=True)


def _decision(report: Report, row: Row) -> Cell:
    return Cell(wording.DECIDED_BY[row["decided"]], note=recorded(row["decided_by"] or ""))


def _chi2(report: Report, row: Row) -> Cell:
    freedom = row["degrees_of_freedom"]
    note = ngettext("{n} degrees of freedom", "{n} degrees of freedom", freedom)
    return Cell(wording.rounded(row["chi2"], 1), note=note.format(n=wording.whole(freedom)), numeric=True)


def _sizes(report: Report, row: Row) -> Cell:
    other = [
        ngettext(*words, row[column]).format(n=wording.whole(row[column]))
        for column, words in _OF_OTHER_SIZE.items()
        if row[column]
    ]
    return Cell(wording.in_a_row(*other), "contradict") if other else Cell(_("5 to 8 each"))


_OF_OTHER_SIZE = {
    "too_small": NN_("{n} of fewer than 5", "{n} of fewer than 5"),
    "too_large": NN_("{n} of more than 8", "{n} of more than 8"),
    "size_not_told": NN_("{n} of unknown size", "{n} of unknown size"),
}


def _tried(report: Report, row: Row) -> Cell:
    """Return what a pilot tried: an indicator or group by its label, a question in its words."""
    item = row["item"]
    if row["kind"] == "question":
        asked = report.rows("instruments", {"question": item})
        return Cell(told(asked[0]["wording"]), note=item) if asked else Cell(wording.column(item))
    if row["kind"] == "indicator" and item in standard_indicators():
        return Cell(told(standard_indicators()[item].label))
    kind = {"indicator": "indicator", "group": "poverty_group"}.get(row["kind"])
    return Cell(report.label(kind, item) if kind else wording.column(item))


def _decided(report: Report, row: Row) -> Cell:
    """Return what a pilot decided of an item."""
    words = {
        "keep": _("keep"),
        "change": pgettext("decision", "change"),
        "drop": pgettext("decision", "drop"),
    }
    return Cell(words[row["decision"]])


def _shared_lists(report: Report, row: Row) -> Cell:
    shared = _("{both} of {either}").format(
        both=wording.whole(row["on_both"]), either=wording.whole(row["on_either"])
    )
    return Cell(shared, numeric=True)


def _region(report: Report, row: Row) -> Cell:
    """Return a region by its label where it has one, with its code below."""
    code = row.get("region") or row["local_system"]
    known = report.region(row["source"], row["year"], code)
    return Cell(known, note=code) if known and known != code else Cell(code)


def _statistic(report: Report, row: Row) -> Cell:
    unit = row["unit"]
    if unit.strip().lower() == "year":
        return Cell(f"{row['value']:g}", numeric=True)
    share = wording.is_share(unit) and abs(row["value"]) <= 1
    return Cell(wording.quantity(row["value"], unit) if share else wording.exact(row["value"]), numeric=True)


def _source(report: Report, row: Row) -> Cell:
    source = next(iter(report.rows("sources", {"source": row["source"]})), None)
    known = str(source["year"]) if source and source["year"] else ""
    year = f" ({known})" if known not in row["source"] else ""
    page = row["page"] or ""
    note = _("page {page}").format(page=page) if page.isdigit() else recorded(page)
    return Cell(f"{row['source']}{year}", note=note)


def _statistic_divided(report: Report, row: Row) -> Cell:
    """Return a statistic with what it is divided by below it: of whom or of what it tells."""
    if row["dimensions"] == "total":
        return Cell(recorded(row["statistic"]))
    parts = [map(wording.sector, part.split("=")) for part in row["dimensions"].split("; ")]
    return Cell(recorded(row["statistic"]), note=wording.in_a_row(*(wording.headed(*part) for part in parts)))


def _finding(report: Report, row: Row) -> Cell:
    known = next(iter(report.rows("findings", {"finding": row["finding"]})), None)
    indicator, group = row["finding"].partition("/")[::2]
    indicator, group = (known["indicator"], known["poverty_group"]) if known else (indicator, group)
    return Cell(report.label("indicator", indicator), note=report.label("poverty_group", group))


def _asked(report: Report, row: Row) -> Cell:
    """Return the questions whose answers make an indicator; of a foreign survey's columns its label."""
    try:
        columns = expressions.columns(row["value"])
    except expressions.ExpressionError:
        return Cell(report.label("indicator", row["indicator"]))
    asked = [report.wording_of(one) for one in columns]
    known = all(asked)
    words = " ".join(map(wording.sentence, asked)) if known else report.label("indicator", row["indicator"])
    of_itself = row["value"].strip() in columns
    return Cell(words, note="" if of_itself else _("computed by the rule in tables/indicators.csv"))


def _answer(report: Report, row: Row) -> Cell:
    """Return what was changed: an indicator by its label, a question in its words, or a whole interview."""
    variable = row["variable"]
    if variable == INTERVIEW:
        return Cell(_("The whole interview"))
    if report.is_labelled("indicator", variable):
        return Cell(report.label("indicator", variable))
    return Cell(report.wording_of(variable) or wording.capital(wording.column(variable)))


def _smallest_change(report: Report, row: Row) -> Cell:
    if row["smallest_change"] is not None:
        return Cell(wording.change(row["smallest_change"], row["unit"]).removeprefix("+"), numeric=True)
    pct = row["smallest_change_pct"]
    if pct is None:
        return NOTHING
    share = f"{wording.mean(pct)}{wording.THIN_SPACE}%"
    return Cell(_("{share} of the earlier mean").format(share=share))


def _table_1(report: Report, row: Row) -> Cell:
    if row["table_1"] == "unintended":
        return Cell(_("not expected by Table 1"))
    rows = {one["id"]: one["relevance_for_poverty"] for one in catalogue("table_1")["row"]}
    return Cell(told(rows.get(row["table_1"], row["table_1"])))


def _score(report: Report, row: Row) -> Cell:
    full = int(row["score"] + 0.5)
    return Cell(wording.mean(row["score"]), symbol="●" * full + "○" * (5 - full), style="score")


def _levels(report: Report, row: Row) -> Cell:
    levels = {one["id"]: one for one in catalogue("table_2")["characteristic"]}.get(row["characteristic"], {})
    ends = [f"{level} = {told(levels[f'level_{level}'])}" for level in (1, 5) if f"level_{level}" in levels]
    return Cell(wording.in_a_row(*ends)) if ends else NOTHING


def _position(report: Report, row: Row) -> Cell:
    mixed = row["position"] == "mixed"
    return Cell(pgettext("position", "mixed") if mixed else _POSITIONS[row["position"]])


_POSITIONS = Words({"supports": N_("supports"), "neutral": N_("neutral"), "opposes": N_("opposes")})


def _position_with_tension(report: Report, row: Row) -> Cell:
    return replace(_position(report, row), note=_TENSIONS.get(row["tension"], ""))


_TENSIONS = Words({"some": N_("some tension"), "strong": N_("strong tension")})


def _given(report: Report, row: Row) -> Cell:
    """Return what gave a score of Table 2: a rule with its figure, or assessors and what a rule says too."""
    if row["rule_score"] is None:
        return Cell(_ASSESSORS[row["basis"]])
    why = f"{_figure(row)}. {wording.sentence(told(row['rule']))}"
    if row["scored_with"] == "rule":
        return Cell(_("data, by rule"), note=why)
    why = _("A rule on data gives {score}: {why}").format(score=row["rule_score"], why=why)
    return Cell(_ASSESSORS[row["basis"]], note=why)


_ASSESSORS = Words({"data": N_("assessors, from data"), "assessor": N_("assessors"), None: N_("assessors")})


def _figure(row: Row) -> str:
    if row["figure"] is None:
        return _("figure {withheld}").format(withheld=wording.withheld(row["withheld_by"]))
    return _("{share} of about {number} {whom}").format(
        share=f"{row['figure']}{wording.THIN_SPACE}%",
        number=wording.whole(row["figure_n"]),
        whom=told(row["figure_of"]),
    )


def _voices(report: Report, row: Row) -> Cell:
    """Return the assessors' median, how far apart they are, and who they are."""
    median = wording.mean(row["assessors_median"])
    if row["highest"] > row["lowest"]:
        ends = {end: str(row[end]) for end in ("lowest", "highest")}
        median = _("{median}, {lowest} to {highest}").format(median=median, **ends)
    return Cell(median, note=wording.each_told(row["scored_by"]))


def _answer_in_unit(report: Report, row: Row) -> Cell:
    plain = told(report.in_currency(row["unit"])) if row["unit"] not in (None, "score") else ""
    before = _("asked after “{question}”").format(question=told(row["recalls"])) if row["recalls"] else ""
    return Cell(told(row["answers"]), note=wording.in_a_row(plain, before))


def _asked_of(report: Report, row: Row) -> Cell:
    if row["poverty_groups"] == ALL:
        return Cell(_("every group"))
    groups = row["poverty_groups"].split(", ")
    return Cell(wording.in_a_row(*(report.label("poverty_group", one) for one in groups)))


def _for_indicators(report: Report, row: Row) -> Cell:
    indicators = (row["indicators"] or "").split(", ")
    return Cell(wording.in_a_row(*(report.label("indicator", one) for one in indicators)))


def _found_by_mapping(report: Report, row: Row) -> Cell:
    """Return an answer in words with what the map itself has found out of the question."""
    answered = re.fullmatch(r"(.+) \((Known of \d+ of \d+ .+)\)", row["found"], flags=re.DOTALL)
    if not answered:
        return Cell(told(row["found"]))
    return Cell(_("{answer} ({found})").format(answer=told(answered[1]), found=told(answered[2])))


def _kinds(report: Report, row: Row) -> Cell:
    return Cell(wording.in_a_row(*map(wording.plain, row["evidence"].split(", "))))


def _when(report: Report, row: Row) -> Cell:
    """Return of which start or time after it an estimate tells."""
    return Cell(told(row["term"].partition(", ")[2]) or _("overall"))


def _workshop(row: Row) -> str:
    return wording.named(row["workshop"].replace("-", " "))


_WORKSHOP_OF = Words({"participants": N_("of participants"), "stakeholders": N_("of stakeholders")})
_MAPPINGS = Words(
    {
        "cluster": N_("Cluster mapping"),
        "institutions": N_("Institutions mapping"),
        "poverty": N_("Poverty mapping"),
    }
)


def _reported_in(report: Report, row: Row) -> Cell:
    """Return the report in which an earlier finding stood, with its date below it."""
    kept = row["report"] == row["reported_on"]
    told_by = report.label("wave", row["report"]).replace("-", " ")
    name = pgettext("report", "release") if kept else recorded(told_by)
    when = wording.date(row["reported_on"]) if row["reported_on"] else _("estimate of this study")
    return Cell(name, note=when)


_TOOLS = {tool["id"]: tool for tool in catalogue("box_a3")["tool"]}
_BOX_4 = {group["id"]: group["label"] for group in catalogue("box_4")["group"]}

_SOURCES = {
    "interval": "ci_low",
    "estimate_with_interval": "estimate",
    "median_with_quartiles": "median",
    "levels": "characteristic",
    "given": "scored_with",
    "voices": "assessors_median",
    "letter": "institution",
    "any_smallest_change": "indicator",
    "change_with_verdict": "change",
    "change_with_interval": "change",
    "lost_share": "rate",
    "verdict_with_people": "direction",
    "said_with_sources": "direction",
    "sessions_with_people": "sessions",
    "growth_with_levels": "growth_pct",
    "rank_with_weight": "selected",
    "decided_with_role": "decided",
    "shared_lists": "on_both",
    "sizes": "too_small",
    "mde_with_limit": "programme_drawn",
    "f_with_freedom": "statistic",
    "position_with_tension": "position",
    "answer_in_unit": "answers",
}
"""Columns that are made here -> the column of the table that decides whether they are withheld."""


def _two_places(value: float, unit: str) -> str:
    """Return a figure without a unit to two decimals."""
    return wording.rounded(value, 2)


def _beside_assumed(column: str, form: Callable[[float, str], str]) -> Form:
    """Return the form of a measured figure with what the plan assumed of it below."""

    def cell(report: Report, row: Row) -> Cell:
        unit, assumed = report.unit(row["indicator"]), row[f"{column}_assumed"]
        note = "" if assumed is None else _("assumed {figure}").format(figure=form(assumed, unit))
        return Cell(form(row[column], unit), note=note, numeric=True)

    return cell


_FORMS: dict[tuple[str, str], Form] = {
    ("", "poverty_group"): _labelled("poverty_group", "poverty_group"),
    ("", "indicator"): _labelled("indicator", "indicator"),
    ("", "wave"): _labelled("wave", "wave"),
    ("", "from_wave"): _labelled("wave", "from_wave"),
    ("", "to_wave"): _labelled("wave", "to_wave"),
    ("", "actor"): _labelled("actor", "actor"),
    ("", "from"): _labelled("actor", "from"),
    ("", "to"): _labelled("actor", "to"),
    ("", "box4_group"): _worded(_BOX_4, "box4_group"),
    ("", "likelihood"): lambda _, row: Cell(
        wording.LIKELIHOODS[row["likelihood"]], f"likelihood {row['likelihood']}"
    ),
    ("", "stratum"): lambda report, row: Cell(column_words.stratum(report, row["stratum"])),
    ("", "specification"): lambda report, row: Cell(column_words.model(report, row["specification"])),
    ("", "gender"): _divided_by("gender"),
    ("", "difference"): lambda _, row: (
        NOTHING if row["difference"] == ALL else Cell(recorded(row["difference"]))
    ),
    ("", "interval"): _interval,
    ("", "direction"): _verdict(wording.GAINS, "direction"),
    ("", "quantitative"): _verdict(wording.VOICES, "quantitative"),
    ("", "effect"): _verdict(wording.VOICES, "effect"),
    ("", "qualitative"): _verdict(wording.VOICES, "qualitative"),
    ("", "participatory"): _verdict(wording.VOICES, "participatory"),
    **{
        (table, column): form
        for table in ("impact_estimates", "winners_losers")
        for column, form in (
            ("estimate", _signed_estimate),
            ("direction", _gain),
            ("indicator", _indicator_with_prices),
            ("claim", _claim_of_what_is_told),
        )
    },
    ("impact_estimates", "term"): _when,
    ("impact_estimates", "standard_error"): _in_unit("standard_error", wording.error),
    **{
        (table, column): _probability(column)
        for table in ("impact_estimates", "impact_differences", "pre_trends", "winners_losers")
        for column in ("p_value", "p_adjusted", "p_holm", "p_benjamini_hochberg")
    },
    **{
        (table, column): form
        for table in ("impact_differences", "pre_trends")
        for column, form in (
            ("estimate", _signed_estimate),
            ("indicator", _indicator_with_unit),
        )
    },
    **{("attrition_bounds", column): _in_unit(column, wording.change) for column in ("lower", "upper")},
    **{
        ("attrition_bounds", column): _share_of(column)
        for column in ("programme_found", "comparison_found", "trimmed_share")
    },
    ("attrition_bounds", "indicator"): _indicator_with_unit,
    ("impact_differences", "claim"): _claim_of_what_is_told,
    ("impact_differences", "verdict"): _worded(wording.EFFECT_VERDICTS, "verdict"),
    ("pre_trends", "verdict"): lambda _, row: Cell(
        wording.TREND_VERDICTS[row["verdict"]], "contradict" if row["verdict"] == "differed" else ""
    ),
    ("indicator_estimates", "indicator"): _indicator_with_unit,
    ("indicator_estimates", "poverty_group"): _group_or_part,
    ("indicator_estimates", "estimate_with_interval"): _estimate_with_interval,
    ("indicator_estimates", "median_with_quartiles"): _median_with_quartiles,
    ("winners_losers", "estimate"): _won,
    ("winners_losers", "interval"): _won_interval,
    ("winners_losers", "gender"): lambda report, row: Cell(told(row["gender"])),
    ("triangulation", "participatory"): _participatory,
    ("triangulation", "quote"): _quoted,
    ("triangulation", "verdict"): lambda _, row: Cell(
        wording.TRIANGULATION[row["verdict"]], "contradict" if row["verdict"] == "contradict" else ""
    ),
    ("wave_changes", "change_with_verdict"): _change_with_verdict,
    ("poverty_measures", "estimate_with_interval"): _poverty_estimate,
    ("poverty_measures", "poverty_group"): _group_or_gender,
    ("poverty_measures", "measure"): lambda report, row: Cell(
        wording.capital(report.label("measure", row["measure"]))
    ),
    ("poverty_measures", "dimension"): _dimension,
    ("poverty_changes", "change_with_interval"): _poverty_change,
    ("capability_weights", "dimension"): _dimension,
    ("capability_weights", "weight"): _share_of("weight"),
    ("poverty_lines", "area"): _area,
    ("poverty_lines", "wave"): _any_wave,
    ("attrition", "lost_share"): _lost_share,
    ("attrition_tests", "test"): lambda _, row: Cell(wording.capital(wording.lost_by(row["test"]))),
    ("attrition_tests", "f_with_freedom"): _f_with_freedom,
    ("attrition_tests", "p_value"): lambda _, row: Cell(wording.probability(row["p_value"]), numeric=True),
    ("attrition_tests", "says"): lambda _, row: Cell(
        told(row["says"]), "contradict" if row["verdict"] == "differ" else ""
    ),
    ("weight_summary", "arm"): _labelled("arm", "arm"),
    **{
        ("weight_summary", column): _places(column, 2)
        for column in ("coefficient_of_variation", "adjustment_variation", "design_effect")
    },
    **{("weight_summary", column): _as_count(column) for column in ("total", "effective_respondents")},
    ("response_classes", "weighting_class"): lambda report, row: Cell(
        column_words.crossed(report, row["weighting_class"])
    ),
    ("response_classes", "response_rate"): lambda _, row: Cell(
        wording.quantity(row["response_rate"], "share"), numeric=True
    ),
    ("response_classes", "factor"): _places("factor", 2),
    ("calibration_margins", "variable"): lambda _, row: Cell(wording.column(row["variable"])),
    ("calibration_margins", "category"): lambda report, row: Cell(
        column_words.crossed(report, row["category"])
    ),
    **{("calibration_margins", column): _as_count(column) for column in ("target", "before", "after")},
    ("focus_group_verdicts", "verdict_with_people"): _verdict_with_people,
    ("coded_voices", "said_with_sources"): _said_with_sources,
    ("coder_agreement", "code"): lambda report, row: Cell(
        _("all codes together") if row["code"] == ALL else recorded(row["code"])
    ),
    ("coder_agreement", "alpha"): _places("alpha", 2),
    ("coder_agreement", "verdict"): _worded(wording.ALPHAS, "verdict"),
    ("tools_used", "tool"): lambda _, row: Cell(
        told(_TOOLS[row["tool"]]["label"]), note=told(_TOOLS[row["tool"]]["use"])
    ),
    ("tools_used", "sessions_with_people"): _sessions_with_people,
    ("tool_ranks", "mean_rank"): _places("mean_rank", 1),
    ("diagram_links", "kind"): _worded(wording.DIAGRAMS, "kind"),
    ("diagram_links", "strength"): _places("strength", 1),
    ("sector_growth", "growth_with_levels"): _growth_with_levels,
    ("sector_growth", "sector"): lambda _, row: Cell(wording.sector(row["sector"])),
    ("indicator_selection", "rank_with_weight"): _rank_with_weight,
    ("indicator_selection", "mean_rank"): _places("mean_rank", 1),
    ("indicator_selection", "weight"): _share_of("weight"),
    ("indicator_selection", "list_weight"): _share_of("list_weight"),
    ("indicator_selection", "decided_with_role"): _decision,
    ("ranking_summary", "agreement"): _places("agreement", 2),
    ("ranking_summary", "mean_agreement"): _places("mean_agreement", 2),
    ("ranking_summary", "chi2"): _chi2,
    ("ranking_summary", "p_value"): lambda _, row: Cell(wording.probability(row["p_value"]), numeric=True),
    ("ranking_summary", "sizes"): _sizes,
    ("ranking_agreement", "other_group"): _labelled("poverty_group", "other_group"),
    ("ranking_agreement", "tau_b"): _signed("tau_b", 2),
    ("ranking_agreement", "shared_lists"): _shared_lists,
    ("training", "held_on"): _as_date("held_on"),
    ("pilot_changes", "item"): _tried,
    ("pilot_changes", "decision"): _decided,
    ("impact_estimates", "indicator"): _indicator_with_unit,
    ("indicators", "unit"): lambda report, row: Cell(told(report.in_currency(row["unit"]))),
    ("statistics", "value"): _statistic,
    ("statistics", "source"): _source,
    ("statistics", "statistic"): _statistic_divided,
    ("sources", "source"): lambda _, row: Cell(row["source"]),
    ("sources", "year"): lambda _, row: Cell(str(row["year"])),
    ("sector_growth", "difference_points"): _signed("difference_points", 1),
    ("printed_checks", "printed"): _places("printed", 1),
    ("printed_checks", "recomputed"): _places("recomputed", 1),
    ("printed_checks", "comparison"): _labelled("comparison", "comparison"),
    ("poverty_nodes", "rule_likelihood"): lambda _, row: Cell(
        wording.LIKELIHOODS[row["rule_likelihood"]], f"likelihood {row['rule_likelihood']}"
    ),
    ("institution_positions", "institution"): _labelled("institution", "institution"),
    ("institution_positions", "position"): _position,
    ("institution_positions", "position_with_tension"): _position_with_tension,
    ("mapping_checklist", "status"): lambda _, row: Cell(
        told(row["status"]), "contradict" if row["status"] == "open" else ""
    ),
    ("mapping_checklist", "part"): lambda report, row: Cell(
        _MAPPINGS.get(row["part"]) or _("{part} mapping").format(part=wording.capital(told(row["part"])))
    ),
    ("mapping_checklist", "found"): _found_by_mapping,
    **{
        (table, column): _each_told(column)
        for table, column in (
            ("mapping_checklist", "sources"),
            ("informant_tree", "led_by"),
            ("characteristic_scores", "evidence"),
            ("printed_checks", "series"),
        )
    },
    ("location_quotients", "region"): _region,
    ("location_quotients", "location_quotient"): lambda report, row: Cell(
        wording.rounded(row["location_quotient"], 2),
        note=_("at most") if row["at_most"] else "",
        numeric=True,
    ),
    ("location_quotients", "cluster_index"): _places("cluster_index", 2),
    ("location_quotients", "value"): lambda _, row: Cell(wording.whole(row["value"]), numeric=True),
    ("location_quotients", "firms"): lambda _, row: Cell(wording.whole(row["firms"]), numeric=True),
    ("region_indices", "region"): _region,
    ("region_indices", "value"): _places("value", 3),
    ("region_indices", "untold_pct"): _places("untold_pct", 0),
    ("districts", "local_system"): _region,
    ("districts", "main_industry_employment"): lambda _, row: Cell(
        wording.whole(row["main_industry_employment"]), numeric=True
    ),
    ("districts", "small_medium_share"): lambda _, row: Cell(
        wording.quantity(row["small_medium_share"], "share"), numeric=True
    ),
    ("identification_notes", "printed"): lambda _, row: Cell(wording.exact(row["printed"]), numeric=True),
    ("identification_notes", "recomputed"): lambda _, row: Cell(
        wording.exact(row["recomputed"]), numeric=True
    ),
    ("identification_notes", "basis"): lambda _, row: Cell(wording.plain(row["basis"])),
    ("instruments", "answer_in_unit"): _answer_in_unit,
    ("instruments", "poverty_groups"): _asked_of,
    ("instruments", "indicators"): _for_indicators,
    ("draw_record", "sum_of_weights"): _places("sum_of_weights", 0),
    ("draw_record", "inclusion_probability"): _places("inclusion_probability", 2),
    ("evidence", "kind"): lambda _, row: Cell(wording.plain(row["kind"])),
    ("poverty_nodes", "evidence"): _kinds,
    ("characteristic_scores", "section"): lambda _, row: Cell(wording.capital(told(row["section"]))),
    ("characteristic_scores", "score"): _score,
    ("characteristic_scores", "levels"): _levels,
    ("characteristic_scores", "given"): _given,
    ("characteristic_scores", "voices"): _voices,
    ("institutions", "letter"): lambda report, row: Cell(report.label("letter", row["institution"])),
    ("institution_links", "institution"): _labelled("institution", "institution"),
    ("comparison_balance", "covariate"): lambda report, row: Cell(
        wording.capital(report.label("indicator", row["covariate"]))
    ),
    ("comparison_balance", "standardized_difference"): _signed("standardized_difference", 2),
    ("comparison_balance", "variance_ratio"): _places("variance_ratio", 2),
    ("comparison_balance", "verdict"): lambda _, row: Cell(
        wording.BALANCE[row["verdict"]], "contradict" if row["verdict"] == "unbalanced" else ""
    ),
    ("comparison_balance", "adjusted_standardized_difference"): _signed(
        "adjusted_standardized_difference", 2
    ),
    ("comparison_balance", "adjusted_variance_ratio"): _places("adjusted_variance_ratio", 2),
    ("comparison_balance", "adjusted_verdict"): lambda _, row: Cell(
        wording.BALANCE[row["adjusted_verdict"]],
        "contradict" if row["adjusted_verdict"] == "unbalanced" else "",
    ),
    ("comparison_matching", "effective_respondents"): _places("effective_respondents", 0),
    ("power", "mde_with_limit"): _mde_with_limit,
    **{
        ("measured_assumptions", column): _beside_assumed(column, form)
        for column, form in (
            ("mean", wording.quantity),
            ("standard_deviation", wording.error),
            ("icc", _two_places),
            ("baseline_correlation", _two_places),
        )
    },
    ("field_check_summary", "check"): lambda _, row: Cell(
        wording.capital(told(row["check"])).replace("_", " ")
    ),
    ("correction_summary", "variable"): _answer,
    ("revision_summary", "variable"): _answer,
    ("feedback", "finding"): _finding,
    ("feedback", "held_on"): _as_date("held_on"),
    ("feedback", "workshop"): lambda report, row: Cell(_workshop(row), note=_WORKSHOP_OF[row["kind"]]),
    ("feedback", "verdict"): lambda _, row: Cell(
        wording.FEEDBACK[row["verdict"]], "contradict" if row["verdict"] == "contested" else ""
    ),
    ("workshops", "workshop"): lambda report, row: Cell(_workshop(row), note=_WORKSHOP_OF[row["kind"]]),
    ("workshops", "held_on"): _as_date("held_on"),
    ("committee", "since"): _as_date("since"),
    ("recommendations", "finding"): _finding,
    ("recommendations", "workshop"): lambda report, row: Cell(
        _workshop(row), note=wording.date(row["held_on"])
    ),
    ("recommendations", "kind"): lambda _, row: Cell(wording.capital(wording.WORKSHOPS[row["kind"]])),
    ("recommendations", "standing"): lambda _, row: Cell(
        wording.PROPOSALS[row["standing"]], "contradict" if row["standing"] == "disputed" else ""
    ),
    ("earlier_findings", "finding"): lambda report, row: Cell(
        recorded(row["label"]), note=report.label("poverty_group", row["poverty_group"])
    ),
    ("earlier_findings", "was"): _verdict(wording.GAINS, "was"),
    ("earlier_findings", "now"): _verdict(wording.GAINS, "now"),
    ("earlier_findings", "verdict"): lambda _, row: Cell(
        wording.HELD[row["verdict"]], "contradict" if row["verdict"] == "reversed" else ""
    ),
    ("earlier_findings", "report"): _reported_in,
    ("form_changes", "difference"): lambda _, row: Cell(told(row["difference"])),
    ("form_changes", "indicators"): _for_indicators,
    ("actions", "finding"): _finding,
    ("actions", "due"): _as_date("due"),
    ("informant_tree", "label"): lambda _, row: Cell(
        (told if row["side"] == "other" else recorded)(row["label"])
    ),
    ("institutions", "kind"): lambda _, row: Cell(wording.kind_of_institution(row["kind"])),
    ("indicators", "value"): _asked,
    ("indicators", "any_smallest_change"): _smallest_change,
    ("indicators", "table_1"): _table_1,
}
"""(table, or '' for any; column) -> its cell."""

"""One cell of a table: how each column of a released table is printed, where its type does not say it.

A new column that is more than a text, a count or a mean gets a form in `_FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from schemas.vocabulary import ALL, OF_THE_DAY
from tasks import expressions
from tasks.catalogue import read as catalogue
from tasks.catalogue import standard_indicators
from tasks.publish import wording
from tasks.publish.report import FEW, RELEASED, Report, Row, cases
from tasks.references import reference
from tasks.told_figures import FIGURES


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


def cell_of(report: Report, name: str, row: Row, column: str) -> Cell:
    """Return one cell as it is printed."""
    source = _SOURCES.get(column, column)
    if hidden := report.hidden(name, row, source):
        return Cell(hidden, "" if row["withheld_by"] == FEW else "withheld")
    if row[source] is None:
        return _ABSENT.get((name, str(row.get("measure"))), NOTHING) if source in FIGURES else NOTHING
    form = _FORMS.get((name, column)) or _FORMS.get(("", column))
    if form:
        return _bracketed(form(report, row), name, row, source)
    value = row[column]
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(wording.whole(value), numeric=True)
    if isinstance(value, float):
        return _bracketed(Cell(wording.mean(value), numeric=True), name, row, source)
    return Cell(value)


def _bracketed(cell: Cell, name: str, row: Row, source: str) -> Cell:
    """Return a figure of 25 to 49 respondents in brackets."""
    release = RELEASED[name].about().release
    if source not in FIGURES or not release or not release.cells:
        return cell
    bracketed = cases(row, RELEASED[name]) < wording.FEWEST_WITHOUT_BRACKETS
    return replace(cell, text=f"({cell.text})") if bracketed else cell


_NO_RATIO = Cell("cannot be computed", "none", note="the poorest fifth has nothing to divide by")
_ABSENT = {(table, "quintile_ratio"): _NO_RATIO for table in ("poverty_measures", "poverty_changes")}
"""What stands for a figure that there is not, though enough people answered."""


_ENDS = ("ci_low", "ci_high")
Form = Callable[[Report, Row], Cell]


def _labelled(kind: str, column: str) -> Form:
    return lambda report, row: Cell(report.label(kind, row[column]))


def _worded(words: Mapping[str, str], column: str) -> Form:
    return lambda _, row: Cell(words.get(row[column], row[column]))


def _divided_by(column: str) -> Form:
    return lambda _, row: NOTHING if row[column] == ALL else Cell(row[column])


def _verdict(verdicts: Mapping[str, wording.Verdict], column: str) -> Form:
    return lambda _, row: _said(verdicts[row[column]])


def _gain(_: Report, row: Row) -> Cell:
    """Return what an estimate says, with a mark where it may be found by chance among all tests."""
    said = _said(wording.GAINS[row["direction"]])
    by_chance = wording.is_by_chance(row["direction"], row["p_adjusted"])
    return replace(said, text=f"{said.text} {wording.BY_CHANCE}") if by_chance else said


def _claim_of_what_is_told(_: Report, row: Row) -> Cell:
    """Return the claim; of a figure that is withheld nothing is claimed."""
    rule = row["withheld_by"]
    if not rule:
        return Cell(row["claim"])
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
    return Cell(report.label("indicator", row["indicator"]), note=report.unit(row["indicator"]))


def _indicator_with_prices(report: Report, row: Row) -> Cell:
    """Return an indicator with its unit, and of money at which prices it is; changes are of the day."""
    cell = _indicator_with_unit(report, row)
    of_change = row.get("basis") == "change" and report.is_money(row["indicator"])
    prices = row["money"] or (OF_THE_DAY if of_change else "")
    return replace(cell, note=f"{cell.note}, {prices}") if prices else cell


def _quoted(report: Report, row: Row) -> Cell:
    """Return the quote that a comparison of sources names, with its label; nothing where it is withheld."""
    for one in report.rows("quotes") if row["quote"] else ():
        if reference("quotes", one["wave"], one["quote"]) == row["quote"]:
            if report.hidden("quotes", one, "words"):
                return NOTHING
            return Cell(f"“{one['words']}”", note=one["label"])
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
    told = wording.change(row["estimate"], report.unit(row["indicator"]), side_by_side(row))
    return Cell(told, numeric=True)


def _won(report: Report, row: Row) -> Cell:
    """Return what a group gained or lost; figures of one indicator bear the same decimals."""
    told = wording.change(row["estimate"], report.unit(row["indicator"]), _gains_of(report, row))
    return Cell(told, numeric=True)


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
    note = f"{ends}; {counted}" if ends else counted
    told = wording.quantity(row["estimate"], unit, side_by_side(row))
    return Cell(told, note=note, numeric=True)


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
    return Cell(wording.quantity(middle, unit, beside), note=f"{ends}; {_units(row)}", numeric=True)


def _group_or_part(report: Report, row: Row) -> Cell:
    """Return a group, or the part of it that a gender, difference or category makes."""
    parts = [row[column] for column in ("gender", "difference", "category") if row[column] != ALL]
    return Cell(": ".join([report.label("poverty_group", row["poverty_group"]), *parts]))


def _change_with_verdict(report: Report, row: Row) -> Cell:
    """Return a change with its verdict, and its interval and respondents below it."""
    change = wording.change(row["change"], report.unit(row["indicator"]), side_by_side(row))
    interval = _interval(report, row)
    asked = "visited" if row["level"] == "household" else "asked"
    told = [_why_no_interval(row) if interval is NOTHING else interval.text]
    note = "; ".join(one for one in [*told, *_in_both(row, asked)] if one)
    said = wording.VOICES.get(row["direction"] or "")
    return Cell(f"{said.words}: {change}", said.style, said.symbol, note) if said else Cell(change, note=note)


def _poverty_estimate(_: Report, row: Row) -> Cell:
    """Return a measure of poverty with its interval and the number of respondents below it."""
    ends = [row[end] for end in ("ci_low", "ci_high")]
    told = (
        _why_no_interval(row)
        if None in ends
        else wording.span(*(wording.quantity(end, row["unit"], side_by_side(row)) for end in ends))
    )
    people = wording.counted(row["respondents"] or 0, "person", "people")
    note = f"{told}; {people}" if told else people
    told = wording.quantity(row["estimate"], row["unit"], side_by_side(row))
    return Cell(told, note=note, numeric=True)


def _poverty_change(_: Report, row: Row) -> Cell:
    """Return the change of a measure of poverty with its interval and the respondents below it."""
    ends = [row[end] for end in ("ci_low", "ci_high")]
    told = (
        _why_no_interval(row)
        if None in ends
        else wording.span(*(wording.change(end, row["unit"], side_by_side(row)) for end in ends))
    )
    note = "; ".join(one for one in [told, *_in_both(row, "asked")] if one)
    return Cell(wording.change(row["change"], row["unit"], side_by_side(row)), note=note, numeric=True)


def _in_both(row: Row, asked: str) -> list[str]:
    """Return how many were asked in both waves, where that is told."""
    people = row["respondents_both"]
    return [] if people is None else [f"{wording.whole(people)} {asked} in both"]


def _dimension(report: Report, row: Row) -> Cell:
    """Return a dimension of capability by its label."""
    key = {column: row[column] for column in ("specification", "dimension")}
    known = next(iter(report.rows("capability_dimensions", key)), None)
    return Cell(known["label"] if known else wording.plain(row["dimension"]))


def _group_or_gender(report: Report, row: Row) -> Cell:
    """Return a group, or women or men of all groups."""
    if row["gender"] == ALL:
        return Cell(report.label("poverty_group", row["poverty_group"]))
    return Cell(f"{wording.capital(row['gender'])} of all groups")


def _area(_: Report, row: Row) -> Cell:
    return Cell("everywhere" if row["area"] == ALL else row["area"])


def _any_wave(report: Report, row: Row) -> Cell:
    return Cell("every wave" if row["wave"] == ALL else report.label("wave", row["wave"]))


def _lost_share(_: Report, row: Row) -> Cell:
    note = f"{wording.whole(row['lost'])} of {wording.whole(row['followed'])}"
    return Cell(wording.quantity(row["rate"], "share"), note=note, numeric=True)


def _f_with_freedom(_: Report, row: Row) -> Cell:
    freedom = [
        wording.rounded(row[f"{end}_df"], 1).removesuffix(".0") for end in ("numerator", "denominator")
    ]
    return Cell(
        wording.rounded(row["statistic"], 2), note=f"{' and '.join(freedom)} degrees of freedom", numeric=True
    )


def _mde_with_limit(report: Report, row: Row) -> Cell:
    """Return the smallest effect that would be found, the people behind it and how it stands to a change."""
    unit = report.unit(row["indicator"])
    reached = [wording.whole(row[f"{arm}_reached"]) for arm in ("programme", "comparison")]
    note = f"{row['verdict']}; {' and '.join(reached)} people"
    style = "" if row["verdict"] == "can be seen" else "contradict"
    if row["mde"] is None:
        return Cell("–", style, note=note)
    return Cell(wording.effect(row["mde"], unit), style, note=note, numeric=True)


def _verdict_with_people(report: Report, row: Row) -> Cell:
    """Return what focus groups say, with their number; the direction stands where the number is withheld."""
    told = []
    for column, one, many in (("focus_groups", "group", "groups"), ("participants", "person", "people")):
        if hidden := report.hidden("focus_group_verdicts", row, column):
            return _said(wording.VOICES[row["direction"]], f"{many} {hidden}")
        told.append(wording.counted(row[column] or 0, one, many))
    return _said(wording.VOICES[row["direction"]], ", ".join(told))


def _said_with_sources(report: Report, row: Row) -> Cell:
    """Return what coded sources say, with how many they are and how many people speak in them."""
    told = [
        wording.counted(row["sources"] or 0, "source", "sources"),
        wording.counted(row["participants"] or 0, "person", "people"),
    ]
    return _said(wording.VOICES[row["direction"]], ", ".join(told))


def _sessions_with_people(_: Report, row: Row) -> Cell:
    people = wording.counted(row["participants"] or 0, "person", "people")
    return Cell(wording.counted(row["sessions"] or 0, "session", "sessions"), note=people)


def _growth_with_levels(_: Report, row: Row) -> Cell:
    levels = [wording.exact(row[end]) for end in ("value_from", "value_to") if row[end] is not None]
    growth = f"{wording.signed(wording.rounded(row['growth_pct'], 1))}{wording.THIN_SPACE}%"
    return Cell(growth, note=" to ".join(levels), numeric=True)


def _rank_with_weight(report: Report, row: Row) -> Cell:
    """Return a mean rank with its weight, and the mark of the short list, which is never withheld."""
    symbol = "●" if row["selected"] else ""
    told = ["on the short list"] if row["selected"] else []
    if row["decided"] != "ranking":
        told = [f"{'on' if row['selected'] else 'off'} the short list by the {row['decided']}"]
    style = "chosen" if row["selected"] else ""
    if hidden := report.hidden("indicator_selection", row, "mean_rank"):
        return Cell(hidden, style or "withheld", symbol, ", ".join(told))
    if row["mean_rank"] is None:
        return Cell("not ranked", style, symbol, ", ".join(told))
    if row["weight"] is not None:
        told = [f"{wording.quantity(row['weight'], 'share')} of importance", *told]
    return Cell(wording.rounded(row["mean_rank"], 1), style, symbol, ", ".join(told))


def _share_of(column: str) -> Form:
    return lambda _, row: Cell(wording.quantity(row[column], "share"), numeric=True)


def _decision(_: Report, row: Row) -> Cell:
    return Cell(wording.DECIDED_BY[row["decided"]], note=row["decided_by"] or "")


def _chi2(_: Report, row: Row) -> Cell:
    freedom = wording.whole(row["degrees_of_freedom"])
    return Cell(wording.rounded(row["chi2"], 1), note=f"{freedom} degrees of freedom", numeric=True)


def _sizes(_: Report, row: Row) -> Cell:
    told = [
        f"{wording.whole(row[column])} of {words}"
        for column, words in (
            ("too_small", "fewer than 5"),
            ("too_large", "more than 8"),
            ("size_not_told", "unknown size"),
        )
        if row[column]
    ]
    return Cell("; ".join(told), "contradict") if told else Cell("5 to 8 each")


def _tried(report: Report, row: Row) -> Cell:
    """Return what a pilot tried: an indicator or group by its label, a question in its words."""
    item = row["item"]
    if row["kind"] == "question":
        asked = report.rows("instruments", {"question": item})
        return Cell(asked[0]["wording"], note=item) if asked else Cell(item)
    if row["kind"] == "indicator" and item in standard_indicators():
        return Cell(standard_indicators()[item].label)
    kind = {"indicator": "indicator", "group": "poverty_group"}.get(row["kind"])
    return Cell(report.label(kind, item) if kind else item)


def _shared_lists(_: Report, row: Row) -> Cell:
    return Cell(f"{wording.whole(row['on_both'])} of {wording.whole(row['on_either'])}", numeric=True)


def _region(report: Report, row: Row) -> Cell:
    """Return a region by its label where it has one, with its code below."""
    code = row.get("region") or row["local_system"]
    known = report.region(row["source"], row["year"], code)
    return Cell(known, note=code) if known and known != code else Cell(code)


def _statistic(_: Report, row: Row) -> Cell:
    unit = row["unit"]
    share = wording.is_share(unit) and abs(row["value"]) <= 1
    return Cell(wording.quantity(row["value"], unit) if share else wording.exact(row["value"]), numeric=True)


def _source(report: Report, row: Row) -> Cell:
    source = next(iter(report.rows("sources", {"source": row["source"]})), None)
    year = f" ({source['year']})" if source and source["year"] else ""
    page = row["page"] or ""
    return Cell(f"{row['source']}{year}", note=f"page {page}" if page.isdigit() else page)


def _statistic_divided(_: Report, row: Row) -> Cell:
    words = row["dimensions"].replace("=", ": ")
    return Cell(row["statistic"], note="" if words == "total" else words)


def _finding(report: Report, row: Row) -> Cell:
    known = next(iter(report.rows("findings", {"finding": row["finding"]})), None)
    indicator, _, group = row["finding"].partition("/")
    indicator, group = (known["indicator"], known["poverty_group"]) if known else (indicator, group)
    return Cell(report.label("indicator", indicator), note=report.label("poverty_group", group))


def _asked(report: Report, row: Row) -> Cell:
    """Return the questions whose answers make an indicator; of a foreign survey, the names of its columns."""
    asked = {one["question"]: one["wording"] for one in report.rows("instruments")}
    try:
        columns = expressions.columns(row["value"])
    except expressions.ExpressionError:
        return Cell(row["value"])
    words = " ".join(wording.sentence(asked.get(one, wording.plain(one))) for one in columns)
    of_itself = row["value"].strip() in columns
    return Cell(words, note="" if of_itself else "computed by the rule in tables/indicators.csv")


def _smallest_change(report: Report, row: Row) -> Cell:
    if row["smallest_change"] is not None:
        return Cell(wording.change(row["smallest_change"], row["unit"]).removeprefix("+"), numeric=True)
    pct = row["smallest_change_pct"]
    return NOTHING if pct is None else Cell(f"{wording.mean(pct)}{wording.THIN_SPACE}% of the earlier mean")


def _table_1(_: Report, row: Row) -> Cell:
    rows = {one["id"]: one["relevance_for_poverty"] for one in catalogue("table_1")["row"]}
    return Cell(
        rows.get(
            row["table_1"], "not expected by Table 1" if row["table_1"] == "unintended" else row["table_1"]
        )
    )


def _score(_: Report, row: Row) -> Cell:
    full = int(row["score"] + 0.5)
    return Cell(wording.mean(row["score"]), symbol="●" * full + "○" * (5 - full), style="score")


def _levels(_: Report, row: Row) -> Cell:
    levels = {one["id"]: one for one in catalogue("table_2")["characteristic"]}.get(row["characteristic"], {})
    ends = [f"{level} = {levels[f'level_{level}']}" for level in (1, 5) if f"level_{level}" in levels]
    return Cell("; ".join(ends)) if ends else NOTHING


def _position_with_tension(_: Report, row: Row) -> Cell:
    note = "" if row["tension"] == "none" else f"{row['tension']} tension"
    return Cell(row["position"], note=note)


def _given(_: Report, row: Row) -> Cell:
    """Return what gave a score of Table 2: a rule with its figure, or assessors and what a rule says too."""
    if row["rule_score"] is None:
        return Cell(_ASSESSORS[row["basis"]])
    why = f"{_figure(row)}. {wording.sentence(row['rule'])}"
    if row["scored_with"] == "rule":
        return Cell("data, by rule", note=why)
    return Cell(_ASSESSORS[row["basis"]], note=f"A rule on data gives {row['rule_score']}: {why}")


_ASSESSORS = {"data": "assessors, from data", "assessor": "assessors", None: "assessors"}


def _figure(row: Row) -> str:
    if row["figure"] is None:
        return f"figure {wording.withheld(row['withheld_by'])}"
    share = f"{row['figure']}{wording.THIN_SPACE}%"
    return f"{share} of about {wording.whole(row['figure_n'])} {row['figure_of']}"


def _voices(_: Report, row: Row) -> Cell:
    """Return the assessors' median, how far apart they are, and who they are."""
    apart = row["highest"] > row["lowest"]
    spread = f", {row['lowest']} to {row['highest']}" if apart else ""
    return Cell(f"{wording.mean(row['assessors_median'])}{spread}", note=row["scored_by"])


def _answer_in_unit(report: Report, row: Row) -> Cell:
    plain = report.in_currency(row["unit"]) if row["unit"] not in (None, "score") else ""
    before = f"asked after “{row['recalls']}”" if row["recalls"] else ""
    return Cell(row["answers"], note="; ".join(filter(None, (plain, before))))


def _asked_of(report: Report, row: Row) -> Cell:
    if row["poverty_groups"] == ALL:
        return Cell("every group")
    return Cell("; ".join(report.label("poverty_group", one) for one in row["poverty_groups"].split(", ")))


def _for_indicators(report: Report, row: Row) -> Cell:
    return Cell("; ".join(report.label("indicator", one) for one in (row["indicators"] or "").split(", ")))


def _kinds(_: Report, row: Row) -> Cell:
    return Cell(wording.listing(wording.plain(kind) for kind in row["evidence"].split(", ")))


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
        note = "" if assumed is None else f"assumed {form(assumed, unit)}"
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
    ("", "gender"): _divided_by("gender"),
    ("", "difference"): _divided_by("difference"),
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
    ("impact_estimates", "term"): lambda _, row: Cell(row["term"].partition(", ")[2] or "overall"),
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
    ("winners_losers", "gender"): lambda _, row: Cell("all" if row["gender"] == ALL else row["gender"]),
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
        row["says"], "contradict" if row["verdict"] == "differ" else ""
    ),
    ("weight_summary", "arm"): _labelled("arm", "arm"),
    **{
        ("weight_summary", column): _places(column, 2)
        for column in ("coefficient_of_variation", "adjustment_variation", "design_effect")
    },
    **{("weight_summary", column): _as_count(column) for column in ("total", "effective_respondents")},
    ("response_classes", "weighting_class"): lambda _, row: Cell(wording.plain(row["weighting_class"])),
    ("response_classes", "response_rate"): lambda _, row: Cell(
        wording.quantity(row["response_rate"], "share"), numeric=True
    ),
    ("response_classes", "factor"): _places("factor", 2),
    ("calibration_margins", "variable"): lambda _, row: Cell(wording.plain(row["variable"])),
    ("calibration_margins", "category"): lambda _, row: Cell(wording.plain(row["category"])),
    **{("calibration_margins", column): _as_count(column) for column in ("target", "before", "after")},
    ("focus_group_verdicts", "verdict_with_people"): _verdict_with_people,
    ("coded_voices", "said_with_sources"): _said_with_sources,
    ("coder_agreement", "code"): lambda _, row: Cell(
        "all codes together" if row["code"] == ALL else row["code"]
    ),
    ("coder_agreement", "alpha"): _places("alpha", 2),
    ("coder_agreement", "verdict"): _worded(wording.ALPHAS, "verdict"),
    ("tools_used", "tool"): lambda _, row: Cell(
        _TOOLS[row["tool"]]["label"], note=_TOOLS[row["tool"]]["use"]
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
    ("impact_estimates", "indicator"): _indicator_with_unit,
    ("indicators", "unit"): lambda report, row: Cell(report.in_currency(row["unit"])),
    ("statistics", "value"): _statistic,
    ("statistics", "source"): _source,
    ("statistics", "statistic"): _statistic_divided,
    ("sources", "year"): lambda _, row: Cell(str(row["year"])),
    ("sector_growth", "difference_points"): _signed("difference_points", 1),
    ("printed_checks", "printed"): _places("printed", 1),
    ("printed_checks", "recomputed"): _places("recomputed", 1),
    ("printed_checks", "comparison"): _labelled("comparison", "comparison"),
    ("poverty_nodes", "rule_likelihood"): lambda _, row: Cell(
        wording.LIKELIHOODS[row["rule_likelihood"]], f"likelihood {row['rule_likelihood']}"
    ),
    ("institution_positions", "institution"): _labelled("institution", "institution"),
    ("institution_positions", "position_with_tension"): _position_with_tension,
    ("mapping_checklist", "status"): lambda _, row: Cell(
        row["status"], "contradict" if row["status"] == "open" else ""
    ),
    ("mapping_checklist", "part"): lambda _, row: Cell(f"{wording.capital(row['part'])} mapping"),
    ("location_quotients", "region"): _region,
    ("location_quotients", "location_quotient"): lambda _, row: Cell(
        wording.rounded(row["location_quotient"], 2), note="at most" if row["at_most"] else "", numeric=True
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
    ("characteristic_scores", "score"): _score,
    ("characteristic_scores", "levels"): _levels,
    ("characteristic_scores", "given"): _given,
    ("characteristic_scores", "voices"): _voices,
    ("institutions", "letter"): lambda report, row: Cell(report.label("letter", row["institution"])),
    ("institution_links", "institution"): _labelled("institution", "institution"),
    ("comparison_balance", "covariate"): _labelled("indicator", "covariate"),
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
    ("correction_summary", "variable"): _labelled("indicator", "variable"),
    ("revision_summary", "variable"): _labelled("indicator", "variable"),
    ("feedback", "finding"): _finding,
    ("feedback", "held_on"): _as_date("held_on"),
    ("feedback", "workshop"): lambda _, row: Cell(
        wording.plain(row["workshop"]).replace("-", " "), note=f"of {row['kind']}"
    ),
    ("feedback", "verdict"): lambda _, row: Cell(
        wording.FEEDBACK[row["verdict"]], "contradict" if row["verdict"] == "contested" else ""
    ),
    ("workshops", "workshop"): lambda _, row: Cell(
        wording.plain(row["workshop"]).replace("-", " "), note=f"of {row['kind']}"
    ),
    ("workshops", "held_on"): _as_date("held_on"),
    ("committee", "since"): _as_date("since"),
    ("recommendations", "finding"): _finding,
    ("recommendations", "workshop"): lambda _, row: Cell(
        wording.plain(row["workshop"]).replace("-", " "), note=wording.date(row["held_on"])
    ),
    ("recommendations", "kind"): lambda _, row: Cell(wording.capital(wording.WORKSHOPS[row["kind"]])),
    ("recommendations", "standing"): lambda _, row: Cell(
        wording.PROPOSALS[row["standing"]], "contradict" if row["standing"] == "disputed" else ""
    ),
    ("earlier_findings", "finding"): lambda report, row: Cell(
        row["label"], note=report.label("poverty_group", row["poverty_group"])
    ),
    ("earlier_findings", "was"): _verdict(wording.GAINS, "was"),
    ("earlier_findings", "now"): _verdict(wording.GAINS, "now"),
    ("earlier_findings", "verdict"): lambda _, row: Cell(
        wording.HELD[row["verdict"]], "contradict" if row["verdict"] == "reversed" else ""
    ),
    ("earlier_findings", "report"): lambda report, row: Cell(
        "release"
        if row["report"] == row["reported_on"]
        else report.label("wave", row["report"]).replace("-", " "),
        note=wording.date(row["reported_on"]) if row["reported_on"] else "estimate of this study",
    ),
    ("form_changes", "indicators"): lambda report, row: Cell(
        "; ".join(report.label("indicator", one) for one in row["indicators"].split(", "))
    ),
    ("actions", "finding"): _finding,
    ("actions", "due"): _as_date("due"),
    ("indicators", "value"): _asked,
    ("indicators", "any_smallest_change"): _smallest_change,
    ("indicators", "table_1"): _table_1,
}
"""(table, or '' for any; column) -> its cell."""

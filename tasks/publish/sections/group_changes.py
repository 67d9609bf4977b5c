"""What changed for a poverty group, for the summary pages: verdicts and figures of the released tables.

Sentences stand in reports/groups/. Where a cell is withheld, its text is "" and the template says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from schemas.vocabulary import ALL, AT_BASE_PRICES, AT_PRICES_OF_NOW, BASES
from tasks.methods.claims import leaning
from tasks.publish import wording
from tasks.publish.report import FEW, RELEASED, Report, Row, cases
from tasks.publish.sections.feedback import contested
from tasks.publish.spoken import Spoken

MOST_FIGURES = 12
"""So many things have room for their figures on a page; the others are named."""
SIDES = (
    "worse",
    "better",
    "slightly worse",
    "slightly better",
    "unchanged",
    "uncertain",
    "few",
    "withheld",
)
"""Where a thing stands. Slightly: it went that way, but perhaps by less than counts as a change."""
SLIGHTLY = "slightly "
COLUMNS = ("you_before", "you_now", "others_before", "others_now", "change")
MOVED, FIGURED, TOLD = SIDES[:2], SIDES[:4], SIDES[:5]


@dataclass(frozen=True)
class Figure:
    """A mean as it is printed; why: '' or 'withheld' or 'few', in place of the text."""

    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Thing:
    """An indicator: its words, unit, the group's figures before and now, those of others, and its marks.

    prices: its verdict is at the prices of one time, and its means are in the money of each day. some_only:
    its verdict is of some answers, by a filter of the plan, and its means are of all.
    """

    ident: str
    words: str
    unit: str
    figures: tuple[Figure, ...]
    contested: bool
    by_chance: bool
    prices: bool = False
    some_only: bool = False


@dataclass(frozen=True)
class Change:
    """What changed between two times, by one basis: side -> things. In the figures, one mean a column.

    within: gender -> what went worse or better for its people alone, in a group of women and men.
    """

    basis: str
    earlier: str
    later: str
    columns: tuple[str, ...]
    parts: dict[str, tuple[Thing, ...]]
    claims: tuple[tuple[str, tuple[str, ...]], ...]
    within: dict[str, tuple[tuple[str, Thing], ...]]

    def count(self, side: str) -> int:
        """Return how many things have gone this way."""
        return len(self.parts.get(side, ()))

    @property
    def told(self) -> int:
        """Return of how many things anything can be told."""
        return sum(map(self.count, (*TOLD, "uncertain")))

    @property
    def of_levels(self) -> bool:
        """Return whether it tells how people stand beside the others, and not how they have changed."""
        return self.basis == "levels" or (self.basis == "impact" and not self.earlier)

    def texts(self, thing: Thing) -> dict[str, str]:
        """Return the figures of a thing by column, "" where none may be told or none is asked for."""
        texts = (figure.text for figure in thing.figures)
        return {**dict.fromkeys(COLUMNS, ""), **dict(zip(self.columns, texts, strict=True))}

    @property
    def with_figures(self) -> list[tuple[str, tuple[Thing, ...]]]:
        """Return the things that have changed, losses first, as many as a page has room for."""
        room, found = MOST_FIGURES, []
        for side in FIGURED:
            if part := self.parts.get(side, ())[: max(room, 0)]:
                found.append((side, part))
                room -= len(part)
        return found

    @property
    def without_figures(self) -> list[tuple[str, tuple[Thing, ...]]]:
        """Return the things that are only named: what has hardly changed, is open, or may not be told.

        Of what has changed, that for whose figures the page has no room.
        """
        shown = {side: len(part) for side, part in self.with_figures}
        rest = {side: part[shown.get(side, 0) :] for side, part in self.parts.items()}
        return [(side, rest[side]) for side in SIDES if rest.get(side)]

    def any_figure(self, why: str) -> bool:
        """Return whether a figure is not printed for a reason."""
        return any(figure.why == why for figure in self._figures)

    @property
    def bracketed(self) -> bool:
        """Return whether a figure rests on so few that it stands in brackets."""
        return any(figure.text.startswith("(") for figure in self._figures)

    @property
    def _figures(self) -> list[Figure]:
        return [figure for _, part in self.with_figures for one in part for figure in one.figures]

    def marked(self, mark: str) -> bool:
        """Return whether a thing bears a mark: 'contested', 'by_chance', 'prices' or 'some_only'."""
        alone = (one for part in self.within.values() for _, one in part)
        return any(getattr(one, mark) for one in (*chain(*self.parts.values()), *alone))


def changes(report: Report, spoken: Spoken, group: str) -> list[Change]:
    """Return what changed for a group, by basis and pair of waves, so that unlike changes are never mixed."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in report.rows("winners_losers", {"poverty_group": group, "gender": ALL}):
        found.setdefault((row["basis"], row["from_wave"], row["to_wave"]), []).append(row)
    ordered = sorted(found, key=lambda key: (BASES.index(key[0]), report.rank("wave", key[2]), key[1]))
    means = {
        (row["indicator"], row["wave"], row["arm"]): row
        for row in report.rows("indicator_estimates", {"poverty_group": group})
        if row["category"] == row["gender"] == row["difference"] == ALL
    }
    return [_change(report, spoken, group, key, found[key], means) for key in ordered]


def _within(
    report: Report, spoken: Spoken, group: str, key: tuple[str, str, str]
) -> dict[str, tuple[tuple[str, Thing], ...]]:
    """Return what went worse or better for the women and for the men of a group, each by themselves."""
    basis, start, end = key
    where = {"poverty_group": group, "basis": basis, "from_wave": start, "to_wave": end}
    found: dict[str, list[tuple[str, Thing]]] = {}
    for row in report.rows("winners_losers", where):
        if row["gender"] in ("women", "men") and (side := _side(report, row)) in MOVED:
            found.setdefault(row["gender"], []).append((side, _thing(report, spoken, row)))
    return {
        gender: tuple(sorted(found[gender], key=lambda one: SIDES.index(one[0]))) for gender in sorted(found)
    }


def _change(
    report: Report,
    spoken: Spoken,
    group: str,
    key: tuple[str, str, str],
    rows: list[Row],
    means: dict[tuple[str, str, str], Row],
) -> Change:
    basis, start, end = key
    before = start != "none" and basis != "recall"
    columns = tuple(
        f"{who}_{when}"
        for who, here in (("you", True), ("others", basis in ("impact", "levels")))
        for when, then in (("before", before), ("now", True))
        if here and then
    ) + (("change",) if basis == "recall" else ())
    against = contested(report)
    parts: dict[str, list[Thing]] = {}
    claims: dict[str, list[str]] = {}
    for row in rows:
        side, ident = _side(report, row), row["indicator"]
        words = spoken.indicator(report, ident)
        wave_of = {"before": start, "now": end}
        figures = tuple(
            _recalled(report, spoken, row)
            if column == "change"
            else _mean(report, spoken, _row_of(means, ident, column, wave_of))
            for column in columns
        )
        thing = _thing(report, spoken, row, figures, contested=f"{ident}/{group}" in against)
        parts.setdefault(side, []).append(thing)
        if side in TOLD:
            claims.setdefault(row["claim"], []).append(words)
    waves = ("" if start == "none" else spoken.wave(report.plan, start), spoken.wave(report.plan, end))
    return Change(
        basis,
        *waves,
        columns,
        {side: tuple(parts[side]) for side in SIDES if side in parts},
        tuple((claim, tuple(claims[claim])) for claim in wording.CLAIMS if claim in claims),
        _within(report, spoken, group, key),
    )


def _thing(
    report: Report,
    spoken: Spoken,
    row: Row,
    figures: tuple[Figure, ...] = (),
    *,
    contested: bool = False,
) -> Thing:
    side, ident = _side(report, row), row["indicator"]
    told = side in TOLD
    filtered = {one.name for one in report.plan.specification if one.filter}
    return Thing(
        ident,
        spoken.indicator(report, ident),
        spoken.unit(report, ident),
        figures,
        contested,
        wording.is_by_chance(side.removeprefix(SLIGHTLY), row["p_adjusted"]),
        prices=told and row["money"] in (AT_BASE_PRICES, AT_PRICES_OF_NOW),
        some_only=told and row["specification"] in filtered,
    )


def _row_of(
    means: dict[tuple[str, str, str], Row], indicator: str, column: str, wave_of: dict[str, str]
) -> Row | None:
    """Return the mean of a column: of those of the group whom the programme reached, or of the others."""
    who, _, when = column.partition("_")
    arms = ("comparison",) if who == "others" else ("programme", ALL)
    return next((row for arm in arms if (row := means.get((indicator, wave_of[when], arm)))), None)


def _recalled(report: Report, spoken: Spoken, row: Row) -> Figure:
    """Return the change that people remember; nothing else tells of the time before."""
    if report.hidden("winners_losers", row, "estimate"):
        return Figure(why="few" if row["withheld_by"] == FEW else "withheld")
    if row["estimate"] is None:
        return Figure()
    text = spoken.change(row["estimate"], report.unit(row["indicator"]))
    few = cases(row, RELEASED["winners_losers"]) < wording.FEWEST_WITHOUT_BRACKETS
    return Figure(f"({text})" if few else text)


def _side(report: Report, row: Row) -> str:
    if row["withheld_by"] == FEW:
        return "few"
    if report.hidden("winners_losers", row, "direction"):
        return "withheld"
    if row["direction"] in (None, "silent"):
        return "uncertain"
    leans = "" if _may_be_prices(report, row) else _leans(report, row)
    return f"{SLIGHTLY}{leans}" if leans else row["direction"]


def _leans(report: Report, row: Row) -> str:
    for indicator in report.rows("indicators", {"indicator": row["indicator"]}):
        ends = row["ci_low"], row["ci_high"]
        return leaning(row["direction"], *ends, indicator["better"], row["p_value"])
    return ""


def _may_be_prices(report: Report, row: Row) -> bool:
    """Return whether it is of money of the day over time, which is uncertain too where prices moved."""
    at_one_time = row["money"] in (AT_BASE_PRICES, AT_PRICES_OF_NOW)
    over_time = row["basis"] in ("recall", "change")
    return over_time and not at_one_time and report.is_money(row["indicator"])


def _mean(report: Report, spoken: Spoken, row: Row | None) -> Figure:
    name = "indicator_estimates"
    if row is None:
        return Figure()
    if report.hidden(name, row, "estimate"):
        return Figure(why="few" if row["withheld_by"] == FEW else "withheld")
    if row["estimate"] is None:
        return Figure()
    text = spoken.quantity(row["estimate"], report.unit(row["indicator"]))
    few = cases(row, RELEASED[name]) < wording.FEWEST_WITHOUT_BRACKETS
    return Figure(f"({text})" if few else text)

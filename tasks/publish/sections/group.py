"""The summary page of a poverty group: what the released tables tell of it, in the words of a language.

Sentences stand in reports/groups/group.html.j2. Where a cell is withheld, its text is "" and the template
says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from schemas.vocabulary import ALL, AT_BASE_PRICES, AT_PRICES_OF_NOW
from tasks.publish import wording
from tasks.publish.report import FEW, RELEASED, Report, Row, cases
from tasks.publish.sections.feedback import contested
from tasks.publish.spoken import Spoken

MOST = {
    "figures": 12,
    "important": 5,
    "quotes": 3,
    "said": 4,
    "actions": 4,
    "all_actions": 12,
    "proposals": 3,
}
"""How many of a kind a page has room for; the rest is counted, and stands in the whole report."""
SIDES = ("worse", "better", "unchanged", "uncertain", "few", "withheld")
BASES = ("impact", "recall", "change")


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
        return sum(map(self.count, SIDES[:4]))

    @property
    def with_figures(self) -> list[tuple[str, tuple[Thing, ...]]]:
        """Return the things that have changed, losses first, as many as a page has room for."""
        room, found = MOST["figures"], []
        for side in SIDES[:2]:
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


@dataclass(frozen=True)
class Asked:
    """How many were asked in a wave: of the group and of others; '' where that is withheld, None: nobody."""

    wave: str
    group: str
    others: str | None


@dataclass(frozen=True)
class Said:
    """Something written or said by itself; foreign: it stands in the language of the folder."""

    words: str
    by: str = ""
    foreign: bool = False


def has_page(report: Report, group: str) -> bool:
    """Return whether the released tables tell anything of a group that its people could be told."""
    tables = ("winners_losers", "indicator_estimates", "indicator_selection", "quotes")
    return any(report.rows(name, {"poverty_group": group}) for name in tables)


def changes(report: Report, spoken: Spoken, group: str) -> list[Change]:
    """Return what changed for a group, by basis and pair of waves, so that unlike changes are never mixed."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in report.rows("winners_losers", {"poverty_group": group, "gender": ALL}):
        found.setdefault((_basis(row), row["from_wave"], row["to_wave"]), []).append(row)
    ordered = sorted(found, key=lambda key: (BASES.index(key[0]), report.rank("wave", key[2]), key[1]))
    means = {
        (row["indicator"], row["wave"], row["arm"]): row
        for row in report.rows("indicator_estimates", {"poverty_group": group})
        if row["category"] == row["gender"] == row["difference"] == ALL
    }
    return [_change(report, spoken, group, key, found[key], means) for key in ordered]


def _basis(row: Row) -> str:
    """Return a row's basis as it is told: levels are told as the impact is, against the others."""
    return "impact" if row["basis"] == "levels" else row["basis"]


def _within(
    report: Report, spoken: Spoken, group: str, key: tuple[str, str, str]
) -> dict[str, tuple[tuple[str, Thing], ...]]:
    """Return what went worse or better for the women and for the men of a group, each by themselves."""
    basis, start, end = key
    where = {"poverty_group": group, "from_wave": start, "to_wave": end}
    found: dict[str, list[tuple[str, Thing]]] = {}
    for row in report.rows("winners_losers", where):
        of_gender = _basis(row) == basis and row["gender"] in ("women", "men")
        if of_gender and (side := _side(report, row)) in SIDES[:2]:
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
        for who, here in (("you", True), ("others", basis == "impact"))
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
        if side in SIDES[:3]:
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
    told = side in SIDES[:3]
    filtered = {one.name for one in report.plan.specification if one.filter}
    return Thing(
        ident,
        spoken.indicator(report, ident),
        spoken.unit(report, ident),
        figures,
        contested,
        wording.is_by_chance(side, row["p_adjusted"]),
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
    return "uncertain" if row["direction"] in (None, "silent") else row["direction"]


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


def asked(report: Report, spoken: Spoken, group: str) -> list[Asked]:
    """Return how many of a group, and of others beside it, were asked in each wave."""
    found = []
    for (wave,) in report.different("interviews", ["wave"], {"poverty_group": group}):
        rows = {row["arm"]: row for row in report.rows("interviews", {"wave": wave, "poverty_group": group})}
        own = rows.get("programme") or rows.get(ALL)
        if own is None:
            continue
        others = rows.get("comparison")
        told = wording.capital(spoken.wave(report.plan, wave))
        counted = _asked(report, spoken, own), _asked(report, spoken, others) if others else None
        found.append((report.rank("wave", wave), Asked(told, *counted)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _asked(report: Report, spoken: Spoken, row: Row) -> str:
    people = row["interviewed"]
    return "" if report.hidden("interviews", row, "interviewed") or people is None else spoken.whole(people)


def important(report: Report, spoken: Spoken, group: str) -> tuple[list[tuple[str, bool]], bool]:
    """Return the words of a group's short list, whether its votes put each there, and if it is in order."""
    rows = [row for row in report.rows("indicator_selection", {"poverty_group": group}) if row["selected"]]
    name = "indicator_selection"
    ranked = all(not report.hidden(name, row, "mean_rank") for row in rows)
    if ranked:
        own = [row for row in rows if row["mean_rank"] is not None]
        others = [row for row in rows if row["mean_rank"] is None]
        rows = sorted(own, key=lambda row: row["mean_rank"]) + others
    rows = sorted(rows, key=lambda row: row["decided"] != "ranking")
    told = [(spoken.indicator(report, row["indicator"]), row["decided"] == "ranking") for row in rows]
    return told, ranked


def contradictions(report: Report, spoken: Spoken, group: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what figures, interviews and group meetings say where they contradict each other."""
    found = []
    for row in report.rows("triangulation", {"poverty_group": group, "verdict": "contradict"}):
        if report.hidden("triangulation", row, "verdict"):
            continue
        said = [
            (source, row[source])
            for source in ("quantitative", "qualitative", "participatory")
            if row[source] not in (None, "silent", "withheld")
            and not report.hidden("triangulation", row, source)
        ]
        found.append((spoken.indicator(report, row["indicator"]), said))
    return found


def quotes(report: Report, spoken: Spoken, group: str) -> list[Said]:
    """Return the quotes of a group that may be told."""
    return [
        Said(spoken.said(row["words"]), spoken.said(row["label"]), spoken.is_foreign(row["words"]))
        for row in report.rows("quotes", {"poverty_group": group})
        if not report.hidden("quotes", row, "words") and row["words"]
    ][: MOST["quotes"]]


@dataclass(frozen=True)
class Verdict:
    """What a workshop said of a finding of the group."""

    words: str
    verdict: str
    kind: str
    held_on: str
    comment: Said


def workshops(report: Report, spoken: Spoken, group: str) -> tuple[list[Verdict], int]:
    """Return what workshops said of a group's findings, contested first; and how many are left out."""
    rows = [row for row in report.rows("feedback", {"of_earlier": False}) if _is_of(row["finding"], group)]
    order = list(wording.FEEDBACK)
    kinds = list(wording.WORKSHOPS)
    rows.sort(key=lambda row: (order.index(row["verdict"]), kinds.index(row["kind"]), row["finding"]))
    told = [
        Verdict(
            spoken.indicator(report, row["finding"].rpartition("/")[0]),
            row["verdict"],
            row["kind"],
            spoken.date(row["held_on"]),
            Said(spoken.said(row["comment"]), foreign=spoken.is_foreign(row["comment"])),
        )
        for row in rows
    ]
    return told[: MOST["said"]], max(len(told) - MOST["said"], 0)


@dataclass(frozen=True)
class Action:
    """What was agreed to be done: what, by whom, by when, and where it stands."""

    words: Said
    owner: Said
    due: str
    status: str
    overdue: bool


def actions(report: Report, spoken: Spoken, group: str | None) -> tuple[list[Action], int]:
    """Return what is to be done for a group, then what is for everybody; and how many are left out.

    Of either, what has been done or given up comes last. No group: for every one, by date.
    """
    rows = [
        row
        for row in report.rows("actions")
        if group is None
        or row["finding"] is None
        or _is_of(row["finding"], group)
        or _is_of(row["finding"], ALL)
    ]
    over = ("done", "dropped")
    rows.sort(
        key=lambda row: (
            group is not None and (row["finding"] is None or not _is_of(row["finding"], group)),
            row["status"] in over,
            row["due"],
            row["action"],
        )
    )
    told = [
        Action(
            Said(spoken.said(row["statement"]), foreign=spoken.is_foreign(row["statement"])),
            Said(spoken.said(row["owner"]), foreign=spoken.is_foreign(row["owner"])),
            spoken.date(row["due"]),
            row["status"],
            bool(row["overdue"]),
        )
        for row in rows
    ]
    room = MOST["actions" if group else "all_actions"]
    return told[:room], max(len(told) - room, 0)


def proposals(report: Report, spoken: Spoken, group: str | None) -> list[tuple[Said, str]]:
    """Return what workshops recommended for a group and no action has come of, and how it was taken.

    No group: for every one.
    """
    return [
        (Said(spoken.said(row["statement"]), foreign=spoken.is_foreign(row["statement"])), row["standing"])
        for row in report.rows("recommendations")
        if not row["action"] and (group is None or (row["finding"] and _is_of(row["finding"], group)))
    ][: MOST["proposals"]]


def seat(report: Report, spoken: Spoken, group: str) -> tuple[str, Said] | None:
    """Return whether the group's seat on the committee is held, empty or none, and by which role.

    None: there is no committee.
    """
    if not report.has("committee"):
        return None
    rows = report.rows("committee", {"poverty_group": group})
    held = [row for row in rows if row["role"]]
    if held:
        return "held", Said(spoken.said(held[0]["role"]), foreign=spoken.is_foreign(held[0]["role"]))
    return ("empty" if any(row["kept"] for row in rows) else "none"), Said("")


def _is_of(finding: str, group: str) -> bool:
    return finding.rpartition("/")[2] == group

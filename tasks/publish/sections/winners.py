"""Who gained and who lost: one picture of all groups, and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.claims import in_common
from tasks.publish.grids import Grid
from tasks.publish.matrix import Sign, matrix
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext, told
from tasks.translations import N_, NN_

BASES = Words(
    {
        "impact": N_("against the comparison of the design"),
        "levels": N_("by how the arms stand apart, whatever was before"),
        "recall": N_("as people remember it, without a comparison"),
        "change": N_("over time alone, without a comparison"),
    }
)
COLUMNS = Words(
    {
        "poverty_group": N_("Poverty group"),
        "gender": N_("Gender"),
        "estimate": N_("Change"),
        "interval": N_("95 % interval"),
        "p_value": N_("p"),
        "p_holm": N_("p by Holm"),
        "p_benjamini_hochberg": N_("p by Benjamini and Hochberg"),
        "direction": N_("Verdict"),
        "claim": N_("Claim"),
        "respondents": N_("People"),
    }
)
_GROUP_TOLD = {
    False: NN_(
        "{group} lost in {lost} and gained in {gained} of {number} indicators",
        "{group} lost in {lost} and gained in {gained} of {number} indicators",
    ),
    True: NN_(
        "{group} stand worse in {lost} and better in {gained} of {number} indicators",
        "{group} stand worse in {lost} and better in {gained} of {number} indicators",
    ),
}
"""Whether levels are compared -> what is said of a group."""


@dataclass(frozen=True)
class Picture:
    """Rows of one basis: what they say in a sentence, drawn as signs, and as a table.

    The table has what the findings do not tell: of impacts, the groups that are divided by gender. ident:
    begins the ids of the drawing, which is empty where nothing can be told. left_out: of whom it has no
    column. claim: what all rows of the table may be taken to say, where that is the same.
    """

    ident: str
    finding: str
    drawing: Markup
    left_out: str
    grid: Grid | None
    claim: str


def winners(report: Report) -> list[Picture]:
    """Return a picture for each basis and pair of waves, so that unlike changes are never mixed."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for basis in BASES:
        for row in report.rows("winners_losers", {"basis": basis}):
            found.setdefault((basis, row["from_wave"], row["to_wave"]), []).append(row)
    return [_picture(report, number, key, rows) for number, (key, rows) in enumerate(found.items())]


def _picture(report: Report, number: int, key: tuple[str, str, str], rows: list[Row]) -> Picture:
    basis, waves = key[0], _waves(report, *key[1:])
    every = list(dict.fromkeys((row["poverty_group"], row["gender"]) for row in rows))
    every.sort(key=lambda part: (report.rank("poverty_group", part[0]), part[1] != ALL, part[1]))
    by_cell = {(row["indicator"], row["poverty_group"], row["gender"]): row for row in rows}
    signed = {(row["poverty_group"], row["gender"]) for row in rows if _sign(report, row)}
    parts = [part for part in every if part in signed]
    indicators = list(dict.fromkeys(row["indicator"] for row in rows))
    drawn = [
        (
            report.label("indicator", indicator),
            [_sign(report, by_cell.get((indicator, *part))) for part in parts],
        )
        for indicator in indicators
    ]
    finding = _finding(report, basis, waves, rows)
    heads = [_head(report, group, gender) for group, gender in parts]
    by_indicator = wording.in_a_row(
        *(wording.headed(label, _verdicts(heads, signs)) for label, signs in drawn if any(signs))
    )
    divided = {row["poverty_group"] for row in rows if row["gender"] != ALL}
    shown = [row for row in rows if basis != "impact" or row["poverty_group"] in divided]
    caption = (
        _("Women and men of the same group, {basis}, {waves}")
        if basis == "impact"
        else _("Who gained and who lost, {basis}, {waves}")
    ).format(basis=BASES[basis], waves=waves)
    ident = f"winners-{basis}-{number}" if number else f"winners-{basis}"
    claim = in_common(shown)
    columns = {column: words for column, words in COLUMNS.items() if column != "claim" or not claim}
    unsigned = [_head(report, *part) for part in every if part not in signed]
    drawing = matrix(ident, finding, f"{finding} {by_indicator}.", heads, drawn) if parts else ""
    return Picture(
        ident,
        finding,
        Markup(drawing),  # noqa: S704
        _("Left out, as nothing can be told of them: {whom}.").format(whom=wording.in_a_row(*unsigned))
        if unsigned
        else "",
        grids.grid(report, "winners_losers", caption, columns, rows=shown, parted_by="indicator")
        if shown
        else None,
        claim,
    )


def _head(report: Report, group: str, gender: str) -> str:
    label = report.label("poverty_group", group)
    return label if gender == ALL else wording.headed(label, told(gender))


def _sign(report: Report, row: Row | None) -> Sign | None:
    if row is None or row["direction"] is None or report.hidden("winners_losers", row, "direction"):
        return None
    verdict = wording.GAINS[row["direction"]]
    by_chance = wording.is_by_chance(row["direction"], row["p_adjusted"])
    return Sign(verdict.symbol, verdict.style, wording.BY_CHANCE if by_chance else "")


def _verdicts(heads: list[str], signs: list[Sign | None]) -> str:
    words = {verdict.symbol: verdict.words for verdict in wording.GAINS.values()}
    return ", ".join(
        f"{head} {words[one.sign]} {one.mark}".strip() for head, one in zip(heads, signs, strict=True) if one
    )


def _waves(report: Report, from_wave: str, to_wave: str) -> str:
    last = report.short(to_wave)
    return last if from_wave == "none" else wording.span(report.short(from_wave), last)


def _finding(report: Report, basis: str, waves: str, rows: list[Row]) -> str:
    """Return who gained and who lost in how many indicators, in one sentence; whole groups alone."""
    lines = []
    for group in sorted(
        {row["poverty_group"] for row in rows}, key=lambda one: report.rank("poverty_group", one)
    ):
        own = [
            row["direction"]
            for row in rows
            if (row["poverty_group"], row["gender"]) == (group, ALL)
            and row["direction"] is not None
            and not report.hidden("winners_losers", row, "direction")
        ]
        lost, gained = own.count("worse"), own.count("better")
        label = report.label("poverty_group", group)
        if not own:
            lines.append(_("of {group} nothing can be told").format(group=label))
            continue
        lines.append(
            ngettext(*_GROUP_TOLD[basis == "levels"], len(own)).format(
                group=label,
                lost=wording.whole(lost),
                gained=wording.whole(gained),
                number=wording.whole(len(own)),
            )
        )
    said = _("{basis}, {waves}: {groups}")
    return wording.sentence(said.format(basis=BASES[basis], waves=waves, groups=wording.in_a_row(*lines)))

"""Growth inside and outside clusters, a part of the map's section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tasks.publish import charts, grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import _, ngettext


@dataclass(frozen=True)
class Growth:
    """Growth inside and outside clusters: a picture, its table, and what it is made of."""

    title: str
    finding: str
    picture: Markup
    grid: Grid


def growth(report: Report) -> list[Growth]:
    """Return the comparisons of growth inside and outside, each with its picture."""
    rows = report.rows("sector_growth")
    made = []
    for number, (comparison, span) in enumerate(
        dict.fromkeys((row["comparison"], row["period"]) for row in rows), start=1
    ):
        here = [row for row in rows if (row["comparison"], row["period"]) == (comparison, span)]
        title = f"{report.label('comparison', comparison)}, {span}"
        sectors = {row["sector"]: row for row in here if row["difference_points"] is not None}
        finding = _growth_finding(report, comparison, span, sectors)
        made.append(
            Growth(
                title,
                finding,
                _growth_picture(f"growth-{number}", title, finding, sectors),
                grids.pivot(
                    report,
                    "sector_growth",
                    _caption(report, comparison, title),
                    {"sector": _("Sector"), "difference_points": _("Inside minus outside, points")},
                    ("setting",),
                    "growth_with_levels",
                    here,
                ),
            )
        )
    return made


def _caption(report: Report, comparison: str, title: str) -> str:
    """Return what the table is called, with the unit of its levels where they have one."""
    statistic = next((one.statistic for one in report.plan.growth if one.name == comparison), "")
    units = {row["unit"] for row in report.rows("statistics", {"statistic": statistic})}
    if len(units) != 1:
        return _("Growth. {title}").format(title=title)
    return _("Growth (levels: {unit}). {title}").format(unit=wording.unit(units.pop()), title=title)


def _growth_finding(report: Report, comparison: str, span: str, sectors: Mapping[str, Row]) -> str:
    ahead = sum(row["difference_points"] > 0 for name, row in sectors.items() if name != "TOTAL")
    parts = [
        _("Growth inside was higher than outside in {ahead} of {sectors}.").format(
            ahead=wording.whole(ahead),
            sectors=wording.counted(sum(name != "TOTAL" for name in sectors), "sector", "sectors"),
        )
    ]
    for row in report.rows("shift_share", {"comparison": comparison, "period": span}):
        points = {
            key: wording.signed(wording.rounded(row[key], 1))
            for key in ("difference_points", "mix_points", "within_points")
        }
        parts.append(
            _(
                "In all sectors together the difference is {difference_points} percentage points: "
                "{mix_points} from the mix of sectors and {within_points} from within the sectors. Had each "
                "sector grown as outside, the level inside would be {expected} and not {actual}."
            ).format(
                **points,
                expected=wording.whole(row["expected_inside"]),
                actual=wording.whole(row["actual_inside"]),
            )
        )
    return " ".join(parts)


def _growth_picture(ident: str, title: str, finding: str, sectors: Mapping[str, Row]) -> Markup:
    rows = [
        charts.Row(
            wording.sector(name),
            (
                charts.Pair(
                    _in_points(row["difference_points"]),
                    "",
                    row["outside"],
                    row["inside"],
                ),
            ),
        )
        for name, row in sorted(
            sectors.items(), key=lambda one: (one[0] == "TOTAL", -one[1]["difference_points"])
        )
    ]
    values = [
        value for row in sectors.values() for value in (row["outside"], row["inside"]) if value is not None
    ]
    if not values:
        return Markup("")
    scale = charts.scale(
        [0.0, *values], lambda value: f"{wording.mean(value)}{wording.THIN_SPACE}%", tight=True
    )
    return Markup(charts.pair_rows(ident, title, finding, scale, rows))  # noqa: S704


def _in_points(points: float) -> str:
    """Return a difference in percentage points, to one decimal."""
    said = ngettext("{change} point", "{change} points", wording.half_up(points, 1))
    return said.format(change=wording.signed(wording.rounded(points, 1)))

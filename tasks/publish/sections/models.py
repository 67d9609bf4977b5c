"""Estimates of the impact, one table a model; a part of the findings' section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tasks import expressions
from tasks.publish import grids, wording
from tasks.publish.claims import Claim, claims, key_of, told_of
from tasks.publish.column_words import columns, model
from tasks.publish.column_words import term as term_in_words
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.publish.sections import starts
from tasks.tongue import Words, _, told
from tasks.translations import N_


@dataclass(frozen=True)
class Model:
    """One specification of the impact: how it was estimated, its table, and what its claims rest on."""

    title: str
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    with_error: bool
    claims: tuple[Claim, ...]
    """Those that are told below its table, as they stand nowhere above."""
    told_above: tuple[Claim, ...]
    grid: Grid
    pictures: tuple[tuple[str, Markup], ...] = ()


def _errors(report: Report, row: Row) -> str:
    """Return of what type the errors are, and what those of a matched estimate rest on."""
    if row["comparison"] == "matched" and report.plan.comparison.matching:
        said = _("standard errors: {type}, the matching taken as given")
    else:
        said = _("standard errors: {type}")
    return said.format(type=wording.ERROR_TYPES[row["error_type"]])


def _notes(report: Report, rows: list[Row]) -> tuple[str, ...]:
    """Return what the model assumes, and what has to be known of its tests."""
    first = rows[0]
    notes = [wording.ASSUMPTIONS[first["estimator"]]]
    if _adjusted(report, rows):
        by = wording.ADJUSTMENTS[report.plan.multiple_testing.method]
        notes.append(
            _(
                "The more is tested, the more is found by chance: adjusted p-values count the {number} tests"
                " of the family {family} (by {method}). Verdicts rest on the 95 % interval of each figure"
                " alone; {mark} marks those that do not stand then."
            ).format(
                number=wording.whole(first["tests"]),
                family=model(report, first["family"]),
                method=by,
                mark=wording.BY_CHANCE,
            )
        )
    shown = [row for row in rows if not report.hidden("impact_estimates", row, "p_value")]
    if first["estimator"] == "staggered":
        notes.append(_(starts.HOW_AVERAGED))
    notes += dict.fromkeys(told(row["untested"]) for row in shown if row["untested"])
    return tuple(notes)


def _chosen_by(report: Report, condition: str) -> str:
    """Return the columns of which a condition asks; the condition itself stands in tables/."""
    try:
        return columns(report, expressions.columns(condition))
    except expressions.ExpressionError:
        return condition


def _adjusted(report: Report, rows: list[Row]) -> dict[str, str]:
    """Return the columns of the adjusted p-values, the one that the plan names first; none for one test."""
    if rows[0]["tests"] < 2 or all(row["p_value"] is None for row in rows):
        return {}
    named = report.plan.multiple_testing.method
    order = [named, *(one for one in wording.ADJUSTMENTS if one != named)]
    return {f"p_{one}": _("p by {method}").format(method=wording.ADJUSTMENTS[one]) for one in order}


_FACTS = Words(
    {
        "fixed_effects": N_("fixed effects: {columns}"),
        "covariates": N_("covariates: {columns}"),
        "weight": N_("weight: {columns}"),
    }
)


def _facts(report: Report, name: str, term: str, first: Row) -> Iterator[str]:
    """Yield how a model was estimated, by its first row."""
    staggered = first["estimator"] == "staggered"
    yield (
        starts.compared_with(report, name)
        if staggered
        else _("estimated: {term}").format(term=term_in_words(report, term))
    )
    for column, words in _FACTS.items():
        if first[column]:
            yield words.format(columns=columns(report, first[column].split(", ")))
    if first["filter"]:
        yield _("only rows chosen by {columns}").format(columns=_chosen_by(report, first["filter"]))
    if first["comparison"] == "matched":
        yield _("those who were matched alone")
    if first["error_type"]:
        yield _errors(report, first)


def models(report: Report) -> list[Model]:
    """Return the impact estimates, one table a specification and term; of staggered starts all terms."""
    tables: dict[tuple[str, str], list[Row]] = {}
    for row in report.rows("impact_estimates"):
        term = "" if row["estimator"] == "staggered" else row["term"]
        tables.setdefault((row["specification"], term), []).append(row)
    lettered = claims(report)
    above = {(row["claim"], row["limits"]) for row in report.rows("findings")}
    made = []
    for number, ((name, term), here) in enumerate(tables.items(), start=1):
        first = here[0]
        staggered = first["estimator"] == "staggered"
        if staggered:
            here = starts.in_order(report, here)
        title = wording.headed(model(report, name), wording.ESTIMATORS[first["estimator"]])
        title = wording.capital(title)
        keys = list(dict.fromkeys(map(key_of, told_of(here))))
        one_line = len({row["poverty_group"] for row in here}) == 1 and _is_one_each(here)
        here = [{**row, "letter": _letter(lettered, row)} for row in here]
        made.append(
            Model(
                title,
                tuple(_facts(report, name, term, first)),
                _notes(report, here),
                any(row["standard_error"] is not None for row in here),
                tuple(one for key, one in lettered.items() if key in keys and key not in above),
                tuple(one for key, one in lettered.items() if key in keys and key in above),
                grids.grid(
                    report,
                    "impact_estimates",
                    _("Estimates. {model}").format(model=title),
                    {
                        **(
                            {"indicator": _("Indicator")}
                            if one_line
                            else {"poverty_group": _("Poverty group")}
                        ),
                        **({"term": _("When")} if staggered else {}),
                        "direction": _("Verdict"),
                        "estimate": _("Estimate"),
                        "standard_error": _("Standard error"),
                        "interval": _("95 % interval"),
                        "p_value": _("p"),
                        **_adjusted(report, here),
                        "respondents": _("People"),
                        "clusters": _("Clusters"),
                        **({"claim": _("Claim")} if len(keys) > 1 else {}),
                    },
                    rows=here,
                    parted_by="" if one_line else "indicator",
                    as_given=staggered,
                ),
                starts.pictures(report, f"starts-{number}", here) if staggered else (),
            )
        )
        above.update(keys)
    return made


def _is_one_each(rows: list[Row]) -> bool:
    """Return whether each of several indicators has a single line."""
    return 1 < len(rows) == len({row["indicator"] for row in rows})


def _letter(lettered: Mapping[tuple[str, str], Claim], row: Row) -> str:
    claim = lettered.get(key_of(row))
    return claim.letter if claim else ""

"""Sentences that tasks write into tables in English, so that a report in another language can say them.

`tongue.told` knows them by their words; {places} hold what differs. A test holds each against the source of
the task that writes it.
"""

from __future__ import annotations

from tasks.translations import N_

MAPPING = (
    N_("The map has no {units}"),
    N_("Known of {known} of {all} {units}"),
    N_("Known of {known} of {all} {units}; not of: {names}"),
    N_("Known of {known} of {all} {units}; not of: {names} and {more} more"),
    N_("{text} (Known of {known} of {all} {units})"),
    N_("{text} (Known of {known} of {all} {units}; not of: {names})"),
    N_("{text} (Known of {known} of {all} {units}; not of: {names} and {more} more)"),
    N_("Other informants"),
)
"""What the mapping has found out, and who was asked (tasks/checklist.py)."""

TABLE_2 = (
    N_("1 below {first} percent, 2 from {second}, 3 from {third}, 4 from {fourth}"),
    N_("1 below {first} percent, 2 from {second}, 3 from {third}, 4 from {fourth}, 5 from {fifth}"),
    N_("the highest level that at least {cut} percent reach"),
    N_("fewer than two assessors"),
    N_("fewer than two characteristics were scored by two assessors"),
    N_("all scores that can be compared are the same"),
)
"""How a rule scores a characteristic, and why the agreement of assessors is not known (tasks/table_2.py)."""

OFFICIAL_STATISTICS = (
    N_(
        "{text}, {from_period} to {to_period}: growth was higher {inside} than {outside} in {ahead} of {all} "
        "sectors."
    ),
    N_(
        "{text}, {from_period} to {to_period}: growth was higher {inside} than {outside} in {ahead} of {all} "
        "sectors; in all sectors together it was {growth_inside} % {inside_too} and {growth_outside} % "
        "{outside_too}, a difference of {points} percentage points."
    ),
    N_(
        "{text}: {wrong} of {all} printed index figures do not follow from the levels that are printed "
        "beside them."
    ),
    N_(
        "{text}: {wrong} of {all} printed index figures do not follow from the levels that are printed "
        "beside them; the furthest is {series}, {period}: printed {printed}, recomputed {recomputed}."
    ),
    N_(
        "Of the {all} printed index figures of all comparisons, {wrong} do not follow from the levels that "
        "are printed beside them; the levels are used here."
    ),
    N_("inside"),
    N_("outside"),
)
"""What official statistics say of growth (tasks/secondary.py)."""

READINGS = (
    N_("encoding"),
    N_("delimiter"),
    N_("header row"),
    N_("header rows"),
    N_("rows above the header"),
    N_("header cells filled"),
    N_("file of the archive"),
    N_("sheet"),
    N_("cells that are formulas"),
    N_("hidden rows, read like the others"),
    N_("last updated by the World Bank"),
    N_("sender"),
    N_("data structure"),
    N_("message prepared"),
    N_("multiplied as UNIT_MULT says"),
    N_("missing code '{code}' in {column}"),
    N_("missing code '{code}' ({label}) in {column}"),
    N_("the columns made rows"),
    N_("decimal sign"),
    N_("thousands sign"),
    N_("column {column}"),
    N_("column status"),
    N_("dimensions"),
    N_("columns not used"),
    N_("cells filled down"),
    N_("rows read"),
    N_("rows left out: {reason}"),
    N_("empty row"),
    N_("before first_row"),
    N_("after last_row"),
    N_("does not fit the filter"),
    N_("total ('{word}')"),
    N_("rows kept"),
    N_("columns made rows"),
    N_("cells of these columns"),
    N_("looks like a date in place of a code"),
    N_("looks like a total, and is kept"),
    N_("semicolon in a dimension, written as a comma"),
    N_("records left out: without a figure"),
    N_("records made"),
    N_("{encoding}, by its byte-order mark"),
    N_("{encoding}: reads '{word}'"),
    N_("none: one column"),
    N_("{first} to {last}, joined by ' / '"),
    N_("as the merged cells say"),
    N_("to the right, as no cell is merged"),
    N_("{number}, with the values last saved"),
    N_("{number} (row {rows})"),
    N_("cells: {number}"),
    N_("by 10^{power}; cells: {number}"),
    N_("{sign}: '{cell}' decides (column {column}, row {row})"),
    N_("{column}, by its flags"),
    N_("column {column}, row {row}: '{cell}'"),
    N_("column {column}, row {row}: '{cell}' and {more} more rows"),
    N_("column {column}: '{word}' (row {rows})"),
    N_("point"),
    N_("comma"),
    N_("semicolon"),
    N_("tab"),
    N_("bar"),
    N_("space"),
    N_("apostrophe"),
)
"""How a file of official statistics was read (tasks/layout.py, figures.py, delimited.py and sources/)."""

SENTENCES: tuple[str, ...] = (
    *MAPPING,
    *TABLE_2,
    *OFFICIAL_STATISTICS,
    *READINGS,
)

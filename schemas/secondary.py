"""Phase two, first half: what is known already. Official statistics and what follows from them."""

from __future__ import annotations

from schemas.base import (
    Contract,
    Flag,
    Number,
    Release,
    Text,
    Whole,
    choice,
    number,
    table,
    text,
)
from schemas.vocabulary import (
    FIRM_SIZES,
    IDENTIFICATION_BASES,
    IDENTIFICATION_RULES,
    READING_WAYS,
    REGION_INDICES,
    STATISTIC_STATUSES,
    TOPICS,
)

FEWEST_UNITS = 3
"""Figures of fewer firms or local units than these are withheld: one of them could work out another's."""


@table(
    "staged.sources",
    grain="one row a secondary source",
    key=("source",),
    source="secondary/sources",
    release=Release(),
)
class Sources(Contract):
    source: Text = text("short name of the source")
    citation: Text = text("full citation")
    year: Whole = number("year of publication", missing=True, ge=1800, le=2200)
    licence: Text = text("terms of use", missing=True)
    note: Text = text("what to know before use", missing=True)


@table(
    "staged.statistics",
    grain="one row a source, area, period, statistic and dimensions",
    key=("source", "area", "period", "statistic", "dimensions"),
    source="secondary/statistics",
    refers={"source": "staged.sources.source"},
    release=Release(),
)
class Statistics(Contract):
    source: Text = text("short name of the source")
    area: Text = text("place the figure is about")
    period: Text = text("year or other period")
    statistic: Text = text("what is measured")
    dimensions: Text = text("further divisions, written name=value; name=value, or 'total'")
    value: Number = number("the figure, in the unit", missing=True)
    unit: Text = text("unit of the figure")
    status: Text = choice(STATISTIC_STATUSES)
    page: Text = text("page or table in the source", missing=True)
    note: Text = text("what the source says beside the figure", missing=True)
    topic: Text = choice(TOPICS, "what of the cluster's surroundings it tells of", missing=True)


@table(
    "staged.context",
    grain="one row a source, topic and statement",
    key=("source", "topic", "statement"),
    source="secondary/context",
    refers={"source": "staged.sources.source"},
    release=Release(),
)
class Context(Contract):
    source: Text = text("short name of the source")
    topic: Text = choice(TOPICS, "what of the cluster's surroundings it tells of")
    statement: Text = text("what the source says, in a sentence or two")
    year: Whole = number("year that it tells of", missing=True, ge=1800, le=2200)
    page: Text = text("page or table in the source", missing=True)


@table(
    "staged.source_readings",
    grain="one row a [[source]] of the plan and thing decided, left out or counted",
    key=("part", "position"),
    release=Release(),
)
class SourceReadings(Contract):
    part: Whole = number("which [[source]] of the plan, from 1", ge=1)
    position: Whole = number("place in the order of the reading, from 1", ge=1)
    source: Text = text("short name of the source")
    file: Text = text("the file that was read")
    sheet: Text = text("the sheet of the workbook", missing=True)
    item: Text = text("what was decided, left out or counted")
    value: Text = text("how it was decided, or how many")
    how: Text = choice(READING_WAYS, "declared in the plan, sniffed from a cell, or fixed by the format")


@table(
    "staged.regional_industries",
    grain="one row a source, year, region, industry and size of firm",
    key=("source", "year", "region", "industry", "size"),
    source="secondary/regional_industries",
    refers={"source": "staged.sources.source"},
    release=Release(
        joint={"firms": FEWEST_UNITS}, beside=("employment", "value_added"), parts={"size": "all"}
    ),
)
class RegionalIndustries(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    region: Text = text("code or name of the region or local system")
    industry: Text = text("code of the industry")
    size: Text = choice(FIRM_SIZES, "size of the firms: all where the source does not tell them apart")
    firms: Whole = number("firms or local units", missing=True, ge=0)
    employment: Number = number("persons employed", missing=True, ge=0)
    value_added: Number = number("value added, in the source's currency; may be negative", missing=True)
    status: Text = choice(STATISTIC_STATUSES, "suppressed where the source hides a figure of the row")


@table(
    "staged.regions",
    grain="one row a source, year and region",
    key=("source", "year", "region"),
    source="secondary/regions",
    refers={"source": "staged.sources.source"},
    release=Release(),
)
class Regions(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    region: Text = text("code or name of the region or local system, as in regional_industries")
    label: Text = text("name of the region", missing=True)
    population: Number = number("inhabitants", missing=True, gt=0)
    area_sqkm: Number = number("area in square kilometres", missing=True, gt=0)


@table(
    "mart.sector_growth",
    grain="one row a comparison, sector, setting and period",
    key=("comparison", "sector", "setting", "period"),
    release=Release(),
)
class SectorGrowth(Contract):
    comparison: Text = text("the comparison that the plan names")
    sector: Text = text("sector, or TOTAL")
    setting: Text = text("inside or outside, in the words of the source")
    period: Text = text("first and last period, joined by a dash")
    value_from: Number = number("level in the first period", missing=True)
    value_to: Number = number("level in the last period", missing=True)
    growth_pct: Number = number("growth in percent", missing=True)
    inside: Number = number("growth inside, in percent", missing=True)
    outside: Number = number("growth outside, in percent", missing=True)
    difference_points: Number = number("inside minus outside, in percentage points", missing=True)


@table(
    "mart.shift_share",
    grain="one row a comparison and period",
    key=("comparison", "period"),
    release=Release(),
)
class ShiftShare(Contract):
    comparison: Text = text("the comparison that the plan names")
    period: Text = text("first and last period, joined by a dash")
    difference_points: Number = number("growth inside minus outside, in percentage points")
    mix_points: Number = number("part of it that comes from the mix of sectors")
    within_points: Number = number("part of it that comes from within the sectors")
    expected_inside: Number = number("level inside had each sector grown as outside")
    actual_inside: Number = number("level inside")


@table(
    "mart.printed_checks",
    grain="one row a printed index figure",
    key=("comparison", "series", "period"),
    release=Release(),
)
class PrintedChecks(Contract):
    comparison: Text = text("the comparison that the plan names")
    series: Text = text("dimensions of the series")
    period: Text = text("period of the figure")
    printed: Number = number("index as the source prints it")
    recomputed: Number = number("index that follows from the printed levels")
    agrees: Flag = number("whether the recomputed figure rounds to the printed one")


@table(
    "mart.secondary_findings",
    grain="one row a finding from official statistics",
    key=("finding",),
    release=Release(),
)
class SecondaryFindings(Contract):
    finding: Text = text("id of the finding: comparison/what it is about")
    comparison: Text = text("the comparison that the plan names")
    statement: Text = text("the sentence of the report")
    evidence: Text = text("table and key of the rows behind it")


@table(
    "mart.location_quotients",
    grain="one row a source, year, region, industry and basis",
    key=("source", "year", "region", "industry", "basis"),
    release=Release(
        joint={"firms": FEWEST_UNITS},
        beside=(
            "value",
            "location_quotient",
            "industrial_density",
            "industrial_stock",
            "plant_size",
            "cluster_index",
        ),
        rounded={
            "location_quotient": 2,
            "industrial_density": 2,
            "industrial_stock": 2,
            "plant_size": 2,
            "cluster_index": 2,
        },
    ),
)
class LocationQuotients(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    region: Text = text("region or local system")
    industry: Text = text("industry, of those that are told apart")
    basis: Text = choice(IDENTIFICATION_BASES, "what the quotient is of")
    value: Number = number("figure of the cell, in the unit of the basis", missing=True)
    location_quotient: Number = number("its share in the region over that in the country", missing=True, ge=0)
    at_most: Flag = number(
        "whether the industry's total lacks cells, so that quotient and index are too high"
    )
    industrial_density: Number = number("the industry's share over the share of the area", missing=True, ge=0)
    industrial_stock: Number = number(
        "the industry's share over the share of inhabitants", missing=True, ge=0
    )
    plant_size: Number = number("employment a firm here over that in the industry", missing=True, ge=0)
    cluster_index: Number = number("Litzenberger and Sternberg's index; employment only", missing=True, ge=0)
    firms: Number = number("firms or local units behind the cell", missing=True, ge=0)


@table(
    "mart.region_indices",
    grain="one row a source, year, region, index and basis",
    key=("source", "year", "region", "index", "basis"),
    release=Release(rounded={"value": 2}),
)
class RegionIndices(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    region: Text = text("region or local system")
    index: Text = choice(REGION_INDICES, "krugman: 0 to 2; herfindahl: 1/n to 1")
    basis: Text = choice(IDENTIFICATION_BASES, "what the shares are of")
    value: Number = number("the index", missing=True, ge=0)
    industries: Whole = number("industries whose figure is known, which the index is of", ge=0)
    untold_pct: Number = number("whole percent of the region's total in no known industry", missing=True)


@table(
    "mart.districts",
    grain="one row a source, year and local system, with its main industry",
    key=("source", "year", "local_system", "industry"),
    release=Release(
        joint={"firms": FEWEST_UNITS},
        beside=(
            "main_industry_quotient",
            "main_industry_employment",
            "small_medium_share",
            "medium_firms",
        ),
        totals={"medium_firms": FEWEST_UNITS},
        rounded={
            "manufacturing_quotient": 2,
            "small_quotient": 2,
            "medium_quotient": 2,
            "large_quotient": 2,
            "main_industry_quotient": 2,
            "small_medium_share": 2,
        },
    ),
)
class Districts(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    local_system: Text = text("region or local system")
    industry: Text = text(
        "main industry, or the nearest to it; none: no manufacturing; not told: all of it is suppressed"
    )
    is_manufacturing: Flag = number("step 1: more manufacturing than the country", missing=True)
    is_small_medium: Flag = number("step 2: its manufacturing is of small or medium firms", missing=True)
    has_main_industry: Flag = number("step 3: an industry is concentrated in it", missing=True)
    main_industry_is_small_medium: Flag = number("step 4: so is that industry", missing=True)
    is_district: Flag = number("all four steps; missing where the figures do not tell", missing=True)
    manufacturing_quotient: Number = number("location quotient of manufacturing", missing=True)
    small_quotient: Number = number("quotient of small firms within manufacturing", missing=True)
    medium_quotient: Number = number("quotient of medium firms within manufacturing", missing=True)
    large_quotient: Number = number("quotient of large firms within manufacturing", missing=True)
    main_industry_quotient: Number = number("quotient of the industry within manufacturing", missing=True)
    main_industry_employment: Number = number("persons employed in the industry", missing=True, ge=0)
    small_medium_share: Number = number("share of them in small and medium firms", missing=True, ge=0, le=1)
    medium_firms: Number = number("medium firms in the industry", missing=True, ge=0)
    firms: Number = number("firms or local units of the industry", missing=True, ge=0)
    industries_hidden: Whole = number("manufacturing industries whose employment is not known", ge=0)


@table(
    "mart.identification_notes",
    grain="one row a source, year, region, industry, basis and rule",
    key=("source", "year", "region", "industry", "basis", "rule"),
    release=Release(),
)
class IdentificationNotes(Contract):
    source: Text = text("short name of the source")
    year: Text = text("year or other period")
    region: Text = text("region, or all")
    industry: Text = text("code of the industry, or all")
    basis: Text = text("employment, firms or value_added, or all")
    rule: Text = choice(IDENTIFICATION_RULES, "what was left out or could not be reconciled")
    cells: Whole = number("cells that it concerns", ge=0)
    printed: Number = number("figure that the source prints", missing=True)
    recomputed: Number = number("figure that follows from its parts, which is used", missing=True)
    share_pct: Number = number("share of the region's total, in whole percent", missing=True)

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
from schemas.vocabulary import FIRM_SIZES, READING_WAYS, STATISTIC_STATUSES, TOPICS


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
    release=Release(),
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

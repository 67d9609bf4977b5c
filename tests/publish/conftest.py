"""A small complete assessment, all invented, built from the contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from schemas import (
    analysis,
    checks,
    comparison,
    design,
    fieldwork,
    followup,
    impact,
    instruments,
    mapping,
    poverty,
    reporting,
    secondary,
    size,
    voices,
    weights,
    winners,
)
from schemas.assessment import AssessmentPlan
from schemas.base import Contract, check, conform
from tasks import translations
from tasks.publish.html import Provenance

GROUPS = {
    "stitchers_women": ("Women who stitch at home", "home_stitching", "home_worker", "women", 1.0),
    "casual_cutters": ("Casual day labourers in cutting", "cutting", "contract_labour", "men", -0.9),
    "soling_subcontractors": ("Small soling subcontractors", "soling", "small_subcontractor", None, 0.15),
    "own_account_dyers": (
        "Own-account dyers of the river quarter",
        "dyeing",
        "own_account_worker",
        None,
        0.6,
    ),
    "apprentices": ("Apprentices in family workshops", "workshops", "family_labour", "mixed", -0.3),
}
"""Poverty group -> label, node, group of Box 4, gender, how well it did."""

ACTORS = {
    "tanneries": ("Tanneries outside the valley", "inputs", 6, 410, "none", 0),
    "thread_shops": ("Thread and glue shops", "inputs", 22, 61, "none", 1),
    "home_stitching": (
        "Stitchers working at home",
        "own-account and household work",
        None,
        1850,
        "likely",
        6,
    ),
    "dyeing": ("Dyers on own account", "own-account and household work", 140, 140, "likely", 4),
    "cutting": ("Cutting rooms", "subcontracted production", 48, 390, "likely", 5),
    "soling": ("Soling subcontractors", "subcontracted production", 75, 320, "vulnerable", 3),
    "workshops": ("Family workshops", "production", 210, 1260, "vulnerable", 2),
    "factories": ("Export factories", "production", 2, 940, "none", 0),
    "traders": ("Local traders", "trade", 31, 90, "none", 1),
    "domestic": ("Shoe shops of the country", "market", None, None, "unknown", 0),
}
"""Actor -> label, stage, firms, workers, likelihood of poverty, kinds of evidence that point to it."""

INDICATORS = {
    "income_month": ("Earnings from work in the last month", "currency per month", "higher", 2400.0, 620.0),
    "written_contract": ("Work under a written contract", "share of respondents", "higher", 0.31, 0.16),
    "weeks_without_work_year": ("Weeks without work in the last year", "weeks per year", "lower", 9.5, -3.1),
    "say_over_income": ("Say over one's own income", "score 1 to 5", "higher", 2.7, 0.55),
}
"""Indicator -> label, unit, better direction, level at the baseline, effect on a group that does well."""

WAVES = ("baseline", "year_three")
HIDDEN_GROUP = "apprentices"


def direction(indicator: str, group: str) -> str:
    """Return what the figures of the invented cluster say."""
    how = GROUPS[group][4]
    if indicator == "say_over_income" and group == "own_account_dyers":
        return "uncertain"
    return "unchanged" if abs(how) < 0.2 else "better" if how > 0 else "worse"


def frame(contract: type[Contract], rows: list[dict]) -> pd.DataFrame:
    """Return a released table: the contract's columns, checked, and `withheld_by`."""
    rules = [row.pop("withheld_by", "") for row in rows]
    table = conform(pd.DataFrame(rows), contract)
    assert check(table[[not rule for rule in rules]], contract) == []
    return table.assign(withheld_by=pd.Series(rules, dtype="string", index=table.index))


def invented_plan() -> AssessmentPlan:
    """Return the plan of a repeat study with a comparison group and two waves."""
    return AssessmentPlan.model_validate(
        {
            "assessment": {
                "id": "marenha",
                "title": "Leather of Marenha: who gained, who lost",
                "cluster": "Marenha leather cluster",
                "country": "Orvenia (invented)",
                "sector": "Leather shoes",
                "programme": "Marenha Cluster Development Programme",
                "approach": "improving",
                "study_design": "repeat",
                "aims": [
                    "Find out how the programme changes the lives of the poorest people in the shoe trade",
                    "Agree with them on what should change next",
                ],
                "expected_outputs": ["This report", "A monitoring committee with a seat for each group"],
                "report_date": "2026-03-02",
            },
            "agreement": {
                "commissioner": "Programme office",
                "agreed_by": "Head of the programme office and the cluster association",
                "agreed_on": "2022-11-15",
            },
            "mapping_visit": {
                "first_day": "2022-12-05",
                "last_day": "2022-12-09",
                "by": "lead researcher and two local researchers",
                "feasible": ["Interviews at home in the evening", "Separate focus groups for women"],
                "not_feasible": ["A list of all home workers: nobody keeps one"],
            },
            "scope": {
                "statement": "From cutting to the workshops; traders and factories are only mapped.",
                "node": [
                    {"node": "home_stitching", "covered": True, "reason": "The poorest node of the map"},
                    {"node": "cutting", "covered": True, "reason": "Daily wages and no contracts"},
                    {"node": "traders", "covered": False, "reason": "Unlikely to be poor"},
                ],
            },
            "time_frame": {"start": "2022-11-01", "end": "2026-03-31"},
            "resources": {
                "budget": 84000,
                "currency": "EUR",
                "staff_days": 310,
                "team": ["lead researcher", "four interviewers, two of them women"],
            },
            "poverty_group": [
                {
                    "id": group,
                    "label": label,
                    "node": node,
                    "box4_group": box4,
                    **({"gender": gender} if gender else {}),
                }
                for group, (label, node, box4, gender, _) in GROUPS.items()
            ],
            "sampling": {"design": "representative", "size": 600},
            "comparison": {
                "description": "The shoe cluster of the next valley, which the programme does not reach.",
                "spill_over": ["Two traders buy in both valleys"],
                "covariates": ["age", "years_of_school", "household_size"],
                "matching": {"method": "propensity"},
            },
            "wave": [
                {"name": "trial", "label": "Pilot", "role": "pilot"},
                {
                    "name": "baseline",
                    "label": "Baseline 2023",
                    "role": "baseline",
                    "starts_on": "2023-02-01",
                    "ends_on": "2023-03-10",
                },
                {
                    "name": "year_three",
                    "label": "Follow-up 2026",
                    "role": "follow-up",
                    "starts_on": "2026-01-12",
                    "ends_on": "2026-02-06",
                },
            ],
            "specification": [
                {
                    "name": "main",
                    "indicators": list(INDICATORS),
                    "estimator": "difference_in_differences",
                    "from_wave": "baseline",
                    "to_wave": "year_three",
                    "by_poverty_group": True,
                }
            ],
        }
    )


def invented_tables() -> dict[str, pd.DataFrame]:
    """Return every released table of the invented assessment, some figures withheld."""
    return {
        **_secondary(),
        **_mapping(),
        **_design(),
        **_fieldwork(),
        **_voices(),
        **_analysis(),
        **_poverty(),
        **_reporting(),
    }


def invented_provenance() -> Provenance:
    """Return where the invented report comes from."""
    return Provenance(
        version="0.1.0",
        content_hash="c0ffee" + "0" * 58,
        inputs=(("assessment.toml", "a" * 64), ("waves/baseline/interviews.csv", "b" * 64)),
        libraries=(("duckdb", "1.5.5"), ("pandas", "3.1.1")),
        data_date="2026-02-06",
    )


@pytest.fixture(name="plan", scope="session")
def plan_fixture() -> AssessmentPlan:
    return invented_plan()


@pytest.fixture(name="all_tables", scope="session")
def all_tables_fixture() -> dict[str, pd.DataFrame]:
    """Return the tables for tests that do not change them."""
    return invented_tables()


@pytest.fixture(name="tables")
def tables_fixture(all_tables) -> dict[str, pd.DataFrame]:
    """Return copies of the tables, which take no time beside the checks by which tables are made."""
    return {name: frame.copy() for name, frame in all_tables.items()}


@pytest.fixture(name="provenance", scope="session")
def provenance_fixture() -> Provenance:
    return invented_provenance()


@pytest.fixture(name="french_of")
def french_of_fixture(tmp_path, monkeypatch) -> Iterator[Callable[[dict[str, str]], None]]:
    """Return what has the report speak French by a small catalogue: message -> its words."""
    path = tmp_path / "report.po"

    def speak(words: dict[str, str]) -> None:
        small = Catalog(locale="fr")
        for message, said in words.items():
            small.add(message, said)
        with path.open("wb") as file:
            write_po(file, small)

    monkeypatch.setattr(translations, "path_of", lambda *_, **__: path)
    translations.words.cache_clear()
    yield speak
    translations.words.cache_clear()


def _secondary() -> dict[str, pd.DataFrame]:
    sectors = {
        "Footwear": (12400, 14100, 8800, 8600),
        "Tanning": (3100, 2950, 2700, 2400),
        "Leather goods": (5200, 5900, 4100, 4350),
        "TOTAL": (20700, 22950, 15600, 15350),
    }
    growth = []
    for sector, (first_in, last_in, first_out, last_out) in sectors.items():
        inside, outside = (last_in / first_in - 1) * 100, (last_out / first_out - 1) * 100
        for setting, first, last, pct in (
            ("Inside", first_in, last_in, inside),
            ("Outside", first_out, last_out, outside),
        ):
            growth.append(
                {
                    "comparison": "employment",
                    "sector": sector,
                    "setting": setting,
                    "period": "2015-2021",
                    "value_from": first,
                    "value_to": last,
                    "growth_pct": pct,
                    "inside": inside,
                    "outside": outside,
                    "difference_points": inside - outside,
                }
            )
    return {
        "sources": frame(
            secondary.Sources,
            [
                {
                    "source": "census",
                    "citation": "National Statistics Office of Orvenia, Census of Industry",
                    "year": 2022,
                    "licence": "CC BY 4.0",
                    "note": "Home workers are not counted",
                }
            ],
        ),
        "statistics": frame(
            secondary.Statistics,
            [
                {
                    "source": "census",
                    "area": "Marenha",
                    "period": "2021",
                    "statistic": name,
                    "dimensions": "total",
                    "value": value,
                    "unit": unit,
                    "status": status,
                    "page": "Table 4",
                    "topic": topic,
                }
                for name, value, unit, status, topic in (
                    ("Firms in leather and shoes", 512.0, "firms", "measured", "production"),
                    ("People employed in leather and shoes", 22950.0, "people", "estimated", "employment"),
                    (
                        "Households below the national poverty line",
                        0.284,
                        "share of households",
                        "measured",
                        None,
                    ),
                )
            ],
        ),
        "context": frame(
            secondary.Context,
            [
                {
                    "source": "census",
                    "topic": "regulation",
                    "statement": "Tanneries have needed a licence for waste water since 2014",
                    "year": 2014,
                    "page": "17",
                },
                {
                    "source": "census",
                    "topic": "production",
                    "statement": "Most shoes are cut in the town and stitched in the villages",
                },
            ],
        ),
        "source_readings": frame(
            secondary.SourceReadings,
            [
                {
                    "part": 1,
                    "position": position,
                    "source": "census",
                    "file": "secondary/files/census.xlsx",
                    "sheet": "Table 4",
                    "item": item,
                    "value": value,
                    "how": how,
                }
                for position, (item, value, how) in enumerate(
                    (
                        ("header row", "3", "declared"),
                        ("decimal sign", "comma: '1.234,5' decides (column Value, row 7)", "sniffed"),
                        ("rows read", "3", "rule"),
                    ),
                    start=1,
                )
            ],
        ),
        "sector_growth": frame(secondary.SectorGrowth, growth),
        **_identified(),
        "shift_share": frame(
            secondary.ShiftShare,
            [
                {
                    "comparison": "employment",
                    "period": "2015-2021",
                    "difference_points": 12.4723,
                    "mix_points": 0.9326,
                    "within_points": 11.5397,
                    "expected_inside": 20368.2,
                    "actual_inside": 22950.0,
                }
            ],
        ),
        "secondary_findings": frame(
            secondary.SecondaryFindings,
            [
                {
                    "finding": "growth/employment",
                    "comparison": "employment",
                    "statement": "Employment: growth was higher inside than outside in 2 of 2 sectors.",
                    "evidence": "sector_growth: employment",
                }
            ],
        ),
        "printed_checks": frame(
            secondary.PrintedChecks,
            [
                {
                    "comparison": "employment",
                    "series": "sector=Footwear; setting=Inside",
                    "period": "2021",
                    "printed": printed,
                    "recomputed": 113.7,
                    "agrees": printed == 113.7,
                }
                | ({"period": "2018"} if printed == 113.7 else {})
                for printed in (113.7, 115.9)
            ],
        ),
    }


def _identified() -> dict[str, pd.DataFrame]:
    key = {"source": "census", "year": "2021"}
    cells = [
        ("MA", "shoes", 9400.0, 210.0, 3.1),
        ("OR", "shoes", 800.0, 2.0, 1.4),
        ("OR", "food", 4100.0, 95.0, 1.2),
    ]
    shown = [firms >= 3 for *_, firms, _ in cells]
    steps = ("is_manufacturing", "is_small_medium", "has_main_industry", "main_industry_is_small_medium")
    return {
        "regional_industries": frame(
            secondary.RegionalIndustries,
            [
                {
                    **key,
                    "region": region,
                    "industry": industry,
                    "size": "all",
                    "firms": int(firms) if show else None,
                    "employment": jobs if show else None,
                    "status": "measured",
                    "withheld_by": "" if show else "threshold",
                }
                for (region, industry, jobs, firms, _), show in zip(cells, shown, strict=True)
            ],
        ),
        "regions": frame(
            secondary.Regions,
            [
                {**key, "region": region, "label": label, "population": 81000.0, "area_sqkm": 410.0}
                for region, label in (("MA", "Marenha"), ("OR", "Orven valley"))
            ],
        ),
        "location_quotients": frame(
            secondary.LocationQuotients,
            [
                {
                    **key,
                    "region": region,
                    "industry": industry,
                    "basis": "employment",
                    "value": jobs if show else None,
                    "location_quotient": quotient if show else None,
                    "at_most": industry == "food",
                    "cluster_index": quotient**2 if show else None,
                    "firms": firms if show else None,
                    "withheld_by": "" if show else "threshold",
                }
                for (region, industry, jobs, firms, quotient), show in zip(cells, shown, strict=True)
            ],
        ),
        "region_indices": frame(
            secondary.RegionIndices,
            [
                {
                    **key,
                    "region": region,
                    "index": index,
                    "basis": "employment",
                    "value": value,
                    "industries": 14,
                    "untold_pct": 3.0,
                }
                for region, index, value in (
                    ("MA", "krugman", 0.61),
                    ("MA", "herfindahl", 0.34),
                    ("OR", "krugman", 0.22),
                    ("OR", "herfindahl", 0.18),
                )
            ],
        ),
        "districts": frame(
            secondary.Districts,
            [
                {
                    **key,
                    "local_system": system,
                    "industry": "shoes",
                    **dict.fromkeys(steps, passed),
                    "is_district": passed,
                    "main_industry_employment": 9400.0 if passed else None,
                    "small_medium_share": 0.83 if passed else None,
                    "firms": 210.0 if passed else None,
                    "industries_hidden": 0,
                    "withheld_by": "" if passed else "threshold",
                }
                for system, passed in (("MA", True), ("OR", False))
            ],
        ),
        "identification_notes": frame(
            secondary.IdentificationNotes,
            [
                {
                    **key,
                    "region": "OR",
                    "industry": "textiles",
                    "basis": "employment",
                    "rule": rule,
                    "cells": 1,
                    "printed": 1200.0 if rule == "children exceed parent" else None,
                    "recomputed": 1350.0 if rule == "children exceed parent" else None,
                    "share_pct": 4.0 if rule == "not told apart" else None,
                }
                for rule in ("children exceed parent", "not told apart")
            ],
        ),
    }


def _mapping() -> dict[str, pd.DataFrame]:
    actors, nodes, evidence = [], [], []
    kinds = mapping.EVIDENCE_KINDS
    by_rule = {
        "location": {"rule_score": 3, "figure_of": "workers are in places called urban informal"},
        "employment": {
            "scored_with": "rule",
            "basis": "data",
            "rule_score": 5,
            "score": 5.0,
            "figure": 81,
            "figure_of": "workers have no contract or registration",
            "figure_n": 5460,
            "figure_least": 5460,
            "rule": "1 below 20 percent, 2 from 20, 3 from 40, 4 from 60, 5 from 80",
        },
    }
    by_rule["location"] |= {"rule": "the highest level that at least 50 percent reach"}
    by_rule["location"] |= {"withheld_by": "threshold"}
    for actor, (label, stage, firms, workers, likelihood, poor) in ACTORS.items():
        few = firms is not None and firms < mapping.FEWEST_FIRMS
        actors.append(
            {
                "actor": actor,
                "label": label,
                "stage": stage,
                "firms": None if few else firms,
                "workers": workers,
                "women": None if workers is None else workers // 3,
                "citation": "Census of Industry 2022",
                "withheld_by": "threshold" if few else "",
            }
        )
        nodes.append(
            {
                "actor": actor,
                "label": label,
                "likelihood": likelihood,
                "rule_likelihood": "unknown" if actor == "traders" else likelihood,
                "overruled_by": "lead researcher" if actor == "traders" else None,
                "reason": "Seen at work in the market" if actor == "traders" else None,
                "kinds_poor": poor,
                "kinds_not_poor": 1,
                "kinds_unclear": 1 if poor < 6 else 0,
                "kinds_open": 7 - poor if poor < 6 else 2,
                "evidence": ", ".join(kinds[:poor]) or None,
            }
        )
        evidence += [
            {
                "actor": actor,
                "kind": kind,
                "sign": "poor",
                "detail": f"{kind.replace('_', ' ')} fall short of what a household needs",
                "citation": "Mapping visit, talk with three informants",
            }
            for kind in kinds[: min(poor, 2)]
        ]
    return {
        "actors": frame(mapping.Actors, actors),
        "poverty_nodes": frame(mapping.PovertyNodes, nodes),
        "evidence": frame(mapping.Evidence, evidence),
        "linkages": frame(
            mapping.Linkages,
            [
                {"from": giver, "to": taker, "kind": kind, "note": note}
                for giver, taker, kind, note in (
                    ("tanneries", "cutting", "goods", "Sold for cash"),
                    ("workshops", "home_stitching", "subcontract", "By the piece, thread not paid"),
                    ("home_stitching", "workshops", "labour", None),
                    ("workshops", "traders", "goods", "Paid after 60 to 90 days"),
                    ("traders", "workshops", "credit", "Advance on the next order"),
                )
            ],
        ),
        "institutions": frame(
            mapping.Institutions,
            [
                {
                    "institution": "association",
                    "label": "Shoemakers' association",
                    "kind": "association",
                    "inside": True,
                    "services": "Fairs, bulk buying",
                    "importance": 4,
                },
                {
                    "institution": "savings",
                    "label": "Women's savings groups",
                    "kind": "civil society",
                    "inside": True,
                    "services": "Small loans",
                    "importance": 3,
                },
            ],
        ),
        "institution_links": frame(
            mapping.InstitutionLinks,
            [
                {"institution": "association", "actor": "workshops", "service": "Bulk buying"},
                {"institution": "association", "actor": "factories", "service": "Fairs"},
                {"institution": "savings", "actor": "home_stitching", "service": "Small loans"},
            ],
        ),
        "poverty_groups": frame(
            mapping.PovertyGroups,
            [
                {
                    "poverty_group": group,
                    "label": label,
                    "node": node,
                    "node_label": ACTORS[node][0],
                    "box4_group": box4,
                    "gender": gender,
                    "likelihood": ACTORS[node][4],
                    "planned": True,
                    "mapped": True,
                    "people": 120,
                }
                for group, (label, node, box4, gender, _) in GROUPS.items()
            ]
            + [
                {
                    "poverty_group": "home_men",
                    "label": "Men who stitch at home",
                    "node": "home_stitching",
                    "node_label": ACTORS["home_stitching"][0],
                    "box4_group": "home_worker",
                    "gender": "men",
                    "likelihood": "likely",
                    "planned": False,
                    "mapped": True,
                    "people": 40,
                }
            ],
        ),
        "institution_positions": frame(
            mapping.InstitutionPositions,
            [
                {
                    "institution": institution,
                    "poverty_group": next(iter(GROUPS)),
                    "position": position,
                    "tension": tension,
                    "reason": "Said so in the mapping visit",
                }
                for institution, position, tension in (
                    ("association", "opposes", "strong"),
                    ("savings", "supports", "none"),
                )
            ],
        ),
        "comparison_candidates": frame(
            mapping.ComparisonCandidates,
            [
                {
                    "candidate": "next-town",
                    "label": "The next town",
                    "kind": "comparable cluster",
                    "alike": "The same trade",
                    "unlike": "Fewer exporters",
                    "likely": True,
                    "reason": "No programme works there",
                }
            ],
        ),
        "informant_tree": frame(
            mapping.InformantTree,
            [
                {
                    "side": "actor",
                    "name": name,
                    "label": ACTORS[name][0],
                    "likelihood": ACTORS[name][4],
                    "heard": heard,
                    "informants": 3 * heard,
                    "steps": 1 if heard else None,
                }
                for name, heard in (("workshops", True), ("home_stitching", False))
            ],
        ),
        "mapping_checklist": frame(
            mapping.MappingChecklist,
            [
                {
                    "question": "cluster.firms_number",
                    "position": 1,
                    "part": "cluster",
                    "text": "How many firms are there in the cluster?",
                    "status": "answered",
                    "found": "Known of 3 of 3 producers",
                    "sources": "Mapping visit",
                },
                {
                    "question": "poverty.wages",
                    "position": 13,
                    "part": "poverty",
                    "text": "Levels of incomes and wages",
                    "status": "open",
                    "found": "Known of 0 of 3 actors",
                },
            ],
        ),
        "characteristic_scores": frame(
            mapping.CharacteristicScores,
            [
                {
                    "characteristic": name,
                    "position": position,
                    "section": section,
                    "label": label,
                    "score": score,
                    "scored_with": "assessors" if score else None,
                    "basis": "assessor" if score else None,
                    "assessors": 2 if score else 0,
                    "assessors_median": score,
                    "lowest": int(score) if score else None,
                    "highest": int(score + 0.5) if score else None,
                    "scored_by": "lead researcher; local researcher" if score else None,
                    "evidence": evidence,
                    **by_rule.get(name, {}),
                }
                for position, (name, section, label, score, evidence) in enumerate(
                    (
                        ("location", "cluster features", "Location", 3.0, "Old town and two suburbs"),
                        (
                            "employment",
                            "cluster features",
                            "Employment",
                            4.5,
                            "Four in five without contract",
                        ),
                        ("social_capital", "social parameters", "Social capital", 2.0, "Strong guilds"),
                        ("joint_action", "cluster processes", "Joint action", 2.0, "Bulk buying since 2020"),
                        ("promotability", "cluster dynamics", "Promotability of clusters", None, None),
                    ),
                    start=1,
                )
            ],
        ),
        "score_agreement": frame(
            mapping.ScoreAgreement,
            [
                {
                    "assessment": "marenha",
                    "alpha": 0.7312,
                    "assessors": 2,
                    "compared": 4,
                    "verdict": "tentative",
                    "reason": None,
                }
            ],
        ),
        "cluster_priorities": frame(
            mapping.ClusterPriorities,
            [
                {
                    "assessment": "marenha",
                    "cluster": "Marenha leather cluster",
                    "score": 2.875,
                    "scored": 4,
                    "unscored": 1,
                    "score_low": 2.5,
                    "score_high": 3.3,
                    "score_middle": 2.9,
                    "score_low_90": 2.21,
                    "score_high_90": 3.64,
                    "draws": 10_000,
                    "seed": 20041204,
                }
            ],
        ),
    }


def _design() -> dict[str, pd.DataFrame]:
    selection = []
    for group in GROUPS:
        few = group == HIDDEN_GROUP
        for rank, (indicator, (label, *_)) in enumerate(INDICATORS.items(), start=1):
            selection.append(
                {
                    "poverty_group": group,
                    "indicator": indicator,
                    "label": label,
                    "mean_rank": None if few else rank + 0.4,
                    "voters": None if few else 24,
                    "participants": None if few else 24,
                    "focus_groups": None if few else 4,
                    "weight": None if few else 0.4 / rank,
                    "ranked_all": None if few else 22,
                    "agreement": None if few else 0.62,
                    "selected": rank <= 3,
                    "list_weight": None if few or rank > 3 else 0.5 / rank,
                    "decided": "team" if rank == 3 else "ranking",
                    "decided_by": "lead researcher" if rank == 3 else None,
                    "reason": "among the first three" if rank <= 3 else "below the first three",
                    "withheld_by": "threshold" if few else "",
                }
            )
    return {
        "sample_sizes": frame(
            design.SampleSizes,
            [
                {"stratum": f"{arm}: {label}", "in_frame": 400, "wanted": 60, "drawn": 60 - short}
                for arm in ("programme", "comparison")
                for short, (label, *_) in enumerate(GROUPS.values())
            ],
        ),
        "quota_gaps": frame(
            design.QuotaGaps,
            [
                {
                    "stratum": "comparison: Apprentices",
                    "in_frame": 400,
                    "wanted": 60,
                    "drawn": 56,
                    "gap": 4,
                }
            ],
        ),
        "draw_record": frame(
            design.DrawRecord,
            [
                {
                    "stratum": f"{arm}: {label}",
                    "design": "representative",
                    "method": "stratified",
                    "allocation": "proportional",
                    "unit_of_assessment": "individual",
                    "seed": 20041204,
                    "frame_sha256": "d" * 64,
                    "in_frame": 400,
                    "drawn": 60 - short,
                    "replacements": 8,
                    "certainty_units": 0,
                    "sum_of_weights": 400.0,
                    "inclusion_probability": 0.15,
                }
                for arm in ("programme", "comparison")
                for short, (label, *_) in enumerate(GROUPS.values())
            ],
        ),
        "comparison_balance": frame(
            comparison.ComparisonBalance,
            [
                {
                    "covariate": name,
                    "programme_mean": first,
                    "comparison_mean": second,
                    "standardized_difference": difference,
                    "variance_ratio": 1.04,
                    "programme_respondents": 292,
                    "comparison_respondents": 288,
                    "verdict": verdict,
                    "adjusted_standardized_difference": adjusted,
                    "adjusted_variance_ratio": 0.98,
                    "adjusted_verdict": "balanced",
                }
                for name, first, second, difference, verdict, adjusted in (
                    ("age", 34.2, 33.8, 0.04, "balanced", 0.02),
                    ("years_of_school", 5.1, 6.4, -0.41, "unbalanced", -0.11),
                    ("household_size", 5.6, 5.4, 0.09, "balanced", 0.05),
                )
            ],
        ),
        **_comparison(),
        **_effects(),
        "indicator_selection": frame(design.IndicatorSelection, selection),
        **_rankings(),
        **_size(),
        "instruments": frame(
            instruments.Instruments,
            [
                {
                    "wave": wave,
                    "question": name,
                    "position": position,
                    "section": section,
                    "wording": words,
                    "answers": answers,
                    "unit": unit,
                    "poverty_groups": groups,
                    "indicators": indicator,
                    "sensitive": private,
                    "recalls": recalls,
                    "version": f"0123456{wave[:3]}",
                }
                for wave in WAVES
                for position, (name, section, words, answers, unit, groups, indicator, private, recalls) in (
                    enumerate(
                        (
                            (
                                *("income_month", "Income", "How much did you earn?"),
                                *("number, 0 or more", "currency", "all", "income_month", False, None),
                            ),
                            (
                                *("income_month_before", "Income", "How much before?"),
                                *("number, 0 or more", "currency", "stitchers_women, casual_cutters"),
                                *("income_month", False, "income_month"),
                            ),
                            (
                                *("say_over_income", "Questions to ask in private", "How much say?"),
                                *("whole number, 1 to 5", "score", "own_account_dyers", "say_over_income"),
                                *(True, None),
                            ),
                        ),
                        start=1,
                    )
                )
            ],
        ),
        "pilot_changes": frame(
            design.PilotChanges,
            [
                {
                    "item": "Question on debt",
                    "kind": "question",
                    "decision": "change",
                    "reason": "Nobody answered while the trader was in the room",
                }
            ],
        ),
        "training": frame(
            design.TrainingHeld,
            [
                {
                    "role": "enumerators",
                    "topic": "Consent and private questions",
                    "held_on": "2023-02-06",
                    "days": 2.5,
                    "trained": 8,
                    "person_days": 20.0,
                }
            ],
        ),
        "research_methods": frame(
            design.ResearchMethods,
            [
                {
                    "stage": "initial",
                    "kind": "participatory",
                    "method": "Matrix ranking",
                    "purpose": "what matters to each group",
                    "by": "facilitators",
                    "role_in_box": "choose_indicators",
                },
                {
                    "stage": "during",
                    "kind": "quantitative",
                    "method": "Household survey",
                    "purpose": "how many gained and how much",
                    "by": "enumerators",
                    "role_in_box": None,
                },
            ],
        ),
    }


def _rankings() -> dict[str, pd.DataFrame]:
    """Return how far the groups agree: one of them is too small to be told."""
    told = ("ranked_all", "too_small", "too_large", "indicators", "agreement", "mean_agreement", "chi2")
    told = (*told, "degrees_of_freedom", "p_value", "focus_groups", "participants", "size_not_told")
    summary = []
    for group in GROUPS:
        row = dict(zip(told, (22, 1, 0, 4, 0.62, 0.7, 41.3, 3, 0.0004, 4, 24, 0), strict=True))
        few = group == HIDDEN_GROUP
        hidden = {"withheld_by": "threshold", **dict.fromkeys(told)} if few else {}
        summary.append({"poverty_group": group, **row, **hidden})
    whole = {"poverty_group": "all", "other_group": "all", "agreement": 0.44, "tau_b": None}
    pair = {"poverty_group": "casual_cutters", "other_group": "stitchers_women", "agreement": None}
    shared = {"indicators": 4, "on_both": 1, "on_either": 4, "participants": 24, "focus_groups": 4}
    return {
        "ranking_summary": frame(design.RankingSummary, summary),
        "ranking_agreement": frame(
            design.RankingAgreement, [{**whole, **shared}, {**pair, "tau_b": -0.33, **shared}]
        ),
    }


def _effects() -> dict[str, pd.DataFrame]:
    """Return effects beside each other and trends before the programme: one group drifted away already."""
    model = {"specification": "main", "term": "programme x later", "indicator": "income_month"}
    told = ("estimate", "standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value")
    adjusted = ("p_holm", "p_benjamini_hochberg", "p_adjusted")
    differences, trends = [], []
    for place, group in enumerate(GROUPS):
        few = group == HIDDEN_GROUP
        gap = 240.0 * (place - 2)
        figures = dict(zip(told, (gap, 130.0, gap - 260, gap + 260, 17.0, 0.012), strict=True))
        counts = {"respondents": 107, "others": 410, "smallest_cell": 24}
        hidden = {"withheld_by": "threshold", **dict.fromkeys((*told, *adjusted, *counts, "verdict"))}
        differences.append(
            {
                **model,
                "interaction": f"programme x later x {group}",
                "poverty_group": group,
                "from_wave": WAVES[0],
                "to_wave": WAVES[1],
                **figures,
                **dict.fromkeys(adjusted, 0.048),
                "family": "main",
                "tests": 4,
                **counts,
                "clusters": 18,
                "claim": "associational",
                "verdict": "differ" if abs(gap) > 300 else "not told apart",
                **(hidden if few else {}),
            }
        )
        trends.append(
            {
                **model,
                "poverty_group": group,
                "from_wave": WAVES[0],
                "to_wave": WAVES[1],
                **figures,
                "respondents": 107,
                "smallest_cell": 24,
                "clusters": 18,
                "verdict": "differed" if place == 1 else "not told apart",
                **({key: hidden[key] for key in hidden if key not in (*adjusted, "others")} if few else {}),
            }
        )
    return {
        "impact_differences": frame(impact.ImpactDifferences, differences),
        "pre_trends": frame(impact.PreTrends, trends),
        "attrition_bounds": frame(impact.AttritionBounds, _bounds()),
    }


def _bounds() -> list[dict]:
    """Return bounds of an effect: of the hidden group nobody is told."""
    figures = {
        "programme_found": 0.91,
        "comparison_found": 0.84,
        "trimmed_arm": "programme",
        "trimmed_share": 0.077,
        "trimmed": 41,
        "lower": 110.0,
        "upper": 870.0,
        "ci_low": -120.0,
        "ci_high": 1090.0,
        "respondents": 508,
        "smallest_cell": 240,
        "lost": 72,
        "verdict": "either sign",
    }
    model = {"specification": "main", "indicator": "income_month", "measures": "change"}
    model |= {"from_wave": WAVES[0], "to_wave": WAVES[1]}
    hidden = {"withheld_by": "threshold", **dict.fromkeys(figures)}
    return [
        {**model, "poverty_group": "all", **figures},
        {**model, "poverty_group": HIDDEN_GROUP, **hidden},
    ]


def _comparison() -> dict[str, pd.DataFrame]:
    """Return the tables of a matched comparison group: some have no match, and some live among the others."""
    counts = {"programme": (0, 31, 58, 97, 106), "comparison": (66, 82, 70, 58, 12)}
    return {
        "comparison_matching": frame(
            comparison.ComparisonMatching,
            [
                {
                    "arm": arm,
                    "method": "propensity",
                    "covariates": "age, years_of_school, household_size",
                    "exact": None,
                    "caliper": 0.2,
                    "neighbours": 1,
                    "replacement": False,
                    "respondents": respondents,
                    "covariate_missing": 0,
                    "matched": 215,
                    "unmatched": respondents - 215,
                    "effective_respondents": 203.0,
                    "problem": None,
                }
                for arm, respondents in (("programme", 292), ("comparison", 288))
            ],
        ),
        "comparison_tests": frame(
            comparison.ComparisonTests,
            [
                {
                    "stage": stage,
                    "statistic": statistic,
                    "numerator": 3,
                    "denominator": 37,
                    "p_value": p_value,
                    "problem": None,
                }
                for stage, statistic, p_value in (("before", 6.2, 0.0016), ("after", 0.7, 0.558))
            ],
        ),
        "comparison_overlap": frame(
            comparison.ComparisonOverlap,
            [
                {
                    "position": place + 1,
                    "arm": arm,
                    "low": place / 5,
                    "high": (place + 1) / 5,
                    "respondents": counts[arm][place],
                }
                for place in range(5)
                for arm in ("programme", "comparison")
            ],
        ),
        "spill_over": frame(
            comparison.SpillOver,
            [{"channel": "locality", "comparison_respondents": 288, "exposed": 36, "share": 0.125}],
        ),
    }


def _size() -> dict[str, pd.DataFrame]:
    rows = []
    for group in (*GROUPS, "all"):
        few = group == HIDDEN_GROUP
        rows.append(
            {
                "indicator": "income_month",
                "poverty_group": group,
                "programme_drawn": None if few else 60,
                "comparison_drawn": None if few else 40,
                "clusters": None if few else 12,
                "programme_reached": None if few else 54.0,
                "comparison_reached": None if few else 31.5,
                "icc": 0.05,
                "baseline_correlation": 0.5,
                "design_effect": None if few else 1.4,
                "power": 0.8,
                "mde": None if few else 512.25,
                "smallest_change": 400.0,
                "verdict": "too small to be seen",
                "withheld_by": "threshold" if few else "",
            }
        )
    curve = [
        {
            "indicator": "income_month",
            "people": people,
            "mde": effect,
            "planned": people == 100,
            "affordable": people == 150,
        }
        for people, effect in ((50, 740.0), (100, 512.25), (150, 418.0), (400, 255.0))
    ]
    measured = {
        "indicator": "income_month",
        "respondents": 580,
        "mean_assumed": 6500.0,
        "mean": 6120.0,
        "standard_deviation_assumed": 2100.0,
        "standard_deviation": 2310.0,
        "icc_assumed": 0.03,
        "icc": 0.042,
        "followed": 520,
        "baseline_correlation_assumed": 0.5,
        "baseline_correlation": 0.61,
        "withheld_by": "",
    }
    released = {"power": rows, "power_curve": curve, "measured_assumptions": [measured]}
    contracts = {
        "power": size.Power,
        "power_curve": size.PowerCurve,
        "measured_assumptions": size.MeasuredAssumptions,
    }
    return {name: frame(contracts[name], one) for name, one in released.items()}


def _weights() -> dict[str, pd.DataFrame]:
    uneven = {"respondents": 290, "total": 6100.0, "coefficient_of_variation": 0.5}
    adjusted = {"adjustment_variation": 0.12}
    cost = {"design_effect": 1.25, "effective_respondents": 232.0}
    return {
        "weight_summary": frame(
            weights.WeightSummary,
            [{"wave": wave, "arm": "all", **uneven, **adjusted, **cost} for wave in WAVES]
            + [{"wave": wave, "arm": "comparison", "withheld_by": "threshold"} for wave in WAVES],
        ),
        "response_classes": frame(
            weights.ResponseClasses,
            [
                {
                    "wave": "baseline",
                    "weighting_class": "hill-villages",
                    "among": "those drawn",
                    "expected": 120,
                    "interviewed": 98,
                    "not_interviewed": 22,
                    "response_rate": 0.82,
                    "joined": 1,
                    "factor": 1.22,
                },
                {
                    "wave": "baseline",
                    "weighting_class": "town",
                    "among": "those drawn",
                    "withheld_by": "threshold",
                },
            ],
        ),
        "calibration_margins": frame(
            weights.CalibrationMargins,
            [
                {
                    "wave": "baseline",
                    "variable": "gender",
                    "category": "women",
                    "target": 4100.0,
                    "respondents": 170,
                    "before": 3900.0,
                    "after": 4100.0,
                }
            ],
        ),
    }


def _fieldwork() -> dict[str, pd.DataFrame]:
    interviews, attrition = [], []
    for group in (*GROUPS, "all"):
        few = group == HIDDEN_GROUP
        rule = "threshold" if few else ""
        for arm in ("programme", "comparison"):
            people = 290 if group == "all" else 58
            interviews += [
                {
                    "wave": wave,
                    "arm": arm,
                    "poverty_group": group,
                    "interviewed": None if few else people - 20 * late,
                    "withheld_by": rule,
                }
                for late, wave in enumerate(WAVES)
            ]
            attrition.append(
                {
                    "wave": "year_three",
                    "arm": arm,
                    "poverty_group": group,
                    "followed": None if few else people,
                    "interviewed": None if few else people - 9,
                    "lost": None if few else 9,
                    "rate": None if few else 9 / people,
                    "withheld_by": rule,
                }
            )
    losses = {"received": 602, "filtered": 4, "refused": 11, "removed": 2, "used": 585}
    return {
        "interviews": frame(fieldwork.Interviews, interviews),
        "attrition": frame(fieldwork.Attrition, attrition),
        "attrition_tests": frame(
            fieldwork.AttritionTests,
            [
                {
                    "wave": "year_three",
                    "test": test,
                    "statistic": statistic,
                    "numerator_df": None if statistic is None else 1.9,
                    "denominator_df": None if statistic is None else 55.4,
                    "p_value": p,
                    "respondents": 580,
                    "interviewed": 490,
                    "lost": 90,
                    "verdict": verdict,
                    "says": f"What the test of {test} says.",
                }
                for test, statistic, p, verdict in (
                    ("arm", 6.31, 0.004, "differ"),
                    ("gender", 0.4, 0.668, "no difference found"),
                    ("joint", None, None, "not tested"),
                )
            ]
            + [
                {
                    "wave": "year_three",
                    "test": "enumerator",
                    "withheld_by": "threshold",
                }
            ],
        ),
        **_weights(),
        "wave_losses": frame(
            fieldwork.WaveLosses,
            [
                {"wave": wave, "reason": reason, "interviews": number}
                for wave in WAVES
                for reason, number in losses.items()
            ],
        ),
        "correction_summary": frame(
            fieldwork.CorrectionSummary,
            [{"wave": "baseline", "variable": "income_month", "corrections": 7}],
        ),
        "revision_summary": frame(
            fieldwork.RevisionSummary,
            [{"wave": "year_three", "variable": "income_month", "changes": 14}],
        ),
        "respondent_links": frame(
            fieldwork.RespondentLinks,
            [
                {
                    "wave": wave,
                    "respondents": 585 - 20 * late,
                    "followed": 540 * late,
                    "returned": 0,
                    "new": 25 if late else 585,
                    "lost": 45 * late,
                    "duplicated": 12 * late,
                    "changed_gender": 0,
                    "changed_birth_year": None,
                }
                for late, wave in enumerate(WAVES)
            ],
        ),
        "field_check_summary": frame(
            checks.FieldCheckSummary,
            [
                {
                    "wave": "baseline",
                    "check": "value far from all others",
                    "severity": "warning",
                    "found": 12,
                },
                {"wave": "year_three", "check": "interview under 15 minutes", "severity": "note", "found": 3},
            ],
        ),
    }


def _analysis() -> dict[str, pd.DataFrame]:
    made: dict[str, list[dict]] = {
        name: []
        for name in ("estimates", "impact", "triangulation", "voices", "findings", "changes", "indicators")
    }
    for indicator, (label, unit, better, level, effect) in INDICATORS.items():
        made["indicators"].append(
            {
                "indicator": indicator,
                "label": label,
                "heading": "Minimum standard of living: Income",
                "stakeholder": "worker",
                "kind": "quantitative",
                "directness": "direct",
                "unit": unit,
                "better": better,
                "value": indicator,
                "smallest_change_pct": 5.0,
                "table_1": "enterprise_development.income_generation",
                "positive": "More",
                "negative": "Less",
            }
        )
        for group in GROUPS:
            _add_group(made, indicator, group, level, effect)
        for late, wave in enumerate(WAVES):
            for gender in ("women", "men"):
                for arm in ("programme", "comparison"):
                    value = level * (1 + 0.1 * late)
                    made["estimates"].append(
                        _estimate(indicator, "all", gender, arm, wave, value, level * 0.03)
                    )
    for position, finding in enumerate(made["findings"], start=1):
        finding["position"] = position
    won = [_won(row) for row in made["impact"]]
    return {
        "indicators": frame(analysis.Indicators, made["indicators"]),
        "indicator_estimates": frame(analysis.IndicatorEstimates, made["estimates"]),
        "impact_estimates": frame(analysis.ImpactEstimates, made["impact"]),
        "triangulation": frame(analysis.Triangulation, made["triangulation"]),
        "focus_group_verdicts": frame(analysis.FocusGroupVerdicts, made["voices"]),
        "findings": frame(analysis.Findings, made["findings"]),
        "wave_changes": frame(followup.WaveChanges, made["changes"]),
        "winners_losers": frame(winners.WinnersLosers, won),
    }


def _won(row: dict) -> dict:
    """Return who gained or lost as the impact of a whole group says."""
    shared = ("indicator", "poverty_group", "specification", "from_wave", "to_wave", "claim", "direction")
    figures = ("estimate", "ci_low", "ci_high", "respondents", "withheld_by")
    told = {one: row.get(one) for one in (*shared, *figures)}
    return {**told, "gender": "all", "basis": "impact", "tests": row.get("tests", 0)}


def _estimate(
    indicator: str, group: str, gender: str, arm: str, wave: str, value: float, error: float
) -> dict:
    few = group == HIDDEN_GROUP
    return {
        "indicator": indicator,
        "category": "all",
        "poverty_group": group,
        "gender": gender,
        "difference": "all",
        "arm": arm,
        "wave": wave,
        "estimate": None if few else value,
        "standard_error": None if few else error,
        "ci_low": None if few else value - 2 * error,
        "ci_high": None if few else value + 2 * error,
        "degrees_of_freedom": None if few else 56.0,
        "design_effect": None if few else 1.2,
        "respondents": None if few else 58,
        "design": "representative",
        "withheld_by": "threshold" if few else "",
    }


def _add_group(made: dict[str, list[dict]], indicator: str, group: str, level: float, effect: float) -> None:
    how = GROUPS[group][4]
    few = group == HIDDEN_GROUP
    rule = "threshold" if few else ""
    verdict = None if few else direction(indicator, group)
    claim = "causal" if indicator == "income_month" else "associational"
    reason = (
        "two waves, arms in balance; assumption: without the programme both valleys would have moved alike"
        if claim == "causal"
        else "years of school are out of balance between the valleys"
    )
    spread = abs(effect) * 0.18
    base = level * (0.8 + 0.08 * len(group) % 0.3)
    for arm in ("programme", "comparison"):
        gain = effect * (how if arm == "programme" else 0.05)
        for late, wave in enumerate(WAVES):
            made["estimates"].append(
                _estimate(indicator, group, "all", arm, wave, base + gain * late, spread / 1.5)
            )
        made["changes"].append(
            {
                "indicator": indicator,
                "poverty_group": group,
                "arm": arm,
                "from_wave": WAVES[0],
                "follow_up": "repeat",
                "claim": "descriptive",
                "to_wave": WAVES[1],
                "change": None if few else gain,
                "standard_error": None if few else spread,
                "ci_low": None if few else gain - 2 * spread,
                "ci_high": None if few else gain + 2 * spread,
                "degrees_of_freedom": None if few else 56.0,
                "respondents_from": None if few else 58,
                "respondents_to": None if few else 49,
                "respondents_both": None if few else 49,
                "direction": None if few else "unchanged" if arm == "comparison" else verdict,
                "withheld_by": rule,
            }
        )
    estimate = effect * (how - 0.05)
    made["impact"].append(
        {
            "specification": "main",
            "term": "programme x later",
            "indicator": indicator,
            "poverty_group": group,
            "from_wave": WAVES[0],
            "to_wave": WAVES[1],
            "estimator": "difference_in_differences",
            "fixed_effects": "node",
            "error_type": "cluster",
            "comparison": "all",
            "estimate": None if few else estimate,
            "standard_error": None if few else spread,
            "ci_low": None if few else estimate - 2 * spread,
            "ci_high": None if few else estimate + 2 * spread,
            "degrees_of_freedom": None if few else 17.0,
            **dict.fromkeys(
                ("p_value", "p_holm", "p_benjamini_hochberg", "p_adjusted"), None if few else 0.012
            ),
            "family": "main",
            "tests": 1,
            "respondents": None if few else 107,
            "clusters": 18,
            "claim": claim,
            "claim_reason": reason,
            "programme_term": True,
            "direction": verdict,
            "withheld_by": rule,
        }
    )
    label = GROUPS[group][0]
    made["findings"].append(
        {
            "finding": f"{indicator}/{group}",
            "indicator": indicator,
            "poverty_group": group,
            "direction": verdict,
            "claim": claim,
            "statement": None if few else f"{label}: {INDICATORS[indicator][0].lower()} {verdict}.",
            "evidence": f"impact_estimates: main, {indicator}, {group}",
            "figure": f"impact_estimates/main/programme x later/{indicator}/{group}/{WAVES[0]}/{WAVES[1]}",
            "limits": reason,
            "respondents": None if few else 107,
            "public": False,
            "withheld_by": rule,
        }
    )
    voice = "worse" if indicator == "written_contract" and how > 0.5 else "better" if how > 0 else "worse"
    made["voices"].append(
        {
            "wave": WAVES[1],
            "poverty_group": group,
            "indicator": indicator,
            "direction": voice,
            "focus_groups": None if few else 2,
            "participants": None if few else 13,
            "withheld_by": "focus groups" if few else "",
        }
    )
    made["triangulation"].append(
        {
            "indicator": indicator,
            "poverty_group": group,
            "quantitative": verdict,
            "qualitative": "silent",
            "participatory": voice,
            "verdict": None if few else "agree" if voice == verdict else "contradict",
            "effect": "withheld" if few else verdict,
            "focus_groups": 2,
            "participants": 13,
            "respondents": None if few else 107,
            "withheld_by": rule,
        }
    )


def _poverty() -> dict[str, pd.DataFrame]:
    """Return poverty in money and in capabilities, with a group too small to be told of."""
    money = {"specification": "earnings", "dimension": "all", "unit": "share of people"}
    counted = {**money, "specification": "lacking"}
    rows = [
        {**money, "measure": "headcount", "estimate": 0.41},
        {**money, "measure": "gini", "estimate": 0.2634, "unit": "index 0 to 1"},
        {**money, "measure": "line", "estimate": 1260.0, "unit": "currency per month"},
        {**counted, "measure": "adjusted_headcount", "estimate": 0.23},
        {**counted, "measure": "contribution", "dimension": "contract", "estimate": 0.62},
        {**counted, "measure": "contribution", "dimension": "housing", "estimate": 0.38},
    ]
    told = {
        "standard_error": 0.021,
        "degrees_of_freedom": 56.0,
        "design_effect": 1.2,
        "respondents": 58,
        "smallest_cell": 24,
        "left_out": 3,
        "design": "representative",
    }
    hidden = dict.fromkeys(("estimate", "standard_error", "respondents", "smallest_cell", "left_out"))
    measures, changes = [], []
    for row in rows:
        for group in ("all", "stitchers_women", HIDDEN_GROUP):
            few = group == HIDDEN_GROUP
            key = {"poverty_group": group, "gender": "all", "arm": "all"}
            ends = {} if few else {"ci_low": row["estimate"] - 0.04, "ci_high": row["estimate"] + 0.04}
            rule = {"withheld_by": "threshold"} if few else {}
            measures += [
                {**row, **key, "wave": wave, **told, **ends, **(hidden if few else {}), **rule}
                for wave in WAVES
            ]
            if row["measure"] == "line":
                continue
            change = {name: one for name, one in row.items() if name != "estimate"}
            counts = ("respondents_from", "respondents_to", "respondents_both", "smallest_cell")
            changes.append(
                {
                    **change,
                    **key,
                    "from_wave": WAVES[0],
                    "to_wave": WAVES[1],
                    "change": None if few else -0.06,
                    "standard_error": None if few else 0.02,
                    "ci_low": None if few else -0.1,
                    "ci_high": None if few else -0.02,
                    "degrees_of_freedom": None if few else 56.0,
                    **dict.fromkeys(counts, None if few else 49),
                    **rule,
                }
            )
    dimension = {"specification": "lacking", "box_1": "Decent and secure work"}
    weight = {"specification": "lacking", "poverty_group": "stitchers_women"}
    return {
        "poverty_specifications": frame(
            poverty.PovertySpecifications,
            [
                {
                    "specification": "earnings",
                    "kind": "poverty",
                    "label": "Poverty by earnings",
                    "value": "income_month",
                    "unit": "currency per month",
                    "area": "valley",
                    "line": "60 % of the median of everybody in the wave",
                    "gini": "trapezoid",
                    "people": "household_members",
                    "cluster": "household",
                },
                {
                    "specification": "lacking",
                    "kind": "capability",
                    "label": "What people lack",
                    "k": 1 / 3,
                    "weights": "ranking",
                    "missing": "drop",
                },
            ],
        ),
        "poverty_lines": frame(
            poverty.PovertyLines,
            [
                {"specification": "earnings", "area": "all", "wave": WAVES[0], "price_index": 100.0},
                {
                    "specification": "earnings",
                    "area": "all",
                    "wave": WAVES[1],
                    "price_index": 118.5,
                    "ppp": 2.1,
                },
            ],
        ),
        "capability_dimensions": frame(
            poverty.CapabilityDimensions,
            [
                {
                    **dimension,
                    "dimension": "contract",
                    "position": 1,
                    "label": "No contract",
                    "indicator": "written_contract",
                    "deprived": "written_contract = 0",
                },
                {
                    **dimension,
                    "dimension": "housing",
                    "position": 2,
                    "label": "Crowded rooms",
                    "deprived": "household_members > 3 * rooms",
                },
            ],
        ),
        "capability_weights": frame(
            poverty.CapabilityWeights,
            [
                {**weight, "dimension": "contract", "weight": 0.7, "participants": 14, "focus_groups": 2},
                {**weight, "dimension": "housing", "withheld_by": "threshold"},
            ],
        ),
        "poverty_measures": frame(poverty.PovertyMeasures, measures),
        "poverty_changes": frame(poverty.PovertyChanges, changes),
    }


def _reporting() -> dict[str, pd.DataFrame]:
    contested = "written_contract/stitchers_women"
    return {
        "feedback": frame(
            reporting.Feedback,
            [
                {
                    "finding": finding,
                    "workshop": "participants_2026",
                    "kind": "participants",
                    "held_on": "2026-02-20",
                    "verdict": verdict,
                    "comment": comment,
                    "contested_by": "stitchers_women" if verdict == "contested" else None,
                    "of_earlier": False,
                }
                for finding, verdict, comment in (
                    ("income_month/stitchers_women", "confirmed", "The new buyers pay by the week"),
                    (
                        contested,
                        "contested",
                        "The contracts are kept by the workshop owner, nobody has read one",
                    ),
                )
            ],
        ),
        "actions": frame(
            reporting.Actions,
            [
                {
                    "action": "contracts",
                    "statement": "Read every contract aloud in the savings groups",
                    "owner": "secretary of the association",
                    "due": "2026-06-30",
                    "status": "under way",
                    "finding": contested,
                    "agreed_on": "2026-02-22",
                    "overdue": False,
                    "carried": False,
                },
                {
                    "action": "rates",
                    "statement": "Hang the piece rates in each lane",
                    "owner": "cluster association",
                    "due": "2024-12-31",
                    "status": "open",
                    "finding": None,
                    "agreed_on": "2024-01-15",
                    "overdue": True,
                    "carried": True,
                },
            ],
        ),
        "workshops": frame(
            reporting.Workshops,
            [
                {
                    "workshop": "participants_2026",
                    "kind": "participants",
                    "held_on": "2026-02-20",
                    "participants": 14,
                    "findings": 2,
                    "contested": 1,
                    "recommendations": 1,
                }
            ],
        ),
        "focus_group_delegates": frame(
            reporting.FocusGroupDelegates,
            [
                {
                    "wave": WAVES[1],
                    "focus_group": name,
                    "poverty_group": "stitchers_women",
                    "sent": name == "F1",
                }
                for name in ("F1", "F2")
            ],
        ),
        "recommendations": frame(
            reporting.Recommendations,
            [
                {
                    "recommendation": "weekly-pay",
                    "statement": "Let every buyer pay by the week",
                    "workshop": "participants_2026",
                    "kind": "participants",
                    "held_on": "2026-02-20",
                    "proposed_by": "home worker",
                    "standing": "disputed",
                    "finding": contested,
                    "action": "Read every contract aloud in the savings groups",
                }
            ],
        ),
        "committee": frame(
            reporting.Committee,
            [
                {
                    "seat": "association",
                    "kind": "stakeholders",
                    "role": "secretary",
                    "since": "2026-02-25",
                    "kept": True,
                },
                {
                    "seat": "lanes",
                    "kind": "poverty group",
                    "poverty_group": "stitchers_women",
                    "kept": True,
                },
                {
                    "seat": "no seat: own_account_dyers",
                    "kind": "poverty group",
                    "poverty_group": "own_account_dyers",
                    "kept": False,
                },
            ],
        ),
        "earlier_findings": frame(
            followup.EarlierFindings,
            [
                {
                    "report": "visit_2024",
                    "reported_on": "2024-03-01",
                    "finding": contested,
                    "indicator": "written_contract",
                    "label": "Work under a written contract",
                    "poverty_group": "stitchers_women",
                    "was": "worse",
                    "claim": "recall",
                    "statement": "Women who stitch at home: fewer had a contract than they recall.",
                    "now": "better",
                    "verdict": "reversed",
                    "respondents": 40,
                },
                {
                    "report": "visit_2024",
                    "reported_on": "2024-03-01",
                    "finding": f"written_contract/{HIDDEN_GROUP}",
                    "indicator": "written_contract",
                    "label": "Work under a written contract",
                    "poverty_group": HIDDEN_GROUP,
                    "claim": "recall",
                    "withheld_by": "threshold",
                },
            ],
        ),
        "form_changes": frame(
            followup.FormChanges,
            [
                {
                    "from_wave": WAVES[0],
                    "to_wave": WAVES[1],
                    "question": "written_contract",
                    "difference": "worded otherwise",
                    "was": "Have you a contract?",
                    "now": "Do you hold a written contract?",
                    "indicators": "written_contract",
                }
            ],
        ),
    }


def _voices() -> dict[str, pd.DataFrame]:
    wave, women, hidden = WAVES[1], "stitchers_women", HIDDEN_GROUP
    few = {"withheld_by": "threshold"}
    said = {"wave": wave, "indicator": "income_month", "direction": "worse", "codings": 9, "coders": 2}
    nothing = dict.fromkeys(("direction", "codings", "coders", "sources", "participants"))
    quote = {"wave": wave, "indicator": "income_month", "language": "Portuguese"}
    pooled = {"sessions": 2, "participants": 13}
    unpooled = {"sessions": None, "participants": None, **few}
    rank = {"wave": wave, "tool": "matrix scoring", "criterion": "all", "poverty_group": women}
    line = {"wave": wave, "kind": "venn", "poverty_group": women}
    return {
        "coded_voices": frame(
            voices.CodedVoices,
            [
                {**said, "poverty_group": women, "sources": 4, "participants": 15, "agreement": 0.71},
                {**said, **nothing, "poverty_group": hidden, **few},
            ],
        ),
        "coder_agreement": frame(
            voices.CoderAgreement,
            [
                {"wave": wave, "code": code, "alpha": alpha, "sources": 9, "coders": 2, "verdict": verdict}
                for code, alpha, verdict in (
                    ("Income > Earns less", 0.83, "reliable"),
                    ("Weather", None, "cannot be said"),
                    ("all", 0.71, "tentative"),
                )
            ],
        ),
        "quotes": frame(
            voices.Quotes,
            [
                {
                    **quote,
                    "quote": "q1",
                    "poverty_group": women,
                    "label": "a woman who stitches at home",
                    "label_people": 1850,
                    "words": "The thread I pay for now",
                },
                {**quote, "quote": "q2", "poverty_group": hidden, **few},
            ],
        ),
        "attendance": frame(
            voices.Attendance,
            [
                {"wave": wave, "role": "participant", "sessions": 4, "women": 13, "men": 12},
                {"wave": wave, "role": "employer", "sessions": 1, "women": 0, "men": None, **few},
            ],
        ),
        "tools_used": frame(
            voices.ToolsUsed,
            [
                {"wave": wave, "tool": "venn_diagrams", "poverty_group": women, **pooled},
                {"wave": wave, "tool": "diaries", "poverty_group": hidden, **unpooled},
            ],
        ),
        "tool_ranks": frame(
            voices.ToolRanks,
            [
                {**rank, "item": "Orders", "mean_rank": 1.5, "agreement": 0.25, **pooled},
                {**rank, "item": "Loans", "mean_rank": None, **unpooled},
            ],
        ),
        "diagram_links": frame(
            voices.DiagramLinks,
            [
                {**line, "from": "Stitchers", "to": "Agent", "drawings": 2, "strength": 3.0, **pooled},
                {**line, "from": "Stitchers", "to": "Bank", "drawings": None, **unpooled},
            ],
        ),
    }


PAGE = """<!doctype html><html lang="en"><head><title>Block printers</title></head><body>
<header><h1>Block printers</h1></header><nav><ol><li>Contents</li></ol></nav><main><section>
<h2><span>1</span> Findings</h2><dl class="facts"><div><dt>Country</dt><dd>India</dd></div></dl>
<h3>Earnings</h3><p>Women gained
 12 % more.</p><ul><li>Debts became smaller</li></ul>
<div class="table"><table><caption>Who gained</caption><thead><tr><th>Group</th><th>Gained</th></tr></thead>
<tbody><tr><th>Women home workers</th><td><ul><li>Earnings</li> <li>Days worked</li></ul></td></tr></tbody>
</table></div><figure><div class="wide"><svg xmlns="http://www.w3.org/2000/svg" width="1200" height="60"
role="img"
viewBox="0 0 1200 60"><title>Earnings</title><desc>Women earn more.</desc><rect width="60" height="30"/></svg>
</div><div class="narrow"><svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"></svg></div></figure>
<blockquote>The cloth goes up.</blockquote></section></main></body></html>"""
"""A small page of a report, with each kind of element that a section has."""

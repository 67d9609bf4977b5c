"""Write docs/assessment-folder.md from the contracts: python docs/make_tables.py"""

from __future__ import annotations

import importlib
from pathlib import Path

from schemas.base import TABLES, Contract, column_types, notes, required_columns

MODULES = [
    f"schemas.{name}"
    for name in (
        "plan",
        "secondary",
        "mapping",
        "design",
        "fieldwork",
        "voices",
        "analysis",
        "poverty",
        "reporting",
        "followup",
    )
]
for _module in MODULES:
    importlib.import_module(_module)

PAGE = Path(__file__).parent / "assessment-folder.md"
MADE_HERE = {"draw_order", "quota"}
WORDS = {"string[pyarrow]": "text", "Int64": "whole number", "float64": "number", "boolean": "yes or no"}
TOP = """# The tables of an assessment folder
Written from the contracts by `python docs/make_tables.py`; a test compares. A table is a CSV (UTF-8, first
row the column names), a sheet of the workbook that bears the folder's name, an .xlsx of its own, Parquet,
Stata or SPSS. Columns marked with * must be filled in every row; the others can be left empty or left out.
Dates are written 2026-01-31. Ids of people become pseudonyms in the warehouse.

## waves/&lt;wave&gt;/interviews
One row a respondent. Any columns: the plan says which of them hold what (`[wave.columns]`); where it says
nothing, a column that bears the name is taken. An export of KoboToolbox, ODK Central or SurveyCTO goes there
as it comes, and a wave may come in several files: [waves.md](waves.md).

| column | what it holds |
|---|---|
| respondent* | id of the person or firm; the same in every wave. `_row` in the plan where a file has none |
| arm | programme or comparison |
| node | actor of mapping/actors |
| poverty_group | poverty group of the plan |
| gender | women, men or mixed |
| difference | ethnicity, religion, caste or other |
| weight | weight, above 0. Where no wave has it, it comes from the draw; without a draw it is 1 |
| stratum, cluster | stratum of the draw; primary sampling unit or locality |
| household, enumerator | ids; they become pseudonyms |
| consent | yes or no: whoever did not say yes is counted and left out; an empty cell counts as not recorded |
| wave | where one file holds several waves |
| birth_year | year of birth, only where the plan names its column: who is followed is checked by it |
| revision | number of the version of a row, where a wave comes in several files or versions |

Beside them may lie `waves/&lt;wave&gt;/form.xlsx`, the XLSForm that was used, and
`waves/&lt;wave&gt;/back_check`, some of the same questions asked again: [field-checks.md](field-checks.md).

All other columns are the wave's own. Their types come from the catalogue's questions, from `[wave.types]`, or
from a Stata, SPSS or Parquet file; else they are text.

"""


def page() -> str:
    """Return the page: one table of columns for each input table."""
    parts = [TOP]
    inputs = [contract for contract in TABLES.values() if contract.about().source]
    by_phase = sorted(inputs, key=lambda contract: MODULES.index(contract.__module__))
    parts += [_section(contract) for contract in by_phase]
    return "\n".join(parts)


def _section(contract: type[Contract]) -> str:
    about = contract.about()
    needed, meaning = set(required_columns(contract)), notes(contract)
    lines = [
        f"## {about.source.replace('*', '&lt;wave&gt;')}",
        f"{about.grain[0].upper()}{about.grain[1:]}. In the warehouse: `{about.name}`.",
        "",
        "| column | type | what it holds |",
        "|---|---|---|",
    ]
    for column, kind in column_types(contract).items():
        if column in MADE_HERE or (column == "wave" and "*" in about.source):
            continue
        star = "*" if column in needed else ""
        told = meaning[column] or _options(contract, column)
        lines.append(f"| {column}{star} | {WORDS[kind]} | {told}{_choices(contract, column)} |")
    return "\n".join([*lines, ""])


def _options(contract: type[Contract], column: str) -> str:
    return "one of a closed list" if _choices(contract, column) else column.replace("_", " ")


def _choices(contract: type[Contract], column: str) -> str:
    for check in contract.to_schema().columns[column].checks:
        if check.name == "isin":
            return ": " + ", ".join(map(str, check.statistics["allowed_values"]))
    return ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

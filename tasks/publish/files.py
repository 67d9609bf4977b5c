"""The files of a report's tree, made from released tables alone."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.manifest import Described
from tasks.languages import Language
from tasks.publish import design, groups, own
from tasks.publish.annex import annex
from tasks.publish.chain import value_chain
from tasks.publish.datapackage import datapackage
from tasks.publish.html import Provenance, render
from tasks.publish.iati import GET as GET_IATI
from tasks.publish.iati import NoActivity, iati
from tasks.publish.pdf import NotLaidOut, pdf
from tasks.publish.report import Report
from tasks.publish.rocrate import crate
from tasks.publish.sdmx import sdmx_csv
from tasks.publish.spoken import spoken_by
from tasks.publish.tables import as_csv
from tasks.publish.word import word
from tasks.releases import rules_in_force
from tasks.tongue import speaking

GET = {
    "iati": GET_IATI,
    "ro-crate": "rocrate is not installed: pip install 'psia[exchange]'",
    "word": "python-docx is not installed: pip install 'psia[word]'",
    "pdf": "WeasyPrint is not installed, or the system has no Pango: pip install 'psia[pdf]', "
    "and apt-get install libpango-1.0-0 libpangoft2-1.0-0 (macOS: brew install pango)",
}
"""What a format that cannot be made lacks, and how to get it."""
FAILED = "WeasyPrint cannot lay this report out: print report.html from a browser, or ask for Word"


def report_files(
    plan: AssessmentPlan,
    tables: dict[str, pd.DataFrame],
    inputs: list[tuple[str, str]],
    libraries: dict[str, str],
    own_words: Mapping[str, Language] | None = None,
    word_template: bytes | None = None,
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return relative path -> content of every file of the tree, and what the manifest says of them.

    own_words: the assessment's own words in the languages of the pages, by code. Made of these, the
    plan, the released tables, the hashes of the inputs and the office's template for Word alone: the same in,
    the same bytes out.
    """
    texts = {f"tables/{name}.csv": as_csv(frame) for name, frame in sorted(tables.items())}
    hasher = hashlib.sha256(plan.model_dump_json(exclude={"report", "iati", "position"}).encode())
    for name, text in texts.items():
        hasher.update(f"{name}\0{text}\0".encode())
    content_hash = hasher.hexdigest()
    version = importlib.metadata.version("psia")
    provenance = Provenance(
        version=version,
        content_hash=content_hash,
        inputs=tuple(inputs),
        libraries=tuple(sorted(libraries.items())),
        data_date=plan.assessment.report_date.isoformat(),
    )
    report = Report(plan, tables)
    languages = spoken_by(plan)
    for code, suffix in languages.items():
        with speaking(code, own.own_words(report, code, (own_words or {}).get(code) or Language(code, code))):
            texts[f"report{suffix}.html"] = render(plan, tables, provenance)
            if design_report := design.render(plan, tables, provenance):
                texts[f"design{suffix}.html"] = design_report
            if chain := value_chain(report):
                texts[chain.name] = chain.file
    texts |= groups.render(plan, tables, provenance, own_words)
    files = {name: text.encode() for name, text in texts.items()}
    files["annex.xlsx"] = annex(tables, provenance.pairs())
    files["datapackage.json"] = datapackage(
        plan.assessment.id, plan.assessment.title, version, provenance.data_date, content_hash, tables, files
    )
    if report.has("indicator_estimates"):
        files["exchange/indicator_estimates.sdmx.csv"] = sdmx_csv(report)
    left_out = []
    for wanted in _wanted(plan):
        try:
            files |= _further(wanted, plan, report, files, provenance, word_template, languages)
        except (ImportError, OSError, NoActivity):
            left_out.append({"format": wanted, "because": GET[wanted]})
        except NotLaidOut:
            left_out.append({"format": wanted, "because": FAILED})
    about = {
        **Described.of(plan).model_dump(mode="json"),
        "content_hash": content_hash,
        "data_date": provenance.data_date,
        "inputs": [{"file": file, "sha256": sha256} for file, sha256 in inputs],
        "left_out": left_out,
        "libraries": libraries,
        "plan": hashlib.sha256(plan.model_dump_json().encode()).hexdigest(),
        "psia": version,
        "rules": rules_in_force(plan),
    }
    return files, about


def _wanted(plan: AssessmentPlan) -> list[str]:
    """Return the formats that the plan asks for, each once; that which lists all others comes last."""
    named = {*plan.report.formats, *(["iati"] if plan.iati else [])}
    return sorted(named, key=lambda wanted: (wanted == "ro-crate", wanted))


def _further(
    wanted: str,
    plan: AssessmentPlan,
    report: Report,
    files: dict[str, bytes],
    provenance: Provenance,
    word_template: bytes | None,
    languages: Mapping[str, str],
) -> dict[str, bytes]:
    """Return the files of a format that the plan asks for: of the report, one in each language.

    Raises ImportError or OSError where what makes it is not installed, NoActivity where there is no [iati].
    """
    if wanted == "iati":
        return {"exchange/iati.xml": iati(plan, report)}
    if wanted == "ro-crate":
        crated = crate(plan, files, provenance.inputs, provenance.version, provenance.content_hash)
        return {"ro-crate-metadata.json": crated}
    made = {}
    for code, suffix in languages.items():
        page = files[f"report{suffix}.html"].decode()
        with speaking(code):
            if wanted == "word":
                made[f"report{suffix}.docx"] = word(page, provenance.in_words(), word_template)
            else:
                made[f"report{suffix}.pdf"] = pdf(page, provenance.content_hash)
    return made

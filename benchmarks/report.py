"""Seconds of one report in all formats, from the released tables of an assessment that was run.

python benchmarks/report.py FOLDER [ROUNDS]
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
import zlib
from pathlib import Path

from schemas.assessment import ReportPart, read_plan
from tasks import disclosure, state
from tasks.publish.files import report_files
from tasks.warehouse import Warehouse

WAYS = {"without word and pdf": [], "all": ["word", "pdf", "ro-crate"]}


def pages_of(content: bytes) -> int:
    """Return how many pages a PDF has: its objects lie in compressed streams."""
    count = 0
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            count += len(re.findall(rb"/Type /Page\b(?!s)", zlib.decompress(stream)))
        except zlib.error:
            continue
    return count


def main(folder: Path, rounds: int) -> None:
    """Print the median of each way, measured in turns, the pages of the PDF, and the load of the machine."""
    plan = read_plan(folder / "assessment.toml")
    with Warehouse(folder / "results" / "warehouse.duckdb", read_only=True) as warehouse:
        tables = {
            contract.about().name.partition(".")[2]: warehouse.read(
                disclosure.released_name(contract.about().name), contract.about().key
            )
            for contract in disclosure.releasable()
        }
    manifest = json.loads((folder / "results" / "current" / "manifest.json").read_bytes())
    inputs = [(one["file"], one["sha256"]) for one in manifest["inputs"]]
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    pages = 0
    for _ in range(rounds + 1):
        for way, formats in WAYS.items():
            asked = plan.model_copy(update={"report": ReportPart.model_validate({"formats": formats})})
            began = time.perf_counter()
            files, _about = report_files(asked, tables, inputs, state.libraries())
            seconds[way].append(time.perf_counter() - began)
            if "report.pdf" in files:
                pages = pages_of(files["report.pdf"])
    for way, taken in seconds.items():
        print(f"{way}: {statistics.median(taken[1:]):.1f} s (first {taken[0]:.1f} s)")
    print(f"pages: {pages or 'not known'}; load: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)

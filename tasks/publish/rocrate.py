"""ro-crate-metadata.json: the tree of the results as an RO-Crate, with the run that made it from the inputs.

rocrate is an extra (`pip install 'psia[exchange]'`): it is imported when used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.assessment import AssessmentPlan

VERSION = "1.1"
TYPES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "json": "application/json",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}


def crate(
    plan: AssessmentPlan,
    files: Mapping[str, bytes],
    inputs: Iterable[tuple[str, str]],
    version: str,
    content_hash: str,
) -> bytes:
    """Return ro-crate-metadata.json of the files of the tree.

    files: path -> content. inputs: file and SHA-256; they are named by their hashes, since they are no part
    of what is published. Raises ImportError where rocrate is not installed.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.file import File
    from rocrate.rocrate import ROCrate

    made = ROCrate(version=VERSION)
    day = plan.assessment.report_date.isoformat()
    made.root_dataset.properties().update(
        {
            "name": plan.assessment.title,
            "description": f"Poverty and social impact assessment of {plan.assessment.cluster}, "
            f"{plan.assessment.country}",
            "datePublished": day,
            "identifier": f"sha256:{content_hash}",
            "license": "No licence was stated: ask who commissioned the assessment",
            "version": day,
        }
    )
    given = [
        made.add(
            ContextEntity(
                made, f"#sha256-{digest}", {"@type": "CreativeWork", "name": name, "sha256": digest}
            )
        )
        for name, digest in sorted(set(inputs))
    ]
    parts = [
        made.add(File(made, dest_path=name, properties=_about(name, files[name]))) for name in sorted(files)
    ]
    kind = {"@type": "SoftwareApplication", "name": "psia", "version": version}
    program = made.add(ContextEntity(made, "#psia", kind))
    told = {"@type": "CreateAction", "name": "psia run", "endTime": day}
    run: Any = made.add(ContextEntity(made, "#run", told))
    run["instrument"], run["object"], run["result"] = program, given, parts
    made.root_dataset["mentions"] = run
    return (json.dumps(made.metadata.generate(), indent=1, ensure_ascii=False) + "\n").encode()


def _about(name: str, content: bytes) -> dict[str, str]:
    return {
        "name": name,
        "contentSize": str(len(content)),
        "encodingFormat": TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }

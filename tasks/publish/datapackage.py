"""datapackage.json: what the CSV files of the tree hold, for programs (Data Package standard)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tasks.publish.annex import meanings
from tasks.publish.report import RELEASED

TYPES = {"Int64": "integer", "int64": "integer", "float64": "number", "boolean": "boolean", "bool": "boolean"}


def datapackage(
    ident: str,
    title: str,
    version: str,
    data_date: str,
    content_hash: str,
    tables: Mapping[str, pd.DataFrame],
    texts: Mapping[str, bytes],
) -> bytes:
    """Return datapackage.json of the released tables.

    tables: released tables by name without the layer. texts: path -> content of their CSV files.
    """
    package = {
        "profile": "tabular-data-package",
        "name": ident.lower(),
        "title": title,
        "version": data_date,
        "created": f"{data_date}T00:00:00Z",
        "psia": version,
        "content_hash": content_hash,
        "resources": [
            _resource(name, frame, texts[f"tables/{name}.csv"]) for name, frame in sorted(tables.items())
        ],
    }
    return (json.dumps(package, indent=1, ensure_ascii=False) + "\n").encode()


def _resource(name: str, frame: pd.DataFrame, content: bytes) -> dict[str, Any]:
    about = RELEASED[name].about()
    said = meanings(name)
    fields = [
        {
            "name": column,
            "type": TYPES.get(str(frame[column].dtype), "string"),
            **({"description": said[column]} if said.get(column) else {}),
        }
        for column in frame.columns
    ]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"tables/{name}.csv",
        "description": about.grain,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "primaryKey": list(about.key), "missingValues": [""]},
    }

"""TOML files of an assessment folder, read with limits: what no person writes is refused in words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from schemas.faults import Fault, Refused

LARGEST = 4 * 1024 * 1024
"""Bytes of a TOML file: the longest plan that is known has 60,000."""
DEEPEST = 50
"""Tables and lists within one another."""


def read_toml(path: Path, file: str) -> dict[str, Any]:
    """Return what a TOML file says. file: what it is called in a fault.

    Raises FileNotFoundError where it is not there, and Refused where it is no UTF-8, no TOML, or larger or
    deeper than a person writes.
    """
    if path.stat().st_size > LARGEST:
        raise _refused(file, f"is larger than {LARGEST // 1024**2} MB", "Put tables into files of their own")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(file, "is not UTF-8 text", "Save it as UTF-8") from None
    too_deep = _refused(file, f"has tables or lists nested deeper than {DEEPEST}", "Write them side by side")
    if any(_parts_of_key(line) > DEEPEST for line in text.splitlines()):  # tomllib takes their square
        raise too_deep
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(file, f"is not valid TOML: {str(error)[:200]}") from None
    except RecursionError:
        raise too_deep from None
    if _is_deeper(raw, DEEPEST):
        raise too_deep
    return raw


def _parts_of_key(line: str) -> int:
    key = line.partition("=")[0]
    return len(re.findall(r"\.\s*[\w\"']", key)) if key.count(".") > DEEPEST else 0


def _is_deeper(value: object, levels: int) -> bool:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return any(levels == 0 or _is_deeper(one, levels - 1) for one in inner if isinstance(one, dict | list))


def _refused(file: str, rule: str, remedy: str = "") -> Refused:
    return Refused([Fault(file, rule=rule, remedy=remedy)])

"""What a step is, and how its fingerprint is made: what it reads, its parameters, its code.

A step is a plain function of frames. The decorator says which tables it reads and writes and which parts of
the plan it is given; `tasks.run` reads, calls and writes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas.base import Contract

ROOT = Path(__file__).parent.parent
PACKAGES = ("flows", "tasks", "schemas", "reports")
PHASES = ("plan", "mapping", "design", "fieldwork", "analysis", "feedback", "follow-up", "report")


@dataclass(frozen=True)
class Step:
    """One step of a phase.

    reads: table names, given to the function in this order. writes: contracts of the frames that it returns,
    in this order. plan: attributes of the plan, given by keyword. catalogue: the parts of the catalogue that
    it may read. named: of the answers it is given only the columns that are named; see tasks.grain.
    """

    name: str
    phase: str
    function: Callable[..., Any]
    reads: tuple[str, ...]
    writes: tuple[type[Contract], ...]
    plan: tuple[str, ...]
    catalogue: tuple[str, ...] = ()
    named: bool = False


STEPS: dict[str, Step] = {}
"""Every computing step by name, in the order in which the phase modules declare them."""


def step(
    phase: str,
    *,
    reads: Sequence[type[Contract]] = (),
    writes: Sequence[type[Contract]],
    plan: Sequence[str] = (),
    catalogue: Sequence[str] = (),
    named: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function as a step; the function itself stays what it is, to be called and tested."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        STEPS[name] = Step(
            name,
            phase,
            function,
            tuple(one.about().name for one in reads),
            tuple(writes),
            tuple(plan),
            tuple(catalogue),
            named,
        )
        return function

    return declare


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 of the parts, written as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def code_digest(module: str) -> str:
    """Return a digest of a module's source and of all our modules that it imports, however deep."""
    hasher = hashlib.sha256()
    for name in sorted(_imported(module)):
        hasher.update(name.encode() + b"\0" + _source(name).encode() + b"\0")
    return hasher.hexdigest()


@cache
def sources(module: str) -> str:
    """Return the source of a module and of all our modules that it imports, one behind the other."""
    return "\n".join(_source(name) for name in sorted(_imported(module)))


def _imported(module: str) -> set[str]:
    found: set[str] = set()
    open_ones = [module]
    while open_ones:
        name = open_ones.pop()
        if name in found or _path(name) is None:
            continue
        found.add(name)
        open_ones += _direct_imports(name)
    return found


@cache
def _direct_imports(module: str) -> tuple[str, ...]:
    names: set[str] = set()
    for origin, several, bare in _IMPORT.findall(_source(module)):
        listed = _COMMENT.sub("", several or bare).strip("() \n").split(",")
        given = {part.split()[0] for part in listed if part.strip()}
        names |= {origin, *(f"{origin}.{name}" for name in given)} if origin else given
    return tuple(sorted(name for name in names if name.split(".")[0] in PACKAGES))


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)|import[ \t]+([^\n]+))", re.MULTILINE
)
"""An import wherever it stands. Parsing the sources for them took longer than any step of a small run."""
_COMMENT = re.compile(r"#[^\n]*")


@cache
def _path(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _source(module: str) -> str:
    path = _path(module)
    return path.read_text(encoding="utf-8") if path else ""

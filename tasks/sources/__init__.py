"""Sources of secondary data: one module each, found by being here.

A module states NAME, TITLE, FORMAT, PLACE, TARGETS, CITATION and LICENCE, and reads a file by
`read(content, how)`, which returns a `tasks.reading.Reading`. One without `read` is read from its place.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import asdict, dataclass

from schemas.assessment import SourceFile
from tasks.reading import Reading


@dataclass(frozen=True)
class Source:
    """What a source module says of itself."""

    name: str
    title: str
    format: str
    place: str
    targets: tuple[str, ...]
    citation: str
    licence: str

    def describe(self) -> dict[str, str]:
        """Return the source as one record of texts."""
        return {**asdict(self), "targets": ", ".join(self.targets)}


Reader = Callable[[bytes, SourceFile], Reading]


def found() -> list[Source]:
    """Return every source module's description, sorted by name."""
    return [_described(name) for name in _names()]


def readers() -> dict[str, tuple[Source, Reader]]:
    """Return the modules that read a file which the plan names, by name: description and reader."""
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in _names()}
    return {name: (_described(name), one.read) for name, one in modules.items() if hasattr(one, "read")}


def _names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _described(name: str) -> Source:
    one = importlib.import_module(f"{__name__}.{name}")
    return Source(one.NAME, one.TITLE, one.FORMAT, one.PLACE, one.TARGETS, one.CITATION, one.LICENCE)

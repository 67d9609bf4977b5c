"""Sources of secondary data: one module each, found by being here.

A module states NAME, TITLE, FORMAT, PLACE, TARGET, CITATION and LICENCE.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Source:
    """What a source module says of itself."""

    name: str
    title: str
    format: str
    place: str
    target: str
    citation: str
    licence: str

    def describe(self) -> dict[str, str]:
        """Return the source as one record."""
        return asdict(self)


def found() -> list[Source]:
    """Return every source module's description, sorted by name."""
    sources = []
    for module in pkgutil.iter_modules(__path__):
        one = importlib.import_module(f"{__name__}.{module.name}")
        sources.append(
            Source(one.NAME, one.TITLE, one.FORMAT, one.PLACE, one.TARGET, one.CITATION, one.LICENCE)
        )
    return sorted(sources, key=lambda source: source.name)

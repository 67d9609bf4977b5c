"""A small catalogue of the report in another language, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from tasks import translations
from tasks.tongue import speaking

Messages = Mapping[str, str] | Mapping[str | tuple[str, str], str | tuple[str, str]]


@contextmanager
def spoken(folder: Path, messages: Messages, own: Mapping[str, str] | None = None) -> Iterator[None]:
    """Have all within it speak French by a catalogue of these messages, written to a folder."""
    catalogue = Catalog(locale="fr", domain=translations.REPORT)
    for message, words in messages.items():
        catalogue.add(message, words)
    path = translations.path_of("fr", folder, translations.REPORT)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "LOCALES", folder)
        translations.words.cache_clear()
        with speaking("fr", own):
            yield
    translations.words.cache_clear()

"""The words of the pages in other languages: two catalogues (gettext) a language in reports/locales.

`psia` has those of the summary pages, whose English stands in the templates of reports/groups/ and in
data/catalogue/plain.toml; `report` those of the cluster report. A .pot lists the messages; a catalogue says
each of them in one more language, or is refused. docs/languages.md: how one is added.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from schemas.faults import Fault
from tasks import catalogue

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages import Catalog, Message

LOCALES = Path(__file__).parent.parent / "reports" / "locales"
DOMAIN, REPORT = "psia", "report"
ENGLISH = "en"
PLAIN = ("indicator", "unit")
"""The tables of data/catalogue/plain.toml; each is the context of its messages."""
_PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")


def N_(message: str) -> str:  # noqa: N802 -- the name that the tools of gettext know
    """Return a message as it is: it is marked to be translated, and said by who reads it."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 -- as N_
    """Return the two forms of a message as they are: they are marked to be translated."""
    return one, many


def codes(locales: Path | None = None) -> list[str]:
    """Return the codes of the languages that have a catalogue, and English, sorted."""
    found = {
        path.parent.parent.name.replace("_", "-")
        for path in (locales or LOCALES).glob(f"*/LC_MESSAGES/{DOMAIN}.po")
    }
    return sorted({ENGLISH, *found})


def path_of(code: str, locales: Path | None = None, domain: str = DOMAIN) -> Path:
    """Return where a catalogue of a language lies."""
    return (locales or LOCALES) / code.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po"


def has_report(code: str, locales: Path | None = None) -> bool:
    """Return whether the cluster report speaks a language."""
    return code == ENGLISH or path_of(code, locales, REPORT).is_file()


def faults(code: str, locales: Path | None = None) -> list[Fault]:
    """Return what the catalogues of a language lack: no words, unsure ones, other places to fill in.

    A language need not have one of the cluster report; one that it has is whole.
    """
    if code == ENGLISH:
        return []
    locales = locales or LOCALES
    domains = [DOMAIN, *([REPORT] if has_report(code, locales) else [])]
    return [fault for domain in domains for fault in _faults_of(code, locales, domain)]


def _faults_of(code: str, locales: Path, domain: str) -> list[Fault]:
    path = path_of(code, locales, domain)
    file = f"reports/locales/{path.relative_to(locales).as_posix()}"
    remedy = "Translate it, or leave the language out of [report] languages (docs/languages.md)"
    from babel.messages.pofile import PoFileError

    try:
        said = _read(path)
    except (OSError, ValueError, PoFileError) as error:
        row = error.lineno + 1 if isinstance(error, PoFileError) else 0
        return [Fault(file, row=row, rule="is not a catalogue that can be read", remedy="Make it anew")]
    found = []
    for wanted in _read(locales / f"{domain}.pot"):
        if not wanted.id:
            continue
        told = said.get(wanted.id, wanted.context)
        if rule := _wrong(wanted, told, said.num_plurals):
            row = (told.lineno or 0) if told else 0
            found.append(Fault(file, row=row, rule=f"{rule} '{_first(wanted.id)}'", remedy=remedy))
    return found


def _wrong(wanted: Message, told: Message | None, plurals: int) -> str:
    """Return what is wrong with the translation of a message, "" if nothing."""
    if told is None:
        return "lacks the message"
    words = [told.string] if isinstance(told.string, str) else list(told.string or [""])
    if not all(words) or (wanted.pluralizable and len(words) != plurals):
        return "does not translate"
    if told.fuzzy:
        return "is not sure (fuzzy) of its translation of"
    places = set(_PLACES.findall(_first(wanted.id) if isinstance(wanted.id, str) else wanted.id[-1]))
    if any(set(_PLACES.findall(one)) - places for one in words) or set(_PLACES.findall(words[-1])) != places:
        return f"has other places to be filled in than {', '.join(sorted(places)) or 'none'} in"
    return ""


def _first(ident: Any) -> str:
    return ident if isinstance(ident, str) else str(ident[0])


def _read(path: Path) -> Catalog:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def words(code: str, domain: str = DOMAIN) -> gettext.NullTranslations:
    """Return the messages of a language: a catalogue of it, or those of the sources for English."""
    if code == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _read(path_of(code, domain=domain)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def locale(code: str) -> Locale:
    """Return how numbers and dates are written in a language: English as outside the United States.

    A language of which nothing is known is written as English is.
    """
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse("en-001" if code == ENGLISH else code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_001")


FIRST_OF_MONTH = {"fr": "1er"}
"""Languages that write the first day of a month otherwise than by its number alone, as Babel does."""
_COUNTS = (1, 2, 0, 3, 5, 11, 100, 1_000_000)
"""Whole numbers that between them take each form that a language has."""


def day(value: dt.date, code: str) -> str:
    """Return a day with its month in words: '3 March 2026', '1er mars 2026'."""
    from babel.dates import format_date

    written = format_date(value, "long", locale=locale(code))
    first = FIRST_OF_MONTH.get(code.partition("-")[0])
    return re.sub(r"^1(?= )", first, written) if first else written


def count_like(number: float | Decimal, code: str) -> int:
    """Return a whole number of which a language speaks in the same form: it says 1.9 as 1, or as 2.

    Catalogues (gettext) know forms of whole numbers alone. number: with the decimals that are printed.
    """
    if isinstance(number, int):
        return abs(number)
    form = locale(code).plural_form
    alike = (count for count in _COUNTS if form(count) == form(number))
    return next(alike, abs(int(number)))


def plain(part: str) -> dict[str, str]:
    """Return the plain English words of a table of data/catalogue/plain.toml: 'indicator' or 'unit'."""
    found: Any = catalogue.read("plain")[part]
    return found


def extract_words(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the words under the keys that `options` names of a file of data/catalogue as messages."""
    wanted = options["keys"].split()

    def within(value: Any, told: bool) -> Iterator[str]:
        if isinstance(value, dict):
            for key, one in value.items():
                yield from within(one, key in wanted)
        elif isinstance(value, list):
            for one in value:
                yield from within(one, told)
        elif told and isinstance(value, str) and value:
            yield value

    for number, words in enumerate(within(tomllib.loads(file.read().decode("utf-8")), False), start=1):
        yield number, "gettext", words, []


def extract_plain(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Yield the messages of data/catalogue/plain.toml as extractors of babel do (pyproject.toml)."""
    part = ""
    for number, line in enumerate(file.read().decode("utf-8").splitlines(), start=1):
        if head := re.fullmatch(r"\[(\w+)\]", line):
            part = head[1]
        elif said := re.fullmatch(r'[\w"][^=]* = "(.*)"', line):
            yield number, "pgettext", (part, said[1]), []

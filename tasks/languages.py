"""The languages of the forms: English from the catalogue itself, others from one file each.

data/catalogue/languages/ has those that ship; an assessment adds its own, or puts other words in the place of
these, in design/languages/. What a file does not translate stays English, and is told.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from schemas.faults import Fault, Refused
from schemas.toml import read_toml
from tasks import catalogue, tellable

ENGLISH = "en"
SHIPPED = catalogue.CATALOGUE / "languages"
PARTS = (
    *("text", "unit", "heading", "hint", "question", "group", "choice"),
    *("indicator", "wave", "said"),
)
"""The tables of a language file. `choice` has one table a question; group: labels of the poverty groups.

The last three are for the report and the summary pages of the groups: words of indicators and waves by id,
and what was said or written by itself.
"""


@dataclass(frozen=True)
class Language:
    """A language: its code, the name that it gives itself, and its words by part and key.

    own: those of the words that the assessment gives itself.
    """

    code: str
    name: str
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def get(self, part: str, key: str, *, own: bool = False) -> str:
        """Return the words for a key of a part, '' where there are none. own: the assessment's alone."""
        return str((self.own if own else self.words).get(part, {}).get(key, ""))

    def choice(self, question: str, name: str, *, own: bool = False) -> str:
        """Return the words for a choice of a question, '' where there are none."""
        return str((self.own if own else self.words).get("choice", {}).get(question, {}).get(name, ""))

    def month(self, day: date) -> str:
        """Return a month and year as the language writes it, as English does where it is not known."""
        from babel import Locale, UnknownLocaleError
        from babel.dates import format_date

        try:
            locale = Locale.parse(self.code, sep="-")
        except (UnknownLocaleError, ValueError):
            locale = Locale(ENGLISH)
        return format_date(day, "MMMM y", locale=locale)


def english() -> Language:
    """Return the words of the frame of a form in English; those of the questions stand with the questions."""
    frame = {part: catalogue.read("form")[part] for part in ("text", "unit", "heading")}
    return Language(ENGLISH, "English", frame)  # type: ignore[arg-type] -- those three are tables


def languages(folder: Path, wanted: list[str] | None) -> list[Language]:
    """Return English and the other languages that are wanted, sorted by code; all if None.

    Raises Refused with each fault: a language without a file, a file that cannot be read, an unknown key.
    """
    own = folder / "design" / "languages"
    codes = {path.stem for place in (SHIPPED, own) if place.is_dir() for path in place.glob("*.toml")}
    faults: list[Fault] = []
    for position, code in enumerate(wanted or [], start=1):
        if code not in codes | {ENGLISH}:
            rule = f"there is no file of the language '{code}'"
            remedy = f"There are: {', '.join(sorted(codes | {ENGLISH}))}. Write design/languages/{code}.toml"
            faults.append(
                Fault("assessment.toml", column=f"instruments.languages.{position}", rule=rule, remedy=remedy)
            )
    found = [english()]
    for code in sorted(codes - {ENGLISH} if wanted is None else codes & set(wanted) - {ENGLISH}):
        shipped, given = (
            _read(path, folder, faults) if (path := place / f"{code}.toml").is_file() else {}
            for place, folder in ((SHIPPED, "languages"), (own, "design/languages"))
        )
        words = _over(shipped, given)
        found.append(Language(code, str(words.get("name", code)), words, given))
    if faults:
        raise Refused(faults)
    return found


def shipped(code: str) -> Language:
    """Return the words of the forms that ship in a language; none where there is no file of it."""
    path = SHIPPED / f"{code}.toml"
    words = _read(path, "languages", []) if path.is_file() else {}
    return Language(code, str(words.get("name", code)), words)


def own_words(folder: Path, code: str) -> tuple[Language, list[Fault]]:
    """Return what an assessment's own file of a language says, whatever ships, and what is wrong with it."""
    faults: list[Fault] = []
    path = folder / "design" / "languages" / f"{code}.toml"
    words = _read(path, "design/languages", faults) if path.is_file() else {}
    return Language(code, str(words.get("name", code)), words, words), faults


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return the words of one file, with those of another in their place where it has them."""
    out = dict(below)
    for key, value in above.items():
        out[key] = _over(out.get(key, {}), value) if isinstance(value, dict) else value
    return out


def _read(path: Path, folder: str, faults: list[Fault]) -> dict[str, Any]:
    """Return a language file; what is wrong with it goes to the faults."""
    file = f"{folder}/{path.name}"
    try:
        raw = read_toml(path, file)
    except Refused as refused:
        faults += refused.faults
        return {}
    for key in sorted(set(raw) - {"name", *PARTS}):
        close = difflib.get_close_matches(key, PARTS, n=1, cutoff=0.5)
        remedy = (
            f"Did you mean '{close[0]}'? " if close else ""
        ) + f"The parts are: name, {', '.join(PARTS)}"
        faults.append(Fault(file, column=key, rule="is not a part of a language file", remedy=remedy))
    for key, words in english().words["text"].items():
        said = raw.get("text", {}).get(key) if isinstance(raw.get("text"), dict) else None
        if isinstance(said, str) and _places(said) != _places(words):
            wanted = ", ".join(f"{{{one}}}" for one in sorted(_places(words))) or "none"
            rule = "has other places to be filled in than the English"
            faults.append(Fault(file, column=f"text.{key}", rule=rule, remedy=f"Use these: {wanted}"))
    for place, said in _entries(raw):
        if not isinstance(said, str):
            faults.append(Fault(file, column=place, rule="is not text", remedy="Write it in quotation marks"))
        elif not said.strip():
            remedy = "Write the words in that language, or take the key out"
            faults.append(Fault(file, column=place, rule="is blank", remedy=remedy))
    known = set(english().words["text"])
    for key in sorted(set(raw.get("text") or {}) - known if isinstance(raw.get("text"), dict) else ()):
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        remedy = f"Did you mean '{close[0]}'?" if close else "See data/catalogue/form.toml"
        faults.append(Fault(file, column=f"text.{key}", rule="is not a text of the forms", remedy=remedy))
    return raw


def _entries(raw: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each place of a language file where words are to stand, and what stands there."""
    if "name" in raw:
        yield "name", raw["name"]
    for part in PARTS:
        table = raw.get(part, {})
        if not isinstance(table, dict):
            yield part, None
            continue
        for key, value in table.items():
            if part == "choice" and isinstance(value, dict):
                yield from ((f"choice.{key}.{name}", said) for name, said in value.items())
            else:
                yield place_of(part, key, table), None if part == "choice" else value


def place_of(part: str, key: str, table: Mapping[str, Any]) -> str:
    """Return how a fault names a key of a part; of what was said its number, where it may be personal.

    The key of what was said may be the very words of a person.
    """
    is_personal = part == "said" and tellable.value(key) == tellable.UNTOLD
    return f"{part}.{list(table).index(key) + 1 if is_personal else key}"


def _places(words: str) -> set[str]:
    """Return the names in { } of a text; those of a text that cannot be filled in are like no other's."""
    import string

    try:
        return {name for _, name, spec, convert in string.Formatter().parse(words) if name is not None}
    except ValueError:
        return {"{"}

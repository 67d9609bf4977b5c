"""An XLSForm as it was handed out: its questions, choices and labels, to read back what was answered on it.

XLSForm: https://xlsform.org/en/ref-table/.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from schemas.faults import Fault, Refused
from tasks import workbook
from tasks.files import SEALED, Received, Unseal, cell_text

BESIDE_A_WAVE = "form"
"""The name under which a form lies in the folder of its wave."""
OWN = "the form that psia makes of the plan"
NO_LANGUAGE = ""
POSITIONS = {"geopoint", "geotrace", "geoshape", "start-geopoint", "background-geopoint"}
DEVICES = {"deviceid", "username", "phonenumber", "subscriberid", "simserial", "email", "audit"}
TIMES = {"start", "end", "today"}
MEDIA = {"image", "photo", "audio", "video", "file", "background-audio"}
NO_ANSWER = {"note", "xml-external", "csv-external"}
KINDS = {"integer": "integer", "int": "integer", "decimal": "number", "range": "number"}
"""Type of a question in a form -> type of the column of its answers; all others are text."""

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A question of a form: where it stands, what it is, what it is called in each language.

    path: its groups and name. repeat: the repeat it stands in ('' for none), and inside: its path from there.
    groups: labels of its groups. choices: value -> labels; None where any answer may be given. relevant: the
    conditions of its groups and its own, the own one last, under all of which it is asked. constraint: the
    condition that its answer has to meet.
    """

    path: tuple[str, ...]
    inside: tuple[str, ...]
    repeat: str
    type: str
    labels: Labels
    groups: tuple[tuple[str, Labels], ...]
    choices: Mapping[str, Labels] | None = None
    relevant: tuple[str, ...] = ()
    constraint: str = ""
    required: bool = False

    @property
    def name(self) -> str:
        """Return the question's own name."""
        return self.path[-1]

    @property
    def many(self) -> bool:
        """Return whether several choices may be answered."""
        return self.type in ("select_multiple", "rank")

    def label(self, language: str) -> str:
        """Return what the question is called in a language; its name where it has no label there."""
        return self.labels.get(language) or self.name


@dataclass(frozen=True)
class Form:
    """A form: its file, its questions in order, the languages of its labels, its repeats and their labels."""

    file: str
    items: tuple[Item, ...]
    languages: tuple[str, ...]
    repeats: Mapping[str, Labels]

    def headers(self, repeat: str, separator: str, language: str | None = None) -> dict[str, Item | None]:
        """Return header -> question for the table of a repeat ('' for the interviews).

        A header is a name (a label, where a language is given), alone or behind its groups. None stands for
        a header that two questions bear.
        """
        found: dict[str, Item | None] = {}
        for item in (one for one in self.items if one.repeat == repeat):
            for header in dict.fromkeys(_headers(item, separator, language)):
                found[header] = item if header not in found else None
        return found

    def repeat_named(self, sheet: str) -> str:
        """Return the repeat that a sheet holds, by its name or label; the sheet's name if none."""
        for name, labels in self.repeats.items():
            if sheet in (name, *labels.values(), *(label[:31] for label in labels.values())):
                return name
        return sheet


def _headers(item: Item, separator: str, language: str | None) -> Iterator[str]:
    if language is None:
        yield separator.join(item.path)
        yield separator.join(item.inside)
        yield item.name
        return
    above = [labels.get(language) or name for name, labels in item.groups]
    for start in range(len(above) + 1):
        yield separator.join([*above[start:], item.label(language)])


def form_of_wave(folder: Path, wave: str, unseal: Unseal) -> tuple[Form, Received] | None:
    """Return the form that lies beside a wave's interviews, waves/<wave>/form.xlsx; None where there is none.

    Raises Refused where it is not an XLSForm.
    """
    for path in (folder / "waves" / wave / f"{BESIDE_A_WAVE}.xlsx{sealed}" for sealed in ("", SEALED)):
        if path.is_file():
            content = path.read_bytes()
            content = unseal(content) if path.suffix == SEALED else content
            file = path.relative_to(folder).as_posix()
            sha256 = hashlib.sha256(content).hexdigest()
            nothing = pd.DataFrame(), pd.Series(dtype="int64")
            received = Received(f"waves/{wave}/form", file, "", *nothing, sha256, content)
            return read_form(content, file), received
    return None


def read_form(content: bytes, file: str) -> Form:
    """Return the form that an XLSForm's content describes. Raises Refused where it is none."""
    try:
        sheets = workbook.opened(_sheets, content)
    except Exception:
        rule = "cannot be read as Excel. Save it again and check that it opens"
        raise Refused([Fault(file, rule=rule)]) from None
    survey = sheets.get("survey", [])
    if not any(row.get("type") for row in survey):
        remedy = "Put the XLSForm there that the interviews were held with, or take the file away"
        raise Refused([Fault(file, "survey", rule="is not an XLSForm", remedy=remedy)])
    choices: dict[str, dict[str, Labels]] = {}
    for row in sheets.get("choices", []):
        named = row.get("list_name") or row.get("list name")
        if named and row.get("name"):
            choices.setdefault(named, {})[row["name"]] = _labels(row)
    return _form(file, survey, choices)


def _sheets(content: bytes) -> dict[str, list[dict[str, str]]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: list(_records(book, name)) for name in book.sheet_names}


def _records(book: object, sheet: str) -> Iterator[dict[str, str]]:
    cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)  # type: ignore[attr-defined]
    header = [(cell_text(cell) or "").strip() for cell in cells[0]] if cells else []
    for row in cells[1:]:
        texts = ((name, cell_text(cell)) for name, cell in zip(header, row, strict=False))
        yield {name: text.strip() for name, text in texts if name and text}


def _labels(row: Mapping[str, str]) -> Labels:
    """Return language -> label of a row; NO_LANGUAGE where the column names none."""
    labels = {}
    for column, text in row.items():
        head, _, language = column.partition("::")
        if head.strip() == "label":
            labels[language.strip()] = " ".join(text.split())
    return labels


class _Open(NamedTuple):
    """A group or repeat that is open where a row of the form stands."""

    name: str
    what: str
    labels: Labels
    relevant: str


def _relevant(row: Mapping[str, str]) -> str:
    return row.get("relevant") or row.get("relevance", "")


def _form(file: str, survey: Iterable[Mapping[str, str]], choices: Mapping[str, dict[str, Labels]]) -> Form:
    items: list[Item] = []
    open_ones: list[_Open] = []
    repeats: dict[str, Labels] = {}
    for row in survey:
        kind, _, rest = row.get("type", "").partition(" ")
        name, labels = row.get("name", ""), _labels(row)
        word = f"{kind}_{rest}" if kind in ("begin", "end") else kind
        if word in ("begin_group", "begin_repeat"):
            open_ones.append(_Open(name, word.removeprefix("begin_"), labels, _relevant(row)))
            if word == "begin_repeat":
                repeats[name] = labels
        elif word in ("end_group", "end_repeat"):
            open_ones = open_ones[:-1]
        elif name and kind:
            items += _items(kind, rest.strip(), name, row, open_ones, choices)
    languages = {language for item in items for language in item.labels}
    return Form(file, tuple(items), tuple(sorted(languages)), repeats)


def _items(
    kind: str,
    rest: str,
    name: str,
    row: Mapping[str, str],
    open_ones: list[_Open],
    choices: Mapping[str, dict[str, Labels]],
) -> Iterator[Item]:
    """Yield a row's question, and the one that 'or_other' adds."""
    labels = _labels(row)
    names = [one.name for one in open_ones]
    relevant = tuple(one for one in (*(group.relevant for group in open_ones), _relevant(row)) if one)
    last = max((at for at, one in enumerate(open_ones) if one.what == "repeat"), default=-1)
    repeat = names[last] if last >= 0 else ""
    groups = tuple((one.name, one.labels) for one in open_ones)
    listed, _, other = rest.partition(" ")
    allowed: dict[str, Labels] | None = None
    if kind in ("select_one", "select_multiple", "rank") and listed in choices:
        allowed = dict(choices[listed])
    if allowed is not None and other.strip() in ("or_other", "or specify other"):
        allowed.setdefault("other", dict.fromkeys(labels, "Other"))
        path = (*names, f"{name}_other")
        chosen = (*relevant, f"selected(${{{name}}}, 'other')")
        yield Item(path, path[last + 1 :], repeat, "text", {}, groups, relevant=chosen)
    path = (*names, name)
    constraint = row.get("constraint", "")
    required = row.get("required", "").casefold() in ("yes", "true", "true()", "1")
    yield Item(path, path[last + 1 :], repeat, kind, labels, groups, allowed, relevant, constraint, required)

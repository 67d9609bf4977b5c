"""Answers read back from KoboToolbox, ODK Central and SurveyCTO: an export as one table of interviews.

The layout is told by the marks that each server leaves. A file without them is a plain table, and passes as
it is. Nothing here knows of people: ids and personal columns are the intake's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from schemas.assessment import Wave
from schemas.faults import Fault, Refused
from tasks.exports import repeats as repeat_tables
from tasks.exports.columns import Columns, looks_like_labels, name_faults, sort_columns
from tasks.exports.layouts import ENCRYPTED, KOBO, ODK, PLAIN, SURVEYCTO, XML_OPTION, Layout, recognised
from tasks.exports.repeats import Repeat
from tasks.exports.values import Choices, choices_of, from_labels, put_together
from tasks.files import Received, Unseal, as_text, header_faults
from tasks.forms import KINDS, OWN, Form, Item

MOST_TOLD = 100


@dataclass
class Export:
    """A wave's file as read: a table of interviews under the names of the questions.

    layout: what the file is, in words. private: columns that are never stored unless the plan asks for them;
    system: columns of the server, stored as received alone. rejected: interviews that a reviewer rejected:
    they are left out, and stand in aside. types and choices: of questions that the form knows. repeats: by
    name.
    """

    received: Received
    layout: str = PLAIN
    versions: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    rejected: int = 0
    aside: Received | None = None
    types: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Choices] = field(default_factory=dict)
    repeats: dict[str, Repeat] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Return whether the file bears no export's marks."""
        return self.layout == PLAIN

    def told(self, members: str) -> str:
        """Return what was found in the file, in one line. members: the repeat that is used."""
        parts = [f"{self.received.file}: {self.layout}"]
        if self.versions:
            word = "version" if len(self.versions) == 1 else "versions"
            parts.append(f"form {word} {', '.join(self.versions)}")
        parts.append(f"{len(self.received.frame)} interviews")
        if self.rejected:
            parts.append(f"{self.rejected} rejected in review and left out")
        for name, one in sorted(self.repeats.items()):
            rows = f"repeat '{name}' with {len(one.frame)} rows"
            parts.append(rows if name == members else f"{rows}, which are not used")
        return ", ".join(parts)


def read_export(
    received: Received,
    wave: Wave,
    folder: Path,
    unseal: Unseal,
    form: Form | None = None,
    own_form: Callable[[], Form | None] = lambda: None,
) -> Export:
    """Return a wave's file as a table of interviews.

    form: the one that lies beside the wave; own_form gives the one that psia itself makes of the plan, which
    is taken where none does. Raises Refused with each fault of the file; nothing of it is used then.
    """
    layout = recognised([str(column) for column in received.frame.columns])
    if layout is None:
        _raise(header_faults(received.frame, received.file, received.sheet))
        return Export(received)
    received = repeat_tables.placed(received)
    _raise(_of_a_repeat(received, layout))
    reader, how = _reader(received, wave, layout, form, own_form)
    received = reader.flat(received)
    main = reader.sorted(received, "")
    _raise(reader.faults(received, main))
    _raise(_key_faults(received, layout))
    kept = ~_rejected(received.frame, layout)
    frame = reader.frame(received, main)
    repeats, grouped = _repeats(reader, received, kept, folder, unseal)
    if layout is SURVEYCTO and reader.form:
        frame, wide = repeat_tables.from_wide(frame, reader.form, received, kept)
        repeats |= wide
    _raise([fault for one in repeats.values() for fault in one.faults])
    return Export(
        replace(received, frame=frame[kept], rows=received.rows[kept]),
        layout.title + (how or _how(layout, grouped or main.grouped)),
        _versions(received.frame, layout),
        tuple(column for column in main.private if column in frame),
        tuple(column for column in main.system if column in frame),
        int((~kept).sum()),
        replace(received, frame=frame[~kept], rows=received.rows[~kept]),
        {main.names[header]: KINDS.get(item.type, "text") for header, item in main.items.items()},
        choices_of(main),
        repeats,
    )


def _repeats(
    reader: _Reader, received: Received, kept: pd.Series, folder: Path, unseal: Unseal
) -> tuple[dict[str, Repeat], bool]:
    """Return the repeats of an export by name, and whether groups stand in their headers."""
    index_of = pd.Series(received.frame.index, index=as_text(received.frame[reader.layout.key]))
    found: dict[str, Repeat] = {}
    grouped = False
    for name, part in repeat_tables.parts_of(received, reader.layout, folder, unseal):
        part = reader.flat(part)
        repeat = reader.form.repeat_named(name) if reader.form else name
        columns = reader.sorted(part, repeat)
        _raise(reader.faults(part, columns))
        frame = reader.frame(part, columns, repeat)
        found[repeat] = repeat_tables.joined(
            repeat, part, frame, columns, reader.layout, index_of, received, kept
        )
        grouped |= columns.grouped
    return found, grouped


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults[:MOST_TOLD])


def _declared(wave: Wave) -> set[str]:
    """Return the columns that the plan names for a wave."""
    named = {one for one in wave.columns.model_dump().values() if one}
    return named | {*wave.questions, *wave.questions.values(), *wave.types, *wave.recode}


def _how(layout: Layout, grouped: bool) -> str:
    words = {"KoboToolbox": ", XML values", "SurveyCTO": ", wide"}.get(layout.title, "")
    return words + (", groups in the headers" if grouped else "")


@dataclass
class _Reader:
    """Reads tables of one export: the layout, what the plan names, the form and its language if by label."""

    layout: Layout
    declared: set[str]
    form: Form | None
    language: str | None = None
    by_label: bool = False

    @property
    def form_file(self) -> str:
        return self.form.file if self.form else ""

    def flat(self, part: Received) -> Received:
        """Return a table of labels with each of them on one line, as those of the form are read."""
        return replace(part, frame=_flat(part.frame)) if self.by_label else part

    def faults(self, part: Received, columns: Columns) -> list[Fault]:
        """Return what is wrong with the columns of a table."""
        found = name_faults(part, self.layout, columns, labels=self.by_label)
        return [*found, *columns.unknown_faults(part)]

    def sorted(self, part: Received, repeat: str) -> Columns:
        known = self._known(repeat)
        return sort_columns(part, self.layout, known, self.declared, labels=self.by_label)

    def _known(self, repeat: str) -> dict[str, Item | None]:
        return self.form.headers(repeat, self.layout.separator, self.language) if self.form else {}

    def frame(self, part: Received, columns: Columns, repeat: str = "") -> pd.DataFrame:
        """Return the table under the questions' names, with values in place of labels."""
        frame = part.frame
        if self.by_label and self.language is not None:
            frame = from_labels(frame, columns, self.language)
        frame = put_together(frame, columns, self._known(repeat), self.language)
        kept = [c for c in frame if c in columns.names or c in columns.private or c in columns.system]
        return frame[kept].rename(columns=columns.names)


def _reader(
    received: Received,
    wave: Wave,
    layout: Layout,
    form: Form | None,
    own_form: Callable[[], Form | None],
) -> tuple[_Reader, str]:
    """Return the reader of an export, and how it reads in words; '' where its columns bear names."""
    declared = _declared(wave)
    if form is None and layout is KOBO and _mapped_by_hand(received, wave):
        return _Reader(layout, declared, None), ", labels, mapped by the plan"
    form = form or own_form()
    if layout is KOBO and _is_by_label(received, form):
        return _label_reader(received, wave, declared, form)
    return _Reader(layout, declared, form), ""


def _mapped_by_hand(received: Received, wave: Wave) -> bool:
    """Return whether headers are labels, and the plan says which of them is the respondent's."""
    return looks_like_labels(received, KOBO) and wave.columns.respondent in received.frame


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis([" ".join(str(header).split()) for header in frame.columns], axis=1)


def _is_by_label(received: Received, form: Form | None) -> bool:
    if looks_like_labels(received, KOBO):
        return True
    if form is None:
        return False
    headers = set(_flat(received.frame).columns)
    by_name = len(headers & set(form.headers("", "/")))
    return any(len(headers & set(form.headers("", "/", language))) > by_name for language in form.languages)


def _label_reader(
    received: Received, wave: Wave, declared: set[str], form: Form | None
) -> tuple[_Reader, str]:
    """Return the reader of an export of labels, and how it reads. Raises Refused where no form fits."""
    best = None
    if form:
        readers = [_Reader(KOBO, declared, form, language, by_label=True) for language in form.languages]
        flat = readers[0].flat(received)
        best = min(readers, key=lambda one: len(one.sorted(flat, "").unknown))
    if best is None or (best.form_file == OWN and best.sorted(best.flat(received), "").unknown):
        rule = "the headers are labels of questions and not their names"
        remedy = f"{XML_OPTION}; or put the form there as waves/{wave.name}/form.xlsx"
        raise Refused([Fault(received.file, received.sheet, 1, rule=rule, remedy=remedy)])
    told = f" ({best.language})" if best.language else ""
    return best, f", labels{told}, read through {best.form_file}"


def _of_a_repeat(received: Received, layout: Layout) -> list[Fault]:
    for column in ("_parent_table_name", "PARENT_KEY"):
        if column in received.frame:
            rule = "is the table of a repeat, and not that of the interviews"
            remedy = (
                "Put the whole workbook here, with the interviews on its first sheet"
                if layout is KOBO
                else "Put the table of the form itself here, and the tables of repeats beside it"
            )
            return [Fault(received.file, received.sheet, 1, column, rule, remedy)]
    return []


def _key_faults(received: Received, layout: Layout) -> list[Fault]:
    """Return the faults of rows that are no whole submission: cut off, pasted together, twice, unread."""
    frame, rows = received.frame, received.rows
    keys = as_text(frame[layout.key])
    again = "Export the file again, and leave it as it comes"
    checks = [
        (keys.isna(), f"has no {layout.key}: the file was cut off, or changed after the export", again),
        (keys == layout.key, "is a second row of headers: two exports were put into one file", again),
        (keys.notna() & keys.duplicated(), "the same submission stands twice in the file", again),
    ]
    if layout is ODK and "Status" in frame:
        remedy = "Export again with the passphrase of the form, or take these submissions out of the export"
        checks.append((frame["Status"].isin(ENCRYPTED), "the submission is encrypted", remedy))
    faults = []
    for bad, rule, remedy in checks:
        for row in rows[bad.fillna(False)].head(MOST_TOLD):
            faults.append(Fault(received.file, received.sheet, int(row), layout.key, rule, remedy))
    named = next((one for one in ("_xform_id_string", "formid", "form_id") if one in frame), "")
    if named and frame[named].nunique() > 1:
        first = as_text(frame[named]).dropna().iloc[0]
        other = rows[frame[named].notna() & (as_text(frame[named]) != first)].iloc[0]
        rule = "answers of two forms stand in one file"
        remedy = "Put each form into a wave of its own"
        faults.append(Fault(received.file, received.sheet, int(other), named, rule, remedy))
    return faults


def _rejected(frame: pd.DataFrame, layout: Layout) -> pd.Series:
    if layout.review not in frame:
        return pd.Series(False, index=frame.index)
    return as_text(frame[layout.review]).str.casefold().isin(layout.rejected)


def _versions(frame: pd.DataFrame, layout: Layout) -> tuple[str, ...]:
    if layout.version not in frame:
        return ()
    return tuple(sorted(as_text(frame[layout.version]).dropna().unique()))


__all__ = ["Choices", "Export", "Repeat", "read_export"]

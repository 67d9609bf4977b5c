"""The XLSForm of an instrument: what KoboToolbox, ODK and others make a form on a telephone of.

Sheets and columns after xlsform.org. The same instrument gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

from tasks.instrument import Instrument, Item, Section, Words
from tasks.publish import MADE

LIST_YES_NO = "yes_no"
CONSENTED = "${consent} = 'yes'"
KINDS = {"integer": "integer", "number": "decimal", "text": "text", "note": "note"}
WIDTHS = {"type": 24, "name": 28, "relevant": 36, "constraint": 24, "calculation": 14}

Row = dict[str, str]


def xlsform(one: Instrument) -> bytes:
    """Return the XLSForm as a workbook with the sheets survey, choices and settings.

    Consent comes first, and nothing else is shown without it. Questions bear the names under which the
    answers are read; choices the values. The version stands in the settings and in every submission.
    """
    survey = list(_survey(one))
    choices = list(_choices(one))
    settings = {
        "form_title": f"{_plain(one.title)}: {_plain(one.wave_label)}",
        "form_id": form_id(one),
        "version": one.version,
        "default_language": _language(one, "en"),
        "style": "pages",
    }
    languages = [_language(one, code) for code in one.languages]
    words = [f"{column}::{language}" for column in ("label", "hint") for language in languages]
    messages = [f"constraint_message::{language}" for language in languages]
    columns = ["type", "name", *words, "required", "relevant", "constraint", *messages, "calculation"]
    used = [column for column in columns if any(row.get(column) for row in survey)]
    listed = ["list_name", "name", *(column for column in words if column.startswith("label"))]
    return _workbook(
        {
            "survey": (used, survey),
            "choices": (listed, choices),
            "settings": (list(settings), [settings]),
        }
    )


def form_id(one: Instrument) -> str:
    """Return the id of the form on a server: the assessment and the wave."""
    return f"{one.assessment}_{one.wave}".replace(".", "_")


def _language(one: Instrument, code: str) -> str:
    return f"{one.languages[code]} ({code})"


def _survey(one: Instrument) -> Iterator[Row]:
    yield {"type": "start", "name": "start"}
    yield {"type": "end", "name": "end"}
    yield {"type": "calculate", "name": "wave", "calculation": f"'{one.wave}'"}
    yield _group(one, "consent_part", one.texts["consent"])
    yield {"type": "note", "name": "consent_note", **_said(one, "label", one.consent)}
    yield {
        "type": f"select_one {LIST_YES_NO}",
        "name": "consent",
        "required": "yes",
        **_said(one, "label", one.texts["agree"]),
        **_said(one, "hint", one.texts["refused"]),
    }
    yield {"type": "end_group"}
    for part in (one.opening, *one.sections):
        yield from _section(one, part)
    yield {
        "type": "note",
        "name": "closing_note",
        "relevant": CONSENTED,
        **_said(one, "label", one.closing),
    }


def _section(one: Instrument, part: Section) -> Iterator[Row]:
    word = "repeat" if part.repeat else "group"
    asked = [item for item in part.items if item.kind != "note"]
    common = (
        ()
        if any(not item.groups for item in asked)
        else tuple(dict.fromkeys(g for i in asked for g in i.groups))
    )
    relevant = CONSENTED
    if common:
        relevant = f"{CONSENTED} and ({_of_groups(g for g in one.groups if g in common)})"
    yield {**_group(one, part.name, part.label, relevant), "type": f"begin_{word}"}
    for item in part.items:
        yield _question(
            one, item, {} if set(item.groups) == set(common) else {"relevant": _of_groups(item.groups)}
        )
    yield {"type": f"end_{word}"}


def _group(one: Instrument, name: str, label: Words, relevant: str = "") -> Row:
    return {"type": "begin_group", "name": name, "relevant": relevant, **_said(one, "label", label)}


def _of_groups(groups: Iterable[str]) -> str:
    return " or ".join(f"${{poverty_group}} = '{group}'" for group in groups)


def _question(one: Instrument, item: Item, relevant: Row) -> Row:
    kind = KINDS.get(item.kind, f"select_one {_list_name(item)}")
    bounds = [f". >= {item.minimum:g}"] if item.minimum is not None else []
    bounds += [f". <= {item.maximum:g}"] if item.maximum is not None else []
    return {
        "type": kind,
        "name": item.name,
        "required": "yes" if item.required else "",
        "constraint": " and ".join(bounds),
        **relevant,
        **_said(one, "label", item.label),
        **_said(one, "hint", item.hint),
        **(_said(one, "constraint_message", item.message) if bounds else {}),
    }


def _list_name(item: Item) -> str:
    return LIST_YES_NO if item.kind == "yes_no" else item.recalls or item.name


def _choices(one: Instrument) -> Iterator[Row]:
    for name in ("yes", "no"):
        yield {"list_name": LIST_YES_NO, "name": name, **_said(one, "label", one.texts[name])}
    seen = {LIST_YES_NO}
    for part in (one.opening, *one.sections):
        for item in part.items:
            if item.answers and _list_name(item) not in seen:
                seen.add(_list_name(item))
                for answer in item.answers:
                    row = {"list_name": _list_name(item), "name": answer.name}
                    yield {**row, **_said(one, "label", answer.label)}


def _said(one: Instrument, column: str, words: Words) -> Row:
    return {f"{column}::{_language(one, code)}": _plain(text) for code, text in words.items()}


def _plain(words: str) -> str:
    """Return words in which nothing is taken for a reference to a question."""
    return words.replace("${", "$ {")


def _workbook(sheets: Mapping[str, tuple[list[str], list[Row]]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": MADE, "author": "psia"})
        head = workbook.add_format({"bold": True, "bottom": 1})
        text = workbook.add_format({"text_wrap": True, "valign": "top"})
        for name, (columns, rows) in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for position, column in enumerate(columns):
                sheet.set_column(position, position, WIDTHS.get(column, 48 if "::" in column else 20))
                sheet.write_string(0, position, column, head)
                for line, row in enumerate(rows, start=1):
                    if row.get(column):
                        sheet.write_string(line, position, row[column], text)
    return target.getvalue()

"""The columns of an export sorted into answers, what the server adds, and what tells of a person.

What a column is follows from the form where it is at hand, else from its name and from the layout.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from schemas.faults import Fault
from tasks import forms
from tasks.exports.layouts import GROUPS_OPTION, KOBO, XML_OPTION, Layout
from tasks.files import Received
from tasks.forms import Item

_PLACE_PARTS = re.compile(
    r"(?P<kobo>.*_)(latitude|longitude|altitude|precision)"
    r"|(?P<odk>.+?)[-_]?(Latitude|Longitude|Altitude|Accuracy)"
)
_PLACE = re.compile(r"-?\d{1,3}\.\d+ -?\d{1,3}\.\d+ -?\d+(\.\d+)? \d+(\.\d+)?(;.*)?")
_NAME = re.compile(r"[^\W\d][\w.-]*|_[\w.-]*|")


@dataclass
class Columns:
    """What the columns of one table are: header -> the question's name, and headers of other kinds.

    items: header -> question of the form. private: never stored. system: stored as received alone. left:
    repeats of other columns (a choice each), notes. unknown: columns of a label export that the form lacks.
    """

    names: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    private: list[str] = field(default_factory=list)
    system: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    grouped: bool = False

    def unknown_faults(self, received: Received) -> list[Fault]:
        """Return a fault for each column of a label export that is no question of the form."""
        rule = "is not the label of a question of the form"
        return [Fault(received.file, received.sheet, 1, one, rule, XML_OPTION) for one in self.unknown]


def sort_columns(
    received: Received,
    layout: Layout,
    known: Mapping[str, Item | None],
    declared: Collection[str],
    *,
    labels: bool = False,
) -> Columns:
    """Return what the columns of a table are.

    known: header -> question, from the form. declared: columns that the plan names: they are answers,
    whatever they seem to be, and keep the name that the plan gives them. labels: headers are labels, so that
    one the form lacks is unknown.
    """
    headers = list(dict.fromkeys(received.frame.columns))
    positions = _positions(received.frame, headers)
    found = Columns()
    for header in headers:
        tail = _tail(header, layout)
        item = known.get(header)
        if header in declared:
            found.names[header] = header
        elif item is not None:
            _by_form(header, item, declared, found)
        elif header in known:
            found.names[header] = header  # two questions of one name: told by who looks for names twice
        elif _of_server(header, tail, layout):
            private = header in layout.private or tail in layout.private or _free_words(header)
            (found.private if private and tail not in declared else found.system).append(header)
            if tail in declared:
                found.system.remove(header)
                found.names[header] = tail
        elif _is_part(header, headers, known):
            found.left.append(header)
        elif header in positions and tail not in declared:
            found.private.append(header)
        elif labels:
            found.unknown.append(header)
        else:
            found.names[header] = tail
    found.grouped = any(name != header for header, name in found.names.items()) and not labels
    return found


def _by_form(header: str, item: Item, declared: Collection[str], found: Columns) -> None:
    if item.name not in declared:
        if item.type in forms.POSITIONS | forms.DEVICES | forms.MEDIA:
            found.private.append(header)
            return
        if item.type in forms.TIMES:
            found.system.append(header)
            return
        if item.type in forms.NO_ANSWER:
            found.left.append(header)
            return
    found.names[header] = item.name
    found.items[header] = item


def _tail(header: str, layout: Layout) -> str:
    return header.rpartition(layout.separator)[2] if layout.separator else header


def _of_server(header: str, tail: str, layout: Layout) -> bool:
    ours = layout.system | layout.private
    if header in ours or header.startswith(("_submission_", "SET-OF-", "formhub/", "meta/", "meta-")):
        return True
    return layout is KOBO and tail in layout.private


def _free_words(header: str) -> bool:
    """Return whether a column of the server may hold what someone wrote: notes, a name given to a form."""
    return header.endswith(("instanceName", "_notes", "_tags", "_submitted_by"))


def _is_part(header: str, headers: Collection[str], known: Mapping[str, Item | None]) -> bool:
    """Return whether a column only repeats one choice of a question with several answers, or links a file."""
    whole = header.rpartition("/")[0]
    item = known.get(whole)
    if whole and (whole in headers or (item is not None and item.many)):
        return True
    return header.endswith("_URL") and header.removesuffix("_URL") in headers


def _positions(frame: pd.DataFrame, headers: list[str]) -> set[str]:
    """Return the columns that hold where an interview was: by their names, or by what all their cells are."""
    found = set()
    for header in headers:
        match = _PLACE_PARTS.fullmatch(header)
        if match and match["kobo"]:
            group, _, last = match["kobo"].rpartition("/")
            base = "/".join([*([group] if group else []), last[1:-1]])
            if last.startswith("_") and base in headers:
                found |= {header, base}
        elif match:
            parts = [f"{match['odk']}{sign}{end}" for sign in "-_" for end in ("Latitude", "Longitude")]
            if sum(part in headers for part in parts) == 2:
                found.add(header)
    for header in headers:
        if header not in found and (frame.columns == header).sum() == 1 and frame[header].dtype != "float64":
            cells = frame[header].dropna()
            if len(cells) and _PLACE.fullmatch(cells.iloc[0]) and cells.str.fullmatch(_PLACE).all():
                found.add(header)
    return found


def name_faults(received: Received, layout: Layout, columns: Columns, *, labels: bool) -> list[Fault]:
    """Return the faults of columns without a name, and of two that would bear one name."""
    faults = []
    place = (received.file, received.sheet, 1)
    headers = list(received.frame.columns)
    for position, header in enumerate(headers, start=1):
        if not header:
            rule = f"column {position} has no name"
            faults.append(Fault(*place, rule=rule, remedy="Export the file again, and leave it as it comes"))
    for header in dict.fromkeys(headers):
        if header and headers.count(header) > 1:
            what = "label" if labels else "name"
            rule = f"two questions bear this {what}"
            remedy = GROUPS_OPTION if layout is KOBO else "Export with the groups in the headers"
            remedy = XML_OPTION if labels else remedy
            faults.append(Fault(*place, header, rule, remedy))
    seen: dict[str, str] = {}
    kept = {header: columns.names.get(header, header) for header in [*columns.names, *columns.system]}
    for header, name in kept.items():
        other = seen.setdefault(name.casefold(), header)
        if other != header:
            rule = f"two questions bear the name '{name}': '{other}' and '{header}'"
            remedy = (
                "Name one by its whole header in the plan, under [wave.questions] or [wave.columns], or "
                "leave one out of the export"
            )
            faults.append(Fault(*place, name, rule, remedy))
    return faults


def looks_like_labels(received: Received, layout: Layout) -> bool:
    """Return whether a table's headers cannot all be names of questions, so that they are labels."""
    for header in received.frame.columns:
        parts = str(header).split(layout.separator)
        if header not in layout.system and not _NAME.fullmatch(parts[0]):
            return True
    return False

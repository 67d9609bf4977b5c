"""The summary page of all poverty groups side by side, in the words of a language: who gained, who lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemas.vocabulary import BASES
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.publish.sections import group as section
from tasks.publish.sections.group_changes import FIGURED, Change, changes
from tasks.publish.spoken import Spoken


@dataclass(frozen=True)
class Together:
    """What changed for the groups between two times, by one basis. lines: a group, its page, its change."""

    basis: str
    earlier: str
    later: str
    lines: tuple[tuple[str, str, Change], ...]

    @property
    def of_levels(self) -> bool:
        """Return whether it tells how the groups stand beside the others, as of Change."""
        return any(change.of_levels for _, _, change in self.lines)

    def any(self, side: str) -> bool:
        """Return whether a thing has gone this way in a group."""
        return any(change.count(side) for _, _, change in self.lines)

    def marked(self, mark: str) -> bool:
        """Return whether a thing that has changed bears a mark, as of Change."""
        return any(
            getattr(thing, mark)
            for _, _, change in self.lines
            for side in FIGURED
            for thing in change.parts.get(side, ())
        )


def all_groups(report: Report, spoken: Spoken, groups: list[str]) -> dict[str, Any]:
    """Return what the page of all groups places, groups in the order of the plan."""
    labels = {group: spoken.group(report.plan, group) for group in groups}
    found: dict[tuple[str, str, str], list[tuple[str, str, Change]]] = {}
    claims: dict[str, list[str]] = {}
    for group in groups:
        for change in changes(report, spoken, group):
            key = (change.basis, change.earlier, change.later)
            found.setdefault(key, []).append((labels[group], f"{group}.html", change))
            for claim, _ in change.claims:
                claims.setdefault(claim, []).append(labels[group])
    apart = {group: section.contradictions(report, spoken, group) for group in groups}
    said = {group: section.workshops(report, spoken, group)[0] for group in groups}
    actions, left_out = section.actions(report, spoken, None)
    seats = [(labels[group], section.seat(report, spoken, group)) for group in groups]
    ordered = sorted(found, key=lambda key: BASES.index(key[0]))
    return {
        "together": [Together(*key, tuple(found[key])) for key in ordered],
        "claims": [(one, list(dict.fromkeys(claims[one]))) for one in wording.CLAIMS if one in claims],
        "contradictions": [
            (labels[group], [words for words, _ in things]) for group, things in apart.items() if things
        ],
        "contested": [
            (labels[group], one) for group in groups for one in said[group] if one.verdict == "contested"
        ],
        "actions": actions,
        "actions_left_out": left_out,
        "proposals": section.proposals(report, spoken, None),
        "seats": [(group, seat) for group, seat in seats if seat],
    }

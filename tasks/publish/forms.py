"""The forms and guides of a wave as files: XLSForm, printable form, interview and focus-group guides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.assessment import AssessmentPlan, read_plan
from schemas.faults import Refused
from tasks import pilot
from tasks.catalogue import Indicator
from tasks.instrument import Instrument
from tasks.intake import instrument_of, take_in_design
from tasks.publish import guides, printable
from tasks.publish.xlsform import xlsform
from tasks.vault import Vault

NO_WORD = "Word files need python-docx: pip install python-docx"


@dataclass(frozen=True)
class HandedOut:
    """What was written for a wave: file -> what it is; what was left out, and why; what stays English.

    warnings: how the form stands to the one that was frozen after the pilot.
    """

    instrument: Instrument
    files: Mapping[Path, str]
    without_word: bool
    warnings: tuple[str, ...] = ()

    def records(self) -> list[dict[str, object]]:
        """Return what a machine may want to know: the files, what was left out, what stays English."""
        one = self.instrument
        about: dict[str, object] = {"wave": one.wave, "version": one.version}
        found: list[dict[str, object]] = [
            {**about, "file": str(path), "what": what} for path, what in self.files.items()
        ]
        found += [{**about, "left_out": left.item, "reason": left.reason} for left in one.left_out]
        found += [
            {**about, "language": code, "not_translated": list(keys)}
            for code, keys in one.untranslated.items()
        ]
        found += [{**about, "warning": line} for line in self.warnings]
        if self.without_word:
            found.append({**about, "left_out": "guides", "reason": NO_WORD})
        return found

    def told(self) -> list[str]:
        """Return the same in lines for a reader."""
        one = self.instrument
        numbers = [
            sum(not item.groups or group in item.groups for _, item in one.questions) for group in one.groups
        ]
        asked = len(one.questions)
        spread = f"{min(numbers)} to {max(numbers)} a person" if numbers else ""
        lines = [
            f"{one.wave}: {asked} questions{f', {spread}' if numbers and min(numbers) < asked else ''}. "
            f"Version {one.version}."
        ]
        lines += [f"  warning: {line}." for line in self.warnings]
        lines += [f"  {path}: {what}" for path, what in self.files.items()]
        lines += [f"  left out: {left.item}: {left.reason}" for left in one.left_out]
        for code, keys in one.untranslated.items():
            lines.append(f"  {one.languages[code]}: {len(keys)} texts stay English: {', '.join(keys)}")
        if one.untranslated:
            lines.append("  Translate them in design/languages/<language>.toml (docs/instruments.md).")
        if self.without_word:
            lines.append(f"  left out: guides: {NO_WORD}")
        return lines


def hand_out(folder: Path, wave: str, into: Path | None) -> HandedOut:
    """Write the forms and guides of a wave, into results/forms/<wave> where no folder is named.

    Reads the plan and design/ alone: no run and no interview is needed. Each file bears the wave and the
    version of the form; those of earlier versions are left.

    Raises Refused with each fault, and writes nothing then. KeyError: the wave is not in the plan.
    """
    plan = read_plan(folder / "assessment.toml")
    chosen = {one.name: one for one in plan.wave}[wave]
    intake = take_in_design(folder, plan, Vault(folder, plan.assessment.id))
    if intake.faults:
        raise Refused(intake.faults)
    one = instrument_of(intake, chosen)
    contents = form_files(one, plan, intake.indicators)
    target = into or folder / "results" / "forms" / wave
    target.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, (content, what) in contents.items():
        path = target / name
        aside = target / f".{name}.new"
        aside.write_bytes(content)
        aside.replace(path)
        written[path] = what
    warnings = tuple(pilot.freeze_warnings(plan, {wave: one.version}))
    return HandedOut(one, written, not guides.available(), warnings)


def form_files(
    one: Instrument, plan: AssessmentPlan, indicators: Mapping[str, Indicator]
) -> dict[str, tuple[bytes, str]]:
    """Return file name -> content and what it is. Guides are left out where python-docx is not there."""
    files = {f"{one.wave}-form-{one.version}.xlsx": (xlsform(one), "XLSForm for KoboToolbox or ODK")}
    for code, language in one.languages.items():
        name = f"{one.wave}-printable-{code}-{one.version}.html"
        files[name] = printable.form(one, code).encode(), f"printable form, {language}"
    if guides.available():
        name = f"{one.wave}-interview-guide-{one.version}.docx"
        files[name] = guides.interview_guide(one, indicators), "interview guide"
        for group, label in one.groups.items():
            name = f"{one.wave}-focus-group-{group}-{one.version}.docx"
            content = guides.focus_group_guide(one, plan, indicators, group)
            files[name] = content, f"focus-group guide: {label['en']}"
    return files

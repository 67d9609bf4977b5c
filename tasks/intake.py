"""The intake: every input of an assessment folder read, typed, checked and parted from what is personal.

Nothing is written here. A run that is refused by the intake has changed nothing.
"""

from __future__ import annotations

import difflib
import fnmatch
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

import schemas.followup
import schemas.voices  # noqa: F401 -- declare their tables
from schemas.analysis import Indicators
from schemas.assessment import AssessmentPlan, Register, Specification, Wave
from schemas.base import TABLES, Contract, check, column_types, conform, empty, extend, required_columns
from schemas.checks import BackChecks, UnansweredQuestions
from schemas.design import (
    Frame,
    IndicatorDecisions,
    Margins,
    Pilot,
    Quotas,
    Rankings,
    Replacements,
    ResearchMethods,
    Sample,
    Training,
)
from schemas.exports import HouseholdMembers, WaveFiles
from schemas.faults import Fault, Refused, RowFault
from schemas.fieldwork import (
    Corrections,
    FocusGroups,
    Responses,
    WaveLosses,
    WaveRevisions,
    Withdrawals,
)
from schemas.followup import StagedEarlierFindings
from schemas.instruments import Instruments
from schemas.mapping import Actors, Characteristics, Informants, MappedGroups, MappingAnswers
from schemas.plan import PlannedGroups, Waves
from schemas.poverty import CapabilityDimensions, PovertyLines
from schemas.secondary import RegionalIndustries, Regions, SourceReadings, Sources
from schemas.voices import Timelines, ToolScores
from schemas.weights import CalibrationMargins, ResponseClasses, Weights
from tasks import (
    catalogue,
    checklist,
    coded,
    corrections,
    drawing,
    expressions,
    fieldwork,
    finite_population,
    forgetting,
    forms,
    grouping,
    headers,
    identification,
    instrument,
    instruments,
    overview,
    page_words,
    pilot,
    poverty_inputs,
    published_before,
    registers,
    research_methods,
    short_lists,
    sourcing,
    state,
    suspects,
    tellable,
    wave_files,
    weights,
    word_template,
    workshops,
)
from tasks import plan as plan_tables
from tasks.catalogue import Indicator, Question
from tasks.checks import again, staging
from tasks.exports import Export, read_export
from tasks.exports.layouts import recognised
from tasks.files import (
    SEALED,
    TYPE_WORDS,
    WAVE_SUFFIXES,
    Received,
    among_inputs,
    as_text,
    read_file,
    read_table,
    typed,
)
from tasks.interviews import FILE_NAME, IDS, ROW_NUMBER, STANDARD, WaveReading, read_wave
from tasks.languages import Language, languages
from tasks.members import MemberReading, joined_types, read_members
from tasks.newest_wave import newest_start
from tasks.plain_values import texts
from tasks.vault import Vault

KINDS = {
    "string[pyarrow]": "text",
    "string": "text",
    "Int64": "integer",
    "float64": "number",
    "boolean": "flag",
}
MADE_TERMS = {"programme", "programme x after"}
"""Terms of a specification that are made from arm and wave, and are no columns."""
MADE_HERE: dict[type[Contract], set[str]] = {Frame: {"draw_order"}, Quotas: {"quota"}}
"""Columns of an input table that no file has: the intake makes them."""
WITHDRAWN_FROM: dict[type[Contract], str] = {
    BackChecks: "respondent",
    UnansweredQuestions: "respondent",
    WaveRevisions: "respondent",
    Corrections: "key",
    ToolScores: "person",
    Timelines: "timeline",
}
"""Tables from which a person goes who took back the consent, beside the answers -> the column of the id."""
NOT_A_PERSON = {"group"}
"""Words that stand where a person's id could, and are kept: a vote that a focus group gave in common."""


@dataclass
class Intake:
    """What the folder holds: the staged tables, the raw ones, the personal cells, and every fault."""

    plan: AssessmentPlan
    indicators: dict[str, Indicator] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    languages: list[Language] = field(default_factory=list)
    page_words: dict[str, Language] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    raw: dict[str, pd.DataFrame] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    personal_files: set[str] = field(default_factory=set)
    sealed_files: set[str] = field(default_factory=set)
    own_types: dict[str, str] = field(default_factory=dict)
    only_in_pilots: set[str] = field(default_factory=set)
    member_types: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    losses: list[dict[str, object]] = field(default_factory=list)
    register_readings: list[registers.Reading] = field(default_factory=list)
    people: list[pd.DataFrame] = field(default_factory=list)
    refused: list[pd.DataFrame] = field(default_factory=list)
    word_template: bytes | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def response_contract(self) -> type[Contract]:
        """Return the contract of staged.responses with the waves' own columns."""
        return extend(Responses, self.own_types)

    @property
    def member_contract(self) -> type[Contract]:
        """Return the contract of staged.household_members with what was asked of the members."""
        return extend(HouseholdMembers, self.member_types)

    @property
    def pilots(self) -> set[str]:
        """Return the waves whose answers enter no estimate."""
        return {wave.name for wave in self.plan.wave if wave.role == "pilot"}

    def study_responses(self) -> pd.DataFrame:
        """Return the interviews that enter estimates: no pilot's, and no column that only a pilot has."""
        responses = self.tables.get(Responses.about().name, pd.DataFrame())
        if not len(responses):
            return responses
        rows = responses[~responses["wave"].isin(self.pilots)]
        return rows.drop(columns=[column for column in self.only_in_pilots if column in rows])

    @cached_property
    def short_lists(self) -> pd.DataFrame:
        """Return the groups' short lists before the pilot, made once for the forms of all waves."""
        return self.lists_with(self.table(IndicatorDecisions))

    def lists_with(self, decisions: pd.DataFrame) -> pd.DataFrame:
        """Return the groups' short lists by their votes and some decisions of the team."""
        labels = {name: one.label for name, one in self.indicators.items()}
        keep = self.plan.thresholds.indicators_per_group
        return short_lists.chosen_lists(self.table(Rankings), decisions, labels, keep)

    def table(self, contract: type[Contract]) -> pd.DataFrame:
        """Return a table that was read, with all columns of its contract."""
        return conform(_with_optional(self.tables[contract.about().name], contract), contract)

    def warnings(self) -> list[str]:
        """Return what of the design goes against what was decided; nothing is refused for it."""
        if self.faults:
            return []
        versions = {wave.name: instrument_of(self, wave).version for wave in self.plan.wave}
        return [
            *pilot.freeze_warnings(self.plan, versions),
            *pilot.used_warnings(self.plan, self.tables[WaveFiles.about().name]),
            *pilot.began_early(self.plan),
        ]

    def notes(self) -> list[str]:
        """Return what a careful reader of the design would ask about."""
        return [
            *short_lists.size_notes(self.table(Rankings)),
            *research_methods.method_notes(self.plan, self.table(ResearchMethods)),
            *research_methods.design_notes(self.plan),
            *drawing.design_notes(self.table(Frame), self.table(Quotas), self.plan.sampling),
            *pilot.date_notes(self.plan, self.table(Training)),
            *pilot.gone_notes(self.plan, self.table(Pilot)),
        ]


def _texts(intake: Intake) -> Iterator[str]:
    """Yield every text of the folder: of its plan, its definitions and its tables, with the words of psia."""
    for one in (
        intake.plan,
        *intake.indicators.values(),
        *intake.questions.values(),
        *catalogue.questions().values(),
    ):
        yield from texts(one.model_dump(mode="json"))
    for frame in (*intake.tables.values(), *intake.raw.values()):
        yield from map(str, frame.columns)
        for column in frame.select_dtypes(["object", "string"]):
            yield from map(str, frame[column].dropna().unique())


def take_in(
    folder: Path, plan: AssessmentPlan, vault: Vault, hashes: Mapping[str, str] | None = None
) -> Intake:
    """Return the intake of an assessment folder. Its `faults` say what is wrong; none is raised.

    hashes: file of the folder -> its SHA-256, where that is known already; registers are large.
    """
    reader = _begun(folder, plan, vault)
    intake = reader.intake
    intake.page_words, wrong = page_words.read(folder, plan)
    intake.faults += wrong
    for contract in TABLES.values():
        if contract.about().source:
            reader.stage(contract)
    intake.tables[SourceReadings.about().name] = _table(SourceReadings, reader.readings)
    reader.published_before()
    reader.registers(hashes or {})
    reader.assign_groups()
    reader.interviews()
    reader.personal_patterns()
    reader.raw_tables()
    coded.take_in(folder, intake, vault, reader.places)
    reader.word_template()
    if not reader.unreadable:  # else what follows from a table that could not be read would hide the cause
        intake.faults += list(_references(intake, reader.places))
        intake.faults += list(_parts_beyond_their_whole(intake, reader.places))
        intake.faults += list(_plan_and_data(intake))
        intake.faults += list(_map_faults(intake, reader.places))
        intake.faults += list(_design_faults(intake, reader.places))
        intake.faults += list(_workshop_faults(intake, reader.places))
        intake.faults += list(_poverty_faults(intake, reader.places))
        intake.faults += list(finite_population.faults(plan, has_frame=len(intake.table(Frame)) > 0))
        intake.faults += list(
            identification.faults(plan.identification, intake.tables[RegionalIndustries.about().name])
        )
    intake.tables[WaveLosses.about().name] = _table(WaveLosses, intake.losses)
    if not intake.faults:
        intake.tables[Indicators.about().name] = _table(Indicators, _in_use(intake))
        dimensions = poverty_inputs.dimensions(plan.capability, intake.indicators)
        intake.tables[CapabilityDimensions.about().name] = _table(CapabilityDimensions, dimensions)
        asked = {wave.name: instrument_of(intake, wave) for wave in plan.wave}
        intake.tables[Instruments.about().name] = instrument.table(asked.values())
        reader.beside_the_answers(asked)
        shown = [*intake.table(Indicators)["indicator"], *intake.table(Rankings)["indicator"]]
        intake.faults += page_words.missing(plan, intake.page_words, intake.indicators, dict.fromkeys(shown))
        own = {one.code: one for one in intake.languages} | intake.page_words
        intake.faults += page_words.unknown(plan, own.values(), intake.indicators, lambda: _texts(intake))
    return reader.told()


def take_in_design(folder: Path, plan: AssessmentPlan, vault: Vault) -> Intake:
    """Return what the forms are made of: the plan, the indicators and what design/ decides about them.

    No wave has to be there yet. The intake's `faults` say what is wrong; none is raised.
    """
    reader = _begun(folder, plan, vault)
    intake = reader.intake
    for contract in TABLES.values():
        source = contract.about().source
        if source.startswith("design/") and contract not in (Frame, Quotas):
            reader.stage(contract)
    if not reader.unreadable:
        intake.faults += [*_references(intake, reader.places), *_indicator_faults(intake)]
        intake.faults += list(_design_faults(intake, reader.places))
    return reader.told()


def _begun(folder: Path, plan: AssessmentPlan, vault: Vault) -> _Reader:
    """Return the reader of a folder, with the plan's tables and the definitions read."""
    intake = Intake(plan)
    intake.tables |= plan_tables.tables(plan)
    reader = _Reader(folder, plan, vault, intake)
    reader.definitions()
    return reader


def instrument_of(intake: Intake, wave: Wave) -> instrument.Instrument:
    """Return what is asked in a wave, by the groups' short lists and what the pilot decided."""
    return instruments.instrument(
        intake.plan,
        wave,
        intake.indicators,
        intake.questions,
        intake.short_lists,
        intake.table(Pilot),
        intake.languages,
    )


def _table(contract: type[Contract], records: list[dict[str, object]]) -> pd.DataFrame:
    return conform(pd.DataFrame(records), contract) if records else empty(contract)


def _in_use(intake: Intake) -> list[dict[str, object]]:
    """Return the indicators in use: those that the plan names and those on a short list that were asked.

    Where the plan names none, all whose columns the waves have.
    """
    columns = set(intake.study_responses().columns)
    named = [*intake.plan.indicators]
    for specification in intake.plan.specification:
        named += [one for one in specification.indicators if one not in named]
    named += [one.indicator for one in intake.plan.sample_size.indicator if one.indicator not in named]
    lists = short_lists.after_pilot(intake.short_lists, intake.table(Pilot))
    listed = set(lists.loc[lists["selected"], "indicator"])
    named += [
        one
        for one, indicator in intake.indicators.items()
        if one not in named
        and (one in listed or not intake.plan.indicators)
        and columns.issuperset(expressions.columns(indicator.value))
    ]
    return [_record(intake.indicators[one]) for one in named]


def _record(indicator: Indicator) -> dict[str, object]:
    told = {**indicator.model_dump(), "indicator": indicator.id, "sensitive": indicator.sensitive_subject}
    return {key: (told[key] if told[key] != "" else None) for key in column_types(Indicators)}


class _Reader:
    def __init__(self, folder: Path, plan: AssessmentPlan, vault: Vault, intake: Intake):
        self.folder, self.plan, self.vault, self.intake = folder, plan, vault, intake
        self.places: dict[str, list[tuple[str, str, int]]] = {}
        self.personal_seen: set[str] = set()
        self.unreadable = False
        self.original_ids: dict[str, pd.Series] = {}
        self.raw_corrections: dict[str, pd.DataFrame] = {}
        self.raw_parts: dict[str, dict[str, pd.DataFrame]] = {}
        self.changes: list[dict[str, object]] = []
        self.forms: dict[str, forms.Form] = {}
        self.beside: list[staging.Beside] = []
        self.readings: list[dict[str, object]] = []
        self.gone: set[str] = set()
        try:
            self.gone = forgetting.forgotten(folder)
        except Refused as refused:
            intake.faults += refused.faults

    def definitions(self) -> None:
        """Read the indicators, questions and languages: the catalogue's and the assessment's own."""
        self.intake.indicators = dict(catalogue.standard_indicators())
        try:
            own, asked = catalogue.own_definitions(self.folder / "design" / "indicators.toml")
            self.intake.indicators |= own
            self.intake.questions = asked
        except Refused as refused:
            self.intake.faults += refused.faults
            self.unreadable = True
        try:
            self.intake.languages = languages(self.folder, self.plan.instruments.languages)
        except Refused as refused:
            self.intake.faults += refused.faults

    def stage(self, contract: type[Contract]) -> None:
        """Read every file of a contract (one a wave where its source says so) into one table."""
        about = contract.about()
        parts, places = [], []
        for table, wave in self._tables_of(about.source):
            received = self._received(table)
            if received is None:
                continue
            self._keep_received(received)
            part = self._typed(received, contract, wave)
            if part is not None:
                parts.append(part)
                places += [(received.file, received.sheet, int(row)) for row in received.rows]
        for part, found in self._sourced(about.name):
            parts.append(part)
            places += found
        if contract is Corrections:
            for part, found in self._logs():
                parts.append(part)
                places += found
        frame = pd.concat(parts, ignore_index=True) if parts else empty(contract)
        if contract is Frame and len(frame):
            frame["draw_order"] = _places_by_id(frame["unit"])
        if contract is Quotas and len(frame):
            frame["quota"] = drawing.quota_names(frame)
        if contract is Rankings and "person" in frame:
            frame["person"] = short_lists.voters(frame["person"])
        if contract is Corrections:
            frame = self._keep_corrections(frame, places)
        self._check(frame, contract, places)
        self.places[about.name] = places
        self.intake.tables[about.name] = self._pseudonymised(frame, contract)

    def told(self) -> Intake:
        """Return the intake, its faults less the names of columns that look like a person's answers."""
        if self.intake.faults:
            known = overview.known_names(self.folder / "assessment.toml")
            self.intake.faults = headers.without_values(self.intake.faults, self.intake.received, known)
        return self.intake

    def _sourced(self, target: str) -> Iterator[tuple[pd.DataFrame, list[tuple[str, str, int]]]]:
        """Read the files that the plan names for a table; what was decided about them is noted."""
        known = set(self.intake.tables.get(Sources.about().name, pd.DataFrame()).get("source", ()))
        for number, how in enumerate(self.plan.source, start=1):
            if how.target != target or (self.unreadable and not known):
                continue
            try:
                read = sourcing.read_source(
                    self.folder, number, how, self.vault.unseal, known, self._personal_columns
                )
            except Refused as refused:
                self.intake.faults += refused.faults
                self.unreadable = True
                continue
            self.intake.faults += read.faults
            received = read.received
            if received is None:
                self.unreadable = True
                continue
            if (received.file, received.sheet) not in {(one.file, one.sheet) for one in self.intake.received}:
                self._keep_received(received)
            self.intake.sealed_files |= {received.file} if read.sealed else set()
            if read.faults:
                continue
            self.readings += [
                {
                    "part": number,
                    "position": position,
                    "source": how.source,
                    "file": how.file,
                    "sheet": read.sheet or None,
                    "item": note.item,
                    "value": note.value,
                    "how": note.how,
                }
                for position, note in enumerate(read.notes, start=1)
            ]
            yield read.frame, [(received.file, read.sheet, int(row)) for row in read.rows]

    def _tables_of(self, source: str) -> Iterator[tuple[str, str]]:
        if "*" not in source:
            yield source, ""
            return
        for wave in self.plan.wave:
            yield source.replace("*", wave.name), wave.name

    def _received(self, table: str, *, is_wave: bool = False) -> Received | None:
        try:
            return read_table(self.folder, table, self.vault.unseal, is_wave=is_wave)
        except Refused as refused:
            self.intake.faults += refused.faults
            self.unreadable = True
            return None

    def _keep_received(self, received: Received) -> None:
        """Keep the file as received, and its cells as raw: less the personal columns."""
        self.intake.received.append(received)
        personal = self._personal_columns(received)
        if personal:
            self.intake.personal_files.add(received.file)
        if personal or self._names_people(received):
            self.intake.sealed_files.add(received.file)

    def _names_people(self, received: Received) -> bool:
        """Return whether a file holds ids of people, which a sealed frame or wave gives a name."""
        if received.table.endswith(("/interviews", "/members", f"/{again.FILE}")):
            return True
        return any(
            fnmatch.fnmatch(received.table, contract.about().source) and contract.about().personal_ids
            for contract in TABLES.values()
            if contract.about().source
        )

    def _personal_columns(self, received: Received) -> list[str]:
        found = []
        for pattern, columns in self.plan.personal.items():
            if not fnmatch.fnmatch(received.table, pattern):
                continue
            self.personal_seen.add(pattern)
            here = {str(column).casefold(): str(column) for column in received.frame.columns}
            for column in columns:
                if column.strip().casefold() in here:
                    found.append(here[column.strip().casefold()])
                else:
                    rule = f"'{column}' is declared personal for {pattern}, and is not a column of this file"
                    remedy = "Correct the spelling in the plan, or name the files that have it one by one"
                    fault = Fault(received.file, received.sheet, 1, column, rule, remedy)
                    if fault not in self.intake.faults:
                        self.intake.faults.append(fault)
        return found

    def _typed(self, received: Received, contract: type[Contract], wave: str) -> pd.DataFrame | None:
        """Return a file's records in the contract's types; faults are noted, the cells left empty."""
        personal = self._personal_columns(received)
        frame = received.frame.drop(columns=personal)
        kinds = column_types(contract)
        given = {column: kind for column, kind in kinds.items() if column != "wave" or not wave}
        faults = list(_column_faults(received, frame, contract, set(given) - MADE_HERE.get(contract, set())))
        if faults:
            self.intake.faults += faults
            return None
        out = {}
        for column, kind in kinds.items():
            if column == "wave" and wave:
                out[column] = pd.Series(wave, index=frame.index, dtype="string")
            elif column in frame:
                out[column], bad = typed(frame[column], KINDS[kind])
                self._note_bad(received, column, KINDS[kind], bad)
        self._set_personal_aside(received, contract, personal)
        self._keep_raw(received, frame, contract.about().personal_ids)
        return pd.DataFrame(out, index=frame.index)

    def _note_bad(self, received: Received, column: str, kind: str, bad: pd.Series) -> None:
        for row in received.rows[bad].head(100):
            rule = f"is not {TYPE_WORDS[kind]}"
            self.intake.faults.append(
                Fault(received.file, received.sheet, int(row), column, rule, "Correct the cell")
            )

    def _set_personal_aside(self, received: Received, contract: type[Contract], personal: list[str]) -> None:
        """Put personal cells and the ids behind pseudonyms where only the vault goes."""
        ids = contract.about().personal_ids
        key = next((column for column in ids if column in received.frame), None)
        if key is None:
            return
        if ids[key] == "person":
            self.intake.faults += forgetting.came_back(received, key, self.gone, self.vault)
        original = as_text(received.frame[key])
        self._people(received.table, original, ids[key], key, {c: received.frame[c] for c in personal})

    def _people(
        self, table: str, original: pd.Series, kind: str, key: str, personal: dict[str, pd.Series]
    ) -> None:
        pseudonyms = self.vault.pseudonyms(original, kind)
        for column, values in {key: original, **{c: as_text(v) for c, v in personal.items()}}.items():
            self.intake.people.append(
                pd.DataFrame(
                    {"table": table, "pseudonym": pseudonyms, "column": column, "value": values}
                ).dropna(subset=["pseudonym", "value"])
            )

    def _keep_raw(self, received: Received, frame: pd.DataFrame, ids: Mapping[str, str]) -> None:
        if "_row" in frame:  # refused already: the name is ours
            return
        raw = frame.copy()
        for column, kind in ids.items():
            if column in raw:
                raw[column] = self._pseudonyms(as_text(raw[column]), kind)
        raw.insert(0, "_row", received.rows)
        self.raw_parts.setdefault(raw_name(received.table), {})[received.file.removesuffix(SEALED)] = raw

    def raw_tables(self) -> None:
        """Put what came in several files into one raw table each."""
        for name, parts in self.raw_parts.items():
            self.intake.raw[name] = _one_below_the_other(parts)

    def _pseudonyms(self, ids: pd.Series, kind: str) -> pd.Series:
        nobody = ids.isin(NOT_A_PERSON)
        if not nobody.any():
            return self.vault.pseudonyms(ids, kind)
        return self.vault.pseudonyms(ids.mask(nobody), kind).mask(nobody, ids)

    def _pseudonymised(self, frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
        frame = frame.copy()
        for column, kind in contract.about().personal_ids.items():
            if column in frame and len(frame):
                frame[column] = self._pseudonyms(frame[column], kind)
        return frame

    def _check(
        self, frame: pd.DataFrame, contract: type[Contract], places: list[tuple[str, str, int]]
    ) -> None:
        if not len(frame):
            return
        whole = conform(_with_optional(frame, contract), contract)
        for (file, sheet), group in _by_place(places):
            rows = pd.Series([places[index][2] for index in group], index=group)
            self.intake.faults += check(whole.loc[group], contract, file=file, sheet=sheet, rows=rows)
        self.intake.faults += list(_twice_in_two_files(whole, list(contract.about().key), places))

    def _logs(self) -> Iterator[tuple[pd.DataFrame, list[tuple[str, str, int]]]]:
        """Read the foreign logs that the plan names; of them only what is mapped and used is stored."""
        for wave in self.plan.wave:
            for log in wave.corrections:
                received = self._named_file(
                    wave, log.file, f"waves/{wave.name}/corrections", "corrections.file"
                )
                if received is None:
                    continue
                self._keep_received(received)
                read = corrections.read_log(received, log)
                self.intake.faults += read.faults
                if read.faults:
                    self.unreadable = True
                    continue
                self.intake.found.append(f"{wave.name}: {read.told(received.file)}")
                used = replace(received, frame=read.frame, rows=read.rows)
                self._keep_raw(used, read.frame, Corrections.about().personal_ids)
                frame = read.frame.assign(wave=wave.name, unstated=read.unstated)
                yield frame, [(received.file, received.sheet, int(row)) for row in read.rows]

    def _keep_corrections(self, frame: pd.DataFrame, places: list[tuple[str, str, int]]) -> pd.DataFrame:
        """Keep each wave's corrections with their places, to be replayed; return them as they are staged."""
        located = frame.copy()
        located["file"] = [place[0] for place in places]
        located["sheet"] = [place[1] for place in places]
        located["row"] = [place[2] for place in places]
        for column in ("old", "new"):
            if column not in located:
                located[column] = pd.Series(pd.NA, index=located.index, dtype="string")
        unstated = located.get("unstated", pd.Series(False, index=located.index))
        located["unstated"] = unstated.astype("boolean").fillna(False).astype(bool)
        for wave, part in located.groupby("wave", sort=True) if len(located) else ():
            self.raw_corrections[str(wave)] = part
        return frame.drop(columns="unstated", errors="ignore")

    def published_before(self) -> None:
        """Add the findings of earlier releases to those that feedback/earlier_findings gives."""
        name = StagedEarlierFindings.about().name
        given = self.intake.tables[name]
        told = given.get("report", pd.Series(dtype="string"))
        report_date = self.plan.assessment.report_date.isoformat()
        before = newest_start(self.intake.tables[Waves.about().name], report_date)
        found, faults = published_before.findings(self.folder, told, before)
        self.intake.faults += faults
        if len(found) and not self.unreadable:
            self.intake.tables[name] = pd.concat(
                [conform(given, StagedEarlierFindings), found], ignore_index=True
            )

    def word_template(self) -> None:
        """Keep the Word file whose styles the report takes over."""
        try:
            template = word_template.take_in(self.folder, self.plan)
        except Refused as refused:
            self.intake.faults += refused.faults
            return
        if template:
            self.intake.received.append(template)
            self.intake.word_template = template.content

    def registers(self, hashes: Mapping[str, str]) -> None:
        """Add what each register of the plan sums to, to regional_industries and regions."""
        for position, register in enumerate(self.plan.registers, start=1):
            found = list(self._register_faults(position, register))
            self.intake.faults += found
            if found:
                self.unreadable = True
                continue
            path = (self.folder / register.file).absolute()
            sha256 = hashes.get(register.file) or state.digest(path)
            reading = registers.read(self.folder, register, path, sha256)
            self.intake.register_readings.append(reading)
            self.intake.faults += reading.faults
            self.unreadable |= bool(reading.faults)
            self.intake.received.append(
                Received(
                    str(Path(register.file).with_suffix("")),
                    register.file,
                    "",
                    pd.DataFrame(),
                    pd.Series(dtype="int64"),
                    sha256,
                    b"",
                    path,
                )
            )
            for contract, part in ((RegionalIndustries, reading.cells), (Regions, reading.regions)):
                name = contract.about().name
                known = conform(_with_optional(self.intake.tables[name], contract), contract)
                both = [one for one in (known, part) if len(one)]
                self.intake.tables[name] = pd.concat(both, ignore_index=True) if both else known

    def _register_faults(self, position: int, register: Register) -> Iterator[Fault]:
        """Faults of a register that the plan and the folder show without a look into the file."""
        key, file = f"register.{position}.file", register.file
        path = self.folder / file
        inside = path.resolve().is_relative_to((self.folder / "secondary").resolve())
        hidden = any(part.startswith(".") for part in Path(file).parts)
        if Path(file).is_absolute() or not inside or hidden:
            remedy = "Put the file there and name it so, for example secondary/register.parquet"
            rule = f"'{file}' does not lie under secondary/"
            yield Fault("assessment.toml", column=key, rule=rule, remedy=remedy)
            return
        if path.suffix == SEALED or (not path.is_file() and path.with_name(path.name + SEALED).is_file()):
            rule = "a sealed register cannot be read where it lies"
            remedy = "Take out the columns that are personal, and leave the rest in clear"
            yield Fault(file, rule=rule, remedy=remedy)
        elif path.suffix not in (".csv", ".parquet"):
            yield Fault(
                "assessment.toml", column=key, rule="a register is .csv or .parquet", remedy="Save it so"
            )
        elif not path.is_file():
            yield Fault(file, rule="is not here", remedy="Put the file there, or correct the plan")
        table = Path(file).with_suffix("").as_posix()
        if any(contract.about().source == table for contract in TABLES.values()):
            rule = f"{table} is the name of another input table"
            yield Fault("assessment.toml", column=key, rule=rule, remedy="Give the register another name")
        for pattern in self.plan.personal:
            if fnmatch.fnmatch(table, pattern):
                self.personal_seen.add(pattern)
                rule = f"personal columns are declared for {pattern}, and a register is kept as it is"
                remedy = "Take the personal columns out of the file, and the pattern out of the plan"
                yield Fault(file, rule=rule, remedy=remedy)
        sources = self.intake.tables[Sources.about().name]
        if register.source not in set(sources.get("source", pd.Series(dtype="string")).dropna()):
            rule = f"the source '{register.source}' is not in secondary/sources"
            remedy = "Add it there with its citation"
            yield Fault("assessment.toml", column=f"register.{position}.source", rule=rule, remedy=remedy)
        for contract in (RegionalIndustries, Regions):
            about = contract.about()
            own = self.intake.tables[about.name]
            if "source" in own and (own["source"] == register.source).any():
                if contract is Regions and not (register.columns.population or register.columns.area_sqkm):
                    continue
                rule = f"the source '{register.source}' stands in {about.source} as well"
                remedy = "Give the two different names of source, or keep one"
                yield Fault("assessment.toml", column=f"register.{position}.source", rule=rule, remedy=remedy)

    def assign_groups(self) -> None:
        """Give each frame row its poverty group where the file does not, and check that all can be filled."""
        frame, groups = self.intake.tables[Frame.about().name], self.plan.poverty_group
        if not len(frame) or not groups:
            return
        frame = conform(_with_optional(frame, Frame), Frame)
        planned = self.intake.tables[PlannedGroups.about().name]
        assigned, ambiguous = grouping.assign_groups(frame, planned)
        self.intake.tables[Frame.about().name] = assigned
        places = self.places[Frame.about().name]
        for index, column, rule in grouping.contradictions(frame, planned):
            remedy = "Correct one of the two cells, or the group in the plan"
            self.intake.faults.append(Fault(*places[index], column, rule, remedy))
        for index in ambiguous:
            file, sheet, row = places[index]
            rule = "fits two poverty groups of the plan"
            remedy = "Add the column poverty_group to the frame, or tell the groups apart in the plan"
            self.intake.faults.append(Fault(file, sheet, row, "poverty_group", rule, remedy))
        present = set(assigned["poverty_group"].dropna())
        for position, group in enumerate(groups, start=1):
            if group.id not in present:
                file = places[0][0]
                rule = f"no row of the frame ({file}) can belong to the poverty group '{group.id}'"
                remedy = (
                    f"The frame needs rows with node '{group.node}'"
                    + (f" and gender '{group.gender}'" if group.gender else "")
                    + (f" and difference '{group.difference}'" if group.difference else "")
                    + ", or drop the group from the plan"
                )
                self.intake.faults.append(
                    Fault("assessment.toml", column=f"poverty_group.{position}", rule=rule, remedy=remedy)
                )

    def interviews(self) -> None:
        """Read every wave's interviews into staged.responses."""
        readings: list[WaveReading] = []
        members: list[MemberReading] = []
        files: list[dict[str, object]] = []
        for wave in self.plan.wave:
            self._wave(wave, readings, members, files)
        self._leave_out_withdrawn(readings, members)
        self.intake.faults += list(wave_files.unread_beside(self.folder, self.plan))
        self.intake.found += _folders_of_no_wave(self.folder, [wave.name for wave in self.plan.wave])
        self.intake.own_types = _joined_types(readings, self.intake.faults)
        of_study = [one for one in readings if one.wave not in self.intake.pilots]
        self.intake.only_in_pilots = set(self.intake.own_types) - {
            column for one in of_study for column in fieldwork.own_columns(one)
        }
        responses, places = fieldwork.joined(readings, self.intake.own_types)
        responses = self._responses_pseudonymised(responses)
        responses = fieldwork.with_arm_from(responses, self.plan.comparison.arm_from)
        responses, drawn = self._with_draw(responses, places)
        responses = fieldwork.with_usual_values(responses, self.plan.sampling.design, self.intake.pilots)
        if len(responses) and not self.intake.faults:
            contract = self.intake.response_contract
            responses = conform(responses, contract)
            for (file, sheet), group in _by_place(places):
                rows = pd.Series([places[index][2] for index in group], index=group)
                part = responses if len(group) == len(responses) else responses.loc[group]
                self.intake.faults += check(part, contract, file=file, sheet=sheet, rows=rows)
            self.intake.faults += list(_twice_in_two_files(responses, ["respondent", "wave"], places))
            of_study = responses[~responses["wave"].isin(self.intake.pilots)]
            self.intake.faults += list(_gaps(of_study, places))
            self.intake.faults += list(_lacking_waves(of_study, places))
        responses = self._weighed(responses, places, *drawn)
        self.places[Responses.about().name] = places
        self.intake.tables[Responses.about().name] = responses
        self._keep_members(members)
        self.intake.tables[WaveFiles.about().name] = _table(WaveFiles, files)
        changes = _table(WaveRevisions, self.changes)
        self.intake.tables[WaveRevisions.about().name] = self._pseudonymised(changes, WaveRevisions)

    def _leave_out_withdrawn(self, readings: list[WaveReading], members: list[MemberReading]) -> None:
        """Leave out the answers, of all waves, of who took back the consent; an id of nobody is a fault."""
        withdrawals = self.intake.tables[Withdrawals.about().name]
        gone, met = set(withdrawals["respondent"]), set[str]()
        if not gone:
            return
        for reading in readings:
            if reading.faults or "respondent" not in reading.standard:
                continue
            known = self._pseudonyms(reading.records["respondent"].dropna(), "person")
            met |= set(known)
            fieldwork.withdraw(reading, known.index[known.isin(gone)])
            ids = self._pseudonyms(reading.standard["respondent"], "person")
            count = fieldwork.leave_out(reading, ids.isin(gone))
            used = {"wave": reading.wave, "reason": "used"}
            for loss in self.intake.losses if count else []:
                if used.items() <= loss.items():
                    loss["interviews"] = reading.losses["used"]
            if count:
                loss = {"wave": reading.wave, "reason": "withdrawn", "interviews": count}
                self.intake.losses.append(loss)
                self.intake.found.append(f"{reading.wave}: {count} left out, as the consent was taken back")
        for listed in members:
            stays = ~self._pseudonyms(listed.frame["respondent"], "person").isin(gone)
            listed.frame, listed.rows = listed.frame[stays], listed.rows[stays]
        if self.intake.faults or self.unreadable:
            return
        for index, one in withdrawals["respondent"].items():
            if one not in met:
                rule = "nobody of this id was interviewed in any wave"
                remedy = "Write the respondent's id as it stands in the interviews"
                place = self.places[Withdrawals.about().name][int(str(index))]
                self.intake.faults.append(Fault(*place, "respondent", rule, remedy))

    def _with_draw(
        self, responses: pd.DataFrame, places: list[tuple[str, str, int]]
    ) -> tuple[pd.DataFrame, tuple[pd.DataFrame, pd.DataFrame]]:
        """Return the responses with what frame and draw know of them, and the draw: sample and replacements.

        Both with gender and difference of the frame. A draw that fails is a fault.
        """
        frame = conform(_with_optional(self.intake.tables[Frame.about().name], Frame), Frame)
        quotas = conform(_with_optional(self.intake.tables[Quotas.about().name], Quotas), Quotas)
        nothing = responses, (empty(Sample), empty(Replacements))
        if self.intake.faults or not len(frame):
            return nothing
        of_quotas = self.places[Quotas.about().name]
        for index, rule, remedy in drawing.quota_faults(frame, quotas):
            self.intake.faults.append(Fault(*of_quotas[index], "", rule, remedy))
        if self.intake.faults:
            return nothing
        plan, seeds = self.plan.sampling, self.plan.seeds
        try:
            sample = drawing.draw(frame, quotas, plan, seeds)
            listed = drawing.replacements(frame, quotas, sample, plan, seeds)
            drawing.household_subsample(frame, sample, plan, seeds)
        except ValueError as error:
            rule = str(error)[0].lower() + str(error)[1:]
            remedy = "Correct the sampling part of the plan, or the frame"
            self.intake.faults.append(Fault("assessment.toml", column="sampling", rule=rule, remedy=remedy))
            return nothing
        responses, unknown = fieldwork.with_design(responses, sample, listed, drawing.as_drawn(frame, plan))
        tried = set(responses.index[responses["wave"].isin(self.intake.pilots)])
        for index in (one for one in unknown if one not in tried):
            rule = "the respondent is not in the frame, or was not drawn and is no replacement: no weight"
            remedy = "Correct the respondent's id, add the person to design/frame, or list more replacements"
            self.intake.faults.append(Fault(*places[index], "respondent", rule, remedy))
        known = frame[["unit", "gender", "difference"]]
        sample, listed = (
            one.merge(known, on="unit", how="left", validate="one_to_one") for one in (sample, listed)
        )
        return responses, (sample, listed)

    def _weighed(
        self,
        responses: pd.DataFrame,
        places: list[tuple[str, str, int]],
        drawn: pd.DataFrame,
        replacements: pd.DataFrame,
    ) -> pd.DataFrame:
        """Return the interviews with their final weights, and keep what the weights are made of."""
        contracts = (Weights, ResponseClasses, CalibrationMargins)
        self.intake.tables |= {contract.about().name: empty(contract) for contract in contracts}
        if self.intake.faults or self.unreadable or not len(responses):
            return responses
        given = weights.Interviewed(
            self.plan,
            responses,
            self.intake.own_types,
            places,
            drawn,
            replacements,
            conform(_with_optional(self.intake.tables[Margins.about().name], Margins), Margins),
            self.places[Margins.about().name],
        )
        self.intake.faults += list(weights.faults(given))
        if self.intake.faults:
            return responses
        try:
            found = weights.weigh(given)
        except weights.NotWeighed as error:
            rule = str(error)[0].lower() + str(error)[1:]
            remedy = "Correct design/margins, or what [weights] asks for"
            self.intake.faults.append(Fault("assessment.toml", column="weights", rule=rule, remedy=remedy))
            return responses
        for contract, table in zip(contracts, (found.weights, found.classes, found.margins), strict=True):
            self.intake.tables[contract.about().name] = conform(table, contract)
        final = found.weights["weight"].reindex(responses.index)
        return responses.assign(weight=final.where(final.notna(), responses["weight"]))

    def _exports(self, wave: Wave) -> list[Export]:
        """Return a wave's files, each read as the export that it is; [] where one is refused."""
        received = self._wave_files(wave)
        try:
            given = forms.form_of_wave(self.folder, wave.name, self.vault.unseal) if received else None
        except Refused as refused:
            self.intake.faults += refused.faults
            self.unreadable = True
            return []
        exports = []
        for one in received:
            if headless := self._lacks_header(one, wave):
                self.intake.faults.append(headless)
                self.unreadable = True
                continue
            try:
                form = given[0] if given else None
                own = partial(self._own_form, wave)
                exports.append(read_export(one, wave, self.folder, self.vault.unseal, form, own))
            except Refused as refused:
                self.intake.faults += refused.faults
                self.unreadable = True
        if given:
            self.intake.received.append(given[1])
            self.forms[wave.name] = given[0]
        return exports if len(exports) == len(received) else []

    def _lacks_header(self, received: Received, wave: Wave) -> Fault | None:
        """Return the fault of a file of a wave without a header; None where it has one, or may have.

        The columns of a wave may bear any names. So it is refused only where its first row has none that is
        known, and looks like data.
        """
        columns = wave.columns.model_dump()
        known = {*columns.values(), *wave.questions, *wave.questions.values(), *wave.types, *wave.recode}
        known |= {*STANDARD, *instruments.known_questions(self.plan, self.intake.questions)}
        if recognised([str(column) for column in received.frame]) or not headers.is_data(
            received.frame, known
        ):
            return None
        source = wave.columns.respondent or "respondent"
        return headers.lacks_header(received, [source] if source != ROW_NUMBER else [], known)

    def _back_check(
        self, read: list[tuple[Export, WaveReading]], wave: Wave
    ) -> again.BackCheckReading | None:
        """Return the back-check that lies beside a wave; None where there is none, or the wave has faults."""
        received = self._received(f"waves/{wave.name}/{again.FILE}", is_wave=True)
        if received is None or any(reading.faults for _, reading in read):
            return None
        if headless := self._lacks_header(received, wave):
            self.intake.faults.append(headless)
            return None
        try:
            asked = read_export(received, wave, self.folder, self.vault.unseal)
        except Refused as refused:
            self.intake.faults += refused.faults
            return None
        self._keep_received(asked.received)
        personal = self._personal_columns(asked.received)
        found = again.read_back_check(asked, read, wave, personal)
        self.intake.faults += found.faults
        if not found.faults:
            ids = {getattr(wave.columns, one) or one: Responses.about().personal_ids[one] for one in IDS}
            self._keep_raw(asked.received, asked.received.frame[found.columns], ids)
            strangers = f", {found.unknown} of whom no interview is used" if found.unknown else ""
            told = f"{asked.received.file}: {found.asked} people asked again{strangers}"
            self.intake.found.append(f"{wave.name}: {told}")
        return found

    def beside_the_answers(self, asked: Mapping[str, instrument.Instrument]) -> None:
        """Keep what the field checks read of each wave beside its answers."""
        known = instruments.known_questions(self.plan, self.intake.questions)
        found = staging.tables(self.beside, lambda wave: asked[wave.name], known)
        for contract, frame in found.items():
            self.intake.tables[contract.about().name] = self._pseudonymised(frame, contract)
        gone = self.intake.tables[Withdrawals.about().name].get("respondent", ())
        for contract, column in WITHDRAWN_FROM.items():
            frame = self.intake.tables[contract.about().name]
            if len(gone) and len(frame):
                stays = ~frame[column].isin(gone).fillna(False).astype(bool)
                self.intake.tables[contract.about().name] = frame[stays].reset_index(drop=True)

    def _own_form(self, wave: Wave) -> forms.Form | None:
        """Return the form that psia makes of the plan for a wave; None where the design has faults."""
        from tasks.publish.xlsform import xlsform

        if self.intake.faults:
            return None
        return forms.read_form(xlsform(instrument_of(self.intake, wave)), forms.OWN)

    def _wave_files(self, wave: Wave) -> list[Received]:
        """Return the files of a wave as received, each content once."""
        faults = len(self.intake.faults)
        if wave.interviews:
            names = [wave.interviews] if isinstance(wave.interviews, str) else wave.interviews
            table = f"waves/{wave.name}/interviews"
            found = [self._named_file(wave, name, table, "interviews") for name in names]
            received = [one for one in found if one]
        else:
            try:
                received = wave_files.read_files(self.folder, wave.name, self.vault.unseal)
            except Refused as refused:
                self.intake.faults += refused.faults
                self.unreadable = True
                return []
            if not received and not self.unreadable:
                self._planned(wave, f"waves/{wave.name}/interviews")
        if received:
            self.intake.faults += list(wave_files.unknown_revisions(wave, received))
            self.intake.faults += list(_unread_files(self.folder, wave, self.plan.wave))
        if len(self.intake.faults) > faults:
            return []
        return wave_files.without_copies(received, wave.revisions)

    def _named_file(self, wave: Wave, name: str, table: str, key: str) -> Received | None:
        """Return a file that the plan names for a wave, in clear or sealed; None where it is refused."""
        path = self.folder / name
        sealed = path.with_name(path.name + SEALED)
        if not among_inputs(self.folder, name):
            rule = (
                f"the file of the wave '{wave.name}' does not lie among the inputs of the assessment folder"
            )
            remedy = "Put it under waves/ and name it from there, for example waves/panel.csv"
            self.intake.faults.append(
                Fault("assessment.toml", column=f"wave.{key}", rule=rule, remedy=remedy)
            )
            return None
        try:
            return read_file(
                self.folder,
                path if path.is_file() else (sealed if sealed.is_file() else path),
                self.vault.unseal,
                table=table,
                any_header=True,
            )
        except Refused as refused:
            self.intake.faults += refused.faults
            self.unreadable = True
            return None

    def _planned(self, wave: Wave, table: str) -> None:
        """Note that a wave is still to come; a fault where its folder holds what could be its interviews."""
        others = _files_of_other_names(self.folder, wave)
        if others:
            self.intake.faults.append(_no_interviews(wave, table, others))
        elif wave.name in self.raw_corrections:
            self.intake.faults.append(_nothing_to_correct(wave))
        else:
            self.intake.found.append(f"{wave.name}: no interviews yet")

    def _wave(
        self,
        wave: Wave,
        readings: list[WaveReading],
        members: list[MemberReading],
        files: list[dict[str, object]],
    ) -> None:
        """Read the files of a wave and add what stands of each, and what became of the rest."""
        exports = self._exports(wave)
        if not exports:
            return
        personal = [self._keep_interviews(export, wave) for export in exports]
        settled = wave_files.settle(exports, wave, personal)
        self.intake.faults += settled.faults
        self.changes += [{**one, "wave": wave.name} for one in settled.changes]
        losses = {"received": settled.repeated + settled.superseded}
        losses |= {"repeated": settled.repeated} if settled.repeated else {}
        losses |= {"superseded": settled.superseded} if settled.superseded else {}
        faults = len(self.intake.faults)
        known = instruments.known_questions(self.plan, self.intake.questions)
        used = 0
        read: list[tuple[Export, WaveReading]] = []
        for number, export in enumerate(settled.exports):
            listed = None
            if len(export.received.frame) or len(exports) == 1:
                logged = self._logged(wave, settled, number)
                reading = read_wave(export, wave, self.plan, logged, known, personal[number])
                self.intake.faults += reading.faults
                readings.append(reading)
                read.append((export, reading))
                listed = self._members(export, wave, reading)
                members += [listed] if listed else []
                used += reading.losses.get("used", 0)
                for reason, count in reading.losses.items():
                    losses[reason] = losses.get(reason, 0) + count
            files.append(_wave_file(wave, exports[number], listed))
            self.intake.found.append(f"{wave.name}: {exports[number].told(wave.members)}")
        if len(exports) > 1 or settled.superseded:
            self.intake.found.append(f"{wave.name}: {settled.told()}")
        if not used and len(self.intake.faults) == faults:
            self.intake.faults.append(_nobody(wave, exports[0].received))
        if read:
            back_check = self._back_check(read, wave)
            self.beside.append(staging.Beside(wave, read, self.forms.get(wave.name), back_check))
        self.intake.losses += [
            {"wave": wave.name, "reason": reason, "interviews": count} for reason, count in losses.items()
        ]

    def _logged(self, wave: Wave, settled: wave_files.Settled, number: int) -> pd.DataFrame:
        """Return the corrections of a file's respondents; the first has those of nobody, to refuse them."""
        nothing = pd.DataFrame(columns=["key", "variable", "old", "new", "file", "sheet", "row"])
        logged = self.raw_corrections.get(wave.name, nothing)
        if len(settled.exports) == 1:
            return logged
        here = logged["key"].isin(settled.keys[number])
        first = next(place for place, one in enumerate(settled.exports) if len(one.received.frame))
        if number == first:
            here |= ~logged["key"].isin(set().union(*settled.keys))
        return logged[here]

    def _keep_interviews(self, export: Export, wave: Wave) -> list[str]:
        """Keep a file of a wave as received and as raw, its people for the vault; return what is personal."""
        received = export.received
        self._keep_received(received)
        personal = self._personal_columns(received)
        kinds = Responses.about().personal_ids
        sources = {
            getattr(wave.columns, column) or column: kinds[column]
            for column in IDS
            if (getattr(wave.columns, column) or column) in received.frame
        }
        raw = received.frame.drop(columns=[*{*personal, *export.private}])
        decided = {*wave.columns.model_dump().values(), *wave.questions.values(), *STANDARD, *export.system}
        self._suspect(
            received, raw, wave, {*decided, *instruments.known_questions(self.plan, self.intake.questions)}
        )
        self._keep_raw(received, raw, sources)
        source = wave.columns.respondent or "respondent"
        if source in received.frame:
            self.intake.faults += forgetting.came_back(received, source, self.gone, self.vault)
            self._people(
                received.table,
                as_text(received.frame[source]),
                "person",
                source,
                {c: received.frame[c] for c in personal},
            )
        return personal

    def _suspect(self, received: Received, stored: pd.DataFrame, wave: Wave, decided: set[str]) -> None:
        """Note the columns that may be personal and of which neither plan nor catalogue says anything."""
        cleared = [
            column
            for pattern, columns in self.plan.not_personal.items()
            if fnmatch.fnmatch(received.table, pattern)
            for column in columns
        ]
        self.intake.faults += suspects.faults(received, stored, self.forms.get(wave.name), cleared, decided)

    def _members(self, export: Export, wave: Wave, reading: WaveReading) -> MemberReading | None:
        """Return the household members that the interviews in use list, with ids as received."""
        repeat = export.repeats.get(wave.members)
        if repeat is None and wave.members != Wave.model_fields["members"].default:
            self.intake.faults.append(_no_such_repeat(wave, export))
        if repeat is None or reading.faults:
            return None
        received = replace(
            repeat.received, table=f"waves/{wave.name}/members", frame=repeat.frame, rows=repeat.rows
        )
        self._keep_received(received)
        personal = self._personal_columns(received)
        stored = repeat.frame.drop(columns=[*{*personal, *repeat.private}])
        self._suspect(received, stored, wave, {*repeat.system, *catalogue.roster()})
        listed = read_members(repeat, received, wave, reading, personal, catalogue.roster())
        self.intake.faults += listed.faults
        if repeat.rows.is_unique:  # else they were columns of the interviews, and have no rows of their own
            self._keep_raw(received, stored, {})
        ids = listed.frame["respondent"]
        cells = {c: repeat.frame.loc[ids.index, c] for c in personal}
        self._people(received.table, ids, "person", "respondent", cells)
        return listed

    def _keep_members(self, members: list[MemberReading]) -> None:
        name = HouseholdMembers.about().name
        self.intake.member_types = joined_types(members, self.intake.faults)
        self.places[name] = [place for one in members for place in one.places]
        frames = [one.frame for one in members if len(one.frame)]
        if self.intake.faults or not frames:
            self.intake.tables[name] = empty(self.intake.member_contract)
            return
        frame = conform(pd.concat(frames, ignore_index=True), self.intake.member_contract)
        self.intake.tables[name] = self._pseudonymised(frame, HouseholdMembers)

    def _responses_pseudonymised(self, responses: pd.DataFrame) -> pd.DataFrame:
        responses = responses.copy()
        for column, kind in Responses.about().personal_ids.items():
            if column in responses and len(responses):
                responses[column] = self._pseudonyms(responses[column], kind)
        return responses

    def personal_patterns(self) -> None:
        """A pattern that fits no file is a fault: a slip of spelling would publish a name."""
        for pattern in self.plan.personal:
            names = ("interviews", again.FILE)
            to_come = [f"waves/{wave.name}/{name}" for wave in self.plan.wave for name in names]
            awaited = any(fnmatch.fnmatch(table, pattern) for table in to_come)
            if pattern not in self.personal_seen and not awaited and not self.unreadable:
                rule = "no file of the folder fits this pattern"
                remedy = "Correct the spelling, for example 'waves/*/interviews', or take it out"
                self.intake.faults.append(
                    Fault("assessment.toml", column=f"personal.{pattern}", rule=rule, remedy=remedy)
                )


def _places_by_id(ids: pd.Series) -> pd.Series:
    """Return each id's place in sorted order, from 1: what the draw sorts by, whatever the order of rows."""
    order = ids.sort_values(kind="stable").index
    return pd.Series(range(1, len(ids) + 1), index=order, dtype="Int64").reindex(ids.index)


def _one_below_the_other(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several files in one frame, with the file of each; of one file as they are."""
    if len(parts) == 1:
        return next(iter(parts.values()))
    frames = {file: frame.assign(**{FILE_NAME: file}) for file, frame in sorted(parts.items())}
    columns = list(dict.fromkeys(column for frame in frames.values() for column in frame))
    mixed = [
        column
        for column in columns
        if len({str(frame[column].dtype) for frame in frames.values() if column in frame}) > 1
    ]
    told = [
        frame.assign(**{str(one): as_text(frame[one]) for one in mixed if one in frame})
        for frame in frames.values()
    ]
    whole = pd.concat(told, ignore_index=True)
    return whole.assign(**{FILE_NAME: whole[FILE_NAME].astype("string")})


def raw_name(table: str) -> str:
    """Return the warehouse name of a table as received, for example raw.waves/baseline/interviews."""
    return "raw." + table


def _wave_file(wave: Wave, export: Export, listed: MemberReading | None) -> dict[str, object]:
    return {
        "wave": wave.name,
        "file": export.received.file.removesuffix(SEALED),
        "layout": export.layout,
        "form_version": ", ".join(export.versions) or None,
        "interviews": len(export.received.frame),
        "rejected": export.rejected,
        "members": len(listed.frame) if listed else None,
    }


def _no_such_repeat(wave: Wave, export: Export) -> Fault:
    there = f"It has: {', '.join(sorted(export.repeats))}" if export.repeats else "It has none"
    rule = f"the file of the wave '{wave.name}' has no repeat '{wave.members}'"
    return Fault("assessment.toml", column="wave.members", rule=rule, remedy=f"{there}. Correct the plan")


def _nobody(wave: Wave, received: Received) -> Fault:
    rule = f"holds no interview of the wave '{wave.name}'"
    return Fault(received.file, received.sheet, rule=rule, remedy="Check the plan's filter and wave column")


def _folders_of_no_wave(folder: Path, waves: list[str]) -> list[str]:
    """Return a line for each folder under waves/ that holds files and is no wave of the plan."""
    told = []
    for path in sorted((folder / "waves").glob("*/")):
        if path.is_dir() and path.name not in waves and any(one.is_file() for one in path.rglob("*")):
            close = difflib.get_close_matches(path.name, waves, n=1, cutoff=0.5)
            hint = f". Did you mean '{close[0]}'?" if close else ""
            told.append(f"{path.name}: no wave of the plan, so that waves/{path.name} is not read{hint}")
    return told


def _tables_of_a_wave() -> list[str]:
    """Return the names under which a file in a wave's folder is read, besides its interviews."""
    tables = [contract.about().source for contract in TABLES.values()]
    named = (one.rpartition("/")[2] for one in tables if one.startswith("waves/*/"))
    return [forms.BESIDE_A_WAVE, again.FILE, *named]


def _files_of_other_names(folder: Path, wave: Wave) -> list[str]:
    """Return the data files in a wave's folder that bear the name of no table of a wave."""
    known = _tables_of_a_wave()
    logs = {log.file for log in wave.corrections}
    directory = folder / "waves" / wave.name
    return [
        path.relative_to(directory).as_posix()
        for path in wave_files.data_files(directory, below=True)
        if not (path.parent == directory and wave_files.stem(path.name) in known)
        and path.relative_to(folder).as_posix().removesuffix(SEALED) not in logs
    ]


def _unread_files(folder: Path, wave: Wave, waves: Sequence[Wave]) -> Iterator[Fault]:
    """Faults of the data files in a wave's folder that nothing reads: they would be overlooked in silence."""
    named = {log.file for one in waves for log in one.corrections}
    for one in waves:
        named |= {one.interviews} if isinstance(one.interviews, str) else set(one.interviews)
    repeats = tuple(f"{wave_files.stem(one)}-" for one in named if one)
    known = _tables_of_a_wave()
    directory = folder / "waves" / wave.name
    for path in wave_files.data_files(directory, below=True):
        file, stem = path.relative_to(folder).as_posix(), wave_files.stem(path.name)
        if path.parent != directory or path.name.startswith("."):
            if not wave_files.is_named(file, named):
                rule = "nothing reads a data file that is hidden, or in a folder within a wave's folder"
                remedy = f"Put it into waves/{wave.name} under a name that is read"
                yield Fault(file, rule=rule, remedy=f"{remedy}, or move it out of waves/")
            continue
        clear = Path(path.name.removesuffix(SEALED))
        could_be_read = clear.suffix in WAVE_SUFFIXES or clear.name == coded.FILE
        by_plan = file.removesuffix(SEALED) in named or stem.startswith(repeats)
        by_name = stem in known or clear.name in (f"{wave.name}.xlsx", coded.FILE)
        if could_be_read and (
            by_plan or by_name or (stem.startswith(wave_files.STEM) and not wave.interviews)
        ):
            continue
        close = difflib.get_close_matches(stem.casefold(), [wave_files.STEM, *known], n=1, cutoff=0.0)
        nearest = close[0] if close else wave_files.STEM
        if not could_be_read and (stem in known or stem.startswith(wave_files.STEM)):
            remedy = f"Save it as {stem}.csv or {stem}.xlsx"
        elif stem.startswith(wave_files.STEM):
            remedy = f"Add it to interviews = … of the wave '{wave.name}' in the plan"
        else:
            more = " (further files of interviews: interviews_….csv)" if nearest == wave_files.STEM else ""
            remedy = f"The nearest name that is read is '{nearest}'{more}. Rename it"
        yield Fault(
            file, rule="nothing reads a file of this name", remedy=f"{remedy}, or move it out of waves/"
        )


def _no_interviews(wave: Wave, table: str, others: list[str]) -> Fault:
    return Fault(
        f"{table}.csv",
        rule=f"is not here, and the folder of the wave '{wave.name}' holds {', '.join(others)}",
        remedy="Call the file of the interviews 'interviews' (.csv, .xlsx, .zip, .parquet, .dta or .sav), "
        "name it in the plan with interviews = '…', or take it out of the folder",
    )


def _nothing_to_correct(wave: Wave) -> Fault:
    return Fault(
        f"waves/{wave.name}/corrections",
        rule=f"corrects the wave '{wave.name}', which has no interviews",
        remedy=f"Put the interviews into waves/{wave.name}, or take the corrections out",
    )


def _gaps(responses: pd.DataFrame, places: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Faults of rows without a stratum or cluster where other rows have one: no error could be given."""
    for column in ("stratum", "cluster"):
        missing = responses[column].isna()
        if missing.any() and not missing.all():
            for index in responses.index[missing][:100]:
                file, sheet, row = places[index]
                rule = f"the {column} is empty, and other rows have one"
                yield Fault(file, sheet, row, column, rule, "Fill it in for every respondent, or for none")


def _lacking_waves(responses: pd.DataFrame, places: list[tuple[str, str, int]]) -> Iterator[Fault]:
    """Faults of a wave in which nobody has an arm or group, and others do: it would drop out in silence."""
    for column in ("arm", "poverty_group", "gender") if len(responses) else ():  # there may be pilots alone
        known = responses.groupby("wave")[column].apply(lambda values: bool(values.notna().any()))
        if known.any() and not known.all():
            for wave in known.index[~known]:
                file, sheet, _ = places[int(responses.index[responses["wave"] == wave][0])]
                rule = f"the {column} is empty for everybody of the wave '{wave}', and other waves have it"
                remedy = f"Map the column under [wave.columns] as {column}, or add the column"
                yield Fault(file, sheet, 1, column, rule, remedy)


def _with_optional(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    return frame if len(frame.columns) else empty(contract)


def _twice_in_two_files(
    frame: pd.DataFrame, key: list[str], places: list[tuple[str, str, int]]
) -> Iterator[Fault]:
    """Faults of rows that stand in two files (or in two [[source]] parts of one file of another sheet)."""
    where = pd.Series([(file, sheet) for file, sheet, _ in places], index=frame.index)
    if where.nunique() < 2:
        return
    twice = frame[frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)]
    for _, group in list(twice.groupby(key, sort=True))[:100]:
        first, *others = (places[index] for index in group.index)
        for file, sheet, row in others:
            if (file, sheet) != first[:2]:
                rule = f"the same {' and '.join(key)} stands already in {first[0]}, row {first[2]}"
                yield Fault(file, sheet, row, " + ".join(key), rule, "Keep one of the rows")


def _by_place(places: list[tuple[str, str, int]]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for index, (file, sheet, _) in enumerate(places):
        groups.setdefault((file, sheet), []).append(index)
    yield from groups.items()


def _column_faults(
    received: Received, frame: pd.DataFrame, contract: type[Contract], known: set[str]
) -> Iterator[Fault]:
    needed = [column for column in required_columns(contract) if column in known]
    if headless := headers.lacks_header(received, needed, known):
        yield headless
        return
    for column in needed:
        if column not in frame:
            yield Fault(
                received.file, received.sheet, 1, column, "is missing from this table", "Add the column"
            )
    for column in frame.columns:
        if column not in known:
            close = difflib.get_close_matches(column, sorted(known), n=1, cutoff=0.6)
            remedy = f"Did you mean '{close[0]}'? " if close else ""
            remedy += f"The columns are: {', '.join(c for c in column_types(contract) if c in known)}"
            yield Fault(received.file, received.sheet, 1, column, "is not a column of this table", remedy)


def _joined_types(readings: list[WaveReading], faults: list[Fault]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    where: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for reading in readings:
        for column, kind in fieldwork.own_columns(reading).items():
            if spelt.setdefault(column.casefold(), column) != column:
                rule = f"another wave spells this column '{spelt[column.casefold()]}'"
                remedy = "Map it under [wave.questions], so that it bears one name"
                faults.append(Fault(reading.file, reading.sheet, 1, column, rule, remedy))
                continue
            if kinds.setdefault(column, kind) != kind:
                rule = f"is {kind} here and {kinds[column]} in {where[column]}"
                remedy = "Give it one type under [wave.types] of each wave"
                faults.append(Fault(reading.file, reading.sheet, 1, column, rule, remedy))
            where.setdefault(column, reading.file)
    return kinds


def _references(intake: Intake, places: dict[str, list[tuple[str, str, int]]]) -> Iterator[Fault]:
    """Faults of values that must stand in another table and do not."""
    extra = {
        "staged.responses": {
            "node": "staged.actors.actor",
            "poverty_group": "staged.poverty_groups.poverty_group",
        }
    }
    for name, contract in TABLES.items():
        frame = intake.tables.get(name)
        refers = {**contract.about().refers, **extra.get(name, {})}
        if frame is None or not len(frame) or name not in places:
            continue
        for column, target in refers.items():
            table, _, other = target.rpartition(".")
            if column not in frame or table not in intake.tables:
                continue
            yield from _reference(frame[column], intake.tables[table], other, table, places[name])


def _reference(
    values: pd.Series,
    target: pd.DataFrame,
    other: str,
    table: str,
    places: list[tuple[str, str, int]],
) -> Iterator[Fault]:
    allowed = set(target[other].dropna()) if other in target else set()
    source = TABLES[table].about().source or "the plan"
    what = {"staged.actors": "the map", "staged.poverty_groups": "the plan", "staged.waves": "the plan"}
    for index in values.index[values.notna() & ~values.isin(allowed)][:100]:
        file, sheet, row = places[index]
        close = difflib.get_close_matches(str(values[index]), sorted(allowed), n=1, cutoff=0.6)
        remedy = f"Did you mean '{close[0]}'? " if close else ""
        remedy += f"Add it to {source}, or correct it here"
        told = tellable.value(values[index])
        rule = f"the {other.replace('_', ' ')} {told} is not in {what.get(table, source)}"
        yield Fault(file, sheet, row, str(values.name), rule, remedy)


_PARTS = {
    "workers": (("women",), ("minorities",), ("informal",)),
    "firms": (("own_account", "small_firms"),),
}
"""Column of mapping/actors -> the columns that together are a part of it."""


def _parts_beyond_their_whole(
    intake: Intake, places: dict[str, list[tuple[str, str, int]]]
) -> Iterator[Fault]:
    """Faults of an actor with more women than workers, or more small firms than firms."""
    name = Actors.about().name
    actors = intake.tables.get(name, pd.DataFrame())
    if not len(actors) or name not in places:
        return
    for whole, every in _PARTS.items():
        for parts in every:
            counts = actors.reindex(columns=[*parts, whole]).astype("Int64")
            beyond = (counts[list(parts)].sum(axis=1) > counts[whole]).fillna(False)
            for index in actors.index[beyond.astype(bool)]:
                file, sheet, row = places[name][index]
                rule = f"{'is' if len(parts) == 1 else f'and {parts[1]} together are'} larger than {whole}"
                yield Fault(file, sheet, row, parts[0], rule, "Correct one of the figures")


def _groups_beyond_their_actor(
    intake: Intake, places: dict[str, list[tuple[str, str, int]]]
) -> Iterator[Fault]:
    """Faults of a group of the map with more people than its actor has workers and firms (their owners)."""
    name = MappedGroups.about().name
    actors = intake.tables.get(Actors.about().name, pd.DataFrame())
    known = actors.reindex(columns=["actor", "workers", "firms"]).set_index("actor")
    for position, row in enumerate(intake.tables.get(name, pd.DataFrame()).to_dict("records")):
        if row["actor"] not in known.index or pd.isna(row.get("people")):
            continue
        workers, firms = known.loc[row["actor"]]
        if pd.notna(workers) and pd.notna(firms) and row["people"] > workers + firms:
            file, sheet, number = places[name][position]
            rule = f"more people than {tellable.value(row['actor'])} has workers and firms together"
            yield Fault(
                file, sheet, number, "people", rule, "Correct this figure, or those of mapping/actors"
            )


def _plan_and_data(intake: Intake) -> Iterator[Fault]:
    """Faults of a plan that names what the data do not have."""
    plan = intake.plan
    actors = set(intake.tables[Actors.about().name].get("actor", pd.Series(dtype="string")).dropna())
    if actors:
        named = [(f"scope.node.{i}.node", one.node) for i, one in enumerate(plan.scope.node, 1)]
        named += [(f"poverty_group.{i}.node", g.node) for i, g in enumerate(plan.poverty_group, 1)]
        for key, node in named:
            if node not in actors:
                close = difflib.get_close_matches(node, sorted(actors), n=1, cutoff=0.6)
                hint = f"Did you mean '{close[0]}'? " if close else ""
                rule = f"the node '{node}' is not in the map"
                remedy = f"{hint}Add it to mapping/actors, or correct the plan"
                yield Fault("assessment.toml", column=key, rule=rule, remedy=remedy)
    yield from _indicator_faults(intake)
    yield from _staggered_faults(intake)
    yield from _specification_faults(intake)
    yield from _characteristic_faults(intake)
    yield from _unknown_subjects(intake)


def _design_faults(intake: Intake, places: dict[str, list[tuple[str, str, int]]]) -> Iterator[Fault]:
    """Faults of rankings, of what the team and the pilot decided, and of the plan of methods."""
    rankings, tried = intake.table(Rankings), intake.table(Pilot)
    asked = instruments.known_questions(intake.plan, intake.questions)
    groups = [group.id for group in intake.plan.poverty_group]
    found: list[RowFault] = [
        *short_lists.vote_faults(rankings, intake.indicators),
        *pilot.pilot_faults(tried, groups, intake.indicators, asked),
        *research_methods.method_faults(intake.table(ResearchMethods)),
    ]
    if not found and not intake.faults:
        by_votes = intake.lists_with(empty(IndicatorDecisions))
        decisions = intake.table(IndicatorDecisions)
        found += short_lists.decision_faults(decisions, by_votes, tried, intake.indicators)
    for one in found:
        file, sheet, row = places[one.table][one.index]
        yield Fault(file, sheet, row, one.column, one.rule, one.remedy)


def _workshop_faults(intake: Intake, places: dict[str, list[tuple[str, str, int]]]) -> Iterator[Fault]:
    """Faults of what the workshops said, who came, and what was agreed."""
    groups = ["all", *(group.id for group in intake.plan.poverty_group)]
    for one in workshops.faults(intake.tables, intake.indicators, groups):
        file, sheet, row = places[one.table][one.index]
        yield Fault(file, sheet, row, one.column, one.rule, one.remedy)


def _poverty_faults(intake: Intake, places: dict[str, list[tuple[str, str, int]]]) -> Iterator[Fault]:
    """Faults of what is to be measured of poverty, once the interviews themselves are in order."""
    if intake.faults:
        return
    yield from poverty_inputs.faults(
        poverty_inputs.Given(
            intake.plan,
            intake.indicators,
            intake.study_responses(),
            intake.table(PovertyLines),
            places[PovertyLines.about().name],
            short_lists.after_pilot(intake.short_lists, intake.table(Pilot)),
        )
    )


def _unknown_subjects(intake: Intake) -> Iterator[Fault]:
    """Faults of focus groups that speak of an indicator that nobody knows."""
    focus = intake.tables.get(FocusGroups.about().name, pd.DataFrame())
    for one in sorted(set(focus.get("indicator", pd.Series(dtype="string")).dropna())):
        if one not in intake.indicators:
            close = difflib.get_close_matches(one, sorted(intake.indicators), n=1, cutoff=0.6)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            rule = f"{tellable.value(one)} is not an indicator"
            yield Fault(
                "waves/*/focus_groups", column="indicator", rule=rule, remedy=f"{hint}See 'psia indicators'"
            )


def _staggered_faults(intake: Intake) -> Iterator[Fault]:
    """Faults of staggered starts that need no interview to be seen: too few waves, no library."""
    waves = [wave for wave in intake.plan.wave if wave.role != "pilot"]
    for i, one in enumerate(intake.plan.specification, 1):
        if one.estimator != "staggered":
            continue
        key = f"specification.{i}.estimator"
        if len(waves) < 3:
            yield Fault(
                "assessment.toml",
                column=key,
                rule=f"staggered starts need three waves or more, and the plan has {len(waves)}",
                remedy="With two waves take estimator = 'difference_in_differences'",
            )
        if importlib.util.find_spec("csdid") is None:
            yield Fault(
                "assessment.toml",
                column=key,
                rule="staggered starts are estimated by csdid, which is not installed",
                remedy="Install it with psia's extra 'staggered': pip install 'psia[staggered]'",
            )


def _specification_faults(intake: Intake) -> Iterator[Fault]:
    """Faults of a specification or covariate that names what the interviews do not have."""
    responses = intake.study_responses()
    if not len(responses) or intake.faults:
        return
    comparison = intake.plan.comparison
    listed = {"comparison.covariates": comparison.covariates}
    if comparison.matching:
        listed["comparison.matching.covariates"] = comparison.matching.covariates
        listed["comparison.matching.exact"] = comparison.matching.exact
    named = [
        (f"{key}.{i}", column, False)
        for key, columns in listed.items()
        for i, column in enumerate(columns, 1)
    ]
    named.append(("comparison.same_buyer", comparison.same_buyer, False))
    for i, one in enumerate(intake.plan.specification, 1):
        key = f"specification.{i}"
        named += [(f"{key}.weight", one.weight, True), (f"{key}.cluster", one.cluster, False)]
        named += [(f"{key}.fixed_effects", column, False) for column in one.fixed_effects]
        named += [(f"{key}.covariates", column, False) for column in one.covariates]
        named += [(f"{key}.terms", term, True) for term in one.terms if term not in MADE_TERMS]
        yield from explained_by_itself(key, one, intake.indicators)
        named.append((f"{key}.start", one.start, False))
        if one.estimator == "recall":
            recalled = [
                column
                for name in one.indicators
                if name in intake.indicators
                for column in one.recalled(expressions.columns(intake.indicators[name].value)).values()
            ]
            named += [(f"{key}.before", column, False) for column in dict.fromkeys(recalled)]
        if one.filter:
            try:
                expressions.compute_condition(one.filter, responses)
            except expressions.ExpressionError as error:
                yield Fault("assessment.toml", column=f"{key}.filter", rule=str(error))
    for key, column, numeric in named:
        if not column:
            continue
        if column not in responses:
            close = difflib.get_close_matches(column, list(responses.columns), n=1, cutoff=0.5)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            rule = f"'{column}' is not a column of the interviews"
            yield Fault("assessment.toml", column=key, rule=rule, remedy=f"{hint}Correct the plan")
        elif numeric and responses[column].dtype == "string":
            rule = f"'{column}' is text, and a number is needed"
            remedy = "Give it a type under [wave.types], or take another column"
            yield Fault("assessment.toml", column=key, rule=rule, remedy=remedy)


def explained_by_itself(
    key: str, one: Specification, indicators: Mapping[str, catalogue.Indicator]
) -> Iterator[Fault]:
    """Faults of covariates that are the indicator itself, which would explain all of it."""
    if one.estimator == "first_differences":  # there a covariate is as it was before, and may be the value
        return
    for name in one.indicators:
        known = indicators.get(name)
        if known and known.value.strip() in one.covariates:
            column = known.value.strip()
            rule = f"'{column}' is the indicator '{name}' itself, and explains all of it"
            remedy = "Take it out of 'covariates'; estimator = 'ancova' holds its earlier value already"
            yield Fault("assessment.toml", column=f"{key}.covariates", rule=rule, remedy=remedy)


def _characteristic_faults(intake: Intake) -> Iterator[Fault]:
    known = [row["id"] for row in catalogue.read("table_2")["characteristic"]]
    scored = intake.tables.get(Characteristics.about().name, pd.DataFrame())
    given = scored.get("characteristic", pd.Series(dtype="string"))
    yield from _not_in_catalogue(given, known, "mapping/characteristics", "characteristic of Table 2")
    answers = intake.tables.get(MappingAnswers.about().name, pd.DataFrame())
    known = [row["id"] for row in catalogue.read("box_a2")["question"]]
    given = answers.get("question", pd.Series(dtype="string"))
    yield from _not_in_catalogue(given, known, "mapping/answers", "question of Box A.2")


def _not_in_catalogue(given: pd.Series, known: list[str], table: str, what: str) -> Iterator[Fault]:
    """Faults of ids that the catalogue does not have, each with the nearest that it has."""
    for one in sorted(set(given.dropna()) - set(known)):
        close = difflib.get_close_matches(one, known, n=1, cutoff=0.5)
        hint = f"Did you mean '{close[0]}'? " if close else ""
        yield Fault(
            table,
            column=what.partition(" ")[0],
            rule=f"{tellable.value(one)} is not a {what}",
            remedy=f"{hint}There are: {', '.join(known)}",
        )


def _map_faults(intake: Intake, places: dict[str, list[tuple[str, str, int]]]) -> Iterator[Fault]:
    """Faults of the informant tree, and of a group of the map that bears the name of another of the plan."""
    informants = intake.tables.get(Informants.about().name, pd.DataFrame())
    if len(informants):
        for index, rule, remedy in checklist.tree_faults(conform(informants, Informants)):
            file, sheet, row = places[Informants.about().name][index]
            yield Fault(file, sheet, row, "named_by", rule, remedy)
    yield from _groups_beyond_their_actor(intake, places)
    mapped = intake.tables.get(MappedGroups.about().name, pd.DataFrame())
    planned = {group.id: group for group in intake.plan.poverty_group}
    for position, row in enumerate(mapped.to_dict("records")):
        group = planned.get(row["mapped_group"])
        if group and (group.node, group.box4_group) != (row["actor"], row["box4_group"]):
            file, sheet, number = places[MappedGroups.about().name][position]
            rule = f"the plan has '{group.id}' at the node '{group.node}' as {group.box4_group}, not here"
            yield Fault(file, sheet, number, "mapped_group", rule, "Give one of the two another name")


def _not_computed(intake: Intake, key: str, indicator: str) -> Iterator[Fault]:
    """The fault of an indicator whose expression does not fit the columns' types."""
    try:
        expressions.compute_number(intake.indicators[indicator].value, intake.study_responses().head(5))
    except expressions.ExpressionError as error:
        rule = f"the indicator '{indicator}' {error}"
        yield Fault("assessment.toml", column=key, rule=rule, remedy="Correct [wave.types] or the indicator")


def _indicator_faults(intake: Intake) -> Iterator[Fault]:
    plan = intake.plan
    named = [(f"indicators.{i}", one) for i, one in enumerate(plan.indicators, 1)]
    for i, specification in enumerate(plan.specification, 1):
        named += [
            (f"specification.{i}.indicators.{j}", one) for j, one in enumerate(specification.indicators, 1)
        ]
    named += [
        (f"sample_size.indicator.{i}.indicator", one.indicator)
        for i, one in enumerate(plan.sample_size.indicator, 1)
    ]
    responses = intake.study_responses()
    columns = set(responses.columns) if len(responses) else set()
    for key, indicator in named:
        if indicator not in intake.indicators:
            close = difflib.get_close_matches(indicator, sorted(intake.indicators), n=1, cutoff=0.5)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            remedy = f"{hint}See 'psia indicators', or add it to design/indicators.toml"
            yield Fault(
                "assessment.toml", column=key, rule=f"'{indicator}' is not an indicator", remedy=remedy
            )
        elif columns and not intake.faults:
            reads = expressions.columns(intake.indicators[indicator].value)
            for column in reads:
                if column not in columns:
                    rule = f"the indicator '{indicator}' needs the column '{column}', which no wave has"
                    remedy = "Map the column under [wave.questions], or leave it until a wave has it"
                    yield Fault("assessment.toml", column=key, rule=rule, remedy=remedy)
            if columns.issuperset(reads):
                yield from _not_computed(intake, key, indicator)

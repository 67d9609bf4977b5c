"""A wave of interviews as it arrives, made into rows of staged.responses by the plan's mapping.

Pure functions: files and vault are the intake's. Faults name the file's row and column, never a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from schemas.assessment import AssessmentPlan, Wave
from schemas.base import column_types
from schemas.faults import Fault
from schemas.fieldwork import Responses
from tasks import expressions, tellable
from tasks.catalogue import Question
from tasks.checks.codes import set_aside
from tasks.checks.records import missing_times, records
from tasks.corrections import replay
from tasks.exports import Export
from tasks.exports.values import Choices
from tasks.files import TOO_LARGE, TYPE_WORDS, Received, as_text, too_large, typed

STANDARD = [column for column in column_types(Responses) if column != "wave"]
IDS = ("respondent", "household", "enumerator")
FROM_SAMPLE = ("arm", "node", "poverty_group", "gender", "difference", "stratum", "cluster", "household")
ONLY_WHERE_NAMED = ("birth_year",)
"""What the plan has to name: a file's own column of that name may be anything, or personal."""
FILE_NAME = "_file"
"""The column of a raw table that says which of a wave's files a row is of."""
UNRECORDED = "consent not recorded"
"""What becomes of an interview whose consent is empty: it is not used, and counts as nobody's refusal."""
ROW_NUMBER = "_row"
"""What a plan writes for the respondent's column where a file has no id: its rows are not linked."""


@dataclass
class WaveReading:
    """What one wave's file gave: the standard columns, its own columns and their types, rows, losses."""

    wave: str
    file: str
    sheet: str
    standard: pd.DataFrame
    own: pd.DataFrame
    own_types: dict[str, str]
    rows: pd.Series
    losses: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    records: pd.DataFrame = field(default_factory=pd.DataFrame)
    unanswered: pd.DataFrame = field(default_factory=pd.DataFrame)
    corrected: dict[tuple[int, str], Fault] = field(default_factory=dict)
    """Row and column of a corrected answer -> the place of its correction."""


def read_wave(
    export: Export,
    wave: Wave,
    plan: AssessmentPlan,
    corrections: pd.DataFrame,
    questions: Mapping[str, Question],
    personal: list[str],
) -> WaveReading:
    """Return a wave's rows with the mapped columns typed and the corrections replayed.

    corrections: key, variable, old, new of this wave, with ids as in the file. personal: columns that are
    left out. Ids stay as received here; the intake replaces them by pseudonyms. What is wrong with an answer
    that a correction wrote is told of the correction.
    """
    reading = _read_wave(export, wave, plan, corrections, questions, personal)
    reading.faults = [_told_of_correction(one, reading.corrected) for one in reading.faults]
    return reading


def _told_of_correction(fault: Fault, corrected: Mapping[tuple[int, str], Fault]) -> Fault:
    place = corrected.get((fault.row, fault.column))
    if place is None or fault.rule == place.rule:
        return fault
    rule = f"the new value of '{fault.column}' {fault.rule}"
    return replace(place, rule=rule, remedy="Correct the new value")


def _read_wave(
    export: Export,
    wave: Wave,
    plan: AssessmentPlan,
    corrections: pd.DataFrame,
    questions: Mapping[str, Question],
    personal: list[str],
) -> WaveReading:
    received = export.received
    reading = WaveReading(
        wave.name, received.file, received.sheet, pd.DataFrame(), pd.DataFrame(), {}, received.rows
    )
    personal = [*personal, *(one for one in (*export.private, *export.system) if one not in personal)]
    received = _with_questions(received, wave, reading)
    sources = _sources(received, wave, reading)
    _refuse_names(received, sources, personal, reading)
    _refuse_times(export.received, wave, reading)
    if reading.faults:
        return reading
    frame = received.frame.drop(columns=[c for c in personal if c in received.frame])
    ids = ids_of(received, sources["respondent"], wave)
    protected = {sources[name] for name in IDS} | set(personal)
    of_wave = wave_words(frame, wave, sources["wave"])
    here = ids.where(of_wave == wave.name)
    frame, kept, faults = replay(frame, here, corrections, protected)
    reading.corrected = _corrected(here, received.rows, corrections)
    reading.faults += faults
    frame = _recoded(frame, wave, sources, reading)
    mapped = {source for name, source in sources.items() if name not in ONLY_WHERE_NAMED}
    frame, unanswered = set_aside(frame, wave, {*mapped, *personal})
    allowed = {**_catalogue_choices(questions), **export.choices} if not export.is_plain else {}
    left = _where(frame, kept)
    _refuse_strange_choices(left, allowed, wave, reading)
    reading.own_types = _own_types(frame, wave, questions, sources, personal, export.types, reading)
    own = _typed_own(left, reading, received.rows)
    if reading.faults:
        return reading
    reading.losses["received"] = len(frame) + export.rejected
    if not export.is_plain:
        reading.losses["rejected"] = export.rejected
    reading.losses["removed"] = int((~kept).sum())
    chosen = _filtered(own, wave, reading)
    chosen &= _of_this_wave(left, wave, plan, sources, chosen, reading)
    reading.losses["filtered"] = int((~chosen).sum())
    consent = _consented(_where(left, chosen), wave, sources, reading).reindex(own.index)
    agreed, unsaid = consent.fillna(False).astype(bool), chosen & consent.isna()
    reading.losses["refused"] = int((chosen & ~agreed & ~unsaid).sum())
    if unsaid.any():
        reading.losses[UNRECORDED] = int(unsaid.sum())
    taken = chosen & agreed
    used = own.index[taken]
    reading.losses["used"] = len(used)
    outcome = _outcomes(kept, chosen, agreed, unsaid)[of_wave == wave.name]
    reading.records = records(
        export.received,
        export.layout,
        wave,
        ids,
        _enumerators(frame, wave, sources),
        outcome,
        [one for one in personal if one not in export.private],
    )
    reading.unanswered = unanswered[unanswered["index"].isin(used)].assign(
        respondent=lambda found: found["index"].map(ids)
    )
    reading.rows = received.rows.loc[used]
    reading.own = _where(own, taken)
    reading.standard = _standard(_where(left, taken), ids.loc[used], wave, sources, reading)
    return reading


def _where(frame: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return the chosen rows; the frame itself where all are, as a copy of a large wave takes time."""
    return frame if chosen.all() else frame[chosen]


def _corrected(ids: pd.Series, rows: pd.Series, corrections: pd.DataFrame) -> dict[tuple[int, str], Fault]:
    """Return the row and column of each corrected answer -> the place of its correction."""
    named = ids[ids.isin(corrections["key"])]
    row_of = dict(zip(named, rows[named.index], strict=True))
    return {
        (int(row_of[one["key"]]), str(one["variable"])): Fault(one["file"], one["sheet"], one["row"], "new")
        for one in corrections.to_dict("records")
        if one["key"] in row_of
    }


def own_name(column: str) -> str:
    """Return the name of a file's column in staged.responses."""
    taken = {standard.casefold() for standard in column_types(Responses)}
    return f"{column}_in_file" if column.casefold() in taken else column


def _sources(received: Received, wave: Wave, reading: WaveReading) -> dict[str, str]:
    """Return standard column -> column of the file ('' where there is none)."""
    present = list(received.frame.columns)
    sources = {}
    for standard, given in wave.columns.model_dump().items():
        if not given and standard in ONLY_WHERE_NAMED:
            sources[standard] = ""
            continue
        if given and given != ROW_NUMBER and given not in present:
            close = difflib.get_close_matches(given, present, n=1, cutoff=0.5)
            hint = f"The nearest column is '{close[0]}'" if close else "Correct the plan"
            rule = f"the plan maps {standard} to '{given}', which is not a column of this file"
            reading.faults.append(Fault(received.file, received.sheet, 1, given, rule, hint))
        sources[standard] = given or (standard if standard in present else "")
    if not sources["respondent"]:
        rule = "no column says who the respondent is"
        remedy = (
            f"Name it in assessment.toml under [wave.columns] of '{wave.name}' as respondent = "
            f"'…' (or '{ROW_NUMBER}' where there is no id and rows are not to be linked)"
        )
        reading.faults.append(Fault(received.file, received.sheet, 1, "respondent", rule, remedy))
    return sources


def _with_questions(received: Received, wave: Wave, reading: WaveReading) -> Received:
    """Return the file with the columns that the plan maps to questions under the questions' names."""
    for question, column in wave.questions.items():
        if column not in received.frame:
            close = difflib.get_close_matches(column, list(map(str, received.frame)), n=1, cutoff=0.5)
            hint = f"The nearest column is '{close[0]}'" if close else "Correct the plan"
            rule = f"the plan maps {question} to '{column}', which is not a column of this file"
            reading.faults.append(Fault(received.file, received.sheet, 1, column, rule, hint))
        elif question != column and question in received.frame:
            rule = f"the plan maps '{column}' to {question}, and a column of that name is there too"
            reading.faults.append(
                Fault(received.file, received.sheet, 1, question, rule, "Map one, or rename one")
            )
    names = {column: question for question, column in wave.questions.items()}
    return replace(received, frame=received.frame.rename(columns=names))


def _refuse_names(
    received: Received, sources: dict[str, str], personal: list[str], reading: WaveReading
) -> None:
    """Note columns whose names cannot stand as they are."""
    for standard, column in sources.items():
        if column in personal and standard not in IDS:
            rule = f"'{column}' is declared personal, and the plan uses it as {standard}"
            remedy = "Take it out of [personal], or map another column"
            reading.faults.append(Fault(received.file, received.sheet, 1, column, rule, remedy))
    for column in received.frame:
        if column in (ROW_NUMBER, FILE_NAME) or str(column).endswith("_in_file"):
            remedy = "Give the column another name in a copy of the file, or map it under [wave.questions]"
            rule = "this name is kept for psia's own use"
            reading.faults.append(Fault(received.file, received.sheet, 1, str(column), rule, remedy))


def ids_of(received: Received, source: str, wave: Wave) -> pd.Series:
    """Return each row's id as received, recoded; a made one is of this wave alone, so it links nobody."""
    if source == ROW_NUMBER:
        return f"row of {wave.name} " + received.rows.astype("string")
    return _recode(as_text(received.frame[source]), wave.recode.get("respondent", {}))


def wave_words(frame: pd.DataFrame, wave: Wave, source: str) -> pd.Series:
    """Return the name of the wave that each row belongs to; source: the column that says it, or ''."""
    if not source:
        return pd.Series(wave.name, index=frame.index, dtype="string")
    return _recode(as_text(frame[source]), wave.recode.get("wave", {}))


def _recoded(frame: pd.DataFrame, wave: Wave, sources: dict[str, str], reading: WaveReading) -> pd.DataFrame:
    """Return the frame with the wave's own columns recoded; standard columns are recoded when mapped."""
    frame = frame.copy()
    for column, words in wave.recode.items():
        if sources.get(column):
            continue
        if column not in frame:
            rule = f"the plan recodes '{column}', which is not a column of this file"
            reading.faults.append(Fault(reading.file, reading.sheet, 1, column, rule, "Correct the plan"))
            continue
        frame[column] = _recode(as_text(frame[column]), words)
    return frame


def _recode(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    table = {old: (new if new else pd.NA) for old, new in words.items()}
    recoded = values.map(table).astype("string")
    return recoded.where(values.isin(list(table)), values)


def _own_types(
    frame: pd.DataFrame,
    wave: Wave,
    questions: Mapping[str, Question],
    sources: dict[str, str],
    personal: list[str],
    of_form: Mapping[str, str],
    reading: WaveReading,
) -> dict[str, str]:
    for column in wave.types:
        if column not in frame:
            rule = f"the plan types '{column}', which is not a column of this file"
            reading.faults.append(Fault(reading.file, reading.sheet, 1, column, rule, "Correct the plan"))
    left_out = {sources[name] for name in (*IDS, "revision")} | set(personal)
    kinds = {}
    for column in frame.columns:
        if column in left_out:
            continue
        if column in wave.types:
            kinds[column] = wave.types[column]
        elif column in questions:
            kinds[column] = questions[column].column_type
        elif column in of_form:
            kinds[column] = of_form[column]
        else:
            kinds[column] = "number" if frame[column].dtype == "float64" else "text"
    return kinds


def _catalogue_choices(questions: Mapping[str, Question]) -> dict[str, Choices]:
    return {
        name: Choices(tuple(one.name for one in question.choices), of="the catalogue")
        for name, question in questions.items()
        if question.type == "choice"
    }


def _refuse_strange_choices(
    frame: pd.DataFrame, allowed: Mapping[str, Choices], wave: Wave, reading: WaveReading
) -> None:
    """Note the answers of an export that are none of the choices. What the plan recodes is its own matter."""
    for column, choices in allowed.items():
        if column not in frame or column in wave.recode:
            continue
        strange = choices.strange(frame[column])
        remedy = (
            f"Correct it in waves/{wave.name}/corrections, recode it in the plan, or put the form that was "
            f"used there as waves/{wave.name}/form.xlsx"
        )
        for row in reading.rows.loc[strange.index[strange]].head(100):
            fault = Fault(reading.file, reading.sheet, int(row), column, choices.told(), remedy)
            reading.faults.append(fault)


def _typed_own(frame: pd.DataFrame, reading: WaveReading, rows: pd.Series) -> pd.DataFrame:
    out: dict[str, pd.Series] = {}
    commas: dict[str, bool] = {}
    for column, kind in reading.own_types.items():
        out[column], bad = typed(frame[column], kind)
        if kind in ("number", "integer"):
            large = too_large(frame[column], out[column], bad)
            for row in rows.loc[large.index[large]].head(100):
                remedy = "Correct the answer, or give a number that only names something the type text"
                fault = Fault(reading.file, reading.sheet, int(row), column, TOO_LARGE, remedy)
                reading.faults.append(fault)
            bad &= ~large
        text = as_text(frame[column][bad]) if bad.any() else pd.Series(dtype="string")
        commas[column] = bool(text.str.fullmatch(r"-?[\d.]*\d,\d+").fillna(False).any())
        for row in rows.loc[bad.index[bad]].head(100):
            rule = f"is not {TYPE_WORDS[kind]}"
            remedy = "Correct the answer, or give the column another type in the plan"
            if commas[column]:
                remedy = "Decimals are written with a point here, and thousands without a sign"
            reading.faults.append(Fault(reading.file, reading.sheet, int(row), column, rule, remedy))
    return pd.DataFrame(out, index=frame.index)


def _filtered(own: pd.DataFrame, wave: Wave, reading: WaveReading) -> pd.Series:
    if not wave.filter:
        return pd.Series(True, index=own.index)
    try:
        return expressions.compute_condition(wave.filter, own).astype(bool)
    except expressions.ExpressionError as error:
        rule = f"the filter of the wave '{wave.name}' {error}"
        reading.faults.append(Fault("assessment.toml", column="wave.filter", rule=rule))
        return pd.Series(True, index=own.index)


def _of_this_wave(
    frame: pd.DataFrame,
    wave: Wave,
    plan: AssessmentPlan,
    sources: dict[str, str],
    chosen: pd.Series,
    reading: WaveReading,
) -> pd.Series:
    if not sources["wave"]:
        return pd.Series(True, index=frame.index)
    values = wave_words(frame, wave, sources["wave"])
    known = {one.name for one in plan.wave}
    strange = chosen & ~values.isin(known)
    remedy = f"The waves of the plan: {', '.join(sorted(known))}. Add it, recode it or filter it out"
    for index in strange.index[strange][:100]:
        value = "nothing" if pd.isna(values[index]) else tellable.value(values[index])
        reading.faults.append(
            Fault(
                reading.file,
                reading.sheet,
                int(reading.rows[index]),
                sources["wave"],
                f"the wave {value} is not in the plan",
                remedy,
            )
        )
    return values == wave.name


def _consented(frame: pd.DataFrame, wave: Wave, sources: dict[str, str], reading: WaveReading) -> pd.Series:
    """Return who agreed to be interviewed, missing where nothing is written. Other words are faults."""
    if not sources["consent"]:
        return pd.Series(True, index=frame.index, dtype="boolean")
    words = _recode(as_text(frame[sources["consent"]]), wave.recode.get("consent", {}))
    agreed, strange = typed(words, "flag")
    for row in reading.rows.loc[strange.index[strange]].head(100):
        rule = "the consent is neither yes nor no"
        remedy = "Recode it under [wave.recode.consent], or correct the answer"
        reading.faults.append(Fault(reading.file, reading.sheet, int(row), sources["consent"], rule, remedy))
    return agreed.astype("boolean")


def _refuse_times(received: Received, wave: Wave, reading: WaveReading) -> None:
    for column in missing_times(received, wave):
        rule = f"the plan names '{column}' under [wave.times], and it is not a column of this file"
        close = difflib.get_close_matches(column, list(map(str, received.frame)), n=1, cutoff=0.5)
        hint = f"The nearest column is '{close[0]}'" if close else "Correct the plan"
        reading.faults.append(Fault(received.file, received.sheet, 1, column, rule, hint))


def _outcomes(kept: pd.Series, chosen: pd.Series, agreed: pd.Series, unsaid: pd.Series) -> pd.Series:
    """Return what became of each row: removed by a correction, filtered out, refused, or used.

    unsaid: rows without an entry for the consent; nobody is known to have refused there.
    """
    outcome = pd.Series("removed", index=kept.index, dtype="string")
    outcome[kept] = "filtered"
    outcome[chosen.index[chosen]] = "refused"
    outcome[chosen.index[unsaid]] = UNRECORDED
    outcome[chosen.index[chosen & agreed]] = "used"
    return outcome


def _enumerators(frame: pd.DataFrame, wave: Wave, sources: dict[str, str]) -> pd.Series | None:
    if not sources["enumerator"]:
        return None
    return _recode(as_text(frame[sources["enumerator"]]), wave.recode.get("enumerator", {}))


def _standard(
    frame: pd.DataFrame,
    ids: pd.Series,
    wave: Wave,
    sources: dict[str, str],
    reading: WaveReading,
) -> pd.DataFrame:
    out: dict[str, pd.Series] = {"respondent": ids}
    for column in STANDARD:
        if column == "respondent" or not sources.get(column):
            continue
        values = _recode(as_text(frame[sources[column]]), wave.recode.get(column, {}))
        if column == "weight":
            values, bad = typed(values, "number")
            bad |= values.isna() & ~bad
            for row in reading.rows.loc[bad.index[bad]].head(100):
                rule = "the weight is not a number"
                remedy = "Every respondent needs a weight above 0"
                reading.faults.append(
                    Fault(reading.file, reading.sheet, int(row), sources[column], rule, remedy)
                )
            values = values.where(~bad, 1.0)
        out[column] = values
    return pd.DataFrame(out, index=frame.index)

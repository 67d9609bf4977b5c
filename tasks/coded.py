"""The intake of what people said: coded projects (waves/<wave>/coded.qdpx), quotes, participatory tools.

What was said word for word stays in the received file, which is kept sealed. The warehouse learns of a
coding only where it is, whose source it is in (a pseudonym), and what the code map makes of it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from schemas.base import Contract, conform, empty
from schemas.faults import Fault
from schemas.fieldwork import FocusGroups, Withdrawals
from schemas.vocabulary import ALL, ARMS, CODED_SOURCES
from schemas.voices import (
    CodedSources,
    CodeMap,
    Codings,
    Diagrams,
    Photographs,
    Presence,
    StagedQuotes,
    Timelines,
    ToolScores,
)
from tasks import tellable
from tasks.files import SEALED, Received, typed
from tasks.qdpx import PARTED_BY, Project, read_project
from tasks.reading import Unreadable

if TYPE_CHECKING:
    from tasks.intake import Intake
    from tasks.vault import Vault

Places = dict[str, list[tuple[str, str, int]]]
Row = dict[Any, Any]
FILE = "coded.qdpx"
MOST_NAMED = 5
"""Codes that are named where the map lacks them; how many there are is always told."""


@dataclass(frozen=True)
class Coded:
    """The project of one wave, with the key of each source: its name, or its GUID where two share a name."""

    wave: str
    file: str
    project: Project
    keys: dict[str, str]


def take_in(folder: Path, intake: Intake, vault: Vault, places: Places) -> None:
    """Read every wave's coded project into staged.codings, and check what else tells of voices.

    What is wrong is added to the intake's faults, what is worth knowing to what it found.
    """
    _leave_out_without_consent(intake, places)
    projects = [one for wave in intake.plan.wave if (one := _read(folder, wave.name, intake, vault))]
    intake.faults += list(_map_faults(intake, places))
    resolved, faults = _resolve_codes(intake, projects, places)
    intake.faults += faults
    intake.faults += list(_source_faults(intake, vault, projects, places))
    frames = [_codings(one, intake, vault, resolved) for one in projects]
    frames = [frame for frame in frames if len(frame)]
    intake.tables[Codings.about().name] = (
        conform(pd.concat(frames, ignore_index=True), Codings) if frames else empty(Codings)
    )
    intake.faults += list(_unknown_indicators(intake, places))
    intake.faults += list(_session_faults(intake, places))
    intake.faults += list(_diagram_faults(intake, places))
    intake.faults += list(_score_faults(intake, places))


def _read(folder: Path, wave: str, intake: Intake, vault: Vault) -> Coded | None:
    """Return a wave's project; None where there is none, or it was refused."""
    there = [path for end in ("", SEALED) if (path := folder / "waves" / wave / f"{FILE}{end}").is_file()]
    if not there:
        return None
    file = there[0].relative_to(folder).as_posix()
    if len(there) > 1:
        rule = f"stands there in clear and sealed ({FILE}{SEALED})"
        intake.faults.append(Fault(file, rule=rule, remedy="Keep one of the two"))
        return None
    content = there[0].read_bytes()
    if file.endswith(SEALED):
        content = vault.unseal(content)
    try:
        project = read_project(content)
    except Unreadable as unreadable:
        intake.faults += [Fault(file, rule=one.rule, remedy=one.remedy) for one in unreadable.problems]
        return None
    sha256 = hashlib.sha256(content).hexdigest()
    table = f"waves/{wave}/coded"
    rows = pd.Series(dtype="int64")
    intake.received.append(Received(table, file, "", pd.DataFrame(), rows, sha256, content))
    intake.personal_files.add(file)
    intake.sealed_files.add(file)
    _keep_people(intake, vault, table, project)
    program = " ".join(project.origin.split()[:1]) or "a program that does not say its name"
    codings, sources = len(project.codings), len(project.sources)
    told = (
        f"{codings} {'coding' if codings == 1 else 'codings'} of {sources}"
        f" {'source' if sources == 1 else 'sources'}, from {program}"
    )
    intake.found.append(f"{wave}: {FILE}: {told}")
    intake.found += [f"{wave}: {FILE}: {note}" for note in project.notes]
    return Coded(wave, file, project, _keys(project))


def _owners(project: Project) -> pd.DataFrame:
    """Return all that a code can be set in: sources and cases, with GUID and name."""
    return pd.concat([project.sources[["guid", "name"]], project.cases[["guid", "name"]]], ignore_index=True)


def _keys(project: Project) -> dict[str, str]:
    """Return GUID -> what a source or case is known by: its name where that is its own, else the GUID."""
    return _known_by(_owners(project))


def _known_by(named: pd.DataFrame) -> dict[str, str]:
    """Return GUID -> name; the GUID itself where there is no name, or two share it."""
    own = ~named["name"].duplicated(keep=False) & (named["name"].fillna("") != "")
    return dict(zip(named["guid"], named["name"].where(own, named["guid"]), strict=True))


def _keep_people(intake: Intake, vault: Vault, table: str, project: Project) -> None:
    """Put names of sources and coders behind their pseudonyms where only the vault goes."""
    named = [("source", "coded source", pd.Series(list(_keys(project).values()), dtype="string"))]
    named.append(("coder", "coder", pd.Series(list(_known_by(project.users).values()), dtype="string")))
    for column, kind, names in named:
        intake.people.append(
            pd.DataFrame(
                {
                    "table": table,
                    "pseudonym": vault.pseudonyms(names, kind),
                    "column": column,
                    "value": names,
                }
            ).dropna()
        )


# ------------------------------------------------------------------------------------ codes


def _plainly(code: str) -> str:
    return " ".join(code.split()).casefold()


def _resolve_codes(
    intake: Intake, projects: Sequence[Coded], places: Places
) -> tuple[dict[tuple[str, str], Row], list[Fault]]:
    """Return (wave, GUID of the code) -> its row of the map, and the faults of rows that name no code."""
    given = _whole(intake, CodeMap)
    found: dict[tuple[str, str], Row] = {}
    rows_of: dict[tuple[str, str], int] = {}
    faults: list[Fault] = []
    if not projects:
        return found, faults
    for position, row in enumerate(given.to_dict("records")):
        place = places[CodeMap.about().name][position]
        named = {one.wave: _matching(one.project.codes, str(row["code"])) for one in projects}
        if not any(len(codes) for codes in named.values()):
            faults.append(_unknown_code(place, str(row["code"]), projects))
        for wave, codes in named.items():
            if len(codes) > 1:
                rule = f"{tellable.value(row['code'])} names {len(codes)} codes of the wave '{wave}'"
                remedy = f"Write the path of the one: {' or '.join(codes['path'].head(3))}"
                faults.append(Fault(*place, "code", rule, remedy))
            for guid in codes["guid"].head(1):
                if (wave, guid) in found:
                    rule = f"is the code of row {rows_of[wave, guid]} under another name"
                    faults.append(Fault(*place, "code", rule, "Keep one of the two rows"))
                found[wave, guid] = row
                rows_of[wave, guid] = place[2]
    for one in projects:
        intake.found += list(_unmapped(one, found))
    return found, faults


def _matching(codes: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Return the codes of this path; where there is none, those of this name."""
    for column in ("path", "name"):
        same = codes[codes[column].map(_plainly) == _plainly(wanted)]
        if len(same):
            return same
    return codes.head(0)


def _unknown_code(place: tuple[str, str, int], code: str, projects: Sequence[Coded]) -> Fault:
    books = [one.project.codes for one in projects]
    known = {_plainly(name): name for codes in books for name in [*codes["name"], *codes["path"]]}
    close = difflib.get_close_matches(_plainly(code), sorted(known), n=1, cutoff=0.6)
    hint = f"Did you mean '{known[close[0]]}'? " if close else ""
    remedy = f"{hint}Write the name of a code, or its path with '{PARTED_BY}' between the names"
    return Fault(*place, "code", f"the code {tellable.value(code)} is in no {FILE}", remedy)


def _unmapped(one: Coded, found: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    """Say which codes with codings the map does not have: they are counted and say nothing."""
    used = one.project.codes[one.project.codes["guid"].isin(one.project.codings["code"])]
    mapped = {guid for wave, guid in found if wave == one.wave}
    left = sorted(used.loc[~used["guid"].isin(mapped), "path"])
    if left:
        more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
        named = ", ".join(left[:MOST_NAMED]) + more
        what = (
            "code is not in design/codes and says"
            if len(left) == 1
            else "codes are not in design/codes and say"
        )
        yield f"{one.wave}: {FILE}: {len(left)} {what} nothing: {named}"


def _map_faults(intake: Intake, places: Places) -> Iterator[Fault]:
    for position, row in enumerate(_whole(intake, CodeMap).to_dict("records")):
        if row["code"] == ALL:
            rule = f"'{ALL}' is the word for all codes together"
            remedy = "Write the code with its path, or give it another name"
            yield Fault(*places[CodeMap.about().name][position], "code", rule, remedy)
        if pd.isna(row["indicator"]) and pd.notna(row["direction"]):
            rule = "a direction stands there without an indicator"
            remedy = "Name the indicator, or leave both cells empty"
            yield Fault(*places[CodeMap.about().name][position], "indicator", rule, remedy)


# ------------------------------------------------------------------------------------ sources


def _pseudonym(vault: Vault, names: Sequence[str], kind: str) -> list[str]:
    return vault.pseudonyms(pd.Series(list(names), dtype="string"), kind).tolist()


def _by_pseudonym(one: Coded, vault: Vault) -> dict[str, str]:
    """Return the pseudonym of each name by which a source can be listed -> the pseudonym of its key."""
    guids = list(one.keys)
    keys = _pseudonym(vault, [one.keys[guid] for guid in guids], "coded source")
    as_written = [*guids, *(f"{{{guid}}}" for guid in guids), *(guid.lower() for guid in guids)]
    known = dict(zip(_pseudonym(vault, as_written, "coded source"), keys * 3, strict=True))
    return known | dict(zip(keys, keys, strict=True))


def _source_faults(
    intake: Intake, vault: Vault, projects: Sequence[Coded], places: Places
) -> Iterator[Fault]:
    """Faults of rows that list a source which the wave's project lacks, or has under a shared name."""
    known = {one.wave: _by_pseudonym(one, vault) for one in projects}
    refused = {fault.file for fault in intake.faults}
    seen: set[tuple[str, str]] = set()
    for position, row in enumerate(_whole(intake, CodedSources).to_dict("records")):
        place = places[CodedSources.about().name][position]
        wave, source = str(row["wave"]), row["source"]
        if wave not in known:
            file = f"waves/{wave}/{FILE}"
            if not {file, file + SEALED} & refused:
                rule = f"tells of sources, and {file} is not here"
                yield Fault(place[0], place[1], rule=rule, remedy="Put the coded project there")
                refused.add(file)
            continue
        if pd.isna(source):
            continue
        if source not in known[wave]:
            rule = f"is no source or case of {FILE}, or the name of two"
            remedy = "Copy the name as the program shows it; of two of one name write the GUID"
            yield Fault(*place, "source", rule, remedy)
        elif (wave, known[wave][source]) in seen:
            yield Fault(*place, "source", "is listed twice, by name and by GUID", "Keep one of the rows")
        else:
            seen.add((wave, known[wave][source]))


def _speakers(one: Coded, intake: Intake, vault: Vault) -> dict[str, Row]:
    """Return pseudonym of a source -> for whom it speaks: as listed, else by the project's own variables."""
    known = _by_pseudonym(one, vault)
    told: dict[str, Row] = {}
    groups = {group.id for group in intake.plan.poverty_group}
    coded_ones = set(one.project.codings["source"]) & set(one.keys)
    odd = 0
    for guid, variables in _variables(one.project).items():
        if guid not in coded_ones:
            continue
        about = {name: variables.get(name) for name in ("poverty_group", "arm", "kind", "session")}
        people = variables.get("participants") or "1"
        fits = about["poverty_group"] in groups and people.isdecimal() and 0 < int(people) < 10**6
        fits &= about["arm"] in (None, "", *ARMS) and about["kind"] in (None, "", *CODED_SOURCES)
        if about["poverty_group"] and not fits:
            odd += 1
        elif about["poverty_group"]:
            (source,) = _pseudonym(vault, [one.keys[guid]], "coded source")
            told[source] = {
                **{key: value or None for key, value in about.items()},
                "participants": int(people),
            }
    if odd:
        what = "source has" if odd == 1 else "sources have"
        intake.found.append(f"{one.wave}: {FILE}: {odd} {what} variables that do not fit the plan")
    for row in _whole(intake, CodedSources).to_dict("records"):
        if row["wave"] == one.wave and row["source"] in known:
            told[known[str(row["source"])]] = row
    return told


def _variables(project: Project) -> dict[str, dict[str, str]]:
    """Return GUID of a source or case -> its variables; a source has those of its case beside its own.

    The sources of a case are of the same people: the case is their session, so that they are counted once. A
    source of several cases has none of theirs: nobody knows which of them speaks.
    """
    own: dict[str, dict[str, str]] = {}
    for owner, name, value in project.variables[["owner", "name", "value"]].itertuples(index=False):
        own.setdefault(owner, {})[_plainly(name).replace(" ", "_")] = value
    for number, case in enumerate(project.cases["guid"], start=1):
        if case in own:
            own[case].setdefault("session", f"case {number}")
    alone = project.members.drop_duplicates()
    alone = alone[~alone["source"].duplicated(keep=False)]
    of_case = {
        source: own.get(case, {}) for case, source in alone[["case", "source"]].itertuples(index=False)
    }
    return {guid: {**of_case.get(guid, {}), **own.get(guid, {})} for guid in sorted({*own, *of_case})}


def _codings(
    one: Coded, intake: Intake, vault: Vault, resolved: Mapping[tuple[str, str], Row]
) -> pd.DataFrame:
    """Return a project's codings as they are staged."""
    codings = one.project.codings.merge(
        one.project.selections[["selection", "start", "end"]],
        on="selection",
        how="left",
        validate="many_to_one",
    )
    keys = codings["source"].map(one.keys).astype("string")
    known = keys.notna()
    if not known.all():
        left = int((~known).sum())
        what = "coding is" if left == 1 else "codings are"
        intake.found.append(f"{one.wave}: {FILE}: {left} {what} in no source, and left out")
        codings, keys = codings[known], keys[known]
    withdrawn = intake.tables.get(Withdrawals.about().name, empty(Withdrawals))["respondent"]
    stays = ~vault.pseudonyms(keys, "person").isin(withdrawn).astype(bool)
    codings, keys = codings[stays], keys[stays]
    coders = codings["user"].map(_known_by(one.project.users)).astype("string")
    sources = vault.pseudonyms(keys, "coded source")
    speakers = _speakers(one, intake, vault)
    about = [speakers.get(source, {}) for source in sources]
    mapped = [resolved.get((one.wave, code), {}) for code in codings["code"]]
    frame = pd.DataFrame(
        {
            "wave": one.wave,
            "coding": [f"{number:06d}" for number in codings["coding"]],
            "source": sources.to_numpy(),
            "coder": vault.pseudonyms(coders, "coder").to_numpy(),
            "passage": codings["passage"].to_numpy(),
            "start": codings["start"].to_numpy(),
            "end": codings["end"].to_numpy(),
            **{column: [row.get(column) for row in mapped] for column in ("code", "indicator", "direction")},
            **{
                column: [row.get(column) for row in about]
                for column in ("poverty_group", "arm", "participants", "kind", "session")
            },
        }
    )
    silent = len({source for source in sources if source not in speakers})
    if silent:
        what = "source speaks" if silent == 1 else "sources speak"
        why = f"waves/{one.wave}/coded_sources does not say for whom"
        intake.found.append(f"{one.wave}: {FILE}: {silent} coded {what} for nobody: {why}")
    return frame


# ------------------------------------------------------------------------------------ quotes and tools


def _leave_out_without_consent(intake: Intake, places: Places) -> None:
    """Take out of the tables, and of what is kept as received, what may not be shown; seal the files."""
    for contract, word in ((StagedQuotes, "quote"), (Photographs, "photograph")):
        name = contract.about().name
        frame = _whole(intake, contract)
        agreed = frame["consent"].fillna(True).astype(bool)  # an empty cell is a fault already
        for wave, count in frame.loc[~agreed, "wave"].value_counts().sort_index().items():
            what = f"{word} is" if count == 1 else f"{word}s are"
            intake.found.append(f"{wave}: {count} {what} left out, without consent")
        places[name] = [place for place, kept in zip(places.get(name, []), agreed, strict=True) if kept]
        intake.tables[name] = frame[agreed].reset_index(drop=True)
        for wave in intake.plan.wave:
            table = contract.about().source.replace("*", wave.name)
            intake.sealed_files |= {one.file for one in intake.received if one.table == table}
            raw = intake.raw.get(f"raw.{table}")
            if raw is not None:
                said, _ = typed(raw["consent"], "flag")
                kept = said.fillna(False).astype(bool)
                intake.raw[f"raw.{table}"] = raw[kept].reset_index(drop=True)


def _unknown_indicators(intake: Intake, places: Places) -> Iterator[Fault]:
    """Faults of indicators that nobody knows."""
    for contract in (CodeMap, StagedQuotes, Timelines, Photographs):
        for position, one in enumerate(_whole(intake, contract)["indicator"]):
            if pd.isna(one) or one in intake.indicators:
                continue
            close = difflib.get_close_matches(str(one), sorted(intake.indicators), n=1, cutoff=0.6)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            remedy = f"{hint}See 'psia indicators', or add it to design/indicators.toml"
            place = places[contract.about().name][position]
            yield Fault(*place, "indicator", f"{tellable.value(one)} is not an indicator", remedy)


def _session_faults(intake: Intake, places: Places) -> Iterator[Fault]:
    """Faults of sessions that nobody was present at, that stand for two groups, or that are not known."""
    presence, spots = _whole(intake, Presence), places.get(Presence.about().name, [])
    for (_, session), rows in presence.groupby(["wave", "session"], sort=True):
        if rows["poverty_group"].nunique() > 1:
            rule = f"the session {tellable.value(session)} stands for two poverty groups"
            remedy = "Give a session one poverty group, or divide it in two"
            yield Fault(*spots[int(rows.index[-1])], "poverty_group", rule, remedy)
        taking_part = rows[rows["role"] == "participant"]
        if not (taking_part[["women", "men"]].sum().sum() > 0):
            rule = f"the session {tellable.value(session)} has no participants"
            yield Fault(*spots[int(rows.index[0])], "role", rule, "Add a row with the role participant")
    known = set(zip(presence["wave"], presence["session"], strict=True))
    groups = _whole(intake, FocusGroups)
    met = known | set(zip(groups["wave"], groups["focus_group"], strict=True))
    for contract in (ToolScores, Diagrams, Timelines, Photographs, StagedQuotes):
        allowed = met if contract is StagedQuotes else known
        frame = _whole(intake, contract)
        for position, pair in enumerate(zip(frame["wave"], frame["session"], strict=True)):
            if pd.isna(pair[1]) or pair in allowed:
                continue
            names = sorted(session for wave, session in allowed if wave == pair[0])
            hint = tellable.nearest(pair[1], names)
            rule = f"the session {tellable.value(pair[1])} is not in waves/{pair[0]}/presence"
            place = places[contract.about().name][position]
            yield Fault(*place, "session", rule, f"{hint}Add it there, or correct it here")


def _diagram_faults(intake: Intake, places: Places) -> Iterator[Fault]:
    """Faults of edges that end at no node of their drawing, and of drawings of two kinds or sessions."""
    frame, spots = _whole(intake, Diagrams), places.get(Diagrams.about().name, [])
    for (_, diagram), rows in frame.groupby(["wave", "diagram"], sort=True):
        for column in ("kind", "session"):
            if rows[column].nunique() > 1:
                rule = f"the drawing {tellable.value(diagram)} has two words for its {column}"
                yield Fault(
                    *spots[int(rows.index[-1])], column, rule, "A drawing has one: correct the others"
                )
        nodes = set(rows.loc[rows["element"] == "node", "name"].dropna())
        for spot, row in zip(
            (spots[int(index)] for index in rows.index), rows.to_dict("records"), strict=True
        ):
            for column in ("from", "to"):
                end = row[column]
                if row["element"] == "node" and pd.notna(end):
                    rule = "a node begins and ends nowhere"
                    yield Fault(*spot, column, rule, "Leave the cell empty, or call it an edge")
                elif row["element"] == "edge" and (pd.isna(end) or end not in nodes):
                    hint = tellable.nearest(end, nodes)
                    rule = f"the edge has no node of the drawing {tellable.value(diagram)} here"
                    remedy = f"{hint}Write the name of a node, or add the node"
                    yield Fault(*spot, column, rule, remedy)


def _score_faults(intake: Intake, places: Places) -> Iterator[Fault]:
    """Faults of rows that have both a score and a rank, or neither."""
    frame = _whole(intake, ToolScores)
    for position, both in enumerate(frame["score"].notna() == frame["rank"].notna()):
        if both:
            rule = "has both a score and a rank, or neither"
            yield Fault(*places[ToolScores.about().name][position], "score", rule, "Give one of the two")


def _whole(intake: Intake, contract: type[Contract]) -> pd.DataFrame:
    """Return a table as it was staged, with all columns of its contract."""
    frame = intake.tables.get(contract.about().name)
    return conform(frame, contract) if frame is not None and len(frame.columns) else empty(contract)

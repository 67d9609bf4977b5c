"""The command `psia`. Help, status and a run that has nothing to do import nothing heavy."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.exits import FAILED, REFUSED, USAGE, answers_look, told

if TYPE_CHECKING:
    from schemas.faults import Fault
    from tasks.run import Run

app = typer.Typer(
    name="psia",
    help="Poverty and social impact assessment of cluster development programmes: one folder of field data "
    "in, one standardized cluster report out, the same bytes again from the same folder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FolderArgument = Annotated[
    Path, typer.Argument(help="The assessment folder (or a folder of assessments).", show_default="here")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a list of records for a machine to read.")]


def main() -> None:
    """Run the command; a user's mistake ends in a line, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="replace")
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    collect_seldom()
    try:
        app()
    except OSError as error:
        _end(told(error))
    except Exception as error:  # without its text, which could hold data
        _end(f"the command failed ({type(error).__name__}). This is a fault of psia")


def collect_seldom() -> None:
    """Let Python look for cycles seldom: a run is short and full of small objects that stay."""
    gc.set_threshold(200_000, 20, 20)


def _end(message: str) -> None:
    sys.stderr.write(f"psia: {message}\n")
    sys.exit(FAILED)


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Name of the new folder: lower-case letters, digits, - _ .")],
) -> None:
    """Make a new assessment folder with a plan to fill in."""
    from tasks.start import BadName, start

    try:
        folder = start(Path(name))
    except BadName as error:
        _stop(str(error), USAGE)
    except FileExistsError:
        _stop(f"{name} exists already. Choose another name, or move it away", USAGE)
    typer.echo(f"{folder}/assessment.toml is the plan: fill it in, then 'psia check {folder}'")


@app.command()
def check(
    folder: FolderArgument = Path(),
    as_json: JsonOption = False,
    wave: Annotated[str, typer.Option(help="Show the field checks of one wave.")] = "",
) -> None:
    """Read and check everything, and change nothing."""
    from schemas.faults import Refused
    from tasks.run import Run

    root = _assessment(folder)
    run = Run(root)
    try:
        run.prepare()
    except Refused as refused:
        _refuse(refused.faults, as_json, root)
    known = [one.name for one in run.plan.wave]
    if wave and wave not in known:
        _stop(f"the wave '{wave}' is not in the plan. The waves: {', '.join(known) or 'none'}", USAGE)
    from tasks import evening
    from tasks.checks.short import told as told_findings

    tables = evening.checked(run.plan, run.intake)
    findings = evening.findings(run.plan, wave, tables)
    page = _page_of_checks(run, wave, tables)
    told = [("warning", line) for line in run.intake.warnings()]
    told += [("note", line) for line in run.intake.notes()]
    if as_json:
        about = {"status": "accepted", "tables": len(run.intake.tables), **({"page": page} if page else {})}
        design = [{"severity": severity, "message": line} for severity, line in told]
        _print_json([about, *findings, *design])
        return
    name = root.name or root.resolve().name
    wrong = sum(int(finding["found"]) for finding in findings if finding["severity"] == "error")
    if wrong:
        typer.echo(
            f"{name}: accepted, but {answers_look(wrong)} wrong and would be in the figures as they are."
        )
    else:
        typer.echo(f"{name}: nothing is wrong with the plan or the data.")
    for line in run.intake.found:
        if not wave or line.startswith(f"{wave}: "):
            typer.echo(f"  wave {line}")
    for table_name, frame in sorted(run.intake.tables.items()) if not wave else ():
        if len(frame):
            typer.echo(f"  {table_name}: {len(frame)} rows")
    for line in told_findings(findings, wave, tables["mart.field_progress"]):
        typer.echo(f"  {line}")
    for severity, line in told:
        typer.echo(f"  {severity}: {line}")
    if wrong:
        typer.echo(
            "  Ask again, and correct them in waves/<wave>/corrections; an answer about a household member,"
            " in the file itself. Until then the figures are made with them."
        )
    if page:
        typer.echo(f"  The page of this wave (internal, not to be published): {page}")


def _page_of_checks(run: Run, wave: str, tables: dict[str, Any]) -> str:
    """Write the page of one wave and return where it is; '' where no wave was named."""
    if not wave:
        return ""
    from tasks import evening

    planned = next(one for one in run.plan.wave if one.name == wave)
    return str(evening.write_page(run.folder, run.plan, planned, tables).absolute())


@app.command()
def run(
    folder: FolderArgument = Path(),
    engine: Annotated[
        str, typer.Option(help="prefect or process; else Prefect where an API is configured.")
    ] = "",
    select: Annotated[
        str, typer.Option(help="Only this phase; with + behind it, this one and all later ones.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    seal: Annotated[
        bool, typer.Option("--seal", help="Put sealed copies in the place of files with personal columns.")
    ] = False,
) -> None:
    """Run the assessment: seven phases, and the report. What has not changed is left alone."""
    _known_engine(engine)
    from tasks import state

    found = _assessments(folder)
    if dry_run:
        for assessment in found:
            _tell_changes(assessment)
        return
    stale = [one for one in found if select or seal or not state.unchanged(one) or _wrong_releases(one)]
    for assessment in found:
        if assessment not in stale:
            typer.echo(f"{assessment}: nothing has changed, nothing was computed.")
            typer.echo(f"The report: {_report(assessment)}")
    if not stale:
        return
    if len(stale) == 1:
        from flows.runner import execute

        code = execute(stale[0], engine=engine, select=select, seal=seal, say=typer.echo)
    else:
        from flows.batch import Job, run_many, worst

        jobs = [Job(one, select, seal) for one in stale]
        code = worst(run_many(jobs, engine=engine, say=typer.echo), typer.echo)
    if code:
        raise typer.Exit(code)


def _wrong_releases(folder: Path) -> bool:
    """Return whether a run would refuse what stands in releases/: signatures are no part of the state."""
    if not any((folder / "releases").glob("*")):
        return False
    from tasks import releases

    return bool(releases.changed_faults(folder))


def _tell_changes(folder: Path) -> None:
    from tasks import state

    lines = state.changes(folder)
    if not lines:
        typer.echo(f"{folder}: nothing has changed, nothing would be computed.")
    for line in lines:
        typer.echo(f"{folder}: {line}")
    for line in _stale_words(_stale(folder)) if lines else ():
        typer.echo(f"  {line}")


def _stale(folder: Path) -> list[dict[str, Any]]:
    """Return the steps that a run would do again, and why; a refused folder is told as a reason."""
    from schemas.faults import Refused
    from tasks.run import Run
    from tasks.warehouse import Busy, Damaged

    run = Run(folder)
    try:
        run.prepare()
        return [{"step": one.task, "phase": one.phase, "why": one.why} for one in run.stale()]
    except Refused as refused:
        why = f"refused, {len(refused.faults)} at fault: psia check {folder} says what"
    except (Busy, Damaged) as error:
        why = f"the warehouse cannot be read ({type(error).__name__}): psia doctor {folder} says more"
    return [{"step": "", "phase": "", "why": [why]}]


def _stale_words(stale: list[dict[str, Any]]) -> list[str]:
    """Return a line for each step that would be done again, and one that counts them.

    Where one reason holds for all of them they are not listed: it would be the same line a hundred times.
    """
    from tasks.run import OF_ALL_STEPS

    steps = [one for one in stale if one["step"]]
    if steps and (why := steps[0]["why"][0]) in OF_ALL_STEPS:
        return [f"all {len(steps)} steps would be computed: {why}"]
    lines = [f"{one['phase']}: {one['step']}: {_first(one['why'])}" for one in steps]
    refused = [one["why"][0] for one in stale if not one["step"]]
    return refused or [*lines, f"{len(steps)} steps would be computed again"]


def _first(why: list[str]) -> str:
    """Return the first three reasons, and how many more there are."""
    return "; ".join(why[:3]) + (f"; and {len(why) - 3} more" if len(why) > 3 else "")


@app.command()
def serve(
    folder: FolderArgument = Path(),
    cron: Annotated[
        str, typer.Option(help="When to run, as a line of cron: '0 6 * * 1' is each Monday at six.")
    ] = "",
    timezone: Annotated[str, typer.Option(help="Whose clock --cron means, such as Asia/Kolkata.")] = "UTC",
    pull_first: Annotated[
        bool, typer.Option("--pull", help="With --cron: fetch the waves from ODK Central before.")
    ] = False,
    notify: Annotated[
        str, typer.Option(help="Tell of bad ends by this block of Prefect: slack-webhook/office.")
    ] = "",
) -> None:
    """Run by itself, with Prefect: on a schedule, and when a file arrives in the folder of a wave."""
    from flows.serve import NoServer, NotServed, Wanted
    from flows.serve import serve as serve_all

    if pull_first and not cron:
        _stop("--pull goes with --cron", USAGE)
    found = [one.resolve() for one in _assessments(folder)]
    try:
        code = serve_all(Wanted(found, cron, timezone, pull_first, notify), say=typer.echo)
    except NotServed as nothing:
        _stop(str(nothing), USAGE)
    except NoServer as nothing:
        _stop(str(nothing), FAILED)
    sys.stdout.flush()
    os._exit(code)  # all that was started has ended; taking Prefect apart would last some seconds more


@app.command()
def status(folder: FolderArgument = Path(), as_json: JsonOption = False) -> None:
    """Say what has changed since the last finished run, and which steps of one assessment are stale by it."""
    from tasks import state

    records = []
    found = _assessments(folder)
    for assessment in found:
        lines = state.changes(assessment)
        stale = _stale(assessment) if lines and len(found) == 1 else []
        records.append({"assessment": assessment.name, "current": not lines, "changes": lines})
        if len(found) == 1:
            records[-1]["stale"] = stale
        if not as_json:
            word = "is current" if not lines else "has changed"
            typer.echo(f"{assessment}: {word}")
            for line in [*lines, *(_stale_words(stale) if stale else [])]:
                typer.echo(f"  {line}")
    if as_json:
        _print_json(records)


@app.command()
def rebuild(
    folder: FolderArgument = Path(),
    engine: Annotated[str, typer.Option(help="prefect or process.")] = "",
) -> None:
    """Delete the warehouse, make it anew from the folder, and say whether the exports are the same."""
    _known_engine(engine)
    from flows.care import rebuild as made_anew

    code = made_anew(_assessment(folder), engine=engine, say=typer.echo)
    if code:
        raise typer.Exit(code)


@app.command()
def verify(folder: FolderArgument = Path()) -> None:
    """Run the assessment thrice, elsewhere and otherwise, and compare every byte of the results."""
    from flows.care import verify as run_thrice

    code = run_thrice(_assessment(folder), say=typer.echo)
    if code:
        raise typer.Exit(code)


@app.command()
def doctor(folder: FolderArgument = Path(), as_json: JsonOption = False) -> None:
    """Look at plan, disk, vault, warehouse and results; say what is wrong and what to do."""
    from flows.care import WRONG
    from flows.care import doctor as looked_at

    found = looked_at(_assessment(folder))
    if as_json:
        _print_json(found)
    for one in found if not as_json else ():
        remedy = f". {one['remedy']}" if one["remedy"] else ""
        typer.echo(f"{one['verdict']:5} {one['check']}: {one['found']}{remedy}")
    if any(one["verdict"] == WRONG for one in found):
        raise typer.Exit(REFUSED)


@app.command()
def forget(
    folder: FolderArgument = Path(),
    person: Annotated[
        str, typer.Option("--id", help="Who; else asked for, and not shown while it is typed.")
    ] = "",
    who: Annotated[str, typer.Option(help="Who has it done, by role; else asked for.")] = "",
    why: Annotated[str, typer.Option(help="Why; write no name. Else asked for.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Take a person out of received files, vault and results, for good; log it without the id."""
    import datetime as dt

    from schemas.assessment import read_plan
    from schemas.faults import Refused
    from tasks import forgetting
    from tasks.intake import take_in
    from tasks.vault import Vault

    root = _assessment(folder)
    if not ((person and who and why) or sys.stdin.isatty()):
        _stop("Nothing was asked for: there is no terminal. Give --id, --who and --why, and --yes", USAGE)
    person = person or typer.prompt("The id as received", hide_input=True)
    who = who or typer.prompt("Who asks, by role")
    why = why or typer.prompt("Why")
    try:
        plan = read_plan(root / "assessment.toml")
        vault = Vault(root, plan.assessment.id)
        intake = take_in(root, plan, vault)
        if other := [one for one in intake.faults if one.rule != forgetting.CAME_BACK]:
            raise Refused(other)
        todo = forgetting.plan_of(root, plan, intake.received, vault, person.strip())
    except Refused as refused:
        _refuse(refused.faults, False, None)
    for file, because in todo.by_hand.items():
        typer.echo(f"LOOK YOURSELF: {file}: {because}", err=True)
    if not yes:
        typer.confirm(f"Take {todo.rows} rows out of {len(todo.contents)} files for good?", abort=True)
    today = dt.datetime.now().astimezone().date().isoformat()
    for line in forgetting.carry_out(root, todo, vault, person.strip(), date=today, who=who, why=why):
        typer.echo(line)
    if todo.by_hand:
        told = "1 file is" if len(todo.by_hand) == 1 else f"{len(todo.by_hand)} files are"
        typer.echo(f"NOT DONE YET: {told} left to you, named above: {', '.join(todo.by_hand)}", err=True)


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="Layer and table, such as mart.poverty_nodes.")] = "",
    folder: Annotated[Path, typer.Option("--in", help="The assessment folder.")] = Path(),
    as_json: JsonOption = False,
    reveal: Annotated[
        bool,
        typer.Option("--reveal", help="With mart.sample and its lists: the ids behind the pseudonyms."),
    ] = False,
) -> None:
    """Print a table of the warehouse as CSV; without a name, list the tables."""
    from schemas.faults import Refused
    from tasks.show import names, rows

    root = _assessment(folder)
    try:
        if not name:
            listed = names(root)
            _print_json(listed) if as_json else _print_csv(
                ["table", "rows"], [tuple(r.values()) for r in listed]
            )
            return
        columns, records = rows(root, name, reveal=reveal)
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    if as_json:
        _print_json([dict(zip(columns, record, strict=True)) for record in records])
    else:
        _print_csv(columns, records)


@app.command(context_settings={"ignore_unknown_options": True})  # -12.4 is a number, and no option
def explain(
    what: Annotated[
        str,
        typer.Argument(help="A finding, a number as the report prints it, or a row; else they are listed."),
    ] = "",
    folder: Annotated[Path, typer.Option("--in", help="The assessment folder.")] = Path(),
    as_json: JsonOption = False,
) -> None:
    """Print the way back of a finding or a figure: row, steps, code, input rows, files with their hashes."""
    from schemas.faults import Refused
    from tasks.explain import NotFound
    from tasks.explained import explain as answer

    try:
        lines, records = answer(_assessment(folder), what)
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    except NotFound as nothing:
        _stop(str(nothing), USAGE)
    _print_answer(lines, records, as_json)


def _print_answer(lines: Iterable[str], records: list[dict[str, Any]], as_json: bool) -> None:
    """Print what was asked for: lines of words, or records for a machine."""
    if as_json:
        _print_json(records)
        return
    for line in lines:
        typer.echo(line)


@app.command()
def diff(
    one: Annotated[Path, typer.Argument(help="A tree of results, or an assessment folder: the earlier one.")],
    other: Annotated[Path, typer.Argument(help="The later one.")],
    as_json: JsonOption = False,
) -> None:
    """Say what changed between two releases, row by row with the old and new figure, and why."""
    from tasks.diff import NoTree
    from tasks.diff import diff as compared

    try:
        lines, records = compared(one, other)
    except NoTree as nothing:
        _stop(str(nothing), USAGE)
    _print_answer(lines, records, as_json)


@app.command()
def pull(
    folder: FolderArgument = Path(),
    wave: Annotated[str, typer.Option(help="Only this wave; else every wave with [wave.odk].")] = "",
) -> None:
    """Fetch answers from ODK Central, over the network, into the folder of their wave."""
    from flows.lock import alone
    from schemas.assessment import read_plan
    from schemas.faults import Refused
    from tasks.pull import pull as fetched
    from tasks.vault import Vault

    root = _assessment(folder)
    try:
        plan = read_plan(root / "assessment.toml")
        waves = plan.wave
        wanted = [one for one in waves if (one.name == wave if wave else one.odk)]
        if not wanted:
            known = ", ".join(one.name for one in waves) or "none"
            what = f"the wave '{wave}' is not in the plan" if wave else "no wave has a [wave.odk]"
            _stop(f"{what}. The waves: {known}", USAGE)
        vault = Vault(root, plan.assessment.id)
        with alone(root) as other:
            if other:
                _end(f"{root} is being run by process {other}. Wait for it to end")
            for one in wanted:
                typer.echo(fetched(root, one, vault))
    except Refused as refused:
        _refuse(refused.faults, False, None)


@app.command()
def release(
    folder: FolderArgument = Path(),
    sign: Annotated[str, typer.Option(help="Sign the newest report, by role; never the author.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List what was published, and by whom.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sign the newest report; once two beside its author have, it is a release and kept in releases/."""
    import datetime as dt

    from schemas.assessment import read_plan
    from schemas.faults import Refused
    from tasks import releases

    root = _assessment(folder)
    if listed:
        try:
            found = releases.published(root)
        except Refused as refused:
            _refuse(refused.faults, as_json, None)
        if as_json:
            _print_json(found)
        for one in found if not as_json else ():
            known = f" Signed by {one['signed']}." if one["signed"] else ""
            known += f" Rules: {one['rules']}" if one["rules"] else ""
            typer.echo(f"{one['release'] or one['sha256']}: {one['state']}.{known}")
        if not found and not as_json:
            typer.echo(f"{root}: nothing was published yet.")
        return
    try:
        plan = read_plan(root / "assessment.toml")
        tree = releases.newest(root, plan)
        if sign:
            today = dt.datetime.now().astimezone().date().isoformat()
            releases.sign(root, plan, tree, sign, today)
        about = releases.status(root, tree)
        place = releases.publish(root, plan, tree)
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    state = "published" if place else "draft"
    signed: Any = about["signed"]
    if as_json:
        _print_json([{**about, "state": state, "release": place.name if place else None}])
        return
    typer.echo(f"{root}: {state}, SHA-256 {about['sha256']}")
    for one in signed:
        typer.echo(f"  signed by {one['who']} on {one['when']}")
    if place:
        typer.echo(f"  kept in {place}: an input of the next run, which holds what is published")
    else:
        typer.echo(f"  {releases.NEEDED - len(signed)} more have to sign: psia release --sign ROLE")


@app.command()
def report(folder: FolderArgument = Path()) -> None:
    """Render the report again from what was released, and say where it is."""
    from flows.runner import render_again

    code = render_again(_assessment(folder), say=typer.echo)
    if code:
        raise typer.Exit(code)


@app.command()
def form(
    folder: FolderArgument = Path(),
    wave: Annotated[
        str, typer.Option(help="The wave; needed where the plan has several.", show_default=False)
    ] = "",
    into: Annotated[
        Path | None, typer.Option(help="Where to write.", show_default="results/forms/<wave>")
    ] = None,
    workshops: Annotated[
        bool, typer.Option("--workshops", help="The sheets of the feedback workshops, after a run.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the forms of a wave: XLSForm, printable form, interview and focus-group guides."""
    from schemas.assessment import read_plan
    from schemas.faults import Refused

    root = _assessment(folder)
    if workshops:
        _sheets(root, into, as_json)
        return
    try:
        waves = [one.name for one in read_plan(root / "assessment.toml").wave]
        if (wave or len(waves) != 1) and wave not in waves:
            what = f"the wave '{wave}' is not in the plan" if wave else "name the wave with --wave"
            _stop(f"{what}. The waves: {', '.join(waves) or 'none; add a [[wave]] to the plan'}", USAGE)
        from tasks.publish.forms import hand_out

        done = hand_out(root, wave or waves[0], into)
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    if as_json:
        _print_json(done.records())
        return
    for line in done.told():
        typer.echo(line)


def _sheets(root: Path, into: Path | None, as_json: bool) -> None:
    """Write what goes out to the feedback workshops, and say where it is."""
    from schemas.faults import Refused
    from tasks.publish.sheets import hand_out

    try:
        written = hand_out(root, into)
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    if as_json:
        _print_json([{"file": str(path), "what": what} for path, what in written.items()])
        return
    for path, what in written.items():
        typer.echo(f"{path}: {what}")


@app.command()
def portfolio(
    folder: Annotated[Path, typer.Argument(help="The folder of assessments.", show_default="here")] = Path(),
    run_first: Annotated[
        bool, typer.Option("--run", help="Run first the assessments that have changed.")
    ] = False,
    engine: Annotated[str, typer.Option(help="With --run: prefect or process.")] = "",
    dask: Annotated[
        str, typer.Option(help="With --run: the address of a Dask scheduler, such as tcp://host:8786.")
    ] = "",
    publish: Annotated[
        str, typer.Option(help="Put released tables there as Parquet: a path, or an address (s3://…).")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a site of a folder of assessments: clusters ranked or tied, and their reports."""
    _known_engine(engine)
    if (folder / "assessment.toml").is_file():
        _stop(f"{folder} is one assessment. Name the folder that holds several", USAGE)
    found = _assessments(folder)
    if (dask or publish) and not run_first:
        _stop("--dask and --publish go with --run", USAGE)
    if dask and engine == "process":
        _stop("--dask goes through Prefect: leave out --engine process", USAGE)
    from flows.batch import NoCluster
    from flows.portfolio import compare_folder
    from tasks.publish.lake import NoPlace

    def say(line: str) -> None:
        typer.echo(line, err=as_json)

    how = {"run": run_first, "engine": engine, "dask": dask, "publish": publish}
    try:
        code, records = compare_folder(folder, found, **how, say=say)
    except (NoCluster, NoPlace) as nothing:
        _stop(str(nothing), USAGE)
    if as_json and (records or not code):
        _print_json(records)
    if code:
        raise typer.Exit(code)


def _known_engine(engine: str) -> None:
    if engine not in ("", "prefect", "process"):
        _stop(f"'{engine}' is not an engine. Use prefect or process", USAGE)


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="Which demo; without a name they are listed.")] = "",
    into: Annotated[
        Path, typer.Option(help="Where to copy it.", show_default="a folder of its name")
    ] = Path(),
    engine: Annotated[str, typer.Option(help="prefect or process.")] = "",
) -> None:
    """Copy a demo that ships with psia and run it."""
    demos = _demos()
    if not name:
        for one, note in demos.items():
            typer.echo(f"{one}: {note}")
        return
    if name not in demos:
        _stop(f"there is no demo '{name}'. The demos: {', '.join(demos)}", USAGE)
    target = into if into != Path() else Path(name)
    if not target.exists():
        shutil.copytree(
            _data() / "demo" / name, target, ignore=shutil.ignore_patterns("results", "received", "vault")
        )
        typer.echo(f"The demo was copied to {target}")
    elif not _is_demo(target, name):
        _stop(f"{target} exists already and is not this demo. Name another folder with --into", USAGE)
    run(target, engine=engine)


@app.command()
def sources(
    action: Annotated[str, typer.Argument(help="new, to write a new source module and its test.")] = "",
    name: Annotated[str, typer.Argument(help="Name of the new source: lower-case letters, digits, _.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the kinds of sources that psia reads, with format, citation and licence; or begin a new one."""
    from tasks.sources import found

    if action:
        _new_source(action, name)
        return
    records = [source.describe() for source in found()]
    if as_json:
        _print_json(records)
        return
    for record in records:
        typer.echo(f"{record['name']}: {record['title']}")
        for key in ("format", "place", "targets", "citation", "licence"):
            typer.echo(f"  {key}: {record[key]}")


def _new_source(action: str, name: str) -> None:
    from tasks.scaffold import ROOT, new_source
    from tasks.start import BadName

    if action != "new" or not name:
        _stop(f"'{action}' is not known here. Use 'psia sources' or 'psia sources new NAME'", USAGE)
    if not (ROOT / "tests").is_dir():
        _stop(f"{ROOT} is no checkout of psia: a source is written into its code and its tests", USAGE)
    try:
        module, test = (path.relative_to(ROOT) for path in new_source(name))
    except BadName as error:
        _stop(str(error), USAGE)
    except FileExistsError as error:
        _stop(f"{error} is there already. Choose another name", USAGE)
    typer.echo(f"{module} reads the source: say there what it is and how it is laid out")
    typer.echo(f"{test} tries it: put rows of the real file there. Run it: pytest {test}")


@app.command()
def indicators(
    folder: Annotated[
        Path, typer.Argument(help="An assessment folder, for its own indicators too.")
    ] = Path(),
    as_json: JsonOption = False,
) -> None:
    """List the indicators of the catalogue, and those that an assessment adds."""
    from schemas.faults import Refused
    from tasks import catalogue

    if not folder.is_dir():
        _stop(f"{folder} is not a folder", USAGE)
    try:
        own = catalogue.own_indicators(folder / "design" / "indicators.toml")
    except Refused as refused:
        _refuse(refused.faults, as_json, None)
    records = [
        {**one.model_dump(), "origin": "own" if name in own else "catalogue"}
        for name, one in {**catalogue.standard_indicators(), **own}.items()
    ]
    if as_json:
        _print_json(records)
        return
    heading = ""
    for record in sorted(records, key=lambda r: str(r["heading"])):
        if record["heading"] != heading:
            heading = str(record["heading"])
            typer.echo(heading)
        typer.echo(f"  {record['id']}: {record['label']} ({record['unit']}, {record['better']} is better)")


def _demos() -> dict[str, str]:
    folder = _data() / "demo"
    notes = {
        "block-printing": "a complete invented cluster with all seven phases",
        "italy-1991-1996": "Annex I of the study: growth inside and outside industrial districts",
        "evidence": "the clusters that section 4 of the study documents, as a small portfolio",
    }
    return {name: note for name, note in notes.items() if (folder / name).is_dir()}


def _is_demo(folder: Path, name: str) -> bool:
    """Return whether a folder holds the same assessments as a demo that ships, by their folders' plans."""
    shipped = {
        path.relative_to(_data() / "demo" / name) for path in (_data() / "demo" / name).rglob("*.toml")
    }
    plan = folder / "assessment.toml"
    return all((folder / path).is_file() for path in shipped) and (
        not plan.is_file() or f'id = "{name}"' in plan.read_text(encoding="utf-8", errors="replace")
    )


def _data() -> Path:
    return Path(__file__).parent.parent / "data"


def _assessment(folder: Path) -> Path:
    if not (folder / "assessment.toml").is_file():
        _stop(
            f"{folder.resolve()} holds no assessment.toml. Go to an assessment folder, name one, "
            "or make one with 'psia init NAME'",
            USAGE,
        )
    return folder


def _assessments(folder: Path) -> list[Path]:
    """Return the assessment folder itself, or every assessment in a folder of them, sorted."""
    if (folder / "assessment.toml").is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob("*/assessment.toml")) if folder.is_dir() else []
    return found or [_assessment(folder)]


def _report(folder: Path) -> Path:
    return (folder / "results" / "current" / "report.html").absolute()


def _refuse(faults: Iterable[Fault], as_json: bool, folder: Path | None) -> None:
    from flows.runner import tell_faults

    tell_faults(list(faults), folder, as_json=as_json)
    raise typer.Exit(REFUSED)


def _stop(message: str, code: int) -> None:
    typer.echo(f"psia: {message}", err=True)
    raise typer.Exit(code)


def _print_json(records: list[Any]) -> None:
    typer.echo(json.dumps(records, indent=1, ensure_ascii=False, default=str))


def _print_csv(columns: list[str], records: Iterable[tuple[Any, ...]]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow(["" if cell is None else _shown(cell) for cell in record])


def _shown(cell: Any) -> Any:
    """Return a cell as CSV; a text that a spreadsheet program would take for a formula has an apostrophe."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell if _is_number(cell) else f"'{cell}"
    return f"{cell:.10g}" if isinstance(cell, float) else cell


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False

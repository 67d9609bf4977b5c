"""Many assessments: run those that have changed, if asked, and compare what each has released of Table 2."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows.batch import Ended, Job, run_many, worst
from flows.exits import DONE, FAILED, REFUSED
from flows.lock import alone
from flows.runner import tell_faults
from schemas.faults import Fault, Refused
from schemas.portfolio import read_portfolio
from tasks import portfolio, state
from tasks.publish import lake, tree
from tasks.publish.portfolio import portfolio_files
from tasks.publish.portfolio_index import rank_words

Say = Callable[[str], None]
Records = list[dict[str, Any]]
_MOST_TOLD = 20


def compare_folder(
    folder: Path,
    found: list[Path],
    *,
    run: bool,
    engine: str = "",
    dask: str = "",
    publish: str = "",
    say: Say,
) -> tuple[int, Records]:
    """Compare the assessments found in a folder and publish the page; return exit status and priorities.

    run: run first those that have changed since they were run. Without it their last results are compared,
    and that is told. dask: the scheduler whose workers run them. publish: where their released tables go as
    Parquet. One whose run does not end well is left out and named, the others are compared, and the exit
    status is the worst of all. Raises NoCluster or NoPlace.
    """
    stale = [one for one in found if not state.unchanged(one)]
    ended: list[Ended] = []
    try:
        if run and (stale or publish):
            ended = _run(found if publish else stale, engine, dask, publish, say)
            stale = []
        code = worst(ended, say)
        not_run = [_not_run(one) for one in ended if one.code != DONE and not state.unchanged(one.folder)]
        with alone(folder) as other:
            if other:
                sys.stderr.write(f"psia: {folder} is being compared by process {other}. Wait for it to end\n")
                return FAILED, []
            return code, _compared(folder, found, stale, not_run, say)
    except Refused as refused:
        tell_faults(refused.faults, None)
        sys.stderr.write("psia: refused, nothing was changed\n")
        return max([REFUSED, *(one.code for one in ended)]), []


def _run(found: list[Path], engine: str, dask: str, publish: str, say: Say) -> list[Ended]:
    """Run and publish; return how each ended. Raises Refused where two would be published as one."""
    place = publish
    if publish:
        lake.store_of(publish)
        if faults := portfolio.same_ids(found):  # each would overwrite the other's tables
            raise Refused(faults)
        place = publish if "://" in publish else str(Path(publish).absolute())
    jobs = [Job(one.absolute() if dask else one, publish=place) for one in found]
    return run_many(jobs, engine=engine, dask=dask, say=say)


def _not_run(one: Ended) -> Fault:
    """Return that the results of an assessment, if it has any, are not of what its folder holds now."""
    rule = "was refused" if one.code == REFUSED else "could not be run to its end"
    return Fault(str(one.folder), rule=rule, remedy=f"'psia run {one.folder}' says why")


def _compared(folder: Path, found: list[Path], stale: list[Path], not_run: list[Fault], say: Say) -> Records:
    plan = read_portfolio(folder / "portfolio.toml")
    without = {Path(fault.file).absolute() for fault in not_run}
    members, left_out = portfolio.read_members([one for one in found if one.absolute() not in without])
    left_out = [*not_run, *left_out]
    compared = portfolio.compared(members, plan)
    told = [f"{Path(fault.file).name}: {fault.rule}" for fault in left_out]
    files, about = portfolio_files(plan, compared, told, state.libraries())
    site = tree.publish_in_place(folder / "results" / "portfolio", files, about)
    _tell(left_out, lambda fault: f"{fault}. It was left out")
    known = {member.folder for member in members}
    _tell([one for one in stale if one.name in known], _why_stale)
    rows = portfolio.ordered(compared.priorities)
    for row in rows:
        say(f"  {row['assessment']}: {rank_words(row)}")
    pairs = compared.pairs
    say(
        f"{int(pairs['told_apart'].sum())} of {len(pairs)} pairs of clusters are told apart. "
        "The others are tied."
    )
    say(f"The portfolio: {(site / 'index.html').absolute()}")
    return rows


def _why_stale(folder: Path) -> str:
    why = "; ".join(state.changes(folder)[:3])
    return f"{folder} has changed since its last run, which is what was compared ({why})"


def _tell(found: Sequence[Any], words: Callable[[Any], str]) -> None:
    """Print a line for each of what is not as it should be, of many for the first."""
    for one in found[:_MOST_TOLD]:
        sys.stderr.write(f"psia: {words(one)}\n")
    if len(found) > _MOST_TOLD:
        sys.stderr.write(f"psia: … and {len(found) - _MOST_TOLD} more of the kind\n")

"""A batch of assessments that kills its process. Imports little, because each new process imports it."""

from __future__ import annotations

import os
import signal

from flows.batch import Ended, Job
from flows.exits import DONE


def run_batch(jobs: list[Job]) -> list[Ended]:
    """Stand in for a batch: the folder 'dies' kills its process while the file beside it is there."""
    ended = []
    for job in jobs:
        trap = job.folder.parent / f"{job.folder.name}.trap"
        if trap.exists():
            if trap.read_text() == "once":
                trap.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        ended.append(Ended(job.folder, DONE))
    return ended

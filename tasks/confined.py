"""Work on content from strangers that a library does, in a child process with a limit of memory and of time.

The libraries that read Excel, SDMX, Stata, SPSS and Parquet may take any memory that a file asks for, and
end the process where it is not there. In a child that ends the child: the file is refused, and nothing else
is lost.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

from tasks.reading import Problem, Unreadable

LEAST_MEMORY = 256 * 1024 * 1024
MEMORY_A_BYTE = 60
"""Bytes of memory for each byte of a packed file: a workbook of 100,000 rows of 60 cells takes 25."""
LEAST_SECONDS = 1
SECONDS_A_MEGABYTE = 3
"""Seconds of a processor for each MB of a packed file: a large workbook takes a third of one."""

PACKED_TIGHTLY = {"least_memory": 1024**3, "least_seconds": 10}
"""The limits for Stata, SPSS and Parquet, which are higher: SPSS packs 100,000 rows of 100 codes in 5 MB."""
TIMES_BY_THE_CLOCK = 20
"""How many times its seconds of a processor a child may take by the clock: who waits for ever uses none."""

Result = TypeVar("Result")


def confined(
    function: Callable[..., Result],
    content: bytes,
    *others: object,
    least_memory: int = LEAST_MEMORY,
    least_seconds: int = LEAST_SECONDS,
) -> Result:
    """Return what a function makes of some content, made in a child process with limits by its size.

    The result has to be one that pickle takes. Raises what the function raises, and Unreadable where it takes
    more memory or time than the content should. Where the system cannot fork, the function runs here.
    """
    if not hasattr(os, "fork"):
        return function(content, *others)
    memory = least_memory + MEMORY_A_BYTE * len(content)
    seconds = least_seconds + SECONDS_A_MEGABYTE * len(content) // 1024**2
    read_end, write_end = os.pipe()
    parent = os.getpid()
    _widen(write_end)
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads: the child starts none
        child = os.fork()
    if not child:
        os.close(read_end)  # else it would wait for ever with a full pipe, if its parent were killed
        _end_with(parent)
        _work(write_end, memory, seconds, lambda: function(content, *others))
    os.close(write_end)
    done: bool = False
    result: Any = None
    with suppress(EOFError, pickle.UnpicklingError), os.fdopen(read_end, "rb") as pipe:
        done, result = _received(pipe)
    os.waitpid(child, 0)
    if done:
        return result
    if result is not None:
        raise result
    rule = "takes more memory or time than a file of its size should"
    remedy = "Delete empty rows and columns at its end, or save the table as CSV"
    raise Unreadable(Problem(rule, remedy))


def _work(pipe: int, memory: int, seconds: int, work: Callable[[], Any]) -> None:
    """Do the work in the child, write whether it was done and what came of it, and end the child."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        _limit(memory, seconds)
        try:
            blocks: list[pickle.PickleBuffer] = []
            told = pickle.dumps((True, work()), protocol=5, buffer_callback=blocks.append)
        except MemoryError:
            os._exit(1)
        except Exception as error:
            told, blocks = _as_told(error), []
        with os.fdopen(pipe, "wb") as out:
            raw = [block.raw() for block in blocks]
            pickle.dump((told, [len(block) for block in raw]), out)
            for block in raw:
                out.write(block)
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """Let the system end this process when its parent is killed, where it can (Linux)."""
    with suppress(OSError, AttributeError, ImportError):
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
        if os.getppid() != parent:
            os._exit(1)


def _received(pipe: BinaryIO) -> tuple[bool, Any]:
    """Return what the child has told. The blocks of a large table come behind it, copied once."""
    told, sizes = pickle.load(pipe)  # noqa: S301 -- of our own child
    blocks = [bytearray(size) for size in sizes]
    for block in blocks:
        if pipe.readinto(block) < len(block):  # pyright: ignore[reportAttributeAccessIssue] -- it is buffered
            raise EOFError
    return pickle.loads(told, buffers=blocks)  # noqa: S301 -- of our own child


def _widen(pipe: int) -> None:
    """Let a pipe hold a MB at once where the system can: a large table passes in fewer turns."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


def _as_told(error: Exception) -> bytes:
    """Return an exception as pickle writes it, without those behind it, which may be of a library.

    Dask, once it is imported, lets pickle write them and the traceback too.
    """
    error.__cause__ = error.__context__ = error.__traceback__ = None
    try:
        return pickle.dumps((False, error))
    except Exception:  # some library's own, which pickle does not take
        return pickle.dumps((False, ValueError(type(error).__name__)))


def _limit(memory: int, seconds: int) -> None:
    """Limit what this process may take further."""
    import resource

    taken = 0
    with suppress(OSError), open("/proc/self/statm", "rb") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    if taken:  # elsewhere than on Linux the address space is not known, and the time alone is limited
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(TIMES_BY_THE_CLOCK * seconds)

"""The command `psia` in the process of the test: what it writes and how it ends, without a start of Python.

What only a process of its own can show (that the command starts at all, what it imports, kills, hash seeds)
is tested in such a process: tests/flows/test_bad_input.py,
tests/tasks/test_state.py, tests/crash/ and `verify`.
"""

from __future__ import annotations

import gc
import io
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest import mock

from flows import cli


def psia(*arguments: object) -> CompletedProcess[str]:
    """Run the command as a user does; return its exit status and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    command = ["psia", *map(str, arguments)]
    seldom = gc.get_threshold()
    code: int | str | None = 0
    with mock.patch("sys.argv", command), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        finally:
            gc.set_threshold(*seldom)
    assert code is None or isinstance(code, int), code
    return CompletedProcess(command, code or 0, out.getvalue(), err.getvalue())

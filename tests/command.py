"""The `seamline` command, forked from one process that has imported what takes long.

`cli/test_interrupted.py`, the guides and `make demo` start it as a user does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_PATIENCE_S = 600
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        *("seamline.cli.main", "seamline.workflow.artifacts", "seamline.workflow.transactions"),
        *("seamline.engines.postgresql.engine", "seamline.discover.generate", "sqlglot"),
        *("schemathesis.specs.openapi.schemas", "schemathesis.generation.coverage"),
    ]
)


def seamline(*words: str | Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit code and all that was printed, errors last."""
    given = {**os.environ, **(env or {})}
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        done = _context.Process(
            target=_carry_out, args=([*map(str, words)], given, Path.cwd(), (out.name, err.name))
        )
        done.start()
        done.join(_PATIENCE_S)
        if done.exitcode is None:
            done.kill()
        printed = (out.read() + err.read()).decode()
    assert "Traceback" not in printed, printed
    assert done.exitcode is not None, printed
    return done.exitcode, printed


def _carry_out(
    words: Sequence[str], env: Mapping[str, str], folder: Path, printed: tuple[str, str]
) -> None:
    for number, name in enumerate(printed, 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND), number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    tempfile.tempdir = None
    sys.argv = ["seamline", *words]
    from seamline.cli.main import main

    main()

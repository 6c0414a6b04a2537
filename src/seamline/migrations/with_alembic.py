"""A history that Alembic keeps: driven in the system's own interpreter by `driver.py`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from seamline.engines.protocol import Address
from seamline.errors import TargetError
from seamline.migrations.with_driver import DrivenHistory, Tool, driven
from seamline.system.process import environment

_TOOL = Tool(
    name="Alembic", driver="driver.py", upgrade="alembic upgrade heads", compare="alembic check"
)
_EXEC = re.compile(rb"""^'''exec' ["']?([^"'\n]+?)["']? "\$0" """, re.M)


def alembic_history(
    config: str,
    address: Address,
    *,
    python: str | None,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
) -> AbstractAsyncContextManager[DrivenHistory]:
    """The history of the environment that `config` names, bound to the database at `address`.

    Entering it raises `TargetError` when Alembic is not there, its env.py fails, or connects elsewhere.
    """
    interpreter = python or _interpreter(environment(env)["PATH"])
    return driven(
        _TOOL, config, address, interpreter=interpreter, env=env, cwd=cwd, log=log, started=started
    )


def _interpreter(path: str) -> str:
    """The interpreter that the `alembic` on `path` runs in. Raises `TargetError`."""
    command = shutil.which("alembic", path=path)
    if command is None:
        raise TargetError("there is no 'alembic' on the PATH of the system: is it installed there?")
    with Path(command).open("rb") as file:
        head = file.read(1024)
    first = head.partition(b"\n")[0].decode("utf-8", "replace")
    if first.startswith("#!") and "python" in first:
        words = first[2:].split()
        return words[1] if words[0].endswith("/env") and len(words) > 1 else words[0]
    if found := _EXEC.search(head):  # a path too long for a first line
        return found[1].decode()
    raise TargetError(
        f"{command} does not say in which interpreter it runs: name it,"
        ' migrations = { kind = "alembic", python = "…" }'
    )

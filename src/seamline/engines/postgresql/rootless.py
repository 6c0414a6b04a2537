"""PostgreSQL refuses to run as root. How to run it all the same.

First choice: a user namespace of its own (`unshare`), in which our uid has another number: no other
account is needed and the files stay ours. Where that is forbidden: become the account `nobody`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec

from seamline.engines.postgresql.process import finish, spawn
from seamline.errors import TargetError

_NOBODY = 65534
# By ourselves, since not every event loop knows `user=` and not every machine has a tool for it.
_BECOME = (
    "import os, sys; n = int(sys.argv[1]); os.setgroups([]); os.setgid(n); os.setuid(n);"
    " os.execv(sys.argv[2], sys.argv[2:])"
)


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How to start a server program: words to put before it, and the uid that it gets, if another."""

    prefix: tuple[str, ...] = ()
    user: int | None = None


async def launch_for(program: Path, folder: Path) -> Launch:
    """How to start `program` so that it works in `folder`, which is handed to the account that will run it.

    Raises `TargetError` when we are root and neither way works.
    """
    if os.geteuid() != 0:
        return Launch()
    for way in (_namespace(), _nobody()):
        if way is not None and await _works(way, program, folder):
            if way.user is not None:
                os.chown(folder, way.user, way.user)
            return way
    raise TargetError(
        "PostgreSQL does not run as root, user namespaces are forbidden here, and the account "
        f"'nobody' cannot reach {_blocked(program) or _blocked(folder) or program}: "
        "run as an ordinary user, or put programs and folder where every account may go"
    )


def _nobody() -> Launch:
    return Launch(prefix=(sys.executable, "-c", _BECOME, str(_NOBODY)), user=_NOBODY)


def _namespace() -> Launch | None:
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    return Launch(prefix=(unshare, "-U", "--map-user=1000", "--map-group=1000", "--"))


async def _works(way: Launch, program: Path, folder: Path) -> bool:
    """Whether the program starts this way and, where it becomes another account, may enter the folder."""
    if way.user is not None and (_blocked(program) or _blocked(folder)):
        return False
    try:
        process = await spawn(
            (*way.prefix, str(program), "--version"),
            output=-1,
            cwd=Path("/"),
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    except TargetError:
        return False
    await finish(process, 10)
    return process.returncode == 0


def _blocked(path: Path) -> Path | None:
    """The first folder on the way to `path` that other accounts may not enter."""
    return next((p for p in reversed(path.resolve().parents) if not p.stat().st_mode & 0o001), None)

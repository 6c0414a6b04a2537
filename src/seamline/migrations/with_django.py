"""A history that Django keeps: the migrations of all apps, driven in the system's own interpreter by
`driver_django.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from seamline.engines.protocol import Address
from seamline.migrations.with_driver import DrivenHistory, Tool, driven

# Its own names end in a digest and a suffix; those of columns made unique at once are the database's.
_OWN_NAMES = re.compile(
    r"_[0-9a-f]{8}(?:_(?:uniq|like|check|fk.*))?$|_(?:key\d*|pkey|check\d*|fkey\d*)$"
)
_TOOL = Tool(
    name="Django",
    driver="driver_django.py",
    upgrade="manage.py migrate",
    compare="manage.py makemigrations --check",
    own_names=_OWN_NAMES,
)


def django_history(
    config: str,
    address: Address,
    *,
    python: str | None,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
) -> AbstractAsyncContextManager[DrivenHistory]:
    """The history of the project whose manage.py is `config`, bound to the database at `address`.

    Entering it raises `TargetError` when Django is not there, its settings fail, or lead elsewhere.
    """
    interpreter = python or "python"
    return driven(
        _TOOL, config, address, interpreter=interpreter, env=env, cwd=cwd, log=log, started=started
    )

"""The engines by name. An engine's module, and with it its driver, is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from seamline.engines.protocol import Engine
from seamline.errors import UsageError

_ENGINES = {
    "postgresql": "seamline.engines.postgresql.engine:PostgreSQL",
}


def engine_for(name: str) -> Engine:
    """The engine of that name. Raises `UsageError`, which lists the known ones, when there is none."""
    if name not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise UsageError(f"no database engine is called {name!r}; known: {known}")
    module, _, attribute = _ENGINES[name].partition(":")
    return cast(Engine, getattr(import_module(module), attribute)())

"""The engines by name. An engine's module, and with it its driver, is imported when it is asked for."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import cast

from seamline.engines.protocol import Engine, Snapshot
from seamline.errors import UsageError

_ENGINES = {
    "postgresql": "seamline.engines.postgresql.engine:PostgreSQL",
}


_FILES = "seamline.engines.duckdb.files:open_files"


def files_for(folder: Path, *, check_s: float) -> AbstractAsyncContextManager[Snapshot]:
    """The Parquet and CSV files of a folder as tables. Raises `UsageError` where DuckDB is not installed."""
    module, _, attribute = _FILES.partition(":")
    opened = getattr(import_module(module), attribute)(folder, check_s=check_s)
    return cast(AbstractAsyncContextManager[Snapshot], opened)


def engine_for(name: str) -> Engine:
    """The engine of that name. Raises `UsageError`, which lists the known ones, when there is none."""
    if name not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise UsageError(f"no database engine is called {name!r}; known: {known}")
    module, _, attribute = _ENGINES[name].partition(":")
    return cast(Engine, getattr(import_module(module), attribute)())

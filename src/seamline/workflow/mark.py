"""Declare a database to be for tests."""

from __future__ import annotations

import asyncio

from seamline.engines.registry import engine_for


def mark_database(url: str, engine: str = "postgresql") -> str:
    """Write the mark; what was done, in words. Raises `TargetError` when the database refuses."""
    asyncio.run(engine_for(engine).mark(url))
    return "Marked: Seamline may write to this database, on this server, from now on."

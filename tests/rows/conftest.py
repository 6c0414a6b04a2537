"""A private server with one database for the tests of rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from seamline.engines.registry import engine_for

from .filled import Filler, filler


@pytest.fixture(scope="session")
async def fill(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Filler]:
    """Makes a schema and fills it, on one private PostgreSQL server for the session."""
    folder = tmp_path_factory.mktemp("rows")
    async with engine_for("postgresql").private(folder, lambda pid: None) as server:
        yield await filler(server)

"""One database for the tests of rows."""

from __future__ import annotations

import pytest

from seamline.engines.protocol import Server

from .filled import Filler, filler


@pytest.fixture(scope="session")
async def fill(pg_server: Server) -> Filler:
    """Makes a schema and fills it, in a database that lasts as long as the session."""
    return await filler(pg_server)

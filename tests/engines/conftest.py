"""A server of each engine for the session, and a database on it a test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from seamline.engines.protocol import Server
from seamline.engines.registry import engine_for

from ..server import place_of_server
from .lab import Lab, open_lab


@pytest.fixture(scope="session", params=["postgresql"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """One server per engine and session."""
    with place_of_server() as folder:
        async with engine_for(request.param).private(folder, lambda pid: None) as server:
            yield server


@pytest.fixture
async def lab(server: Server) -> AsyncIterator[Lab]:
    """A fresh database of each engine."""
    async for lab in open_lab(server):
        yield lab

"""One database for all tests here, emptied before each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from seamline.engines.protocol import Address, Server

from ..engines.lab import Lab, emptied


@pytest.fixture
async def database(pg_server: Server, reused: Address) -> AsyncIterator[Lab]:
    """An empty PostgreSQL database."""
    async for lab in emptied(pg_server, reused):
        yield lab

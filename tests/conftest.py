"""What tests of several floors share: one private PostgreSQL server a session, one database a test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from seamline.engines.protocol import Address, Server
from seamline.engines.registry import engine_for

from . import server as server_of_runs
from .engines.lab import Lab, open_lab

# The same examples in every run; SEAMLINE_RANDOM=1 looks for new ones.
settings.register_profile(
    "seamline", derandomize=not os.environ.get("SEAMLINE_RANDOM"), deadline=None
)
settings.load_profile("seamline")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: behind the others, one worker would end long after the other."""
    slow = {i.path for i in items if i.get_closest_marker("slow")}
    items.sort(key=lambda i: i.path not in slow)


def pytest_sessionfinish() -> None:
    """End what the runs of the session shared."""
    server_of_runs.stop()


@pytest.fixture(scope="session")
async def pg_server() -> AsyncIterator[Server]:
    """One private PostgreSQL server for the session."""
    with server_of_runs.place_of_server() as folder:
        async with engine_for("postgresql").private(folder, lambda pid: None) as server:
            yield server


@pytest.fixture(scope="session")
async def reused(pg_server: Server) -> Address:
    """A database that lasts as long as the session."""
    return await pg_server.create("reused", ("citext", "hstore"))


@pytest.fixture(scope="session")
async def extended(pg_server: Server) -> str:
    """A database to be copied, which takes a third of the time that its extensions do."""
    return (await pg_server.create("extended", ("citext", "hstore"))).name


@pytest.fixture
async def database(pg_server: Server, extended: str) -> AsyncIterator[Lab]:
    """A fresh PostgreSQL database."""
    async for lab in open_lab(pg_server, extended):
        yield lab

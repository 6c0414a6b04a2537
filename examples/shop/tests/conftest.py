"""A migrated and seeded database, and shops over it, each a process of its own."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import psycopg
import pytest

from shop.defects import DEFECTS
from shop.defects.table import transactions
from tests import process
from tests.client import Client
from tests.process import ROOT

SECRET = "for-tests-only-for-tests-only-for-tests-only"
# Some tests import modules of the shop, which read their settings when they are imported.
os.environ.setdefault("JWT_SECRET", SECRET)
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")


@pytest.fixture(scope="session")
def database_url() -> str:
    """An empty database whose public schema the shop may fill."""
    url = os.environ.get("SHOP_TEST_DATABASE_URL", "")
    if not url:
        pytest.skip("needs SHOP_TEST_DATABASE_URL")
    return url


@pytest.fixture(scope="session")
def seeded_url(database_url: str) -> Iterator[str]:
    """The database after the migrations and seed.sql."""
    alembic(database_url, "upgrade", "head")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute((ROOT / "seed.sql").read_bytes())
    yield database_url
    alembic(database_url, "downgrade", "base")


@pytest.fixture(scope="session")
def shop(seeded_url: str) -> Iterator[Client]:
    """The correct shop."""
    with running(seeded_url) as port:
        client = Client(port)
        client.read_contract()
        yield client


@pytest.fixture(scope="session")
def broken_shop(seeded_url: str) -> Iterator[Client]:
    """The shop with its defects at once, but for those of transactions, which hide one another."""
    names = ",".join(d.name for d in DEFECTS if d not in transactions.DEFECTS)
    with running(seeded_url, SHOP_DEFECTS=names) as port:
        yield Client(port, lenient=True)


@pytest.fixture(scope="session")
def rows(seeded_url: str) -> Iterator[psycopg.Connection]:
    """A look at the rows."""
    with psycopg.connect(seeded_url, autocommit=True) as connection:
        yield connection


def alembic(url: str, *command: str, **env: str) -> None:
    """Run Alembic as an operator would."""
    process.alembic(environment(url, **env), *command)


def environment(url: str, **more: str) -> dict[str, str]:
    """The environment of one shop."""
    ours = ("SHOP_DEFECTS", "SHOP_HABITS")
    outer = {name: value for name, value in os.environ.items() if name not in ours}
    return {**outer, "DATABASE_URL": url, "JWT_SECRET": SECRET, **more}


@contextmanager
def running(url: str, **env: str) -> Iterator[int]:
    """A shop that answers on the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = process.shop(environment(url, **env), port)
    try:
        _wait_until_ready(started, Client(port, lenient=True))
        yield port
    finally:
        started.terminate()
        started.join()


def _wait_until_ready(started: BaseProcess, client: Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert started.is_alive(), "the shop ended at once"
        try:
            if client.send("GET", "/health").status == 200:
                return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise TimeoutError("the shop does not answer")

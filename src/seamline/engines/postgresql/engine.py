"""PostgreSQL 15 to 18 as an engine of Seamline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from seamline.engines.postgresql.existing import existing_server, mark_for_tests
from seamline.engines.postgresql.server import private_server
from seamline.engines.postgresql.snapshot import open_snapshot
from seamline.engines.protocol import ExistingServer, Server, Snapshot


class PostgreSQL:
    """The `Engine` of PostgreSQL."""

    name = "postgresql"

    def private(
        self, folder: Path, started: Callable[[int], None]
    ) -> AbstractAsyncContextManager[Server]:
        """A server of our own in `folder`; see `server.private_server`."""
        return private_server(folder, started)

    def existing(
        self, url: str, *, disposable: bool
    ) -> AbstractAsyncContextManager[ExistingServer]:
        """The server of `url`, if the database there is declared to be for tests; see `existing`."""
        return existing_server(url, disposable=disposable)

    def snapshot(self, url: str, *, check_s: float) -> AbstractAsyncContextManager[Snapshot]:
        """The database of `url` as it is now, only read; see `snapshot`."""
        return open_snapshot(url, check_s=check_s)

    async def mark(self, url: str) -> None:
        """Declare the database of `url` to be for tests; see `existing.mark_for_tests`."""
        await mark_for_tests(url)

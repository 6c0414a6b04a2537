"""The fixture `seam`: what a test written by hand has at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from seamline.errors import UsageError
from seamline.model.row import Row
from seamline.run.session import rows_of
from seamline.seam.client import Client
from seamline.seam.fault import Fault, Together, action_of
from seamline.seam.ground import Ground
from seamline.seam.lockstep import Lockstep
from seamline.seam.seen import Seen
from seamline.system.http import Client as Connection
from seamline.system.http import client as connection
from seamline.wire.policy import Policy
from seamline.wire.thread import Tap

_T = TypeVar("_T")
_ROWS = 10_000
_STATEMENTS = 20_000


class Seam:
    """One test's view of the system. All of it waits: in an async test too it may be called as it is."""

    def __init__(self, ground: Ground) -> None:
        self.watched: list[Seen] = []
        self._ground = ground
        self._is_watching = False
        self._policies: list[Policy] = []
        self._own = threading.local()

    def __repr__(self) -> str:
        return "seam"

    @property
    def url(self) -> str:
        """Where the system answers: for a client of your own, a browser, a web socket."""
        return self._ground.target.client.base_url

    @property
    def database_url(self) -> str:
        """Where its database is: what you write there, and commit, is undone after the test too."""
        database = self._ground.target.database
        if database is None:
            raise UsageError("seamline.toml has no [database]")
        return database.address.url

    def as_(self, identity: str) -> Client:
        """A client of one of the identities of seamline.toml, or of `anonymous`."""
        self._ground.session.credentials(identity)  # a wrong name is said here
        return Client(self._ground, identity, self._connection)

    def rows(self, table: str, /, **where: Any) -> list[Row]:
        """The rows of a table as they stand now, by equality, in the order of their primary key."""
        target = self._ground.target
        if target.database is None or target.catalog is None:
            raise UsageError("seam.rows: seamline.toml has no [database]")
        return self._ground.call(
            rows_of(target.database, target.catalog, table, where, limit=_ROWS)
        )

    @contextmanager
    def watch(self) -> Iterator[Seen]:
        """See which rows change and which statements run until the end of the `with` block.

        Rows are those that are committed then: it waits for open transactions, and what is written and
        taken back within the block is no change.
        """
        if self._is_watching:
            raise UsageError("seam.watch: a watch within a watch: what would belong to which?")
        seen = Seen(self._ground.redactor)
        self.watched.append(seen)
        self._ground.call(self._begin())
        self._is_watching = True
        try:
            yield seen
        finally:
            self._is_watching = False
            self._ground.call(self._end(seen))

    async def _begin(self) -> None:
        target = self._ground.target
        if target.capture is None:
            raise UsageError("seam.watch: seamline.toml has no [database]")
        await target.capture.observe(self._ground.session.rules.settle_s)
        if target.tap is not None:
            target.tap.forget()

    async def _end(self, seen: Seen) -> None:
        target, rules = self._ground.target, self._ground.session.rules
        if target.capture is None or target.catalog is None:
            return
        found = await target.capture.observe(rules.settle_s)
        seen.notes = tuple(f"a transaction was left open: {t}" for t in found.open_transactions)
        changes = tuple(c for c in found.changes if not self._ground.noise.hides(c))
        sql = None
        if target.tap is not None:
            sql, _ = await target.tap.take(_STATEMENTS)
        seen.end(changes, target.catalog, sql, self._ground.setup.untraced(None))

    @contextmanager
    def fail(
        self,
        statement: str,
        *,
        sqlstate: str | None = None,
        lose: bool = False,
        after: bool = False,
        times: int | None = None,
    ) -> Iterator[Fault]:
        """Make the statements that contain these words fail, as the database itself would fail them.

        With `sqlstate` it refuses them with that code; a COMMIT is rolled back. `lose` cuts the connection
        before the database has the statement, with `after` when it has carried it out and before the system
        knows. `times` is how many are to fail, all where it is left out. Raises `AssertionError` at the end
        where none matched: the test would have shown nothing.
        """
        fault = Fault(statement, action_of(sqlstate, lose=lose, after=after), times)
        with self._policy(fault):
            yield fault
        if not fault.hits:
            raise AssertionError(f"seam.fail: {self._ground.redactor.text(fault.missed())}")

    def race(self, *calls: Callable[[], _T]) -> tuple[_T, ...]:
        """Carry out two or more calls at once, and give what each returned.

        Each has a thread and a connection of its own. Requests wait for each other before each write, so
        that all have read before any has written: that is the interleaving which loses updates, and one
        of many. Where statements are not seen it is a mere burst. What a call raises is raised here.
        """
        if len(calls) < 2:
            raise UsageError("seam.race: two calls or more")
        start = threading.Barrier(len(calls))

        def run(call: Callable[[], _T]) -> _T:
            with self._connection_of_its_own():
                start.wait()
                return call()

        def all_of_them() -> tuple[_T, ...]:
            with ThreadPoolExecutor(len(calls), thread_name_prefix="seam-race") as threads:
                futures = [threads.submit(run, call) for call in calls]
            return tuple(future.result() for future in futures)

        if self._ground.target.tap is None:
            return all_of_them()
        with self._policy(Lockstep(len(calls))):
            return all_of_them()

    @contextmanager
    def _policy(self, policy: Policy) -> Iterator[None]:
        """Have a policy decide, beside those that do already."""
        tap = self._ground.target.tap
        if tap is None:
            why = self._ground.setup.untraced(None)
            raise UsageError(f"the system's statements do not pass by us: {why}")
        self._policies.append(policy)
        self._ground.call(self._apply(tap))
        try:
            yield
        finally:
            self._policies.remove(policy)
            self._ground.call(self._apply(tap))
            if isinstance(policy, Fault) and policy.hits and policy.cuts:
                self._ground.spoil()  # the next test is not to meet what a pool still holds

    async def _apply(self, tap: Tap) -> None:
        await tap.use(Together(self._policies) if self._policies else None)

    def _connection(self) -> Connection:
        own: Connection | None = getattr(self._own, "connection", None)
        return own or self._ground.target.client

    @contextmanager
    def _connection_of_its_own(self) -> Iterator[None]:
        """Requests of this thread do not share connections with others: an error closes all of a client."""
        limits = self._ground.project.limits
        opened = connection(
            self.url, timeout_s=limits.request_timeout_s, body_bytes=limits.body_bytes
        )
        self._own.connection = self._ground.call(opened.__aenter__())
        try:
            yield
        finally:
            self._own.connection = None
            self._ground.call(opened.__aexit__(None, None, None))

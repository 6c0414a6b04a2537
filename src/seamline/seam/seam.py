"""The fixture `seam`: what a test written by hand has at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from seamline.errors import UndoImpossible, UsageError
from seamline.explore.schedules.search import Bounds, Explored
from seamline.explore.schedules.stage import SIDES
from seamline.model.exchange import Request, Response
from seamline.model.row import Row
from seamline.model.statement import SqlStatement
from seamline.run.session import rows_of
from seamline.seam.client import Client
from seamline.seam.fault import Fault, Together, action_of
from seamline.seam.ground import Ground
from seamline.seam.lockstep import Lockstep
from seamline.seam.race import Raced, Sent, explore, failure
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
        self._seen_before: tuple[SqlStatement, ...] = ()
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
        return Client(self._ground, identity, self._send)

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
        self._seen_before = ()

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
            sql = (*self._seen_before, *sql)
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

    def race(
        self, *calls: Callable[[], _T], preemptions: int = 2, schedules: int = 40
    ) -> Raced[_T]:
        """Carry out two or more calls at once, and give what each returned.

        Two calls are first made again and again, their statements let go one at a time in every order with
        at most so many `preemptions` that may matter, up to so many `schedules`: answers and rows have to be
        those of one after the other, in either order. Raises `AssertionError` with the statements in two
        columns where they are not. Rows are put back between; `schedules=0` leaves this out.

        Then each call is made once more, in a thread and with a connection of its own, and they wait for
        each other before each write, so that all have read before any has written. What they write stays,
        and what a call raises is raised here.
        """
        __tracebackhide__ = True
        if len(calls) < 2:
            raise UsageError("seam.race: two calls or more")
        tried, why = 0, self._why_one(calls, schedules)
        if not why:
            explored = self._explored(calls, Bounds(preemptions=preemptions, schedules=schedules))
            if wrong := failure(explored, self._ground.redactor):
                raise AssertionError(wrong)
            tried, why = explored.schedules, explored.unfit or explored.stale
        if self._ground.target.tap is None:
            return Raced.of(self._at_once(calls), tried, why)
        with self._policy(Lockstep(len(calls))):
            return Raced.of(self._at_once(calls), tried, why)

    def _why_one(self, calls: Sequence[object], schedules: int) -> str:
        """Why no more than one order can be tried, or ''."""
        target = self._ground.target
        if not schedules:
            return "schedules=0"
        if len(calls) != 2:
            return "only of two calls every order is tried"
        if self._policies:
            return "seam.fail decides on the statements"
        if target.tap is None or target.capture is None:
            return self._ground.setup.untraced(None) or "rows cannot be put back"
        return ""

    def _explored(self, calls: Sequence[Callable[[], object]], bounds: Bounds) -> Explored:
        """Try the orders of two calls; what the test has seen of statements so far is kept."""
        session = self._ground.session
        capture, tap = session.target.capture, session.target.tap
        assert capture is not None and tap is not None
        own = dict(zip(SIDES, (partial(self._sent_by, call) for call in calls), strict=True))

        async def work() -> Explored:
            seen, _ = await tap.take(_STATEMENTS)
            self._seen_before += seen
            try:
                return await explore(session, capture, own, bounds)
            finally:
                tap.forget()

        try:
            return self._ground.call(work())
        except UndoImpossible as error:
            self._ground.spoil()
            raise UsageError(
                f"seam.race: between two orders the rows cannot be put back ({error}):"
                " schedules=0 lets both calls go at once, and nothing more"
            ) from None

    def _sent_by(self, call: Callable[[], object]) -> Sent:
        """Make a call; the requests that it sent with their answers, whatever it raised or returned."""
        with self._connection_of_its_own() as sent, suppress(Exception):
            call()
        return sent

    def _at_once(self, calls: Sequence[Callable[[], _T]]) -> list[_T]:
        start = threading.Barrier(len(calls))

        def run(call: Callable[[], _T]) -> _T:
            with self._connection_of_its_own():
                start.wait()
                return call()

        with ThreadPoolExecutor(len(calls), thread_name_prefix="seam-race") as threads:
            futures = [threads.submit(run, call) for call in calls]
        return [future.result() for future in futures]

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

    def _send(self, request: Request) -> tuple[Response | None, str, float]:
        """Send a request by the connection of this thread, else by the target's."""
        own: Connection | None = getattr(self._own, "connection", None)
        answered = self._ground.call((own or self._ground.target.client).send(request))
        sent: list[tuple[Request, Response | None]] | None = getattr(self._own, "sent", None)
        if sent is not None:
            sent.append((request, answered[0]))
        return answered

    @contextmanager
    def _connection_of_its_own(self) -> Iterator[Sent]:
        """Requests of this thread do not share connections with others: an error closes all of a client.

        Gives what they sent.
        """
        limits = self._ground.project.limits
        opened = connection(
            self.url, timeout_s=limits.request_timeout_s, body_bytes=limits.body_bytes
        )
        self._own.connection = self._ground.call(opened.__aenter__())
        sent: list[tuple[Request, Response | None]] = []
        self._own.sent = sent
        try:
            yield sent
        finally:
            self._own.connection = self._own.sent = None
            self._ground.call(opened.__aexit__(None, None, None))

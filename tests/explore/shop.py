"""A system of one operation, POST /orders, that treats its database well or badly, behind the wire proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, LiteralString, cast

import msgspec
import psycopg

from seamline.model.case import Case
from seamline.model.exchange import Request
from seamline.run.session import Rules, Target
from seamline.run.setup import Setup
from seamline.text.redact import Redactor
from seamline.wire.thread import tapped

from ..engines.lab import Lab
from ..run.lab import case, session, step

TABLES = (
    "CREATE TABLE orders (id bigserial PRIMARY KEY, item text, at timestamptz DEFAULT clock_timestamp())",
    "CREATE TABLE audit (id bigserial PRIMARY KEY, subject text)",
)
Connection = psycopg.AsyncConnection[Any]
Work = Callable[[Connection], Awaitable[None]]
ORDER: Case = msgspec.structs.replace(
    case(step("POST /orders", (201,)), kind="positive"), id="order", subject="POST /orders"
)


WORKERS: set[asyncio.Task[None]] = set()


class Shop:
    """Answers 201 where `work` goes well on a connection, 503 where not; `tries` it again otherwise.

    With `kept` one connection serves all requests and is not mended, with `tells` errors are shown.
    """

    def __init__(
        self, work: Work, *, tries: int = 1, kept: bool = False, tells: bool = False
    ) -> None:
        self.url = ""
        self._work, self._tries, self._kept, self._tells = work, tries, kept, tells
        self._connection: Connection | None = None

    async def __call__(self, request: Request) -> tuple[int, Any]:
        said = ""
        for _ in range(self._tries):
            try:
                if self._connection is None:
                    self._connection = await psycopg.AsyncConnection.connect(self.url)
                await self._work(self._connection)
            except (psycopg.Error, TimeoutError) as error:
                said = str(error)
            else:
                return 201, {}
            finally:
                await self._let_go()
        return 503, {"detail": said if self._tells else "try again"}

    async def _let_go(self) -> None:
        if self._connection is not None and not self._kept:
            await self._connection.close()
            self._connection = None


async def together(connection: Connection) -> None:
    """The order and its audit in one transaction."""
    async with connection.transaction():
        await _order(connection)
        await _audit(connection)


async def apart(connection: Connection) -> None:
    """Two transactions."""
    async with connection.transaction():
        await _order(connection)
    async with connection.transaction():
        await _audit(connection)


async def in_one_text(connection: Connection) -> None:
    """The order and its audit in one transaction, which is sent as one statement."""
    await connection.set_autocommit(True)
    await connection.execute(f"BEGIN; {_ORDERED}; {_AUDITED}; COMMIT")


async def in_two_texts(connection: Connection) -> None:
    """Two transactions, each of which is sent as one statement."""
    await connection.set_autocommit(True)
    await connection.execute(f"BEGIN; {_ORDERED}; COMMIT")
    await connection.execute(f"BEGIN; {_AUDITED}; COMMIT")


_ORDERED = "INSERT INTO orders (item) VALUES ('tea')"
_AUDITED = "INSERT INTO audit (subject) VALUES ('order/' || currval('orders_id_seq'))"


async def carelessly(connection: Connection) -> None:
    """An audit that cannot be written is none."""
    async with connection.transaction():
        await _order(connection)
        try:
            async with connection.transaction():
                await _audit(connection)
        except psycopg.DatabaseError as error:
            if connection.closed:
                raise error from None


async def unended(connection: Connection) -> None:
    """Nobody rolls back."""
    await _order(connection)
    await _audit(connection)
    await connection.commit()


async def impatiently(connection: Connection) -> None:
    """Who waits too long for the COMMIT is told so; that it is done nobody can know."""
    await _order(connection)
    await asyncio.wait_for(connection.commit(), 0.5)


async def delivered(connection: Connection) -> None:
    """The order with a message, of which a worker gets rid; where that fails, a moment later."""
    try:
        await _noted(connection)
    except psycopg.OperationalError:  # is it done?
        _later(0.2, connection, "DELETE FROM audit")
        raise
    if not await _send_off(connection):
        _later(0.2, connection, "DELETE FROM audit")


async def undelivered(connection: Connection) -> None:
    """As `delivered`, but for a worker that tries once."""
    await _noted(connection)
    await _send_off(connection)


async def polled(connection: Connection) -> None:
    """The order with a message, at which a worker looks now and then."""
    try:
        await _noted(connection)
    except psycopg.OperationalError:  # is it done?
        _later(0.1, connection, "UPDATE audit SET subject = 'sent'")
        await asyncio.sleep(0.3)
        raise
    _later(0.3, connection, "UPDATE audit SET subject = 'sent'")


async def _noted(connection: Connection) -> None:
    async with connection.transaction():
        await _order(connection)
        await _audit(connection)


async def _send_off(connection: Connection) -> bool:
    try:
        async with connection.transaction():
            await connection.execute("DELETE FROM audit")
    except psycopg.DatabaseError:
        return False
    return True


def _later(seconds: float, connection: Connection, statement: LiteralString) -> None:
    """Have a worker say that in so many seconds, whatever becomes of the connection."""
    url = f"{connection.info.dsn} password={connection.info.password}"

    async def work() -> None:
        await asyncio.sleep(seconds)
        with suppress(psycopg.OperationalError):  # the proxy is gone, and the test with it
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as own:
                await own.execute(statement)

    task = asyncio.create_task(work())
    WORKERS.add(task)
    task.add_done_callback(WORKERS.discard)


async def _order(connection: Connection) -> None:
    await connection.execute("INSERT INTO orders (item) VALUES (%s)", ("tea",))


async def _audit(connection: Connection) -> None:
    await connection.execute(
        "INSERT INTO audit (subject) VALUES ('order/' || currval('orders_id_seq'))"
    )


class Bench:
    """What a sweep needs of a `Setup`: targets, one after another."""

    def __init__(self, lab: Lab, shop: Shop) -> None:
        self._lab, self._shop = lab, shop
        self.redactor = Redactor()
        self.made = 0

    @asynccontextmanager
    async def target(self, *, quiet: bool = False) -> AsyncIterator[Target]:
        """A target with capture and a tap, on the lab's database."""
        self.made += 1
        address = self._lab.client.address
        async with tapped(address.host, address.port) as tap:
            via = self._lab.server.via(address, tap.port)
            assert via is not None
            self._shop.url = via.url
            async with session(self._lab, self._shop) as made:
                made.target.tap = tap
                assert made.target.capture is not None
                await made.target.capture.mark()
                yield made.target


async def bench(lab: Lab, shop: Shop) -> tuple[Setup, Rules]:
    """A setup on a lab with the shop's tables, and rules."""
    await lab.client.run(*TABLES)
    async with session(lab, shop) as made:
        rules = made.rules
    return cast("Setup", Bench(lab, shop)), rules

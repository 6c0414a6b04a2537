"""Whose statements they are, where a request answers while one that was taken for its own waits."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from seamline.engines.protocol import Locks
from seamline.explore.schedules.conductor import Conductor, Member
from seamline.explore.schedules.footprint import Footprints
from seamline.model.catalog import Catalog
from seamline.model.schedule import Side
from seamline.model.statement import SqlKind, SqlStatement
from seamline.wire.policy import Action, Pending

CATALOG = Catalog(engine="postgresql", version="15", tables=())


class Idle:
    """A database in which nobody waits for anybody."""

    async def blocked(self, backend: int) -> bool:
        return False


def statement(
    number: int, connection: int, *, kind: SqlKind = "read", in_transaction: bool = False
) -> Pending:
    return Pending(
        number=number,
        connection=connection,
        backend=connection,
        text=f"SELECT {number}",
        params=None,
        kind=kind,
        in_transaction=in_transaction,
    )


async def test_a_statement_of_a_request_that_has_answered_is_the_other_ones() -> None:
    members = [Member("A", 0.0), Member("B", 0.0)]
    conductor = Conductor(cast("Any", Idle()), Footprints(CATALOG), members, frozenset())
    passed: list[int] = []

    async def ask(number: int, connection: int) -> None:
        pending = statement(number, connection)
        decided = conductor.gate.before(pending)
        if not isinstance(decided, Action):
            await decided
        passed.append(number)
        ended = SqlStatement(text=pending.text, kind="read", connection=connection, transaction=1)
        conductor.gate.ended.put_nowait(ended)

    late = asyncio.Event()

    async def send(side: Side) -> str:
        if side == "A":
            await ask(1, 1)
            await ask(2, 1)
            late.set()
            await asyncio.sleep(0.35)  # what B sends meanwhile could be of this one
            return "A"
        await late.wait()
        await ask(3, 2)
        return "B"

    async with asyncio.timeout(10):
        answers = await conductor.run(send, "AB")
    assert answers == {"A": "A", "B": "B"}
    assert passed == [1, 2, 3]


async def test_a_request_may_answer_while_the_locks_of_its_next_statement_are_asked_for() -> None:
    leave = asyncio.Event()
    asked: list[int] = []

    class Locking(Idle):
        async def locks(self, backend: int) -> Locks:
            asked.append(backend)
            if len(asked) == 2:
                leave.set()
                await asyncio.sleep(0.05)
            return Locks()

    members = [Member("A", 0.0)]
    conductor = Conductor(cast("Any", Locking()), Footprints(CATALOG), members)

    async def ask(pending: Pending) -> None:
        decided = conductor.gate.before(pending)
        if not isinstance(decided, Action):
            await decided

    async def send(side: Side) -> str:
        await ask(statement(1, 1, kind="begin"))
        await ask(statement(2, 1, in_transaction=True))
        background = asyncio.ensure_future(ask(statement(3, 1, in_transaction=True)))
        await leave.wait()
        background.add_done_callback(lambda _: None)
        return "A"

    async with asyncio.timeout(10):
        assert await conductor.run(send, "A") == {"A": "A"}
    assert asked == [1, 1]

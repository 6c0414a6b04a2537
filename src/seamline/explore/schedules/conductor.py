"""Lets the statements of two requests go on one at a time, in the order that a schedule says.

A request is sent when its first turn comes: a system may let no other one in while a statement waits.
Whose statement it is nobody tells us. One request runs at a time, so a new statement is that one's, unless
its connection is inside a transaction: then it belongs to whoever began it. A request whose statement
waits for a lock is left alone until it no longer does; one that waits for what no database knows of (a lock
of the application, a pool of one connection) is set aside, and a statement that might be of either is held
until the other has answered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Literal

import msgspec

from seamline.engines.protocol import Database, Locks
from seamline.explore.schedules.footprint import Footprint, Footprints, whole
from seamline.model.schedule import Side, Turn
from seamline.model.statement import SqlStatement
from seamline.text.statement import fingerprint
from seamline.wire.gate import Gate, Held

State = Literal["new", "running", "held", "blocked", "aside", "done"]
_FREE = frozenset(("begin", "savepoint", "housekeeping"))
"""Kinds of statements that change no row and take no snapshot that others could notice."""
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.004, 0.03
_ASIDE_S = 0.4
"""So long a request may do nothing that is seen before it is taken to wait for the other one."""
_STILL = 4
"""So many looks in a row must then show that no thread of the system works, or waits for a processor."""
_STUCK_S = 20.0


class Point(msgspec.Struct, frozen=True):
    """One decision: who went on, whether the one before could have, who else could have, and with what."""

    side: Side
    preempts: bool
    others: tuple[Side, ...]
    promise: int = 0


class Member:
    """One of the two requests while it runs."""

    def __init__(self, side: Side, longest_gap_s: float) -> None:
        self.side: Side = side
        self.state: State = "new"
        self.event = asyncio.Event()
        self.held: Held | None = None
        self.backend = 0
        self.connection = 0
        self.in_flight = False
        self.since = time.monotonic()
        self.patience_s = max(_ASIDE_S, 3.0 * longest_gap_s)
        self.longest_gap_s = 0.0
        self.footprints: list[Footprint] = []
        self.task: asyncio.Task[Any] | None = None
        self.turns = 0
        self.still = 0

    def moved(self) -> None:
        """Something of it was seen."""
        now = time.monotonic()
        self.still = 0
        self.longest_gap_s = max(self.longest_gap_s, now - self.since)
        self.since = now


class Stuck(Exception):
    """Neither request came to its end."""


class Conductor:
    """Runs two requests (or one, to see what it does) by a schedule. Use once."""

    def __init__(
        self,
        database: Database,
        footprints: Footprints,
        members: list[Member],
        shared: frozenset[str] | None = None,
        is_working: Callable[[], bool] = lambda: False,
        background: Collection[str] = (),
    ) -> None:
        self.gate = Gate(lambda _: True)
        self.members = members
        self.turns: list[Turn] = []
        self.points: list[Point] = []
        self.prints: list[tuple[Side, Footprint]] = []
        self._database, self._footprints, self._shared = database, footprints, shared
        self._is_working = is_working
        self._background = background
        self._owners: dict[int, Member] = {}
        self._begun: set[int] = set()
        self._limbo: list[tuple[Held, Member]] = []

    async def run(self, send: Callable[[Side], Awaitable[Any]], choices: str) -> dict[Side, Any]:
        """Send each request, let them go on as `choices` says, and then one to its end before the other."""
        pumps = [asyncio.ensure_future(self._arrivals()), asyncio.ensure_future(self._endings())]
        try:
            self.members.sort(key=lambda m: m.side != choices[:1])
            await self._conduct(choices, send)
            return self.answers()
        finally:
            self.gate.open()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            tasks = [m.task for m in self.members if m.task is not None]
            await asyncio.gather(*tasks, return_exceptions=True)

    def answers(self) -> dict[Side, Any]:
        """What `send` gave for each request that was sent; all of them have ended."""
        return {m.side: m.task.result() for m in self.members if m.task is not None}

    @property
    def refused(self) -> set[Side]:
        """Requests of which the database refused a statement."""
        return {t.side for t in self.turns if t.note.startswith("error ")}

    async def _start(self, member: Member, send: Callable[[Side], Awaitable[Any]]) -> None:
        async def answered() -> Any:
            try:
                return await send(member.side)
            finally:
                member.moved()
                member.state = "done"
                member.event.set()
                self._pass_on(member)

        member.state = "running"
        member.moved()
        member.task = asyncio.ensure_future(answered())
        await self._settle(member)

    def _ready(self, wanted: str) -> list[Member]:
        """Those that can go on; one that was not sent yet, where it is wanted or no other is under way."""
        held = [m for m in self.members if m.state == "held"]
        new = [m for m in self.members if m.state == "new"]
        is_idle = all(m.state in ("new", "done") for m in self.members)
        return [*held, *new] if held or is_idle or any(m.side == wanted for m in new) else []

    async def _conduct(self, choices: str, send: Callable[[Side], Awaitable[Any]]) -> None:
        current: Member | None = None
        number, until = 0, time.monotonic() + _STUCK_S
        while any(m.state != "done" for m in self.members):
            ready = self._ready(choices[number : number + 1])
            if not ready:
                if time.monotonic() > until:
                    raise Stuck(
                        "both requests wait, and nothing that the database knows holds them"
                    )
                await self._look_again()
                continue
            wanted = choices[number : number + 1]
            chosen = next((m for m in ready if m.side == wanted), None)
            if chosen is None:
                chosen = current if current in ready and current is not None else ready[0]
            self.points.append(self._point(chosen, current, ready))
            current = chosen
            number += 1
            until = time.monotonic() + _STUCK_S
            if chosen.state == "new":
                await self._start(chosen, send)
            if self._is(chosen, "held"):
                await self._step(chosen)

    def _point(self, chosen: Member, current: Member | None, ready: list[Member]) -> Point:
        """What could have been chosen here: another one only where that may matter."""
        could = current is not None and current in ready
        others = [m for m in ready if m is not chosen]
        matters = current is None or (could and current is not None and self._matters(current))
        promise = self._promise(chosen) if matters and others else 0
        sides = tuple(m.side for m in others) if matters else ()
        return Point(chosen.side, could and chosen is not current, sides, promise)

    def _matters(self, member: Member) -> bool:
        """Whether its next statement touches what both touch, or ends a transaction that has changed it."""
        if self._shared is None or member.held is None:
            return False
        pending = member.held.pending
        if pending.kind in ("commit", "rollback"):
            return bool(whole(member.footprints).written & self._shared)
        return bool(self._footprints.of(pending.text, pending.kind).touched & self._shared)

    def _promise(self, member: Member) -> int:
        """More where it is about to write what it has read: there another one in between is not seen."""
        if self._shared is None or member.held is None:
            return 0
        pending = member.held.pending
        seen = whole(member.footprints)
        writes = self._footprints.of(pending.text, pending.kind).written & self._shared
        if writes & seen.read:
            return 3
        return 2 if pending.kind == "commit" or seen.read & self._shared else 1

    async def _step(self, member: Member) -> None:
        held = member.held
        assert held is not None
        pending = held.pending
        own = self._footprints.of(pending.text, pending.kind)
        before = await self._locks(member)
        if member.held is not held:
            return  # it has answered meanwhile
        if pending.kind in ("commit", "rollback"):
            ended = Footprint(written=whole(member.footprints).written)
            self.prints.append((member.side, ended))
        else:
            self.prints.append((member.side, own))
        member.footprints.append(own)
        place = len(self.turns)
        self.turns.append(Turn(side=member.side, sql=pending.text, params=pending.params))
        member.held, member.state, member.in_flight = None, "running", True
        member.backend, member.connection = pending.backend, pending.connection
        member.turns += 1
        member.event.clear()
        member.moved()
        self.gate.release(held)
        await self._settle(member)
        if self._is(member, "blocked"):
            self._note(place, "waits for the other")
        if before is not None and (following := member.held) is not None:
            after = await self._locks(member)  # it may answer meanwhile
            if after is not None and member.connection == following.pending.connection:
                # The next statement is parsed already, and parsing locks its tables.
                coming = self._footprints.of(following.pending.text, following.pending.kind)
                self._footprints.learn(pending.text, pending.kind, before, after, coming.touched)
                member.footprints[-1] = self._footprints.of(pending.text, pending.kind)
        await self._look_again(besides=member)

    @staticmethod
    def _is(member: Member, state: State) -> bool:
        return member.state == state

    def _note(self, place: int, note: str) -> None:
        self.turns[place] = msgspec.structs.replace(self.turns[place], note=note)

    async def _locks(self, member: Member) -> Locks | None:
        """What the transaction of its held statement has locked so far, where that is to be learnt."""
        if self._shared is not None or member.held is None:
            return None
        pending = member.held.pending
        if not pending.in_transaction:
            return None
        return await self._database.locks(pending.backend)

    async def _look_again(self, besides: Member | None = None) -> None:
        """Those that waited may go on by now."""
        for member in self.members:
            if member is besides or member.state not in ("blocked", "aside", "running"):
                continue
            if member.state == "blocked" and await self._database.blocked(member.backend):
                continue
            if member.state in ("blocked", "aside"):
                if member.event.is_set():
                    continue
                member.state = "running"
                member.moved()
            await self._settle(member)
        if besides is None:
            await asyncio.sleep(0.002)

    async def _settle(self, member: Member) -> None:
        """Wait until it is held at its next statement, has answered, or waits for somebody."""
        look = _FIRST_LOOK_S
        began = time.monotonic()
        while member.state == "running":
            try:
                async with asyncio.timeout(look):
                    await member.event.wait()
                return
            except TimeoutError:
                pass
            if time.monotonic() - began > _STUCK_S:
                raise Stuck(f"request {member.side} neither goes on nor answers")
            if member.in_flight:
                if await self._database.blocked(member.backend) and member.state == "running":
                    member.state = "blocked"
            elif self._is_aside(member):
                member.state = "aside"
            look = min(look * 1.5, _LONGEST_LOOK_S)

    def _is_aside(self, member: Member) -> bool:
        others = any(m is not member and m.state in ("held", "blocked") for m in self.members)
        if not others or time.monotonic() - member.since <= member.patience_s:
            return False
        member.still = 0 if self._is_working() else member.still + 1
        return member.still >= _STILL

    async def _arrivals(self) -> None:
        while True:
            self._arrived(await self.gate.arrived())

    async def _endings(self) -> None:
        while True:
            self._ended(await self.gate.ended.get())

    def _ended(self, statement: SqlStatement) -> None:
        for member in self.members:
            if member.connection == statement.connection and member.in_flight:
                member.in_flight = False
                member.moved()
                if statement.sqlstate:
                    self._failed(member, statement)

    def _failed(self, member: Member, statement: SqlStatement) -> None:
        for place in range(len(self.turns) - 1, -1, -1):
            turn = self.turns[place]
            if turn.side == member.side and turn.sql == statement.text:
                self._note(place, f"error {statement.sqlstate}")
                return

    def _arrived(self, held: Held) -> None:
        pending = held.pending
        owner = self._owner(held)
        if self._is_background(held):
            self._owners.pop(pending.connection, None)
            owner = None
        if owner is None:
            self.gate.release(held)
            return
        if pending.kind in _FREE:
            self._begun.add(pending.connection)
            self._owners[pending.connection] = owner
            owner.moved()
            self.gate.release(held)
            return
        candidates = [m for m in self.members if m.state == "aside"]
        if not pending.in_transaction and owner.state == "running" and candidates:
            self._limbo.append((held, owner))
            loop = asyncio.get_running_loop()
            loop.call_later(owner.patience_s / 2, self._give, held, owner)
            return
        self._assign(held, owner)

    def _is_background(self, held: Held) -> bool:
        """Whether the system says it in silence too, and nothing before it in its transaction."""
        pending = held.pending
        is_first = not pending.in_transaction or pending.connection in self._begun
        return is_first and fingerprint(pending.text) in self._background

    def _owner(self, held: Held) -> Member | None:
        """Whose statement it is; None where it is nobody's: the system's own, in the background."""
        known = self._owners.get(held.pending.connection)
        if held.pending.in_transaction:
            return known if known is not None and known.state != "done" else None
        running = [m for m in self.members if m.state == "running"]
        waiting = [m for m in self.members if m.state == "aside"]
        if known is not None and known in running:
            return known
        return next(iter((*running, *waiting)), None)

    def _assign(self, held: Held, owner: Member) -> None:
        self._begun.discard(held.pending.connection)
        self._owners[held.pending.connection] = owner
        if owner.held is not None or owner.state == "done":
            self.gate.release(held)  # a second connection of one request: one gate is enough
            return
        owner.moved()
        owner.held, owner.state, owner.in_flight = held, "held", False
        owner.event.set()

    def _give(self, held: Held, owner: Member) -> None:
        if any(h is held for h, _ in self._limbo):
            self._limbo = [(h, o) for h, o in self._limbo if h is not held]
            self._assign(held, owner)

    def _pass_on(self, finished: Member) -> None:
        """A request that has answered cannot be waiting with a statement: it is the other one's."""
        mine = [h for h, o in self._limbo if o is finished]
        self._limbo = [(h, o) for h, o in self._limbo if o is not finished]
        if finished.held is not None:
            mine.append(finished.held)
            finished.held = None
        other = next((m for m in self.members if m.state not in ("new", "done")), None)
        for held in mine:
            if other is None:
                self.gate.release(held)
            else:
                self._assign(held, other)

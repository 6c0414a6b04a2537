"""Sends a pair of requests by a schedule, on a clean base each time, and tells what came of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec

from seamline.errors import SeamlineError, UndoImpossible
from seamline.explore.schedules.conductor import Conductor, Member, Point, Stuck
from seamline.explore.schedules.footprint import Footprint, Footprints, whole
from seamline.explore.schedules.pair import Pair
from seamline.model.case import Step
from seamline.model.exchange import NOT_JSON, Request, Response
from seamline.model.row import RowChange
from seamline.model.schedule import Side, Turn
from seamline.model.statement import SqlStatement
from seamline.run.case import request_of, rows_wanted
from seamline.run.observe import observed
from seamline.run.patience import is_limited
from seamline.run.session import Answers, Session
from seamline.text.statement import fingerprint
from seamline.wire.policy import FORWARD, Action, Pending
from seamline.wire.thread import Tap

SIDES: tuple[Side, Side] = ("A", "B")
_FAILED = 500


class Unfit(Exception):
    """The pair cannot be run, or not be judged; the message says why. `stuck`: nor can the system go on."""

    def __init__(self, message: str, *, stuck: bool = False) -> None:
        super().__init__(message)
        self.stuck = stuck


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run: the answers, the rows changed, and in which order the statements ran.

    `stale` says why the target is no clean base any more.
    """

    choices: str
    answers: dict[Side, Response | None]
    requests: Mapping[Side, tuple[Request, ...]]
    changes: tuple[RowChange, ...]
    arranged: tuple[Request, ...] = ()
    turns: tuple[Turn, ...] = ()
    points: tuple[Point, ...] = ()
    prints: tuple[tuple[Side, Footprint], ...] = ()
    footprints: dict[Side, Footprint] = {}
    began: float = 0.0
    stale: str = ""

    def status(self, side: Side) -> int:
        """The status of one answer, 0 where none came."""
        answer = self.answers.get(side)
        return answer.status if answer is not None else 0


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What stands ready to be sent: `arranged` was sent before both, `requests` are those of each side."""

    requests: Mapping[Side, tuple[Request, ...]]
    send: Callable[[Side], Awaitable[Response | None]]
    arranged: tuple[Request, ...] = ()


class Cut:
    """Cuts the connection behind the `number`th statement that makes something written durable.

    What the system writes in the `background` is left alone.
    """

    def __init__(self, number: int, background: Collection[str] = ()) -> None:
        self._background = background
        self._wrote: set[int] = set()
        self._left = number

    @property
    def is_done(self) -> bool:
        """Whether there was such a statement."""
        return self._left <= 0

    def before(self, statement: Pending) -> Action:
        connection, kind = statement.connection, statement.kind
        if kind == "write" and fingerprint(statement.text) in self._background:
            return FORWARD
        if kind == "rollback":
            self._wrote.discard(connection)
        if kind == "write" and statement.in_transaction:
            self._wrote.add(connection)
        ends = kind == "write" and not statement.in_transaction
        if kind == "commit" and connection in self._wrote:
            self._wrote.discard(connection)
            ends = True
        if self.is_done or not ends:
            return FORWARD
        self._left -= 1
        return Action(do="drop_after") if self.is_done else FORWARD

    def after(self, statement: SqlStatement) -> None:
        """Nothing is to be done afterwards."""


class Stage:
    """A running system on which pairs are tried. `session` may be given a new target between runs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        catalog = session.target.catalog
        assert catalog is not None
        self.footprints = Footprints(catalog)
        self._gaps: dict[str, float] = {}
        self.runs = 0

    @property
    def others(self) -> frozenset[str]:
        """Tables that the system writes in silence too: when it does is no matter of a schedule."""
        said = self.session.rules.background
        return frozenset().union(*(self.footprints.of(text, "write").written for text in said))

    async def alone(self, pair: Pair, side: Side) -> Played:
        """One of the two, to see what it touches and what it does by itself."""
        return await self._play(pair, (side,), side, None)

    async def play(
        self, pair: Pair, choices: str, shared: frozenset[str], *, skips: bool = False
    ) -> Played:
        """Both, by a schedule: a letter for each decision, then each to its end.

        With `skips` a value of each sequence is used up before.
        """
        return await self._play(pair, SIDES, choices, shared, skips=skips)

    async def burst(self, pair: Pair) -> Played:
        """Both at the same moment, and nothing held."""
        return await self._play(pair, SIDES, "", frozenset(), way="at once")

    async def cut(self, pair: Pair, number: int) -> Played | None:
        """The first one, whose `number`th COMMIT is done and its answer lost; then the second, undisturbed.

        None where it has no such COMMIT.
        """
        cut = Cut(number, self.session.rules.background)
        played = await self._play(pair, SIDES, "", frozenset(), way=cut)
        return played if cut.is_done else None

    async def _play(
        self,
        pair: Pair,
        sides: Sequence[Side],
        choices: str,
        shared: frozenset[str] | None,
        *,
        way: Literal["held", "at once"] | Cut = "held",
        skips: bool = False,
    ) -> Played:
        self.runs += 1
        target = self.session.target
        assert target.database is not None and target.tap is not None
        steps = {"A": pair.first, "B": pair.second}
        try:
            ready = await self.prepared(pair, sides)
            await observed(self.session)
            if skips and target.capture is not None:
                await target.capture.skip()
        except (SeamlineError, Unfit) as exc:
            await self._undo()
            raise Unfit(str(exc)) from exc
        began = time.time()
        members = [Member(s, self._gaps.get(steps[s].operation, 0.0)) for s in sides]
        works = target.process.is_working if target.process is not None else lambda: False
        background = self.session.rules.background
        conductor = Conductor(target.database, self.footprints, members, shared, works, background)
        send = ready.send
        target.tap.forget()
        if way != "at once":
            await target.tap.use(conductor.gate if way == "held" else way)
        got: dict[Side, Response | None]
        try:
            if way == "held":
                got = await conductor.run(send, choices)
            elif way == "at once":
                got = dict(zip(sides, await asyncio.gather(*map(send, sides)), strict=True))
            else:
                got = await _in_a_row(send, target.tap)
        except Stuck as exc:
            got = conductor.answers()
            if not conductor.refused.intersection(s for s, a in got.items() if a is None):
                raise Unfit(str(exc), stuck=True) from exc
        finally:
            conductor.gate.open()
            await target.tap.use(None)
            if len(members) == 1:
                self._learn_gap(steps[sides[0]].operation, members[0].longest_gap_s)
        changes, _ = await observed(self.session)
        stale = await self._undo()
        if any(a is None for a in got.values()):
            stale = stale or "the system did not answer"
        self._check(got)
        return Played(
            choices="".join(p.side for p in conductor.points),
            answers=got,
            requests=ready.requests,
            changes=changes or (),
            arranged=ready.arranged,
            turns=tuple(conductor.turns),
            points=tuple(conductor.points),
            prints=tuple(conductor.prints),
            footprints={m.side: whole(m.footprints) for m in members},
            began=began,
            stale=stale,
        )

    def _learn_gap(self, operation: str, seconds: float) -> None:
        self._gaps[operation] = max(self._gaps.get(operation, 0.0), seconds)

    async def prepared(self, pair: Pair, sides: Sequence[Side]) -> Ready:
        """Send what stands before the pair, and make its requests. Raises `SeamlineError` and `Unfit`."""
        answers = Answers(self.session, os.environ)
        steps = {"A": pair.first, "B": pair.second}
        wanted = list(rows_wanted(self.session, (*pair.arrange, pair.first, pair.second)))
        if wanted:
            await answers.prepare(wanted)
        arranged = [await self._arranged(step, answers) for step in pair.arrange]
        requests = {s: await request_of(self.session, steps[s], answers) for s in sides}

        async def send(side: Side) -> Response | None:
            response, _, _ = await self.session.target.client.send(requests[side])
            return response

        own = {side: (request,) for side, request in requests.items()}
        return Ready(requests=own, send=send, arranged=tuple(arranged))

    def _check(self, got: dict[Side, Response | None]) -> None:
        for answer in got.values():
            if answer is not None and is_limited(answer.status, ()):
                raise Unfit("the system refused a request since too many were sent (429)")

    async def _arranged(self, step: Step, answers: Answers) -> Request:
        """Send what has to stand before the pair."""
        request = await request_of(self.session, step, answers)
        response, failure, _ = await self.session.target.client.send(request)
        if response is None or not 200 <= response.status < 300:
            said = failure or f"{response.status if response else 0}"
            raise Unfit(f"{step.operation}, which has to be sent before, was answered with {said}")
        document = None if response.json is NOT_JSON else response.json
        answers.keep(step.label, document, response.headers)
        return request

    async def _undo(self) -> str:
        capture = self.session.target.capture
        if capture is None:
            return ""
        try:
            await capture.undo()
        except UndoImpossible as exc:
            return str(exc)
        return ""


async def _in_a_row(
    send: Callable[[Side], Awaitable[Response | None]], tap: Tap
) -> dict[Side, Response | None]:
    """The first request under the present policy, the second without one."""
    first = await send("A")
    await tap.use(None)
    second = await send("B")
    if second is None or second.status >= _FAILED:
        # A pool may hand out a dead connection once, and a client would ask again.
        second = await send("B")
    return {"A": first, "B": second}

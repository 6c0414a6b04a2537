"""Two calls of a test at once, their statements let go one at a time, held against one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from seamline.engines.protocol import Capture
from seamline.errors import SeamlineError
from seamline.explore.schedules.finding import witness
from seamline.explore.schedules.pair import Pair
from seamline.explore.schedules.search import Bounds, Explored, Search
from seamline.explore.schedules.stage import SIDES, Played, Ready, Stage, Unfit
from seamline.model.case import RequestTemplate, Step
from seamline.model.exchange import NOT_JSON, Request, Response
from seamline.model.schedule import Side
from seamline.report.page import Page
from seamline.report.schedule import columns
from seamline.run.session import Session
from seamline.text.redact import Redactor

_T = TypeVar("_T")
_WIDTH = 110
Sent = Sequence[tuple[Request, Response | None]]
Call = Callable[[], Sent]
"""Makes a call of a test, and tells the requests that it sent with their answers."""


class Raced(tuple[_T, ...]):
    """What each call returned.

    `schedules` is how many orders of their statements were tried before; where none was, `unexplored`
    says why.
    """

    schedules: int
    unexplored: str

    @classmethod
    def of(cls, returned: Sequence[_T], schedules: int, unexplored: str) -> Raced[_T]:
        """What was returned, and how it came about."""
        raced = cls(returned)
        raced.schedules, raced.unexplored = schedules, unexplored
        return raced


class _Calls(Stage):
    """A stage on which a test's calls are made, in threads, in place of planned requests."""

    def __init__(self, session: Session, calls: Mapping[Side, Call]) -> None:
        super().__init__(session)
        self._calls = calls

    async def prepared(self, pair: Pair, sides: Sequence[Side]) -> Ready:
        """Nothing stands before a call."""
        requests: dict[Side, tuple[Request, ...]] = dict.fromkeys(sides, ())

        async def send(side: Side) -> Response | None:
            loop = asyncio.get_running_loop()
            sent = await loop.run_in_executor(None, self._calls[side])
            requests[side] = tuple(request for request, _ in sent)
            return _together([answer for _, answer in sent])

        return Ready(requests=requests, send=send)


async def explore(
    session: Session, capture: Capture, calls: Mapping[Side, Call], bounds: Bounds
) -> Explored:
    """Try the orders; what the test has done before stands before each run, and after all of them.

    Raises `UndoImpossible` where rows cannot be put back between the runs.
    """
    await capture.hold()
    try:
        return await _explore(_Calls(session, calls), bounds)
    finally:
        await capture.undo()
        await capture.release()


async def _explore(stage: Stage, bounds: Bounds) -> Explored:
    first, second = (_step(side) for side in SIDES)
    pair = Pair(arrange=(), first=first, second=second, what="at once")
    try:
        alone = {side: await stage.alone(pair, side) for side in SIDES}
    except (Unfit, SeamlineError) as exc:
        return Explored(pair=pair, unfit=str(exc))
    if not all(played.requests[side] for side, played in alone.items()):
        return Explored(pair=pair, unfit="a call sends no request by a client of seam.as_")
    names = (_operation(alone["A"], "A"), _operation(alone["B"], "B"))
    search = Search(stage, pair, bounds, frozenset(), alone, operations=names)
    explored = await search.run()
    if not explored.shared and not explored.unfit:
        explored.unfit = "they touch no table in common that one of them writes"
    return explored


def _step(side: Side) -> Step:
    return Step(operation=side, identity="", request=RequestTemplate(), label=side)


def _operation(played: Played, side: Side) -> str:
    """What a call sends, by its last request."""
    last = played.requests[side][-1]
    return f"{last.method} {last.target.partition('?')[0]}"


def _together(answers: Sequence[Response | None]) -> Response | None:
    """Several answers as one to be compared: the last one's status, and all that was said."""
    if len(answers) < 2 or answers[-1] is None:
        return answers[-1] if answers else None
    said = [
        [a.status, a.body.decode("utf-8", "replace") if a.json is NOT_JSON else a.json]
        for a in answers
        if a
    ]
    return Response(status=answers[-1].status, body=msgspec.json.encode(said))


def failure(explored: Explored, redactor: Redactor) -> str:
    """What is wrong, with its witness in two columns; '' where nothing is."""
    violation = explored.violation
    if violation is None:
        return ""
    page = Page(_WIDTH)
    columns(witness(explored.pair, violation, redactor), page)
    said = (
        f"{violation.named.anomaly}: at once they end as in neither order: {violation.named.said}"
    )
    shown = "\n".join("".join(span.text for span in line) for line in page.lines)
    return f"seam.race: {said} (schedule {violation.number})\n{shown}"

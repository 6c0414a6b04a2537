"""The system killed at a COMMIT, and started again on the same database: what stands then, and what works."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection

import msgspec

from seamline.errors import SeamlineError, TargetError
from seamline.model.case import Case
from seamline.model.exchange import Exchange
from seamline.model.injection import Injection
from seamline.model.row import RowChange, net
from seamline.model.sweep import Trial
from seamline.run.case import request_of, rows_wanted
from seamline.run.observe import observed
from seamline.run.session import Answers, Session

Settled = Callable[[Exchange], bool]
_LOOKS_S = (0.0, 0.5, 1.5)
"""Before each look at the rows: what is half done may be ended or undone behind the start."""
_UNAUTHORIZED = 401


class Starts(msgspec.Struct, frozen=True):
    """What starting the system again on its database does: whether it comes up, and tables that it writes."""

    is_possible: bool
    tables: frozenset[str] = frozenset()


async def idle_start(session: Session) -> Starts:
    """Kill the system while it does nothing, and start it again. The target is no clean base afterwards."""
    target = session.target
    if target.restart is None or target.process is None:
        return Starts(False)
    target.process.kill()
    try:
        await target.restart()
    except TargetError:
        return Starts(False)
    changes, _ = await observed(session)
    return Starts(True, frozenset(c.table for c in changes or ()))


async def restarted(
    session: Session,
    case: Case,
    killed: Exchange,
    injection: Injection,
    own: Collection[str],
    settled: Settled,
) -> Trial:
    """Start the system whose request was `killed` again, look at the rows, send the request once more.

    Nothing is put back in between. The trial's exchange has the rows of the request and of the start
    together, without those of tables that every start writes (`own`); that of the second request has all
    rows since the first one.
    """
    if reason := await _unstarted(session):
        return Trial(injection=injection, exchange=killed, struck=True, unstarted=reason)
    x, seen = killed, list(killed.changes or ())
    for pause in _LOOKS_S:
        await asyncio.sleep(pause)
        changes, _ = await observed(session)
        seen += changes or ()
        x = _with(killed, seen, own)
        if settled(x):
            break
    again = await _again(session, case, killed)
    if again is not None:
        again = _with(again, [*seen, *(again.changes or ())], own)
    return Trial(injection=injection, exchange=x, struck=True, again=again)


async def _unstarted(session: Session) -> str:
    """Why the system does not start again, or ''. It is tried twice: the machine may be busy."""
    reason = ""
    for _ in range(2):
        try:
            assert session.target.restart is not None
            await session.target.restart()
        except TargetError as exc:
            reason = session.redactor.text(str(exc)).partition("\n")[0]
        else:
            return ""
    return reason


def _with(x: Exchange, seen: list[RowChange], own: Collection[str]) -> Exchange:
    changes = tuple(c for c in net(seen) if c.table not in own)
    return msgspec.structs.replace(x, changes=changes)


async def _again(session: Session, case: Case, killed: Exchange) -> Exchange | None:
    """The same request once more; None where its caller is not known any more.

    A system may keep its sessions in memory: then the caller logs in again.
    """
    request = killed.request
    response, failure, took = await session.target.client.send(request)
    if response is not None and response.status == _UNAUTHORIZED:
        identity = killed.identity
        if identity not in session.target.renew or len(case.steps) > 1:
            return None
        try:
            session.target.identities[identity] = await session.target.renew[identity]()
            await observed(session)
            answers = Answers(session, os.environ)
            await answers.prepare(list(rows_wanted(session, case.steps)))
            request = await request_of(session, case.steps[0], answers)
        except SeamlineError:
            return None
        response, failure, took = await session.target.client.send(request)
        if response is not None and response.status == _UNAUTHORIZED:
            return None
    changes, notes = await observed(session)
    return msgspec.structs.replace(
        killed,
        request=request,
        response=response,
        failure=failure,
        changes=changes,
        notes=notes,
        duration_ms=took,
        sql=None,
    )

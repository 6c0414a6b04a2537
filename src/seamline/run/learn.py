"""Before the first case: what changes by itself, and what every request leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from seamline.model.case import Case, NotCovered
from seamline.run import tracking, watch
from seamline.run.session import Session
from seamline.run.vitals import Vitals
from seamline.spec.project import Project


async def learn(
    session: Session, project: Project, cases: Sequence[Case], vitals: Vitals
) -> list[NotCovered]:
    """Give the session rules that take such changes for noise; what the artifacts say of it.

    `vitals` gets to know reads that work.
    """
    watch_s = project.noise.idle_watch_ms / 1000
    tables, statements = await asyncio.gather(
        watch.background_tables(session.target, watch_s, session.rules.settle_s),
        watch.background_statements(session.target, watch_s),
    )
    session.rules = watch.with_background(session.rules, tables, statements)
    found = await tracking.tracked(session, cases, vitals)
    session.rules = tracking.with_tracked(session.rules, found)
    return [*watch.told(tables, watch_s), *tracking.told(found)]

"""Learn who else writes: rows that change while nobody has sent a request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from seamline.model.case import NotCovered
from seamline.model.statement import SqlStatement
from seamline.run.noise import Noise
from seamline.run.session import Rules, Target
from seamline.text.statement import fingerprint

_LOOKS = 5
_STATEMENTS = 1000
_TOUCHES: Final = frozenset({"read", "write", "ddl"})
"""Kinds of statements that are about rows: those that begin and end transactions are alike everywhere."""


async def background_statements(target: Target, watch_s: float) -> frozenset[str]:
    """What the system says to its database in `watch_s` seconds of silence, without values."""
    if target.tap is None or watch_s <= 0:
        return frozenset()
    target.tap.forget()
    await asyncio.sleep(watch_s)
    seen, _ = await target.tap.take(_STATEMENTS)
    return frozenset(fingerprint(s.text) for s in seen if s.kind in _TOUCHES)


def own(statements: Sequence[SqlStatement], background: frozenset[str]) -> tuple[SqlStatement, ...]:
    """Those of a request: without transactions of which the system says in silence all that touches rows."""
    if not background:
        return tuple(statements)
    touching: dict[tuple[int, int], list[bool]] = {}
    for s in statements:
        if s.kind in _TOUCHES:
            is_known = fingerprint(s.text) in background
            touching.setdefault((s.connection, s.transaction), []).append(is_known)
    others = {place for place, known in touching.items() if all(known)}
    return tuple(s for s in statements if (s.connection, s.transaction) not in others)


async def background_tables(target: Target, watch_s: float, settle_s: float) -> dict[str, int]:
    """Tables that changed during `watch_s` seconds of silence, with the number of row changes.

    What was written stays: it is part of the base that the first case starts from.
    """
    capture = target.capture
    if capture is None or watch_s <= 0:
        return {}
    seen: Counter[str] = Counter()
    end = time.monotonic() + watch_s
    while time.monotonic() < end:
        await asyncio.sleep(watch_s / _LOOKS)
        seen.update(c.table for c in (await capture.observe(settle_s)).changes)
    if seen:
        await capture.mark()
    return dict(seen)


def with_background(
    rules: Rules, tables: dict[str, int], statements: frozenset[str] = frozenset()
) -> Rules:
    """The rules of a run in which changes of those tables, and those statements, are of no request."""
    rules = msgspec.structs.replace(rules, background=statements)
    if not tables:
        return rules
    noise = Noise(rules.noise.tables | frozenset(tables), rules.noise.columns)
    return msgspec.structs.replace(rules, noise=noise)


def told(tables: dict[str, int], watch_s: float) -> list[NotCovered]:
    """What the artifacts say of them."""
    return [
        NotCovered(
            subject=table,
            reason=f"the system writes it by itself ({count} changes in {watch_s:g} s of silence):"
            " changes of its rows are blamed on no request",
            remedy="name it in [noise] background_tables, or switch the background work off",
        )
        for table, count in sorted(tables.items())
    ]

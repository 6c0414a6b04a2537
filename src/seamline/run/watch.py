"""Learn who else writes: rows that change while nobody has sent a request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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


async def background_statements(target: Target, watch_s: float) -> dict[str, float]:
    """What the system says in `watch_s` seconds of silence, without values, and how often in a second."""
    if target.tap is None or watch_s <= 0:
        return {}
    target.tap.forget()
    await asyncio.sleep(watch_s)
    seen, _ = await target.tap.take(_STATEMENTS)
    said = Counter(fingerprint(s.text) for s in seen if s.kind in _TOUCHES)
    return {text: count / watch_s for text, count in said.items()}


def parted(
    statements: Sequence[SqlStatement], background: Collection[str]
) -> tuple[tuple[SqlStatement, ...], tuple[SqlStatement, ...]]:
    """Those of a request, and transactions of which the system says in silence all that touches rows."""
    if not background:
        return tuple(statements), ()
    touching = _touching(statements)
    known = {place for place, said in touching.items() if all(t in background for t in said)}
    sides: tuple[list[SqlStatement], list[SqlStatement]] = ([], [])
    for s in statements:
        sides[(s.connection, s.transaction) in known].append(s)
    return tuple(sides[0]), tuple(sides[1])


def begun(statements: Sequence[SqlStatement], background: Collection[str]) -> frozenset[str]:
    """What begins a transaction and is said in silence too, without values."""
    if not background:
        return frozenset()
    return frozenset(first for first, *_ in _touching(statements).values() if first in background)


def _touching(statements: Sequence[SqlStatement]) -> dict[tuple[int, int], list[str]]:
    """What each transaction says that touches rows, without values."""
    found: dict[tuple[int, int], list[str]] = {}
    for s in statements:
        if s.kind in _TOUCHES:
            found.setdefault((s.connection, s.transaction), []).append(fingerprint(s.text))
    return found


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
    rules: Rules, tables: dict[str, int], statements: Mapping[str, float] | None = None
) -> Rules:
    """The rules of a run in which changes of those tables, and those statements, are of no request."""
    rules = msgspec.structs.replace(rules, background=statements or {})
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

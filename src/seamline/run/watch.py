"""Learn who else writes: rows that change while nobody has sent a request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import msgspec

from seamline.model.case import NotCovered
from seamline.run.noise import Noise
from seamline.run.session import Rules, Target

_LOOKS = 5


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


def with_background(rules: Rules, tables: dict[str, int]) -> Rules:
    """The rules of a run in which changes of those tables mean nothing."""
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

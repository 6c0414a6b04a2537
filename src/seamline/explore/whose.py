"""Whose statements those are that the system says in silence too: a request may say them itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

Heard = tuple[frozenset[str], float]
"""What was said, while a request was under way, of what is said in silence too; its milliseconds."""
_RUNS = 14
_CHANCE = 0.0001
"""So unlikely it is, then, that the background said it in each run."""
_LOOK_MS = 5.0
"""So long statements are gathered beyond the answer."""
_GOLDEN = 0.618034
"""Multiples of it lie evenly between whole numbers: no rhythm of ours falls in with one of the background."""


async def said_itself(
    send: Callable[[], Awaitable[Heard | None]], background: Mapping[str, float]
) -> list[str]:
    """The statements of the background that a request says itself, for which it is sent again and again.

    `background` has how often each is said in a second. `send` gives None where the request does not go well.
    """
    left = dict.fromkeys(background, 1.0)
    for number in range(1, _RUNS + 1):
        heard = await send()
        if heard is None:
            return []
        said, ms = heard
        share = (ms + _LOOK_MS) / 1000
        left = {t: p * min(1.0, share * background[t]) for t, p in left.items() if t in said}
        if all(p < _CHANCE for p in left.values()):
            break
        await asyncio.sleep(number * _GOLDEN % 1 / min(background[t] for t in left))
    return sorted(t for t, p in left.items() if p < _CHANCE)

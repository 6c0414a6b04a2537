"""What stands a moment later: a worker in the background may see to what a request has left to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from seamline.model.exchange import Exchange
from seamline.model.row import net
from seamline.run.observe import observed
from seamline.run.session import Session

_LOOKS_S = (0.5, 1.0)
"""Before each look at the rows."""


async def later(session: Session, x: Exchange, is_well: Callable[[Exchange], bool]) -> Exchange:
    """The exchange with the rows as they stand when all is well, or patience has ended."""
    for pause in _LOOKS_S:
        if is_well(x):
            break
        await asyncio.sleep(pause)
        changes, _ = await observed(session)
        x = msgspec.structs.replace(x, changes=tuple(net([*(x.changes or ()), *(changes or ())])))
    return x

"""How long an operation takes, where a person says how long it may."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange

TIMED = "timed"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == TIMED and x.label == "last"


@check(source="`budget` in the spec file", applies=_applies, severity="warning")
def latency_budget(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The operation answers within the time that its budget gives, by the median of a few requests."""
    budget = context.latency_ms
    taken = [e.duration_ms for e in (*x.earlier, x) if e.succeeded]
    if budget is None or len(taken) <= len(x.earlier):
        yield Abstain("not all requests succeeded, or there is no budget")
    elif median(taken) > budget:
        yield Fault(
            title="the operation is slower than its budget",
            expected=f"{budget:g} ms or less, by the median of {len(taken)}",
            actual=f"{median(taken):.0f} ms",
            detail="latency",
        )

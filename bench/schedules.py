"""How many schedules it takes to the first witness of a lost update, and a race that bursts do not show.

Three defects of the shop lose an update, each in its own disguise. The pairs of the defect's operation are
explored as a run does, and the schedules of the pair that shows it are counted, both serial orders twice
among them. `paidAfterTheBank` has a window so narrow that the same two requests sent at once, and
nothing held, are expected not to show it in a hundred times.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from measure import Count

from seamline.explore.schedules.explorer import Explorer, Wanted
from seamline.explore.schedules.oracle import verdict
from seamline.explore.schedules.search import Explored, Violation
from seamline.run.rules import judging
from seamline.run.setup import prepared
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.plan import own_cases

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"
LOST_UPDATES = {
    "stockReadThenWritten": "POST /orders",
    "couponSpentTwice": "POST /orders",
    "productSavedWhole": "PATCH /products/{id}",
}
NARROW = ("paidAfterTheBank", "POST /orders/{id}/payment")
MOST, BURSTS = 8, 100


class Found(NamedTuple):
    """The pair that shows a defect, what it shows, and how much was tried before it."""

    explored: Explored
    violation: Violation
    pairs: int
    schedules: int

    @property
    def said(self) -> str:
        pair = self.explored.pair
        return (
            f"{self.violation.named.anomaly}: {pair.id};"
            f" {self.pairs} pairs with {self.schedules} schedules before it"
        )


async def run() -> list[Count]:
    """The counts of this file."""
    counts = []
    for defect, operation in LOST_UPDATES.items():
        async with _explorer(defect) as explorer:
            found = await _found(explorer, operation)
            counts.append(Count(f"schedules-{defect}", found.violation.number, MOST, found.said))
    defect, operation = NARROW
    async with _explorer(defect) as explorer:
        found = await _found(explorer, operation)
        counts.append(Count(f"schedules-{defect}", found.violation.number, MOST, found.said))
        shown = await _bursts(explorer, found)
        said = f"of {BURSTS} times that the same two requests were sent at once show it"
        counts.append(Count(f"bursts-{defect}", shown, 0, said))
    return counts


async def _found(explorer: Explorer, operation: str) -> Found:
    """The first pair that ends as in no serial order."""
    pairs = schedules = 0
    async for explored in explorer.explored(Wanted(focus=frozenset((operation,)))):
        if explored.violation is not None:
            return Found(explored, explored.violation, pairs, schedules)
        pairs += 1
        schedules += explored.schedules
    raise AssertionError(f"nothing was found of {operation}")


async def _bursts(explorer: Explorer, found: Found) -> int:
    """How many bursts of the pair end as in no serial order."""
    stage = explorer.stage
    assert stage is not None
    shown = 0
    for _ in range(BURSTS):
        played = await stage.burst(found.explored.pair)
        assert not played.stale, played.stale
        shown += verdict(found.violation.canon, found.violation.refs, played) == "violation"
    return shown


@asynccontextmanager
async def _explorer(defect: str) -> AsyncIterator[Explorer]:
    """An explorer of the shop with a defect."""
    job = load_job(SHOP, parts=("api", "database"))
    system = job.project.system
    spoilt = msgspec.structs.replace(system, env={**system.env, "SHOP_DEFECTS": defect})
    project = msgspec.structs.replace(job.project, system=spoilt)
    with workspace() as space:
        async with (
            prepared(project, space, Redactor(), lambda event: None) as setup,
            AsyncExitStack() as stack,
        ):
            async with setup.target() as target:
                judged = await judging(job.files, target, setup.document, job.parts)
            cases = own_cases(job, judged, setup.document)
            yield Explorer(setup, judged.rules, judged.operations, cases, stack)

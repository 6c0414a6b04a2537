"""Rules as a data file declares them, held against a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from seamline.data.changed import ChangedRows
from seamline.data.declared import declared, without_twins
from seamline.data.derive import derived
from seamline.data.evaluate import Result, whole
from seamline.data.rule import Rule
from seamline.engines.protocol import Capture
from seamline.model.row import RowChange
from seamline.spec.data import DataFramework

from ..engines.lab import Lab

SETTLE_S = 2.0


async def rules_of(lab: Lab, tables: dict[str, list[dict[str, Any]]]) -> list[Rule]:
    """What a run holds rows against: the catalog's rules and those of a file."""
    written = {name: {"checks": checks} for name, checks in tables.items()}
    framework = msgspec.convert({"tables": written}, DataFramework)
    catalog = await lab.database.catalog()
    return without_twins(derived(catalog), declared(framework, catalog, "data.json"))


async def in_whole(lab: Lab, rules: list[Rule]) -> dict[str, Result]:
    """Results by label of those that are not proven."""
    results = [r async for r in whole(lab.database, rules)]
    return {r.rule.label: r for r in results if not r.rule.proven}


class Cases:
    """Cases on a database with capture: SQL in, what the changed rows break out."""

    def __init__(self, lab: Lab, capture: Capture, changed: ChangedRows) -> None:
        self.lab, self.capture, self.changed = lab, capture, changed

    async def broken(self, *steps: str, undo: bool = True) -> list[Result]:
        """Each step is a request; rows are judged behind the last one."""
        changes: list[RowChange] = []
        for step in steps:
            await self.lab.client.run(step)
            changes += (await self.capture.observe(SETTLE_S)).changes
        results = await self.changed.broken(self.lab.database, changes)
        if undo:
            await self.capture.undo()
        return results


@asynccontextmanager
async def cases(lab: Lab, rules: list[Rule]) -> AsyncIterator[Cases]:
    """The base is as it is now: what it breaks already is told first, as a run does."""
    changed = ChangedRows(rules, await lab.database.catalog())
    async for result in whole(lab.database, rules):
        changed.baseline(result)
    async with lab.database.capture() as capture:
        yield Cases(lab, capture, changed)

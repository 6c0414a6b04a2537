"""Statements that will be slow when there are many rows."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import brief
from seamline.model.exchange import Exchange

_TIMES = 5
"""So many times cheaper an index makes the statement."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.succeeded and x.sql is not None and x.twist is None


@check(
    source="the planner, asked on a copy with many rows, without and with the index",
    applies=_applies,
    severity="warning",
)
def no_sequential_scan(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """No statement looks at every row of a growing table for what an index would find."""
    if x.scans is None:
        yield Abstain("there is no copy of the database with many rows")
        return
    for scan in x.scans:
        if scan.cost < _TIMES * scan.indexed:
            continue
        yield Fault(
            title=f"{scan.table} is read as a whole, for no index begins with {scan.column}",
            expected=f"an index on {scan.table} ({scan.column})",
            actual=f"of {scan.rows} rows each is looked at, and an index would make it"
            f" {scan.cost / scan.indexed:.0f} times cheaper: {brief(scan.text)}",
            detail=f"{scan.table}.{scan.column}",
        )

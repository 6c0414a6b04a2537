"""The same thing made twice, where the database lets it be there only once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.checks import contract_drift
from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.catalog import Table
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

AGAIN = "again"


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.twist is not None
        and x.twist.scenario == AGAIN
        and x.request.method in ("POST", "PUT")
        and taken(x, context) is not None
    )


@check(source="RFC 9110, 15.5.10; the catalog's unique keys", applies=_applies)
def duplicate_refused(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """What may exist only once is refused the second time (409), and not as a fault of the system."""
    key = taken(x, context)
    assert key is not None
    if x.response is None:
        yield Abstain("no answer to judge")
    elif x.status == 503:
        yield Abstain("503: the first request may have closed the system")
    elif contract_drift.is_told(x, context):
        yield Abstain("contractDrift tells of it")
    elif x.status >= 500:
        yield Fault(
            title=f"a second row with the same {key} ends in {name_of(x.status)}",
            expected="409 Conflict, or another status from 400 to 499",
            actual=f"{name_of(x.status)}: {excerpt(x)}",
            detail=f"{x.status} {key}",
        )
    elif x.status == 201 and not x.changes and _is_another(x):
        yield Fault(
            title=f"201 for a second row with the same {key}, and no row was written",
            expected="409 Conflict, or the answer of the first request",
            actual=f"{name_of(x.status)} with another answer than the first: {excerpt(x)}",
            detail=f"201 {key}",
        )


def is_told(x: Exchange, context: Context) -> bool:
    """Whether a server error is reported here, with its cause, so that it is reported once."""
    named = "duplicateRefused" in context.validations
    return x.status >= 500 and named and _applies(x, context)


def taken(x: Exchange, context: Context) -> str | None:
    """The unique key (`coupons.code`) that the first request filled with values it was itself sent."""
    first = x.earlier[-1] if x.earlier else None
    if first is None or not first.succeeded or not isinstance(first.request.json, dict):
        return None
    sent = first.request.json
    for change in first.changes or ():
        table = context.table(change.table)
        if change.op == "insert" and table is not None:
            found = _key(table, change, sent)
            if found is not None:
                return f"{table.name}.{found}"
    return None


def _key(table: Table, change: RowChange, sent: dict[str, Any]) -> str | None:
    row = change.after or {}
    keys = [u.columns for u in table.unique if u.valid and u.plain and u.predicate is None]
    for columns in (*keys, table.primary_key):
        if columns and all(_was_sent(table, c, row, sent) for c in columns):
            return ", ".join(columns)
    return None


def _was_sent(table: Table, name: str, row: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether the request named this value, in a property like the column."""
    column = table.by_column.get(name)
    if column is None or row.get(name) is None:
        return False
    plain = name.replace("_", "").lower()
    return any(
        k.replace("_", "").lower() == plain and v is not None and same(v, row[name], column) is True
        for k, v in sent.items()
    )


def _is_another(x: Exchange) -> bool:
    """Whether the answer speaks of another thing than the first: idempotent systems repeat theirs."""
    first = x.earlier[-1].response
    mine = x.response.json if x.response is not None else None
    theirs = first.json if first is not None else None
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return False
    return any(n in mine and n in theirs and mine[n] != theirs[n] for n in ("id", "uuid"))

"""The blast radius of an update, and what the updated row then holds."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.agreement import asked_columns, mapped, repeated
from seamline.checks.context import Context
from seamline.checks.housekeeping import telling
from seamline.checks.kinship import Kin
from seamline.checks.named_row import Named, columns_for, holds, is_counted_key, named_in
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.checks.sameness import same
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

NOTHING_NEW = frozenset({"part", "unchanged"})
"""Scenarios of requests that ask a row for what it holds already."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.request.method in ("PUT", "PATCH") and x.succeeded and x.status != 202


@check(source="RFC 5789, 2; RFC 9110, 9.3.4; the committed rows", applies=_applies)
def update_changes_only_asked(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An update changes the row that its path names, no other one, and nothing that was not asked."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    if context.resource is None:
        yield Abstain("no table is known for this resource: give `effects` or `columns`")
        return
    named, table = named_in(x), context.table(context.resource)
    if named is None or table is None:
        yield Abstain("the path names no row")
        return
    touched = [c for c in x.changes if c.table == context.resource and c.op == "update"]
    columns = columns_for(named.parameter, table)
    own = [c for c in touched if holds(c.before or {}, named.value, columns)]
    if len(own) > 1:
        yield Abstain(f"several rows of {context.resource} answer to what the path names")
    elif own:
        yield from _others(x, context, own[0], touched)
        yield from mapped(x, context, own)
        yield from repeated(x, context, own[0])
        if x.twist is not None and x.twist.scenario in NOTHING_NEW:
            yield from _unasked(x, context, own[0])
    elif touched:
        yield from _not_named(x, context, named, touched)


def _others(
    x: Exchange, context: Context, own: RowChange, touched: list[RowChange]
) -> Iterator[Fault]:
    """Other rows that were given what this one was asked for.

    Rows that only make room (positions, a default that moves on) get other values than the asked ones;
    rows that refer to this one follow it.
    """
    asked = {c.name for _, _, c in asked_columns(x, context, own)}
    after = own.after or {}
    alike = [
        c
        for c in touched
        if c is not own and any((c.after or {}).get(n) == after.get(n) for n in asked & c.columns)
    ]
    kin = Kin(context.catalog, [own])
    others = kin.without(alike, kin.refers)
    if others:
        changed = sorted({n for c in others for n in asked & c.columns})
        yield Fault(
            title=f"{len(others)} other rows of {context.resource} changed along",
            expected=f"only the row of {context.resource} that the path names changed",
            actual=describe(others),
            detail=f"{context.resource} others: {', '.join(changed)}",
        )


def _not_named(
    x: Exchange, context: Context, named: Named, touched: list[RowChange]
) -> Iterator[Fault | Abstain]:
    """Rows changed, and none is the one that the path names by its key."""
    table = context.table(context.resource)
    by_key = (
        table is not None
        and is_counted_key(named.value, table)
        and columns_for(named.parameter, table) <= {*table.primary_key}
        and not any(holds(c.before or {}, named.value) for c in touched)
    )
    given = [
        c
        for c in touched
        if any(same(v, s, k) and k.name in c.columns for v, s, k in asked_columns(x, context, c))
    ]
    if by_key and given:
        yield Fault(
            title=f"changed a row of {context.resource} that was not named",
            expected=f"the row of {context.resource} that /{named.value} names changed",
            actual=describe(given),
            detail=f"{context.resource} not named",
        )
    else:
        yield Abstain(f"which row of {context.resource} the path names is not plain")


def _unasked(x: Exchange, context: Context, own: RowChange) -> Iterator[Fault]:
    """What a request that says nothing new has changed beside clocks, versions and counters.

    What it took away (null, empty, the column's default) is an error. A text or number that became
    another one is told: it may be worked out from the rest. States and flags may follow from any edit.
    """
    table = context.table(own.table)
    asked = {c.name for _, _, c in asked_columns(x, context, own)}
    before, after = own.before or {}, own.after or {}
    for name in telling(own.columns - asked, own.table, context):
        column = table.by_column[name] if table is not None else None
        if column is None or column.enum or column.base in ("boolean", "bool"):
            continue
        value = after.get(name)
        is_lost = value in (None, "", 0) and before.get(name) not in (None, "")
        yield Fault(
            title=f"{own.table}.{name} changed without being asked for",
            expected=f"{own.table}.{name} as it was: the request did not name it",
            actual=describe([own]),
            detail=f"{own.table}.{name} unasked",
            severity=None if is_lost and not _is_state(name) else "info",
        )


def _is_state(name: str) -> bool:
    return any(word in name.lower() for word in ("status", "state", "stage", "phase"))

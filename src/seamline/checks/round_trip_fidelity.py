"""What was accepted is kept as it was sent: in the row, in the answer, in a later read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.checks.agreement import is_scalar, show
from seamline.checks.context import Context
from seamline.checks.likeness import column_named, inner
from seamline.checks.loss import loss
from seamline.checks.named_row import columns_for, holds, named_in
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.catalog import Column
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.text.pointer import ABSENT
from seamline.text.redact import SECRET_COLUMN

READ = "keptRead"


def _applies(x: Exchange, context: Context) -> bool:
    if not x.succeeded or x.status == 202:
        return False
    if x.twist is not None and x.twist.scenario == READ:
        return bool(x.earlier) and x.earlier[-1].succeeded
    is_refusable = x.twist is not None and x.twist.valid is False
    return x.request.method in ("POST", "PUT", "PATCH") and not is_refusable and bool(_asked(x))


def _asked(x: Exchange) -> dict[str, Any]:
    """The properties of a request that can stand in a column, secrets left out."""
    body = inner(x.request.json) or {}
    return {n: v for n, v in body.items() if is_scalar(v) and not SECRET_COLUMN.search(str(n))}


@check(source="the request, the committed row, the later read", applies=_applies)
def round_trip_fidelity(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """Accepted text, numbers and moments are neither cut nor garbled, in the row, the answer or a later GET.

    Making uniform (composition, case, white space) is a system's right, and what a type cannot hold is
    known by its column.
    """
    is_read = x.twist is not None and x.twist.scenario == READ
    write = x.earlier[-1] if is_read else x
    row = _row(write, context)
    table = context.table(row.table) if row is not None else None
    body = x.response.json if x.response is not None else NOT_JSON
    told = (inner(body) if body is not NOT_JSON else None) or {}
    for name, value in _asked(write).items():
        column = column_named(table, name) if table is not None else None
        stored = (row.after or {}).get(column.name, ABSENT) if row and column else ABSENT
        what = loss(value, stored, column) if column is not None else ""
        if what and not is_read:
            place = f"{row.table}.{column.name}" if row and column else name
            yield _fault(f"{what} in {place}", name, value, stored, column)
        if what:
            continue  # an answer that tells what is stored is right
        answered = told.get(name, ABSENT)
        what = loss(value, answered, column) if is_scalar(answered) else ""
        if what:
            place = "a later read" if is_read else "the answer"
            yield _fault(f"{what} in {place}", name, value, answered, column)


def _fault(title: str, name: str, value: Any, got: Any, column: Column | None) -> Fault:
    return Fault(
        title=f"{name}: {title}",
        expected=f"{name} = {show(value, column)}, as accepted, or a refusal",
        actual=show(got, column),
        detail=f"{name}: {title}",
    )


def _row(write: Exchange, context: Context) -> RowChange | None:
    """The one row of the resource that a request wrote."""
    rows = [c for c in write.changes or () if c.table == context.resource and c.op != "delete"]
    new = [c for c in rows if c.op == "insert"]
    if write.request.method == "POST":
        rows = new
    elif len(rows) > 1:
        named, table = named_in(write), context.table(context.resource)
        columns = columns_for(named.parameter, table) if named is not None else frozenset()
        rows = [c for c in rows if named and holds(c.after or {}, named.value, columns)]
    return rows[0] if len(rows) == 1 else None

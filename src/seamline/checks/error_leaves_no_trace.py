"""A refused request must not have half happened."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.housekeeping import is_audit
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import by_table, describe
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS


def _applies(x: Exchange, context: Context) -> bool:
    return x.status >= 400 and x.request.method not in SAFE_METHODS


@check(source="atomicity: a failed request is as if it had not been sent", applies=_applies)
def error_leaves_no_trace(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An error answer leaves every row as it was, but for the tables that `effects.error` names."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    for table, changes in by_table(x.changes).items():
        if table not in context.error_tables:
            yield Fault(
                title=f"{x.status} answer left changes in {table}",
                expected=f"no row of {table} changed by a request answered {name_of(x.status)}",
                actual=describe(changes),
                detail=f"{table} {x.status}",
                # Only a person can say whether a refusal is to be noted down there.
                severity="info" if _is_noted(table, changes, context) else None,
            )


def _is_noted(table: str, changes: list[RowChange], context: Context) -> bool:
    """Whether rows were only added to what an audit is called."""
    is_beside = table != context.resource and is_audit(table)
    return is_beside and all(c.op == "insert" for c in changes)

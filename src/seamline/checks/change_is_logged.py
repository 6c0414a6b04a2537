"""What a change is to leave for others: a row of the audit, a message in the outbox."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.housekeeping import notes_changes
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.request.method not in SAFE_METHODS
        and x.succeeded
        and x.status != 202
        and bool(_logs(context))
    )


def _logs(context: Context) -> list[str]:
    """The tables of `effects` that say by their name that each change is noted there."""
    return [t for t, ops in context.effects.items() if "insert" in ops and notes_changes(t)]


@check(source="the reviewed `effects`; one transaction for a change and its note", applies=_applies)
def change_is_logged(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A change and its row in the audit or outbox are written together, in one transaction."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    logs = _logs(context)
    main = [c for c in x.changes if c.table not in logs]
    main = [c for c in main if c.table == context.resource] or main
    if not main:
        return
    for table in logs:
        notes = [c for c in x.changes if c.table == table and c.op == "insert"]
        if notes:
            yield from _apart(table, main, notes)
        elif x.kind == "positive" and x.twist is None:
            # Of other requests nobody has said that they are noted.
            yield Fault(
                title=f"a change without a row in {table}",
                expected=f"a row inserted into {table}, as `effects.success` says",
                actual=describe(main),
                detail=f"{table} missing",
            )


def _apart(table: str, main: list[RowChange], notes: list[RowChange]) -> Iterator[Fault]:
    """A crash between two transactions leaves a change that nobody hears of, or a note of none."""
    if {c.txid for c in main} & {c.txid for c in notes}:
        return
    yield Fault(
        title=f"{table} is written in another transaction than the change",
        expected=f"{main[0].table} and {table} written in one transaction",
        actual="two transactions: what happens between them is lost or told for nothing",
        detail=f"{table} apart",
        # An outbox is there for this; an audit by signals or middleware is a choice that some make.
        severity=None if "outbox" in table.lower() else "warning",
    )

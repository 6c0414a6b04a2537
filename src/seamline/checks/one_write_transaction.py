"""A request's writes: all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, transactions
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.statement import SqlStatement
from seamline.model.vocabulary import SAFE_METHODS


def _applies(x: Exchange, context: Context) -> bool:
    return x.request.method not in SAFE_METHODS and x.succeeded and x.status != 202


@check(
    source="atomicity: between two commits a request can be half done",
    applies=_applies,
    severity="warning",
)
def one_write_transaction(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """What one request writes is committed in one transaction."""
    if x.sql is None or x.changes is None:
        yield Abstain(UNTRACED)
        return
    # Captured rows tell noise from the request's own; the trace tells what came before the answer.
    own = [c for c in x.changes if _is_own(c, context)]
    ids = list(dict.fromkeys(c.txid for c in own))
    if len(ids) < 2:
        return
    committed = [w for t in transactions(x) if (w := _writes(t, x.answered_ms))]
    if len(committed) < 2:
        yield Abstain("rows change in several transactions, but not all of them before the answer")
        return
    tables = [sorted({c.table for c in own if c.txid == i}) for i in ids]
    yield Fault(
        title="one request writes in several transactions",
        expected="one transaction, so that all is written or nothing",
        actual=f"{len(ids)} commits: "
        + ", then ".join(", ".join(t) for t in tables)
        + f"; the first begins with {brief(committed[0][0].text)}",
        detail="; ".join(sorted(", ".join(t) for t in tables)),
    )


def _is_own(change: RowChange, context: Context) -> bool:
    """Whether it is one of the rows that the request is about, as far as is known."""
    if change.table in context.error_tables:
        return False  # what stands even where the request is refused has to have a transaction of its own
    if context.effects:
        return change.table in context.effects
    # Where nobody has reviewed the effects, an update may be of who asks: when a session was last seen.
    return change.op != "update" or change.table == context.resource


def _writes(transaction: Sequence[SqlStatement], answered_ms: float) -> list[SqlStatement]:
    """The writes of a transaction that was committed before the answer and changed rows."""
    last = transaction[-1]
    ended = last.started_ms + last.duration_ms <= answered_ms and last.tx_status == "I"
    if not ended or last.sqlstate or last.kind == "rollback":
        return []
    return [s for s in transaction if s.kind == "write" and not s.sqlstate and s.rows != 0]

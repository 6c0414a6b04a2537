"""Transactions that outlive their request."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, transactions
from seamline.model.exchange import LEFT_OPEN, Exchange


def _applies(x: Exchange, context: Context) -> bool:
    return x.response is not None and any(n.startswith(LEFT_OPEN) for n in x.notes)


@check(
    source="PostgreSQL manual, idle_in_transaction_session_timeout: locks stay, nothing can be vacuumed",
    applies=_applies,
)
def no_open_transaction(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """No transaction that a request begins is still open long after its answer."""
    if x.sql is None:
        yield Abstain(UNTRACED)
        return
    for statements in transactions(x):
        first, last = statements[0], statements[-1]
        # One that began later is background work; one that is at work now is not forgotten.
        if last.tx_status in ("T", "E") and last.started_ms <= x.answered_ms:
            began = first if first.kind != "begin" or len(statements) == 1 else statements[1]
            yield Fault(
                title="a transaction stays open after the answer",
                expected="COMMIT or ROLLBACK before the answer, or right behind it",
                actual=f"nothing ends the transaction of: {brief(began.text)}",
                detail="transaction left open",
            )
            return
    yield Abstain("the transaction that stays open is none that this request began")

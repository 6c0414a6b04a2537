"""No request may break the system."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks import contract_drift, duplicate_refused, too_large_handled
from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange


@check(source="RFC 9110, 15.6", applies=lambda x, c: not any(s >= 500 for s in x.expected))
def no_server_error(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The system answers, and not with a server error."""
    if too_large_handled.is_told(x, context):
        yield Abstain("tooLargeHandled tells of it")
    elif x.response is None:
        yield Fault(title="no answer", expected="an answer", actual=x.failure, detail="no answer")
    elif x.status == 503 and x.twist is not None and x.twist.scenario == "again":
        yield Abstain("503 to the same request again: the first one may have closed the system")
    elif contract_drift.is_told(x, context):
        yield Abstain("contractDrift tells of it")
    elif duplicate_refused.is_told(x, context):
        yield Abstain("duplicateRefused tells of it")
    elif x.status >= 500 and not _is_unknown_method(x):
        yield Fault(
            title=f"answered {name_of(x.status)}{_with(x)}",
            expected="a status below 500",
            actual=f"{name_of(x.status)}: {excerpt(x)}",
            detail=f"{x.status} {x.twist.scenario}" if x.twist is not None else str(x.status),
        )


def _is_unknown_method(x: Exchange) -> bool:
    """501 to a method that nobody declared is the right answer (RFC 9110, 15.6.2)."""
    return x.status == 501 and x.twist is not None and x.twist.where == "method"


def _with(x: Exchange) -> str:
    """What was asked, where the request was a derived one."""
    return f" to {x.twist.what} at {x.twist.where}" if x.twist is not None else ""

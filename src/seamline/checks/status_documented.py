"""The statuses that a document names."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks import contract_drift
from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange

ANY_SERVER = frozenset({400, 405, 406, 408, 411, 413, 414, 415, 417, 429, 431})
"""What stands before the handler answers so (RFC 9110, 15.5): parser, router, limiter."""
_GUARDS = frozenset({401, 403})


def _applies(x: Exchange, context: Context) -> bool:
    operation = context.operation
    return (
        operation is not None
        and bool(operation.answers)
        and 200 <= x.status < 500
        and x.status not in ANY_SERVER
        and not (300 <= x.status < 400)
    )


@check(source="the OpenAPI document", applies=_applies, severity="warning")
def status_documented(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The answer's status is one that the document names for the operation."""
    assert context.operation is not None
    if context.operation.answer_for(x.status) is not None:
        return
    if contract_drift.is_told(x, context):
        yield Abstain("contractDrift tells of it")
        return
    named = ", ".join(sorted(context.operation.answers))
    yield Fault(
        title=f"answered {name_of(x.status)}, which the document does not name",
        expected=f"one of {named}",
        actual=f"{name_of(x.status)}: {excerpt(x)}",
        detail=str(x.status),
        # Who documents security once for all often leaves these out of every operation.
        severity="info" if x.status in _GUARDS else None,
    )

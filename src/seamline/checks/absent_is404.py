"""Things that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.vocabulary import SAFE_METHODS, Severity

ABSENT = "absent"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == ABSENT


@check(source="RFC 9110, 15.5.5; the OpenAPI document", applies=_applies)
def absent_is404(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A request to a thing that does not exist is answered with 404, not as if it did."""
    assert x.twist is not None
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
        return
    if not x.succeeded or _is_creation(x, context) or _is_empty_list(x):
        return
    method = x.request.method
    if method == "DELETE" and not _touched(x, context):
        yield Fault(
            title="a delete of what is not there succeeds",
            expected="404 Not Found (RFC 9110, 9.2.2 allows this answer, too)",
            actual=name_of(x.status),
            detail="delete",
            severity="info",
        )
        return
    yield Fault(
        title=f"answered {name_of(x.status)} for {x.twist.where} that no row has",
        expected="404 Not Found or 410 Gone",
        actual=f"{name_of(x.status)}: {excerpt(x)}",
        detail=x.twist.where,
        severity=_severity(x, context),
    )


def _is_creation(x: Exchange, context: Context) -> bool:
    """PUT may make what is not there (RFC 9110, 9.3.4)."""
    if x.request.method != "PUT":
        return False
    made = {c.table for c in x.changes or () if c.op == "insert"}
    return x.status == 201 or (context.resource in made if context.resource else bool(made))


def _is_empty_list(x: Exchange) -> bool:
    """Nothing belongs to what is not there: many systems do not ask if it is."""
    if x.request.method not in SAFE_METHODS or x.response is None:
        return False
    body = x.response.json if x.response.body else None
    if body in (None, NOT_JSON, [], {}):
        return body == []
    lists = [v for v in body.values() if isinstance(v, list)] if isinstance(body, dict) else []
    return len(lists) == 1 and not lists[0]


def _touched(x: Exchange, context: Context) -> bool:
    return any(c.table == context.resource or c.op == "delete" for c in x.changes or ())


def _severity(x: Exchange, context: Context) -> Severity:
    """An error where the document itself promises 404, or where another row was written."""
    promised = context.operation is not None and any(
        s in context.operation.answers for s in ("404", "410")
    )
    return "error" if promised or _touched(x, context) else "warning"

"""Who may not call an operation."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange


def _applies(x: Exchange, context: Context) -> bool:
    return context.requires_auth and x.credentials in ("missing", "malformed")


@check(source="RFC 9110, 15.5.2", applies=_applies)
def auth_required(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An operation that needs credentials answers 401 when they are missing or malformed."""
    if x.status == 401:
        return
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
        return
    if x.status == 429:
        yield Abstain("the system limits the rate of requests")
        return
    operation = context.operation
    if (
        x.status == 403
        and operation is not None
        and operation.documents(403)
        and not operation.documents(401)
    ):
        return
    # A redirect to a login page lets nobody in either, as long as nothing was done on the way.
    refused = 400 <= x.status < 500 or (300 <= x.status < 400 and not x.changes)
    yield Fault(
        title=f"{x.credentials} credentials answered {name_of(x.status)}",
        expected="401 Unauthorized",
        actual=f"{name_of(x.status)}: {excerpt(x)}",
        detail=x.credentials,
        severity="warning" if refused else "error",
    )

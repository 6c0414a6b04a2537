"""Methods that a document does not have for a path."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.where == "method"


@check(source="RFC 9110, 15.5.6; the OpenAPI document", applies=_applies, severity="warning")
def undeclared_method_refused(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A method that the document does not have for a path is not carried out there."""
    if x.status == 501:  # a method that the server knows nowhere (RFC 9110, 15.6.2)
        return
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
    elif x.status == 429:
        yield Abstain("the system limits the rate of requests")
    elif x.succeeded:
        yield Fault(
            title=f"{x.operation} is not in the document and answered {name_of(x.status)}",
            expected="405 Method Not Allowed, or an entry in the document",
            actual=name_of(x.status) + (" and changed rows" if x.changes else ""),
            detail=x.operation.partition(" ")[0],
            severity="error" if x.changes else None,
        )
    elif x.status == 405 and not x.response.header("allow"):
        yield Fault(
            title="405 without an Allow header",
            expected="Allow with the methods that the path has",
            actual="none",
            detail="allow",
            severity="info",
        )

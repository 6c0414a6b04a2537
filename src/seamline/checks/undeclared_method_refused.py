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
    elif x.status == 405:
        yield from _allow(x, context)


def _allow(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """405 names the methods that there are (RFC 9110, 15.5.6); stock frameworks often name a part."""
    assert x.response is not None
    method, _, path = x.operation.partition(" ")
    said = x.response.header("allow")
    named = {m.strip().upper() for m in said.split(",") if m.strip()}
    lacking = sorted(context.methods.get(path, frozenset()) - named)
    if not said:
        yield Fault(
            title="405 without an Allow header",
            expected="Allow with the methods that the path has",
            actual="none",
            detail="allow",
            severity="info",
        )
    elif method in named:
        yield Fault(
            title="405 to a method that its own Allow names",
            expected=f"Allow without {method}",
            actual=said,
            detail="allow names it",
            severity="info",
        )
    elif lacking:
        yield Fault(
            title="the Allow header of 405 leaves out methods of the path",
            expected=f"Allow with {', '.join(lacking)} as well",
            actual=said,
            detail="allow leaves out",
            severity="info",
        )

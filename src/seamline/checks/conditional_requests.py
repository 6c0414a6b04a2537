"""Conditional requests, where a system sends validators."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange

SAME, OTHER, STALE = "same-tag", "other-tag", "stale-tag"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario in (SAME, OTHER, STALE)


@check(source="RFC 9110, 13.1", applies=_applies)
def conditional_requests(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A condition is kept: 304 for what the client has and for nothing else, 412 for a stale tag."""
    assert x.twist is not None
    if x.response is None or x.status >= 500 or x.status == 429:
        yield Abstain("no answer to judge")
    elif x.twist.scenario == SAME:
        yield from _same(x, context)
    elif x.twist.scenario == OTHER:
        if x.status == 304:
            yield Fault(
                title="304 for a tag that the system never sent",
                expected="the whole answer, as the client has another",
                actual=name_of(x.status),
                detail="other tag",
            )
    elif x.succeeded and x.changes != ():
        yield Fault(
            title="a write with a stale If-Match is carried out",
            expected="412 Precondition Failed, and no row changed",
            actual=name_of(x.status),
            detail="stale tag",
        )


def _same(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    assert x.response is not None
    first = x.earlier[-1].response if x.earlier else None
    tag = first.header("etag") if first is not None else ""
    if not tag:
        yield Abstain("the system sends no ETag")
    elif x.status == 304 and x.response.body:
        yield Fault(title="304 with a body", expected="no body", detail="304 body")
    elif x.succeeded and x.response.header("etag") == tag:
        promised = context.operation is not None and context.operation.documents(304)
        yield Fault(
            title="If-None-Match with the current tag is answered in full",
            expected="304 Not Modified",
            actual=f"{name_of(x.status)} with the same ETag",
            detail="same tag",
            severity="warning" if promised else "info",
        )

"""Requests larger than anything that a system expects."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange

BODY, HEADER = "too-large-body", "too-large-header"
_HANGS = "no answer in time"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario in (BODY, HEADER)


@check(source="RFC 9110, 15.5.14; RFC 6585, 5", applies=_applies, severity="warning")
def too_large_handled(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A request that is far too large is refused or served, and neither breaks the system nor hangs."""
    assert x.twist is not None
    if x.response is None and x.failure != _HANGS:
        return  # a server may close the connection instead of reading on (RFC 9110, 15.5.14)
    if x.response is None or x.status >= 500:
        yield Fault(
            title=f"{x.twist.what} ends in {name_of(x.status) if x.status else _HANGS}",
            expected="413 or 431, another status below 500, or a closed connection",
            actual=f"{name_of(x.status)}: {excerpt(x)}" if x.status else x.failure,
            detail=f"{x.twist.scenario} {x.status}",
        )


def is_told(x: Exchange, context: Context) -> bool:
    """Whether a broken answer is reported here, so that it is reported once."""
    return "tooLargeHandled" in context.validations and _applies(x, context)

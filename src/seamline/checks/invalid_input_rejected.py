"""Input that the document forbids."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange

_LENIENT = frozenset(
    (
        "incorrect-type",
        "object-unexpected-properties",
        "malformed-content-type",
        "unsupported-content-type",
    )
)
"""What many frameworks accept on purpose: a text that reads as a number, properties that they ignore,
JSON under whatever name."""


def _applies(x: Exchange, context: Context) -> bool:
    twist = x.twist
    return twist is not None and twist.valid is False and twist.where != "method"


@check(source="the OpenAPI document; RFC 9110, 15.5.1", applies=_applies)
def invalid_input_rejected(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A request that the document does not allow is refused, and not carried out."""
    assert x.twist is not None
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
    elif x.status == 429:
        yield Abstain("the system limits the rate of requests")
    elif x.succeeded:
        wrote = bool(x.changes)
        yield Fault(
            title=f"accepted {x.twist.what} at {x.twist.where}" + (" and wrote rows" * wrote),
            expected="a status from 400 to 499, as the document's schema does not allow this",
            actual=name_of(x.status),
            detail=f"{x.twist.scenario} {x.twist.where}",
            severity="error" if wrote and x.twist.scenario not in _LENIENT else "warning",
        )

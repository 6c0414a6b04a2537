"""Statements per answer against items per answer: one more for each is N+1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.filter_obeys import FILTER
from seamline.checks.listing import items_of
from seamline.checks.pagination_stable import PAGE
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, during
from seamline.model.exchange import Exchange
from seamline.text.statement import fingerprint

_APART = 3
"""So many items more must be answered before more statements mean something."""
_SLOPE = 0.5


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario in (PAGE, FILTER) and bool(x.earlier)


@check(
    source="the slope of statements over the items answered: a join has 0, N+1 has 1",
    applies=_applies,
    severity="warning",
)
def statements_do_not_grow(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A list takes as many statements for many items as for few."""
    whole = x.earlier[0]
    many, few = items_of(whole), items_of(x)
    if x.sql is None or whole.sql is None:
        yield Abstain(UNTRACED)
    elif many is None or few is None or len(many) - len(few) < _APART:
        yield Abstain("too few rows: the whole list is hardly longer than a page of it")
    elif few:
        more = len(many) - len(few)
        grown = _counted(whole) - _counted(x)
        text, times = max(grown.items(), key=lambda g: g[1], default=("", 0))
        if times >= max(_APART, _SLOPE * more):
            yield Fault(
                title="the statements of a list grow with its items (N+1)",
                expected="as many statements for each number of items",
                actual=f"{more} items more take this statement {times} times more: {brief(text)}",
                detail="statements grow",
            )


def _counted(x: Exchange) -> Counter[str]:
    """How often each statement was sent, whatever its values: some drivers write them into the text."""
    return Counter(fingerprint(s.text) for s in during(x))

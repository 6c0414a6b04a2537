"""What the database sends for a page against what the page shows."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.listing import asked, items_of, total_of
from seamline.checks.pagination_stable import PAGE
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, during, main_table
from seamline.model.exchange import Exchange
from seamline.openapi.paging import paging_of

_APART = 8
"""So many rows more than the page shows: fewer may be a look at the next page, or a list of words."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == PAGE and bool(x.earlier)


@check(
    source="the rows on the wire against the items answered", applies=_applies, severity="warning"
)
def list_is_bounded(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A page of a list does not fetch all of the list from the database."""
    whole, page = items_of(x.earlier[0]), items_of(x)
    paging = paging_of(context.operation) if context.operation is not None else None
    if x.sql is None or x.earlier[0].sql is None:
        yield Abstain(UNTRACED)
        return
    if whole is None or not page or paging is None or len(whole) < len(page) + _APART:
        yield Abstain("too few rows: the whole list is hardly longer than a page of it")
        return
    if len(page) > int(asked(x).get(paging.size, 0)):
        return  # the page itself is too long: pagination's to tell
    # What reads all of the list is the same for any page; a join brings several rows for each item of one.
    always = {(s.text, s.params) for s in during(x.earlier[0])}
    table = context.resource.rpartition(".")[2] if context.resource else None
    for s in during(x):
        read = main_table(s.text) if s.kind == "read" and not s.sqlstate else None
        rows = s.rows or 0
        if read is None or rows < len(whole) or (s.text, s.params) not in always:
            continue
        # Of another table, or of one that is not known, only what is as long as the list is the list.
        if read == table or (table is None and rows in (len(whole), total_of(x))):
            yield Fault(
                title="a page of a list reads the whole list",
                expected="a LIMIT, or a condition, as narrow as the page",
                actual=f"{rows} rows for {len(page)} items: {brief(s.text)}",
                detail=f"all rows of {read}",
            )
            return

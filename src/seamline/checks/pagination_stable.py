"""Pages of a list: together they are the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seamline.checks.context import Context
from seamline.checks.listing import Item, asked, items_of, key_of, keys, total_of
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.openapi.paging import Paging, paging_of

AGAIN, PAGE = "whole-list-again", "page"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario in (AGAIN, PAGE) and bool(x.earlier)


@check(source="the document's own paging parameters", applies=_applies)
def pagination_stable(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """Pages together hold each row once, in the order of the whole list, and agree on how many there are."""
    assert x.twist is not None
    paging = paging_of(context.operation) if context.operation is not None else None
    whole = items_of(x.earlier[0])
    if paging is None or whole is None:
        yield Abstain("the answer is no list that can be read")
        return
    name = key_of(whole)
    if x.twist.scenario == AGAIN:
        yield from _again(x, whole, name)
        return
    if len(whole) < 2:
        yield Abstain("too few rows to make pages of")
    elif name is None:
        yield Abstain("no property tells the items of the list apart")
    elif items_of(x.earlier[1]) is None or keys(whole, name) != _keys_of(x.earlier[1], name):
        yield Abstain("the list itself comes in another order, or with other rows, each time")
    elif any(e.changes for e in x.earlier):
        yield Abstain("rows change while the list is read")
    else:
        yield from _page(x, paging, keys(whole, name), name)


def _again(x: Exchange, whole: Sequence[Item], name: str | None) -> Iterator[Fault | Abstain]:
    again = items_of(x)
    if again is None:
        yield Abstain("the second answer is no list")
    elif name is None:
        repeated = [i for n, i in enumerate(whole) if "id" in i and i in whole[:n]]
        if repeated:
            yield Fault(
                title="a list holds the same item more than once",
                expected="each row once",
                actual=f"{len(repeated)} of {len(whole)} items are repetitions, with the same id",
                detail="repeated in one answer",
                severity="warning",
            )
    elif keys(whole, name) != keys(again, name) and (
        sorted(keys(whole, name)) == sorted(keys(again, name))
    ):
        yield Fault(
            title="the same request gives the same rows in another order",
            expected="an order that pages can rely on",
            actual=f"the {name}s come in another order the second time",
            detail="order of the same request",
            severity="warning",
        )


def _page(x: Exchange, paging: Paging, whole: list[str], name: str) -> Iterator[Fault | Abstain]:
    query, size = asked(x), int(asked(x).get(paging.size, 0))
    pages = [_keys_of(e, name) for e in x.earlier[2:]]
    page = _keys_of(x, name)
    if paging.kind == "cursor" and pages and paging.turn not in query:
        return  # the page before was the last
    if page is None or None in pages:
        yield Abstain("a page is no list: there may be no more")
        return
    before = [p for p in pages if p is not None]
    if len(page) > size:
        if not before:
            yield _fault(
                "a page holds more than was asked for", f"at most {size}", str(len(page)), "size"
            )
        return
    if any(len(p) > size for p in before):
        return
    place = _place(before, page, whole, size, paging)
    expected = whole[place : place + size]
    seen = [k for p in before for k in p]
    if place >= len(whole) or (before and not _is_sound(before, whole)):
        return  # behind what is known, or a page before this one has been told of
    if page != expected and not (
        paging.kind == "cursor" and page and page == expected[: len(page)]
    ):
        yield _wrong(page, expected, seen, name)
        return
    total, first = total_of(x), total_of(x.earlier[0])
    if total != first or (total is not None and total < len(whole)):
        yield _fault(
            "pages do not agree on how many rows there are",
            f"{len(whole)} or more, the same on every page",
            f"{first} in the whole list, {total} here",
            "total",
        )


def _place(
    before: Sequence[list[str]], page: list[str], whole: list[str], size: int, paging: Paging
) -> int:
    """Where in the whole list the page must begin.

    Where the document does not say whether pages are counted from 0, both are right.
    """
    if paging.kind == "cursor":
        return sum(map(len, before))
    first = before[0] if before else page
    skipped = paging.kind == "page" and bool(first) and first == whole[size : 2 * size]
    return (len(before) + skipped) * size


def _is_sound(before: Sequence[list[str]], whole: list[str]) -> bool:
    """Whether the pages before this one followed one another as the whole list does."""
    seen = [k for p in before for k in p]
    start = whole.index(seen[0]) if seen and seen[0] in whole else 0
    return seen == whole[start : start + len(seen)]


def _wrong(page: list[str], expected: list[str], seen: list[str], name: str) -> Fault:
    repeated = [k for k in page if k in seen] or [k for k in page if page.count(k) > 1]
    left_out = [k for k in expected if k not in page]
    if repeated:
        title, kind = "a row stands on more than one page", "repeated"
    elif left_out:
        title, kind = "rows of the list stand on no page", "left out"
    else:
        title, kind = "pages are in another order than the whole list", "order"
    return _fault(
        title,
        f"{name} {', '.join(expected) or 'none'}",
        f"{name} {', '.join(page) or 'none'}",
        kind,
    )


def _fault(title: str, expected: str, actual: str, kind: str) -> Fault:
    return Fault(title=title, expected=expected, actual=actual, detail=f"pages {kind}")


def _keys_of(x: Exchange, name: str) -> list[str] | None:
    items = items_of(x)
    return None if items is None else keys(items, name)

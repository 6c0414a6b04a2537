"""Filters of a list: what they let through, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.comparing import compare, is_like, text
from seamline.checks.context import Context
from seamline.checks.listing import Item, asked, is_whole, items_of, key_of
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.openapi.narrowing import Filter, filters, values_of

FILTER = "filter"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == FILTER and bool(x.earlier)


@check(source="the document's own query parameters", applies=_applies)
def filter_obeys(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A list that is filtered by a property holds all items that have the value, and no others."""
    whole, items = items_of(x.earlier[0]), items_of(x)
    sent = {n: v for n, v in asked(x).items() if n not in asked(x.earlier[0])}
    if not whole or items is None or len(sent) != 1 or context.operation is None:
        yield Abstain("there is no list, or no value in it, to filter by")
        return
    ((name, value),) = sent.items()
    columns = {n: {"type": _type(v)} for n, v in whole[0].items()}
    known = next((f for f in filters(context.operation, columns) if f.parameter == name), None)
    allowed = values_of(context.operation, name)
    if known is None or (allowed and value not in map(text, allowed)):
        yield Abstain(f"the document does not say what {name} may be")
        return
    wrong = [i for i in items if known.item in i and _contradicts(i[known.item], value, known)]
    if wrong:
        yield Fault(
            title=f"{name} lets items through that it should not",
            expected=f"only items whose {known.item} {_words(known)} {value}",
            actual=f"{len(wrong)} of {len(items)} have another, such as {wrong[0][known.item]!r}",
            detail=f"{name} lets through",
        )
    elif is_whole(x, items, context) and (lost := _lost(whole, items, known, value)):
        yield Fault(
            title=f"{name} leaves out items that it should not",
            expected=f"all items whose {known.item} {_words(known)} {value}",
            actual=f"{len(lost)} of the whole list are missing, such as one with {lost[0][known.item]!r}",
            detail=f"{name} leaves out",
        )


def _contradicts(found: object, value: str, known: Filter) -> bool:
    if known.relation == "is":
        many = found if isinstance(found, list) else [found]
        return not any(is_like(f, value) for f in many)
    return compare(found, value) == (-1 if known.relation == "least" else 1)


def _lost(whole: list[Item], items: list[Item], known: Filter, value: str) -> list[Item]:
    """Items of the whole list that surely belong into the filtered one and do not stand there.

    Whether a bound itself belongs to the range is not asked.
    """
    key = key_of(whole)
    if key is None:
        return []
    there = {str(i.get(key)) for i in items}
    missing = [i for i in whole if str(i[key]) not in there and i.get(known.item) is not None]
    if known.relation == "is":
        return [i for i in missing if text(i[known.item]) == value]
    beyond = 1 if known.relation == "least" else -1
    return [i for i in missing if compare(i[known.item], value) == beyond]


def _words(known: Filter) -> str:
    return {"is": "is", "least": "is at least", "most": "is at most"}[known.relation]


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = ((int, "integer"), (float, "number"), (str, "string"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "other")

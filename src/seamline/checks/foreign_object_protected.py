"""Things that belong to somebody else, with the rows as witness (broken object level authorisation)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.checks.context import Context
from seamline.checks.likeness import inner
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import NOT_JSON, Exchange, Owner
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == "foreignObjectProtected"


@check(source="OWASP API1:2023", applies=_applies)
def foreign_object_protected(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """What belongs to one identity is neither shown to nor changed by another one of the same role."""
    if not x.succeeded:
        return
    owner, steps = x.owner, {before.label: before for before in x.earlier}
    if owner is None or owner.identity == x.identity:
        yield Abstain("whose the named row is, is not known")
        return
    listed = {label: _lists(steps.get(label), owner) for label in ("own list", "other's list")}
    if listed["other's list"]:
        yield Abstain(f"the list shows {owner.table} of others too: they are shared")
        return
    is_private = bool(listed["own list"]) and listed["other's list"] is False
    if x.request.method in SAFE_METHODS:
        yield from _read(x, owner, steps.get("own"), is_private)
    else:
        yield from _written(x, owner, context, is_private)


def _read(
    x: Exchange, owner: Owner, own: Exchange | None, is_private: bool
) -> Iterator[Fault | Abstain]:
    if own is None or not own.succeeded or not _shows(x, own, owner):
        return
    if not is_private:
        yield Abstain("no list tells whether others may see it")
        return
    yield Fault(
        title=f"{owner.identity}'s row of {owner.table} was shown to {x.identity}",
        expected=f"403 or 404: {owner.by} says that it is {owner.identity}'s, and no list shows it",
        actual=f"{name_of(x.status)}: {excerpt(x)}",
        detail="read",
    )


def _written(
    x: Exchange, owner: Owner, context: Context, is_private: bool
) -> Iterator[Fault | Abstain]:
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    touched = [c for c in x.changes if _is_its(c, owner, context)]
    if touched and not is_private and all(c.table != owner.table for c in touched):
        # To comment on a post, or to answer a question, is what others are there for.
        yield Abstain("no list tells whether others may add to it")
    elif touched:
        yield Fault(
            title=f"{x.identity} changed what is {owner.identity}'s: {owner.table}",
            expected=f"403 or 404: {owner.by} says that it is {owner.identity}'s",
            actual=f"{name_of(x.status)}; {', '.join(_tables(touched))}: {describe(touched)}",
            detail="write",
            severity="error" if is_private else "warning",
        )


def _tables(changes: list[RowChange]) -> list[str]:
    return sorted({c.table for c in changes})


def _is_its(change: RowChange, owner: Owner, context: Context) -> bool:
    """Whether a changed row is the named one, or refers to it."""
    image = change.after or change.before or {}
    if change.table == owner.table:
        return bool(owner.key) and all(str(image.get(c)) == str(v) for c, v in owner.key.items())
    table = context.table(change.table)
    return any(
        k.table == owner.table
        and k.to == tuple(owner.key)
        and [str(image.get(c)) for c in k.columns] == list(map(str, owner.key.values()))
        for k in (table.foreign_keys if table is not None else ())
    )


def _lists(x: Exchange | None, owner: Owner) -> bool | None:
    """Whether a list shows the row; None where there is no list to look at."""
    if x is None or x.response is None or not x.succeeded or x.response.json is NOT_JSON:
        return None
    items = _items(x.response.json)
    if items is None:
        return None
    return any(isinstance(i, dict) and _names(i, owner) for i in items)


def _items(body: Any, depth: int = 2) -> list[Any] | None:
    """The list that an answer is, or has among its members."""
    if isinstance(body, list):
        return body
    if isinstance(body, dict) and depth:
        found = (_items(v, depth - 1) for v in body.values())
        return next((f for f in found if f is not None), None)
    return None


def _names(item: dict[str, Any], owner: Owner) -> bool:
    whole = inner(item) or item
    names = (owner.column, owner.parameter, "id")
    return any(n in whole and str(whole[n]) == str(owner.value) for n in names)


def _shows(x: Exchange, own: Exchange, owner: Owner) -> bool:
    """Whether the answer speaks of the row, or says exactly what its owner was told."""
    assert x.response is not None and own.response is not None
    body = x.response.json
    if body is NOT_JSON or body in (None, [], {}, ""):
        return False
    if isinstance(body, dict) and _names(body, owner):
        return True
    return bool(body == own.response.json and _items(body) != [])

"""What was created is what was asked for and what was answered."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.agreement import asked_columns, is_scalar, mapped, repeated
from seamline.checks.answered_row import answered_rows, is_another_thing
from seamline.checks.context import Context
from seamline.checks.likeness import inner
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

_BULK = "a request that creates several resources at once"
_TELLING = 8
"""Characters of a key that stands in no unrelated row by chance."""


def _applies(x: Exchange, context: Context) -> bool:
    creates = x.status == 201 or "insert" in context.effects.get(context.resource or "", ())
    return x.request.method in ("POST", "PUT") and x.succeeded and creates


@check(source="the row that the database committed", applies=_applies)
def created_row_matches(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A created resource is one row, whose columns equal the request and the answer."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    if context.resource is None:
        yield Abstain("no table is known for this resource: give `columns` or `effects`")
        return
    inserted = [c for c in x.changes if c.table == context.resource and c.op == "insert"]
    inserted = [] if _replaced(x, context, inserted) else _without_others(x, context, inserted)
    why = _several(x, inserted) if inserted else _none(x, context)
    if why:
        yield Abstain(why)
        return
    if len(inserted) != 1 and not _is_upsert(inserted, context):
        yield Fault(
            title=f"{x.status} answer, {len(inserted)} rows inserted into {context.resource}",
            expected=f"one row inserted into {context.resource}",
            actual=f"{len(inserted)} rows",
            detail=context.resource,
        )
        return
    yield from mapped(x, context, inserted)
    if len(inserted) == 1:
        yield from repeated(x, context, inserted[0])


def _replaced(x: Exchange, context: Context, inserted: list[RowChange]) -> bool:
    """Whether the answer speaks of a row that was updated, and the new ones are other things beside it."""
    updated = [c for c in x.changes or () if c.table == context.resource and c.op == "update"]
    return (
        x.status != 201
        and bool(answered_rows(x, context, updated))
        and not answered_rows(x, context, inserted)
    )


def _is_upsert(inserted: list[RowChange], context: Context) -> bool:
    """An upsert that changed an existing row inserts none; only a person can say that it may."""
    return not inserted and "update" in context.effects.get(context.resource or "", ())


def _none(x: Exchange, context: Context) -> str:
    """Why it may be right that no row was inserted."""
    if isinstance(x.request.json, list):
        return _BULK
    if x.status == 202:
        return "202: what was accepted may be created later"
    if context.effects and "insert" not in context.effects.get(context.resource or "", ()):
        return f"`effects` names no row inserted into {context.resource}"
    if x.request.method == "PUT" and x.status != 201:
        return "a PUT that did not answer 201 replaces what exists"
    sent_key = any(name.lower() == "idempotency-key" for name, _ in x.request.headers)
    if x.kind == "sequence" and (x.status != 201 or sent_key):
        return "an answer for what an earlier step has created, perhaps"
    table = _elsewhere(x, context)
    if table:
        return f"the row seems to be in {table}, not {context.resource}: name it in `effects`"
    return ""


def _elsewhere(x: Exchange, context: Context) -> str:
    """Where only the path's name speaks for `resource`: another table that plainly holds the created row.

    Its key stands in the answer and is no small number, or it holds what was asked, column by column.
    """
    if context.effects or context.columns:
        return ""
    values = _answered(x)
    for change in x.changes or ():
        if change.op != "insert" or change.table == context.resource:
            continue
        key = {str(v) for v in change.key.values()}
        by_key = bool(key) and key <= values and max(map(len, key)) >= _TELLING
        asked = asked_columns(x, context, change)
        if by_key or (asked and all(same(v, s, c) is True for v, s, c in asked)):
            return change.table
    return ""


def _without_others(x: Exchange, context: Context, inserted: list[RowChange]) -> list[RowChange]:
    """The one row that the answer names, where the others are plainly other things of the same table.

    A first queue brings its pool's default queue along, a record an entry of its history; a row that
    repeats the request is no such thing.
    """
    values = _answered(x)
    named = [c for c in inserted if c.key and {str(v) for v in c.key.values()} <= values]
    named = named or answered_rows(x, context, inserted) or _key_answered(x, inserted)
    if len(inserted) < 2 or len(named) != 1:
        return inserted
    for change in inserted:
        if change is named[0]:
            continue
        asked = asked_columns(x, context, change)
        repeats = all(same(v, s, c) is not False for v, s, c in asked)
        if repeats and (asked or not is_another_thing(named[0], change, context)):
            return inserted
    return named


def _key_answered(x: Exchange, inserted: list[RowChange]) -> list[RowChange]:
    """Rows of which the answer shows a part of the key under its own name, and no other value of any."""
    body = inner(x.response.json) if x.response is not None else None
    answered, found = body or {}, []
    for change in inserted:
        told = [str(answered[c]) == str(v) for c, v in change.key.items() if c in answered]
        if told and all(told):
            found.append(change)
    return found


def _answered(x: Exchange) -> set[str]:
    answered = inner(x.response.json) if x.response is not None else None
    return {str(v) for v in answered.values() if is_scalar(v)} if answered is not None else set()


def _several(x: Exchange, inserted: list[RowChange]) -> str:
    """Why it may be right that several rows were inserted: the request speaks of so many.

    Not where the answer names one of them: then it is about that one.
    """
    if isinstance(x.request.json, list):
        return _BULK
    values = _answered(x)
    keys = [{str(v) for v in c.key.values()} for c in inserted]
    if len(inserted) < 2 or any(key and key <= values for key in keys):
        return ""
    asked = x.request.json
    top = asked.values() if isinstance(asked, dict) else ()
    says_so = any(
        v == len(inserted) or (isinstance(v, list) and len(v) == len(inserted)) for v in top
    )
    is_file = not isinstance(asked, dict) and x.request.body is not None
    return _BULK if says_so or is_file else ""

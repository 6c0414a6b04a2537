"""The blast radius of a delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from seamline.checks.context import Context
from seamline.checks.kinship import Kin
from seamline.checks.named_row import columns_for, holds, is_counted_key
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import by_table, describe
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_MARK = re.compile(r"delet|remov|archiv|trash|discard|active|enabled|status|state", re.IGNORECASE)
"""Columns by which a row is marked as gone."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.request.method == "DELETE" and x.succeeded and x.status != 202


@check(source="RFC 9110, 9.3.5; the catalog's cascades", applies=_applies)
def delete_removes_only_its_row(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A delete removes (or marks) the row it names, others only where a cascade or `effects` say so."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    if context.resource is None:
        yield Abstain("no table is known for this resource: give `effects` or `columns`")
        return
    parameter = _PARAMETER.fullmatch(x.operation.rstrip("/").rsplit("/", 1)[-1])
    if parameter is None:
        yield Abstain("a delete whose path does not end with what it deletes")
        return
    touched = [c for c in x.changes if c.table == context.resource and c.op != "insert"]
    if not touched and x.kind == "positive":
        yield _nothing_removed(x, context)
        return
    yield from _others_of_the_table(x, context, touched, parameter[1])
    yield from _other_tables(x, context)


def _nothing_removed(x: Exchange, context: Context) -> Fault | Abstain:
    reviewed = context.effects.get(context.resource or "", ())
    if x.changes and not reviewed:
        # `/posts/{id}/tags/{tag}` takes the tag from the post; the tag itself stays.
        return Abstain(f"rows changed, none of {context.resource}: name the table in `effects`")
    return Fault(
        title=f"{x.status} answer, no row of {context.resource} removed",
        expected=f"one row of {context.resource} deleted or marked deleted",
        actual=describe(list(x.changes or ())) or "no row changed at all",
        detail=context.resource or "",
    )


def _others_of_the_table(
    x: Exchange, context: Context, touched: list[RowChange], parameter: str
) -> Iterator[Fault]:
    table = context.table(context.resource)
    named = unquote(x.request.target.partition("?")[0].rstrip("/").rsplit("/", 1)[-1])
    columns = columns_for(parameter, table)
    own = [c for c in touched if holds(c.before or {}, named, columns)]
    deleted = [c for c in touched if c.op == "delete"]
    if not own:
        if (
            deleted
            and table is not None
            and is_counted_key(named, table)
            and not columns - {*table.primary_key}
        ):
            yield Fault(
                title=f"removed a row of {context.resource} that was not named",
                expected=f"the row of {context.resource} that /{named} names",
                actual=describe(deleted),
                detail=f"{context.resource} not named",
                severity="warning",
            )
        return
    marks = {
        c for change in own if change.op == "update" for c in change.columns if _MARK.search(c)
    }
    gone = [c for c in touched if c.op == "delete" or marks & c.columns]
    if not any(c in own for c in gone):
        return
    kin = Kin(context.catalog, own)
    others = kin.without([c for c in gone if c not in own], kin.cascades)
    if others:
        refer = not kin.without(others, kin.refers)
        yield Fault(
            title=f"{len(others)} other rows of {context.resource} removed",
            expected=f"only the row of {context.resource} that /{named} names",
            actual=describe(others),
            detail=f"{context.resource} others",
            severity="info" if refer else None,
        )


def _other_tables(x: Exchange, context: Context) -> Iterator[Fault]:
    assert x.changes is not None
    kin = Kin(context.catalog, [c for c in x.changes if c.op == "delete"])
    resource_kin = Kin(context.catalog, [c for c in x.changes if c.table == context.resource])
    for table, changes in by_table(x.changes).items():
        if table == context.resource or "delete" in context.effects.get(table, ()):
            continue
        deleted = [c for c in changes if c.op == "delete" and not kin.cascades(c)]
        strangers = [c for c in deleted if not kin.refers(c) and not resource_kin.refers(c)]
        if strangers:
            yield Fault(
                title=f"rows of {table} removed along",
                expected=f"no row of {table} deleted: no foreign key cascades, `effects` name none",
                actual=describe(strangers),
                detail=table,
            )
        elif deleted:
            # What refers to the removed row must go first where the database does not cascade:
            # Django, Rails and Hibernate do it in the application.
            yield Fault(
                title=f"rows of {table} removed along, by the application",
                expected=f"`effects` name {table}: its rows refer to the one removed",
                actual=describe(deleted),
                detail=f"{table} referring",
                severity="info",
            )

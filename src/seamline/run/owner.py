"""Whose row a request names, asked of the database before the request is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.model.catalog import Catalog, Table
from seamline.model.exchange import Owner
from seamline.model.row import Row
from seamline.run.address import Address, Way, addresses, named_in_body, way_to_owner
from seamline.run.session import Session, rows_of


async def owner_of(
    session: Session, operation: str, path: Mapping[str, Any], body: Any = None
) -> Owner | None:
    """The owner of the row that path or body name; None where that is not plain."""
    catalog, database = session.target.catalog, session.target.database
    if catalog is None or database is None:
        return None
    contexts = session.rules.contexts
    named = [
        (address, path.get(address.parameter))
        for address in addresses(operation.partition(" ")[2], contexts, catalog)
    ]
    named += [
        (address, body[address.parameter])
        for address in named_in_body(body, contexts.get(operation), contexts, catalog)
    ]
    for address, value in named:
        if value is None or isinstance(value, dict | list):
            continue
        rows = await rows_of(database, catalog, address.table.name, {address.column: value}, 2)
        if len(rows) == 1:
            found = await _owner(session, catalog, address, rows[0])
            if found is not None:
                return found
    return None


async def _owner(session: Session, catalog: Catalog, address: Address, row: Row) -> Owner | None:
    """The one identity that the row leads to."""
    owners: dict[str, str] = {}
    assert session.target.database is not None
    for name, (people, where) in session.rules.identity_rows.items():
        way = way_to_owner(address.table, people, catalog)
        if way is None:
            continue
        holder = await _holder(session, catalog, way, row)
        own = await rows_of(session.target.database, catalog, people, where, 1)
        if holder is not None and own and _is(holder, own[0], catalog.by_name[people], way):
            owners[name] = way.text
    if len(owners) != 1:
        return None
    ((identity, way_text),) = owners.items()
    return Owner(
        identity=identity,
        table=address.table.name,
        column=address.column,
        value=row[address.column],
        key={c: row[c] for c in address.table.primary_key},
        by=f"{address.table.name}.{way_text}",
        parameter=address.parameter,
    )


async def _holder(session: Session, catalog: Catalog, way: Way, row: Row) -> Any:
    """What stands in the owner's column."""
    if way.via is None:
        return row.get(way.column)
    value = row.get(way.through)
    if value is None or session.target.database is None:
        return None
    rows = await rows_of(session.target.database, catalog, way.via.name, {way.key: value}, 1)
    return rows[0].get(way.column) if rows else None


def _is(holder: Any, own: Row, people: Table, way: Way) -> bool:
    """Whether a value stands for the person: their key, or for a text another unique value of theirs."""
    names = set(people.primary_key) if len(people.primary_key) == 1 else set()
    if isinstance(holder, str):
        names |= {k.columns[0] for k in people.unique if len(k.columns) == 1}
    return any(own.get(n) is not None and str(own[n]) == str(holder) for n in names)

"""The row that stands for an identity: as the toml says, else found by what it logs in with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seamline.model.catalog import Catalog, Table
from seamline.run.login import identity_rows
from seamline.run.session import Target, rows_of
from seamline.spec.project import Identity, Project

_SECRET = re.compile(r"pass|secret|token|pin|otp|grant|scope|code", re.IGNORECASE)
_PEOPLE = re.compile(r"user|account|member|customer|person|people|principal|identit", re.IGNORECASE)
_TEXTS = frozenset({"text", "character varying", "character", "citext", "varchar", "bpchar"})
_SHORTEST = 3

OwnRows = Mapping[str, tuple[str, Mapping[str, Any]]]


async def own_rows(project: Project, target: Target) -> OwnRows:
    """Table and condition per identity: those that the toml names, and those that can be found.

    One is found where a name of its login (not its password) stands in a unique column of text in
    exactly one row of all tables, or of those named like people.
    """
    found = dict(identity_rows(project))
    if target.database is None or target.catalog is None:
        return found
    for name, identity in project.identities.items():
        if name not in found:
            own = await _found(target, target.catalog, sorted(set(_names(identity))))
            if own is not None:
                found[name] = own
    return found


async def _found(
    target: Target, catalog: Catalog, names: list[str]
) -> tuple[str, Mapping[str, Any]] | None:
    assert target.database is not None
    rows: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {}
    for table in catalog.tables:
        for column in _naming(table):
            for value in names:
                for row in await rows_of(target.database, catalog, table.name, {column: value}, 2):
                    key = str([row.get(c) for c in table.primary_key] or row)
                    rows.setdefault((table.name, key), (table.name, {column: value}))
    people = [own for own in rows.values() if _PEOPLE.search(own[0])]
    fitting = people or list(rows.values())
    return fitting[0] if len(fitting) == 1 else None


def _naming(table: Table) -> Iterator[str]:
    """Columns of text each of whose values names one row, in whatever case it is written."""
    for column in table.columns:
        if column.base not in _TEXTS:
            continue
        word = re.compile(rf"\b{re.escape(column.name)}\b")
        if any(
            k.valid
            and k.predicate is None
            and (
                k.columns == (column.name,)
                if k.plain
                else len(k.expressions) == 1 and word.search(k.expressions[0]) is not None
            )
            for k in table.unique
        ):
            yield column.name


def _names(identity: Identity) -> Iterator[str]:
    """What an identity is called where it logs in; a placeholder is a secret or differs per run."""
    for sent in (identity.login, identity.register):
        if sent is not None:
            yield from _texts(sent.json)
            yield from _texts(sent.form)
    for given in (identity.basic, identity.oauth2):
        if given is not None and given.username and "{" not in given.username:
            yield given.username


def _texts(node: Any, name: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, name)
    elif (
        isinstance(node, str)
        and not _SECRET.search(name)
        and len(node) >= _SHORTEST
        and "{" not in node
    ):
        yield node

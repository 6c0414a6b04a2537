"""What a list showed: which rows of a table are the things behind its path, and to whom they show.

`GET /buckets` tells what `/buckets/{bucket_id}/…` can name, also where one table holds every kind of thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.context import Place
from seamline.discover.seed import Rows
from seamline.model.catalog import Catalog
from seamline.openapi.table.word import words

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_OR = re.compile(r"_or_|Or(?=[A-Z])")
_GENERATED = re.compile(r"[0-9a-fA-F]{8}-|[0-9]{6}|[0-9a-fA-F]{20}")
"""What another start may name otherwise: only a row can stand for it."""
_MOST = 20


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a list showed: the value that names it, and the position of its row, where known."""

    value: Any
    place: Place | None = None
    index: int = -1


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A list's items. `path` and `keys` are what its own path's parameters were, in their order;
    `table` the one that it was matched with."""

    items: tuple[Mapping[str, Any], ...]
    path: tuple[Any, ...] = ()
    keys: tuple[tuple[Place, int] | None, ...] = ()
    table: str | None = None

    def options(
        self, name: str, place: Place | None, catalog: Catalog, rows: Rows
    ) -> Iterator[Option]:
        """What a path parameter behind the list's path can be; `place` is what it was taken for."""
        field = self._field(name)
        values = [i[field] for i in self.items if field in i]
        values = [v for v in values if isinstance(v, str | int) and not isinstance(v, bool)]
        if not values:
            return
        found = place if place and _holds(rows, place, values) else None
        found = found or self._place(field, values, catalog, rows)
        for value in dict.fromkeys(values):
            at = _indexes(rows, found, value) if found is not None else []
            if found is not None and at:
                reference = {"$row": f"{found.table}[{at[0]}].{found.column}"}
                yield Option(value=reference, place=found, index=at[0])
            elif isinstance(value, str) and value and not _GENERATED.search(value):
                yield Option(value=value)

    def _field(self, name: str) -> str:
        """The member of an item that a parameter names: of the same name, or its last words."""
        known = {words(field): field for field in self.items[0]} if self.items else {}
        for option in (name, *_OR.split(name)):
            key = words(option)
            for cut in range(len(key)):
                if key[cut:] in known:
                    return known[key[cut:]]
        return ""

    def _place(
        self, field: str, values: Sequence[Any], catalog: Catalog, rows: Rows
    ) -> Place | None:
        """The column that holds the values: of that name, or of its last words, in the list's table
        or in the only one."""
        tables = [t for t in catalog.tables if t.partition_of is None]
        tables.sort(key=lambda t: t.name != self.table)
        named = words(field)
        for cut in range(len(named)):
            found = [
                place
                for t in tables
                for c in t.columns
                if words(c.name) == named[cut:]
                for place in (Place(t.name, c.name),)
                if _holds(rows, place, values)
            ]
            if found and (len(found) == 1 or found[0].table == self.table):
                return found[0]
        return None


def _holds(rows: Rows, place: Place, values: Sequence[Any]) -> bool:
    known = {str(r.get(place.column)) for r in rows.get(place.table, ())}
    return all(str(v) in known for v in values)


def _indexes(rows: Rows, place: Place, value: Any) -> list[int]:
    wanted = str(value)
    return [
        i for i, r in enumerate(rows.get(place.table, ())) if str(r.get(place.column)) == wanted
    ]


def shape(path: str) -> str:
    """A path in which parameters have no names: one operation's `{id}` is another one's `{bucket_id}`."""
    return _PARAMETER.sub("{}", path.rstrip("/"))


def items_of(answer: Any, path: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list: the answer itself, or the page's one list, or the one named as the path."""
    if isinstance(answer, dict):
        lists = {k: v for k, v in answer.items() if _is_objects(v)}
        last = words(path.rstrip("/").rpartition("/")[2])
        named = [v for k, v in lists.items() if words(k) == last]
        answer = named[0] if len(named) == 1 else next(iter(lists.values()), None)
        if len(lists) > 1 and not named:
            return ()
    return tuple(answer[:_MOST]) if _is_objects(answer) else ()


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, dict) for i in value)

"""What an answer shows of a table, as `reconcile` reads it: its items, its place in the whole list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from seamline.checks.context import Context
from seamline.checks.pagination_stable import PAGE
from seamline.model.catalog import Table
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.openapi.operation import Operation, Parameter
from seamline.openapi.paging import is_of_paging, paging_of
from seamline.spec.data import Reconciliation
from seamline.text.pointer import at_pointer

PARAMETER = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'   # texts
    |"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/            # names, comments
    |(?P<quote>\$\w*\$).*?(?P=quote)|::           # quoted by dollars, casts
    |:(?P<of>[A-Za-z_]\w*)\.(?P<name>[A-Za-z_][\w-]*|"[^"]+")
    """,
    re.VERBOSE | re.DOTALL,
)
"""Each part of an SQL text that may hold a colon; of those the parameters have `of` and `name`."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the list an answer holds: behind `offset` rows, at most `size` (None: all).

    `offset` is None where that cannot be told. `is_bounded` where the document itself says that so many
    may be asked for: else a system may answer fewer.
    """

    offset: int | None = 0
    size: int | None = None
    is_bounded: bool = True


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """By what a row is found: columns and the pointers that show them. `is_whole` where it names one row
    of the whole table, and not only one of those that `where` selects."""

    columns: dict[str, str]
    is_whole: bool


def key_of(entry: Reconciliation, table: Table) -> Key | None:
    """The key that an entry's mapping shows; None where it shows none."""
    shown = {c: p for p, c in entry.columns.items() if isinstance(c, str)}
    unique = [k.columns for k in table.unique if k.plain and k.valid and k.predicate is None]
    for columns in (table.primary_key, *unique):
        if columns and shown.keys() >= set(columns):
            return Key(columns={c: shown[c] for c in columns}, is_whole=True)
    part = {c: shown[c] for c in table.primary_key if c in shown}
    if entry.where is not None and (part or entry.each is None):
        return Key(columns=part, is_whole=False)
    return None


def parameters_in(sql: str | None) -> Iterator[tuple[str, str]]:
    """The named parameters of an SQL text: `:query.page` is (`query`, `page`)."""
    for found in PARAMETER.finditer(sql or ""):
        if found["of"]:
            yield found["of"], found["name"].strip('"')


def texts_of(entry: Reconciliation) -> list[str]:
    """All SQL of an entry."""
    computed = [c.sql for c in entry.columns.values() if not isinstance(c, str)]
    return [t for t in (entry.where, entry.order_by, *computed) if t is not None]


def items_shown(x: Exchange, entry: Reconciliation) -> list[Any] | None:
    """The items of the answer's list, or the answer alone; None where there is nothing to read."""
    if x.response is None or x.response.cut or x.response.json is NOT_JSON:
        return None
    body = x.response.json
    if entry.each is None:
        return [body] if isinstance(body, dict) else None
    found = at_pointer(body, entry.each)
    return found if isinstance(found, list) and all(isinstance(i, dict) for i in found) else None


def sent(x: Exchange) -> list[tuple[str, str]]:
    """The query that was sent, in its order."""
    return parse_qsl(urlsplit(x.request.target).query, keep_blank_values=True)


def unsaid(x: Exchange, entry: Reconciliation) -> list[str]:
    """Query parameters of the request of which the entry says nothing: they may narrow or order the list."""
    said = {n for text in texts_of(entry) for of, n in parameters_in(text) if of == "query"}
    counts = Counter(name for name, _ in sent(x))
    return sorted(n for n, c in counts.items() if c > 1 or (n not in said and not is_of_paging(n)))


def window_of(x: Exchange, operation: Operation | None) -> Window:
    """Which part of the whole list was asked for."""
    query = dict(sent(x))
    paging = paging_of(operation) if operation is not None else None
    sizes = [n for n in query if is_of_paging(n)]
    if operation is None or paging is None:
        known = operation is not None and any(
            p.place == "query" and is_of_paging(p.name) for p in operation.parameters
        )
        return Window(offset=None if sizes else 0, is_bounded=not known and not sizes)
    by_name = {p.name: p for p in operation.parameters if p.place == "query"}
    if any(n not in (paging.size, paging.turn) for n in sizes):
        return Window(offset=None, is_bounded=False)
    size = _number(query, by_name[paging.size])
    most = by_name[paging.size].schema.get("maximum")
    is_bounded = size is not None and (
        paging.size not in query or (isinstance(most, int | float) and paging.least <= size <= most)
    )
    offset = _offset(x, query, by_name[paging.turn], paging.kind, size)
    return Window(offset=offset, size=size, is_bounded=is_bounded)


def _offset(
    x: Exchange, query: dict[str, str], turn: Parameter, kind: str, size: int | None
) -> int | None:
    if turn.name not in query:
        return 0
    if kind == "cursor":
        return _behind_pages(x)
    number = _number(query, turn)
    if kind == "offset" or number is None:
        return number if number is None or number >= 0 else None
    first = turn.schema.get("minimum", turn.schema.get("default"))
    if first not in (0, 1) or size is None or number < first:
        return None  # whether pages are counted from 0 or from 1 is not said
    return int((number - first) * size)


def _behind_pages(x: Exchange) -> int | None:
    """How many rows stand on the pages that were read before this one, where they were."""
    if x.twist is None or x.twist.scenario != PAGE:
        return None
    pages = [e for e in x.earlier if e.twist is not None and e.twist.scenario == PAGE]
    lists = [
        [v for v in e.response.json.values() if isinstance(v, list)]
        for e in pages
        if e.response is not None and isinstance(e.response.json, dict)
    ]
    is_known = bool(pages) and len(lists) == len(pages) and all(len(found) == 1 for found in lists)
    return sum(len(found[0]) for found in lists) if is_known else None


def _number(query: dict[str, str], parameter: Parameter) -> int | None:
    value = query.get(parameter.name, parameter.schema.get("default"))
    if isinstance(value, bool) or value is None:
        return None
    text = str(value)
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def is_cached(x: Exchange) -> bool:
    """Whether the answer may be older than the request: it says so itself."""
    if x.response is None:
        return False
    lifetime = re.search(r"max-age=([0-9]+)", x.response.header("cache-control"))
    age = x.response.header("age")
    return (age.isdecimal() and int(age) > 0) or (lifetime is not None and int(lifetime[1]) > 0)


def has_own_header(x: Exchange, context: Context) -> bool:
    """Whether the request says by a header what it wants: another language, another version."""
    known = context.operation.parameters if context.operation is not None else ()
    names = {p.name.lower() for p in known if p.place == "header"}
    return any(name.lower() in names for name, _ in x.request.headers)

"""The entries of `reconcile`, with names held against the catalog and the document, and compiled to SQL.

One statement an answer: the rows that its items name by their keys, what they hold for each pointer,
whether `where` selects them and at which place of the order, and which rows of the page are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.reconciled import PARAMETER, Key, Window, key_of, parameters_in, texts_of
from seamline.data.compile import escaped, quote, table_sql, values
from seamline.model.catalog import Catalog, Table
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.writable import answered, declared
from seamline.spec.data import Computed, DataFramework, Reconciliation
from seamline.spec.position import KeyPath, Problem
from seamline.text.pointer import tokens
from seamline.text.suggest import did_you_mean

_FEW = 5
_EVERYTHING = 2**62
_CASTS = {"integer": "::bigint", "number": "::numeric", "boolean": "::boolean"}
_READS = {
    "integer": re.compile(r"-?[0-9]{1,18}"),
    "number": re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?"),
    "boolean": re.compile(r"true|false"),
}
_KINDS = ("identity", "path", "query")
_ASKED = re.compile(r"\s+IS\s", re.IGNORECASE)
GIVEN = "_given"
"""Behind the name of a parameter where nothing gives it a type: `:query.x IS NULL`."""
_WHOLE = re.compile(r"[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_TEXTS = frozenset(("text", "character varying", "character", "citext", "name"))
_INTEGERS = frozenset(("smallint", "integer", "bigint"))

IdentityRows = Mapping[str, tuple[str, Mapping[str, Any]]]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry whose names are known. `casts` are the types of parameters of the request."""

    number: int
    said: Reconciliation
    table: Table
    key: Key
    casts: Mapping[tuple[str, str], str]

    @property
    def computed(self) -> dict[str, str]:
        """What is computed: SQL by pointer."""
        found = self.said.columns.items()
        return {p: c.sql for p, c in found if isinstance(c, Computed)}

    def statement(self, identity: str) -> str:
        """The question about one answer, for a caller whose row `identity` selects by a condition."""
        return _list_sql(self, identity) if self.said.each else _one_sql(self, identity)

    def alone(self) -> Iterator[tuple[tuple[str, ...], Entry]]:
        """Each SQL text as an entry that has no other, and where it stands."""
        plain = {p: c for p, c in self.said.columns.items() if isinstance(c, str)}
        change = msgspec.structs.replace
        bare = change(self.said, columns=plain, where=None, order_by=None)
        for key, only in (
            ("where", change(bare, where=self.said.where)),
            ("orderBy", change(bare, order_by=self.said.order_by)),
        ):
            yield (key,), change(self, said=only)
        for pointer in self.computed:
            only = change(bare, columns={**plain, pointer: self.said.columns[pointer]})
            yield ("columns", pointer, "sql"), change(self, said=only)

    def takes(self, of: str, name: str, value: str) -> bool:
        """Whether a text can be read as the type that the document gives the parameter."""
        pattern = _READS.get(self.casts.get((of, name), ""))
        return "\0" not in value and (pattern is None or pattern.fullmatch(value) is not None)

    def names(self) -> list[tuple[str, str]]:
        """Every named parameter, once."""
        return list(dict.fromkeys(n for text in texts_of(self.said) for n in parameters_in(text)))


def entries_of(
    framework: DataFramework,
    catalog: Catalog,
    operations: Mapping[str, Operation],
    document: Document | None,
    people: Sequence[Table],
) -> tuple[list[Entry], list[Problem]]:
    """The entries that can be asked, and what is wrong with the others. `people` are identities' tables."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, said in enumerate(framework.reconcile):
        path: KeyPath = ("reconcile", number)
        operation = operations.get(said.operation)
        table = catalog.by_name.get(said.table)
        found = list(_unknown(said, path, catalog, operations, document))
        if table is not None:
            found += _columns(said, path, table)
        found += _names(said, path, operation, people)
        key = key_of(said, table) if table is not None else None
        if table is not None and key is None and not found:
            name = ", ".join(table.primary_key) or "a unique key"
            text = (
                f"which row of {table.name} is answered cannot be told: map {name}, or say `where`"
            )
            found = [Problem(path=(*path, "columns"), text=text, on_key=True)]
        if table is not None and key is not None and not found:
            casts = _types(said, operation)
            entries.append(Entry(number=number, said=said, table=table, key=key, casts=casts))
        problems += found
    return entries, problems


def _unknown(
    said: Reconciliation,
    path: KeyPath,
    catalog: Catalog,
    operations: Mapping[str, Operation],
    document: Document | None,
) -> Iterator[Problem]:
    if said.table not in catalog.by_name:
        hint = did_you_mean(said.table, list(catalog.by_name))
        text = f"no such table in the database.{hint}"
        yield Problem(path=(*path, "table"), text=f"{said.table!r}: {text}")
    operation = operations.get(said.operation)
    if document is None:
        return
    if operation is None:
        hint = did_you_mean(said.operation, list(operations))
        text = f"{said.operation!r} is no operation of the document.{hint}"
        yield Problem(path=(*path, "operation"), text=text)
        return
    for key, pointer in (("each", said.each), ("total", said.total)):
        if pointer is not None and (text := _nowhere(document, operation, pointer)):
            yield Problem(path=(*path, key), text=text)
    for pointer in said.columns:
        whole = f"{said.each}/0{pointer[1:]}" if said.each is not None else pointer
        if text := _nowhere(document, operation, whole, pointer):
            yield Problem(path=(*path, "columns", pointer), text=text, on_key=True)


def _nowhere(document: Document, operation: Operation, pointer: str, said: str = "") -> str:
    """Why the document knows nothing at a pointer into the answer; empty where it may be there."""
    answer = operation.answer_for(200)
    media = [p for m, p in (answer.media if answer else {}).items() if "json" in m]
    if len(media) != 1 or media[0] is None:
        return ""
    schema: Any = {"$ref": media[0]}
    known = answered(document, media[0])
    for token in tokens(pointer):
        if token.isdecimal():
            followed, _ = document.follow(schema)
            schema = followed.get("items") if isinstance(followed, dict) else None
        elif not known.properties or known.is_open:
            return ""
        elif token not in known.properties:
            hint = did_you_mean(token, list(known.properties))
            return f"the document has no {token!r} in what {operation.key} answers.{hint}"
        else:
            schema = known.properties[token]
        known = declared(document, schema, side="answer")
    return ""


def _columns(said: Reconciliation, path: KeyPath, table: Table) -> Iterator[Problem]:
    for pointer, column in said.columns.items():
        if isinstance(column, str) and column not in table.by_column:
            hint = did_you_mean(column, list(table.by_column))
            text = f"{column!r} is no column of {table.name}.{hint}"
            yield Problem(path=(*path, "columns", pointer), text=text)


def _names(
    said: Reconciliation, path: KeyPath, operation: Operation | None, people: Sequence[Table]
) -> Iterator[Problem]:
    known = {
        "identity": [c for t in people for c in t.by_column],
        "path": re.findall(r"\{([^{}/]+)\}", said.operation),
        "query": [p.name for p in operation.parameters if p.place == "query"] if operation else [],
    }
    texts: list[tuple[tuple[str, ...], str | None]]
    texts = [(("where",), said.where), (("orderBy",), said.order_by)]
    computed = [(p, c.sql) for p, c in said.columns.items() if isinstance(c, Computed)]
    for keys, text in [*texts, *((("columns", p, "sql"), sql) for p, sql in computed)]:
        for of, name in parameters_in(text):
            if of not in _KINDS:
                problem = f"':{of}.{name}': only :identity.x, :path.x and :query.x are known"
            elif of == "identity" and not people:
                problem = f"':identity.{name}': no identity has a `row` in seamline.toml"
            elif name not in known[of] and (of != "query" or operation is not None):
                problem = f"':{of}.{name}' is not known.{did_you_mean(name, known[of])}"
            else:
                continue
            yield Problem(path=(*path, *keys), text=problem)


def _types(said: Reconciliation, operation: Operation | None) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for p in operation.parameters if operation is not None else ():
        kind = p.schema.get("type") if isinstance(p.schema, dict) else None
        if isinstance(kind, str) and kind in _CASTS:
            found[p.place, p.name] = kind
    return found


def placeholder(of: str, name: str) -> str:
    """What stands for a named parameter among the values of a statement."""
    return f"{of}_{''.join(c if c.isalnum() and c.isascii() else f'_{ord(c):x}_' for c in name)}"


def _sql(entry: Entry, text: str, identity: str) -> str:
    """A text of the entry as an expression: parameters typed and never part of the text."""

    def put(found: re.Match[str]) -> str:
        if not found["of"]:
            return escaped(found[0])
        name = found["name"].strip('"')
        if found["of"] == "identity":
            return f"(SELECT _me.{quote(name)} FROM {identity})"
        cast = _CASTS.get(entry.casts.get((found["of"], name), ""), "")
        if not cast and _ASKED.match(
            text, found.end()
        ):  # elsewhere it has the type that it is held against
            return f"%({placeholder(found['of'], name)}{GIVEN})s::text"
        return f"%({placeholder(found['of'], name)})s{cast}"

    parts: list[str] = []
    end = 0
    for found in PARAMETER.finditer(text):
        parts += [escaped(text[end : found.start()]), put(found)]
        end = found.end()
    return f"({''.join(parts)}{escaped(text[end:])}\n)"  # it may end in a comment


def _values(entry: Entry, identity: str) -> str:
    """What the row holds for each pointer, as one object."""
    own = _own(entry.table)
    fields = [
        f"{own}.{quote(c)}" if isinstance(c, str) else _sql(entry, c.sql, identity)
        for c in entry.said.columns.values()
    ]
    named = ", ".join(f"{field} AS f{n}" for n, field in enumerate(fields))
    return f"(SELECT to_jsonb(_seam_f) FROM (SELECT {named}) _seam_f)"


def _own(table: Table) -> str:
    return quote(table.name.rpartition(".")[2])


def _one_sql(entry: Entry, identity: str) -> str:
    own = _own(entry.table)
    where = _sql(entry, entry.said.where, identity) if entry.said.where else None
    found = [f"{own}.{quote(c)} = %(key{n})s" for n, c in enumerate(entry.key.columns)]
    if not entry.key.is_whole and where:
        found.append(f"{where} IS TRUE")
    shown = f"{where} IS TRUE" if where else "NULL::boolean"
    return (
        f"SELECT 0 AS n, {shown} AS shown, {_values(entry, identity)} AS v, NULL AS k, NULL AS low,"
        f" NULL AS high, NULL AS total FROM {table_sql(entry.table)}"
        f" WHERE {' AND '.join(found)} LIMIT 2"
    )


def _list_sql(entry: Entry, identity: str) -> str:
    own, table = _own(entry.table), table_sql(entry.table)
    keys = list(entry.key.columns)
    where = _sql(entry, entry.said.where, identity) if entry.said.where else None
    typed = values(entry.table, keys, "%(items)s").replace("_j(", "_j(_seam_n int, ", 1)
    is_item = " AND ".join(f"{own}.{quote(k)} = _seam_i.{quote(k)}" for k in keys)
    shown_key = ", ".join(f"_seam_i.{quote(k)}" for k in keys)
    key = f"(SELECT to_jsonb(_seam_g) FROM (SELECT {shown_key}) _seam_g)"
    items = (
        f"SELECT _seam_i._seam_n AS n, {f'{where} IS TRUE' if where else 'NULL::boolean'} AS shown,"
        f" {_values(entry, identity)} AS v, {key} AS k"
    )
    from_ = f" FROM {table} JOIN _seam_i ON {is_item}"
    if where is None:
        none = "NULL::bigint AS low, NULL::bigint AS high, NULL::bigint AS total"
        return f"WITH _seam_i AS {typed} {items}, {none}{from_}"
    order = _order(entry, identity)
    window = f" WINDOW _seam_w AS (ORDER BY {order})" if order else ""
    places = (
        "rank() OVER _seam_w AS low, count(*) OVER _seam_w AS high, row_number() OVER _seam_w AS pos"
        if order
        else "NULL::bigint AS low, NULL::bigint AS high, row_number() OVER () AS pos"
    )
    named = ", ".join(f"{own}.{quote(k)} AS k{n}" for n, k in enumerate(keys))
    is_same = " AND ".join(f"_seam_s.k{n} = _seam_i.{quote(k)}" for n, k in enumerate(keys))
    left = ", ".join(f"_seam_s.k{n} AS {quote(k)}" for n, k in enumerate(keys))
    only = "" if entry.key.is_whole else f" WHERE {where} IS TRUE"
    return (
        f"WITH _seam_i AS {typed}, _seam_s AS (SELECT {named}, {places} FROM {table}"
        f" WHERE {where}{window})"
        f" {items}, _seam_s.low, _seam_s.high, NULL::bigint AS total{from_}"
        f" LEFT JOIN _seam_s ON {is_same}{only}"
        f" UNION ALL (SELECT NULL, NULL, NULL,"
        f" (SELECT to_jsonb(_seam_g) FROM (SELECT {left}) _seam_g), pos, NULL, NULL FROM _seam_s"
        f" WHERE pos > %(first)s::bigint AND pos <= %(last)s::bigint"
        f" AND NOT EXISTS (SELECT FROM _seam_i WHERE {is_same}) ORDER BY pos LIMIT {_FEW})"
        f" UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*) FROM _seam_s)"
    )


def _order(entry: Entry, identity: str) -> str:
    if entry.said.order_by is None:
        return ""
    return _sql(entry, entry.said.order_by, identity)[1:-1]  # a list of terms, no expression


def trial(entry: Entry, identity: str) -> tuple[str, dict[str, Any]]:
    """What makes the database read each text of an entry and say of which types the computed values are,
    and parameters for this and for its statement that name nothing."""
    texts = [_sql(entry, text, identity) for text in entry.computed.values()]
    types = ", ".join(f"pg_typeof({text})::text AS t{n}" for n, text in enumerate(texts))
    where = _sql(entry, entry.said.where, identity) if entry.said.where else "true"
    order = _order(entry, identity)
    table = table_sql(entry.table)
    text = (
        f"SELECT {types or '1 AS t'} FROM (SELECT 1) _seam_o LEFT JOIN {table} ON false"
        f" WHERE ({where}) IS NULL OR true{f' ORDER BY {order}' if order else ''} LIMIT 1"
    )
    empty: dict[str, Any] = {}
    for of, n in entry.names():
        empty |= dict.fromkeys((placeholder(of, n), placeholder(of, n) + GIVEN))
    empty |= {f"key{n}": None for n, _ in enumerate(entry.key.columns)}
    return text, {**empty, "items": "[]", "first": 0, "last": 0}


def page_bounds(window: Window) -> dict[str, int]:
    """The places of the list that an answer holds, from behind `first` to `last`."""
    first = window.offset or 0
    size = window.size if window.offset is not None else None
    return {"first": first, "last": _EVERYTHING if size is None else first + size}


def as_key(value: Any, base: str) -> Any:
    """A value of an answer as the key's column takes it; None where it is written otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    if base in _INTEGERS:
        return int(text) if _WHOLE.fullmatch(text) else None
    if base == "uuid":
        return text if _UUID.fullmatch(text) else None
    return text if base in _TEXTS and "\0" not in text else None

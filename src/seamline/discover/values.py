"""A request that an operation should accept: values from rows, from the document, or made.

Path parameters and foreign keys become references to seeded rows, or to the answer of an earlier step
where no row serves; what must be new is made so that no row has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.context import Place
from seamline.discover.choice import Choice, Filled
from seamline.discover.listed import Listed, Option, shape
from seamline.discover.made import NOTHING, Maker, agrees
from seamline.discover.place import Places
from seamline.discover.seed import Rows, categorical, parent, ranked
from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation, Parameter
from seamline.openapi.plain import plain
from seamline.openapi.table.match import Match
from seamline.openapi.table.shape import fits
from seamline.openapi.table.word import singular, words
from seamline.text.redact import carries_credentials

_BY_ITSELF = frozenset(("accept", "content-type", "authorization"))


def fill(
    operation: Operation,
    document: Document,
    match: Match,
    catalog: Catalog,
    rows: Rows,
    role_rows: Mapping[str, Row],
    choice: Choice = Choice(),  # noqa: B008 # frozen
    listed: Mapping[str, Listed] = {},
) -> Filled:
    """Fill one request of an operation. `role_rows` are the rows that the identity owns, by table;
    `listed` what lists have shown, by the shape of their path."""
    return _Filler(operation, document, match, catalog, rows, role_rows, choice, listed).fill()


class _Filler:
    def __init__(
        self,
        operation: Operation,
        document: Document,
        match: Match,
        catalog: Catalog,
        rows: Rows,
        role_rows: Mapping[str, Row],
        choice: Choice,
        listed: Mapping[str, Listed],
    ) -> None:
        self._op, self._document, self._catalog = operation, document, catalog
        self._listed = listed
        self._rows, self._mine, self._choice = rows, role_rows, choice
        self._places = Places(catalog)
        self._table = catalog.by_name.get(match.table) if match.table else None
        self._match = match
        self._missing: list[str] = []
        self._uses: list[str] = []
        self._keys: dict[str, tuple[Place, int]] = {}

    def fill(self) -> Filled:
        request: dict[str, Any] = {}
        parts = {"path": self._path(), "query": {}, "headers": {}}
        for parameter in self._op.parameters:
            place = "headers" if parameter.place == "header" else parameter.place
            if parameter.place == "path" or not parameter.required or place not in parts:
                continue
            if place == "headers" and _comes_by_itself(parameter):
                continue
            value = self._parameter(parameter)
            if value is NOTHING:
                self._missing.append(f"the {parameter.place} parameter {parameter.name}")
            else:
                parts[place][parameter.name] = value
        request |= {place: values for place, values in parts.items() if values}
        request |= self._body()
        return Filled(
            request=request,
            missing=tuple(self._missing),
            uses=tuple(dict.fromkeys(self._uses)),
            keys=self._keys,
        )

    # -- path ------------------------------------------------------------------------------------

    def _path(self) -> dict[str, Any]:
        parameters = {p.name: p for p in self._op.parameters if p.place == "path"}
        schemas = {n: plain(self._document, p.schema) for n, p in parameters.items()}
        places = self._places.of_path(self._op.path, self._match.table, schemas)
        values: dict[str, Any] = {}
        last = True
        for name, place in reversed(places.items()):
            if name in values:  # an earlier step's own path, said with it
                continue
            parameter = parameters.get(name)
            value = _only(schemas.get(name, {}))
            if value is NOTHING:
                value = self._of_row(name, place, last, values)
            if value is NOTHING and parameter is not None and self._may_make(place, last):
                value = self._parameter(parameter)
            if value is NOTHING:
                self._missing.append(f"the path parameter {name}" + _why(place, self._rows))
            else:
                values[name] = value
            last = False
        return {name: values[name] for name in places if name in values}

    def _may_make(self, place: Place | None, last: bool) -> bool:
        """Whether a path parameter may be something that no row has: a PUT makes it, or it names no row."""
        if place is None:
            return True
        if self._rows.get(place.table):
            return False
        table = self._catalog.by_name[place.table]
        return (last and self._op.method == "PUT") or not self._places.tells(table, place.column)

    def _of_row(self, name: str, place: Place | None, last: bool, values: dict[str, Any]) -> Any:
        shown = self._shown(name, place)
        rows = self._rows.get(place.table, ()) if place is not None else shown
        value = self._of_made(name, place, values) if self._choice.prefer_made or not rows else None
        if value is not None:
            return value
        if place is None:
            return self._of_list(name, shown, last, values)
        for child, index in self._keys.values():
            found = parent(child, index, place, self._rows, self._catalog)
            if found is not None:
                return self._reference(name, place, found)
        order = self._order(place.table, leaf=self._op.method == "DELETE")
        if shown and all(o.place == place for o in shown):  # what shows is there for the asking
            known = {o.index for o in shown}
            order.sort(key=lambda index: index not in known)
        elif shown:
            return self._of_list(name, shown, last, values)
        if not order or (last and self._choice.variant >= len(order)):
            return NOTHING
        index = order[self._choice.variant % len(order)]
        if any(o.index == index for o in shown):
            self._as_listed(name, values)
        return self._reference(name, place, index)

    def _of_made(self, name: str, place: Place | None, values: dict[str, Any]) -> Any:
        """What stands for the row that earlier acts make; None where none do."""
        before = self._op.path.partition(f"/{{{name}}}")[
            0
        ]  # what the path before it makes, if known
        key = before if before in self._choice.made else place.table if place is not None else ""
        made = self._choice.made.get(key)
        if made is None:
            return None
        value = made.value(place.column) if place is not None else NOTHING
        if value is NOTHING and key == before:
            value = made.own
        if value is NOTHING:
            return None if place is None else NOTHING
        self._uses.append(key)
        for other, known in made.path.items():
            if f"{{{other}}}" in self._op.path and other != name:
                values.setdefault(other, known)
        return value

    def _shown(self, name: str, place: Place | None) -> list[Option]:
        """What the list at the path before a parameter has shown."""
        listed = self._listed.get(shape(self._op.path.partition(f"/{{{name}}}")[0]))
        if listed is None:
            return []
        return list(listed.options(name, place, self._catalog, self._rows))

    def _of_list(
        self, name: str, shown: Sequence[Option], last: bool, values: dict[str, Any]
    ) -> Any:
        if not shown or (last and self._choice.variant >= len(shown)):
            return NOTHING
        option = shown[self._choice.variant % len(shown)]
        self._as_listed(name, values)
        if option.place is not None:
            self._keys[name] = (option.place, option.index)
        return option.value

    def _as_listed(self, name: str, values: dict[str, Any]) -> None:
        """What stands before an item of a list is what stood in the list's own path."""
        before = self._op.path.partition(f"/{{{name}}}")[0]
        listed = self._listed[shape(before)]
        names = re.findall(r"\{([^{}/]+)\}", before)
        for other, value, key in zip(names, listed.path, listed.keys, strict=True):
            values[other] = value
            if key is not None:
                self._keys[other] = key

    def _order(self, table: str, *, leaf: bool = False) -> list[int]:
        known = self._catalog.by_name[table]
        return ranked(known, self._rows, self._catalog, self._mine, leaf=leaf)

    def _reference(self, name: str, place: Place, index: int) -> Any:
        if self._rows[place.table][index].get(place.column) is None:
            return NOTHING
        if name:
            self._keys[name] = (place, index)
        return {"$row": f"{place.table}[{index}].{place.column}"}

    # -- single values and bodies ----------------------------------------------------------------

    def _parameter(self, parameter: Parameter) -> Any:
        if parameter.place != "path":
            place = self._places.reference(parameter.name, None)
            schema = plain(self._document, parameter.schema)
            value = NOTHING if place is None else self._referred(place, schema)
            if value is not NOTHING:
                return value
        if parameter.example is not msgspec.UNSET and parameter.example is not None:
            return parameter.example
        return self._maker().value(parameter.schema, (parameter.name,))

    def _maker(self) -> Maker:
        taken: dict[str, set[str]] = {}
        if self._table is not None:
            for column in _unique(self._table):
                taken[column] = {str(r.get(column)) for r in self._rows.get(self._table.name, ())}
        return Maker(
            self._document,
            salt=self._choice.salt,
            full=self._choice.full,
            bare=self._choice.bare,
            only=self._choice.only,
            hook=self._hook,
            taken=taken,
        )

    def _body(self) -> dict[str, Any]:
        if not self._op.bodies:
            return {}
        names = sorted(self._op.bodies, key=_liking)
        media, body = names[0], self._op.bodies[names[0]]
        way = _liking(media)
        if way == 3:
            self._missing.append(f"a body of {media}")
            return {}
        if way == 2:
            return {"body": "seam", "mediaType": media}
        if body.example is not msgspec.UNSET and not self._choice.salt:
            value = body.example
        else:
            maker = self._maker()
            value = maker.value(body.schema)
            self._missing += [f"the body's {m}" for m in maker.missing]
        if value is NOTHING:
            return {}
        if way == 1:
            return {"form": value} if isinstance(value, dict) else {}
        exact = {} if media == "application/json" or "*" in media else {"mediaType": media}
        return {"json": value, **exact}

    def _hook(self, path: tuple[str, ...], schema: Mapping[str, Any]) -> Any:
        """A property that names another row, or one of few kinds that the rows know."""
        if not path or schema.get("type") in ("object", "array", "boolean") or "const" in schema:
            return NOTHING
        own = self._table if len(path) == 1 else None
        name = _one(path[-1])
        if own is not None and self._op.method in ("PUT", "PATCH"):
            for said, (key, index) in self._keys.items():
                at_row = key.table == own.name and words(key.column) == words(name)
                if at_row or words(said) == words(path[-1]):
                    return self._reference("", key, index)
        place = self._places.reference(name, own)
        if place is not None and place.table == getattr(own, "name", None) and len(path) == 1:
            foreign = own.foreign_keys if own is not None else ()
            if not any(k.table == place.table for k in foreign):
                place = None  # the row's own key, to be made
        if place is not None and "enum" not in schema:
            found = self._referred(place, schema)
            if found is not NOTHING:
                return found
        return self._kind(own, name, schema)

    def _referred(self, place: Place, schema: Mapping[str, Any]) -> Any:
        if not self._places.agrees(place, schema):
            return NOTHING
        made = self._choice.made.get(place.table)
        order = self._order(place.table)
        if made is not None and not order and made.value(place.column) is not NOTHING:
            self._uses.append(place.table)
            return made.value(place.column)
        if not order:
            return NOTHING
        return self._reference("", place, order[self._choice.variant % len(order)])

    def _kind(self, own: Table | None, name: str, schema: Mapping[str, Any]) -> Any:
        if own is None or {"enum", "example", "examples"} & schema.keys():
            return NOTHING
        column = next((c for c in own.columns if words(c.name) == words(name)), None)
        if column is None or schema.get("type") != "string" or not fits(schema, column):
            return NOTHING
        if column.enum:
            return column.enum[0]
        rows = self._rows.get(own.name, ())
        if not categorical(rows, column.name) or column.name in _unique(own):
            return NOTHING
        first = next((r[column.name] for r in rows if r.get(column.name)), None)
        return first if isinstance(first, str) and agrees(schema, first) else NOTHING


def _only(schema: Mapping[str, Any]) -> Any:
    """The one value that a schema allows, or `NOTHING`."""
    options = schema.get("enum")
    if "const" in schema:
        return schema["const"]
    return options[0] if isinstance(options, list) and len(options) == 1 else NOTHING


def _why(place: Place | None, rows: Rows) -> str:
    if place is None:
        return ": no column is plain for it"
    return (
        f": {place.table} has no more rows"
        if rows.get(place.table)
        else (f": {place.table} has no rows")
    )


def _comes_by_itself(parameter: Parameter) -> bool:
    return parameter.name.lower() in _BY_ITSELF or carries_credentials(parameter.name)


def _unique(table: Table) -> Sequence[str]:
    """Columns of which no two rows may have the same value, by themselves or in a key."""
    keyed = {c for k in table.unique for c in (k.columns or _named_in(table, k.expressions))}
    return [c.name for c in table.columns if c.name in keyed]


def _named_in(table: Table, expressions: Sequence[str]) -> list[str]:
    text = " ".join(expressions)
    return [c.name for c in table.columns if c.name in text]


def _one(name: str) -> str:
    """`flow_ids` names one flow's id, once a value of the list is wanted."""
    head, _, tail = name.rpartition("_")
    return f"{head}_{singular(tail)}" if head else name


def _liking(media: str) -> int:
    if "json" in media or media in ("*/*", "application/*"):
        return 0
    if media == "application/x-www-form-urlencoded":
        return 1
    return 2 if media.startswith("text/") or media == "application/octet-stream" else 3

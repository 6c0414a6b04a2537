"""The accepted request with one property more, which the document does not let a caller send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.checks.likeness import column_named
from seamline.checks.mass_assignment import property_column
from seamline.model.case import Case, Step, Twist
from seamline.model.catalog import Column, Table
from seamline.openapi.operation import Operation
from seamline.openapi.writable import Declared, answered, declared
from seamline.run.probe.world import World, name_of

CHECK = "massAssignment"
_MOST = 6
"""Properties tried of one operation, the ones that do most harm first."""
_WANTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(is_?)?(admin|staff|super_?user|root)$|^(user_?)?(role|type|level|tier|plan)$",
        r"^(user|owner|customer|account|member|client|author|created_?by|tenant)_?(id|uuid)?$",
        r"total|amount|balance|credit|discount|price|paid|cost|fee$|points",
        r"^(order_?|account_?)?(status|state)$|verified|approved|active|enabled|blocked|banned|locked",
        r"^(id|uuid)$",
        r"^(created|updated|deleted)_?(at|on)$",
    )
)
_INTEGERS = frozenset({"smallint", "integer", "bigint", "int2", "int4", "int8"})
_FRACTIONS = frozenset({"numeric", "real", "double precision", "float4", "float8"})
_TEXTS = frozenset({"text", "character varying", "varchar", "citext"})
_STAMPS = frozenset({"timestamp with time zone", "timestamp without time zone", "timestamptz"})
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_UUID = "5eaf1e5e-0000-4000-8000-00000000cafe"


def assign(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """One case per property. A create goes first without it, to see what the row holds then."""
    context = world.contexts.get(known.key)
    body = base.steps[0].request.json
    table = context.table(context.resource) if context is not None else None
    if (
        context is None
        or table is None
        or world.document is None
        or known.method not in ("POST", "PUT", "PATCH")
        or not isinstance(body, dict)
    ):
        return
    asked = _asked(known, world)
    if asked is None or asked.is_open:
        return  # what takes anything may keep it
    found = 0
    for column in _wanted(table, context, asked, body):
        name, shape = _property(column, context, _told(known, world), body)
        value = _value(column, table, shape, base.steps[0].identity, world)
        if value is None or name in body:
            continue
        yield _case(base, known, table, name, value)
        found += 1
        if found == _MOST:
            return


def _case(base: Case, known: Operation, table: Table, name: str, value: Any) -> Case:
    twist = Twist(
        scenario=CHECK, what=f"{name}, which is not the caller's to set", where=f"body/{name}"
    )
    own = base.steps[0]
    first = msgspec.structs.replace(own, label="without")
    steps: tuple[Step, ...] = ()
    body = dict(own.request.json)
    if known.method == "POST":
        steps = (first,)
        body = _another(body, table)
    request = msgspec.structs.replace(own.request, json={**body, name: value})
    last = msgspec.structs.replace(own, request=request, label="with", status=(), twist=twist)
    return msgspec.structs.replace(
        base,
        id=name_of(known, f"sets-{name}"),
        kind="negative",
        steps=(*steps, last),
        validations=None if base.validations is None else base.validations | {CHECK},
        origin=f"derived: {base.id} with {name}, which the document does not let a caller send",
    )


# -- what is declared --------------------------------------------------------------------------------


def _asked(known: Operation, world: World) -> Declared | None:
    """The properties that the document lets a caller send; None where it declares none."""
    assert world.document is not None
    body = next((b for m, b in known.bodies.items() if m.endswith("json")), None)
    if body is None or body.schema is None:
        return None
    asked = declared(world.document, body.schema)
    return asked if asked.properties else None


def _told(known: Operation, world: World) -> Mapping[str, dict[str, Any]]:
    """The properties of a successful answer: how the API writes what its rows hold."""
    assert world.document is not None
    for status, answer in known.answers.items():
        if status.startswith("2"):
            for media, pointer in answer.media.items():
                if media.endswith("json"):
                    return answered(world.document, pointer).properties
    return {}


def _wanted(
    table: Table, context: Context, asked: Declared, body: Mapping[str, Any]
) -> Iterator[Column]:
    """Columns worth setting that no declared property sets, the most harmful kinds first."""
    declared_ones = {
        c.name for p in (*asked.properties, *body) if (c := property_column(p, context)) is not None
    }
    done: set[str] = set()
    for pattern in _WANTED:
        for column in table.columns:
            if column.name in done or column.name in declared_ones or column.generated:
                continue
            if pattern.search(column.name):
                done.add(column.name)
                yield column


def _property(
    column: Column,
    context: Context,
    told: Mapping[str, dict[str, Any]],
    body: Mapping[str, Any],
) -> tuple[str, dict[str, Any]]:
    """How the API calls a column, with the schema that it gives it in answers."""
    for name, shape in told.items():
        found = property_column(name, context)
        if found is not None and found.name == column.name:
            return name, shape
    is_camel = any(re.search(r"[a-z][A-Z]", n) for n in (*body, *told))
    first, *rest = column.name.split("_")
    return first + "".join(map(str.capitalize, rest)) if is_camel else column.name, {}


# -- values ------------------------------------------------------------------------------------------


def _value(
    column: Column, table: Table, shape: Mapping[str, Any], identity: str, world: World
) -> Any:
    """A value that the column can hold and would hardly hold by itself; None where none is plain."""
    key = next((k for k in table.foreign_keys if column.name in k.columns), None)
    if key is not None:
        others = (n for n, people in world.people.items() if people == key.table and n != identity)
        other = next(others, None)
        return {"$identity": f"{other}.{key.to[0]}"} if other and len(key.columns) == 1 else None
    labels = column.enum or _listed(column, table)
    default = column.default or ""
    if labels:
        others = (label for label in reversed(labels) if f"'{label}'" not in default)
        return next(others, None)
    if column.base == "boolean":
        return not default.lower().startswith("true")
    if column.base in _INTEGERS:
        return 9753
    if column.base in _FRACTIONS:
        whole = column.type.endswith(",0)")
        text = "97" if whole else "97.53"
        return text if shape.get("type") == "string" else float(text)
    if column.base == "uuid":
        return _UUID
    if column.base in _STAMPS or column.base == "date":
        return "2001-02-03" if column.base == "date" else "2001-02-03T04:05:06Z"
    is_role = column.base in _TEXTS and _WANTED[0].search(column.name) is not None
    return "admin" if is_role and (column.max_length or 5) >= 5 else None


def _listed(column: Column, table: Table) -> tuple[str, ...]:
    """The texts that a CHECK of the one column allows: `role IN ('customer', 'admin')`."""
    if column.base not in _TEXTS:
        return ()
    for constraint in table.checks:
        words = set(re.findall(r"\w+", _QUOTED.sub("", constraint.expression)))
        if words & set(table.by_column) == {column.name}:
            texts = tuple(_QUOTED.findall(constraint.expression))
            if len(texts) > 1:
                return texts
    return ()


def _another(body: dict[str, Any], table: Table) -> dict[str, Any]:
    """The body of another such thing: what must be unique differs by one character."""
    unique = {c for k in table.unique for c in k.columns}
    unique |= {w for k in table.unique for e in k.expressions for w in re.findall(r"\w+", e)}
    unique |= set(table.primary_key)
    changed = dict(body)
    for name, value in body.items():
        column = column_named(table, name)
        if column is not None and column.name in unique and isinstance(value, str):
            changed[name] = _turned(value)
    return changed


def _turned(text: str) -> str:
    """The text with its first letter or digit replaced by the next of its kind; hex stays hex."""
    for at, char in enumerate(text):
        if char.isascii() and char.isalnum():
            return text[:at] + _next(char) + text[at + 1 :]
    return text


def _next(char: str) -> str:
    if char.isdecimal():
        return str((int(char) + 1) % 10)
    first, last = ("a", "f") if char.lower() in "abcdef" else ("g", "z")
    turned = first if char.lower() == last else chr(ord(char.lower()) + 1)
    return turned.upper() if char.isupper() else turned

"""Input that the document allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from seamline.checks.context import Context
from seamline.checks.listing import asked
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange
from seamline.openapi.document import Document
from seamline.openapi.plain import plain, properties

EXAMPLE = "documented-example"
_REFUSED = frozenset({400, 415, 422})
_REFERS = re.compile(r"(?:^|_)(?:ids?|uuid|key|code|slug|sku|name|email)$|(?<=[a-z])Ids?$")
"""Names of what must be there, or must not be there yet: a value within bounds may be refused."""


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.twist is not None
        and x.twist.valid is True
        and x.twist.where.partition("/")[0].partition(" ")[0] in ("body", "query")
    )


@check(source="the OpenAPI document", applies=_applies, severity="warning")
def valid_input_accepted(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A documented example, and a value at a bound that the document gives, is not refused as invalid."""
    assert x.twist is not None
    if x.status not in _REFUSED or context.operation is None:
        return
    if x.twist.scenario == EXAMPLE:
        yield Fault(
            title=f"the document's own example is refused with {name_of(x.status)}",
            expected="not 400, 415 or 422",
            actual=f"{name_of(x.status)}: {excerpt(x)}",
            detail="example",
            severity=None if _speaks_of_others(x.request.json) else "error",
        )
        return
    name = x.twist.where.replace("/", " ").split()[-1]
    bound = _bound(x, context)
    if bound is None or _REFERS.search(name):
        yield Abstain("the value may be refused for what it means")
    elif x.response is None or name.encode() not in x.response.body:
        # A stock that is too small, a date that is taken: the value is no invalid one.
        yield Abstain("the refusal does not name the changed part: it may be for another reason")
    else:
        yield Fault(
            title=f"refused {bound} at {x.twist.where} with {name_of(x.status)}",
            expected="not 400, 415 or 422, as the document's schema allows it",
            actual=f"{name_of(x.status)}: {excerpt(x)}",
            detail=f"{bound} {x.twist.where}",
        )


def _speaks_of_others(body: Any) -> bool:
    """Whether an example has values that may have to exist: examples are made for another database."""
    if isinstance(body, dict):
        return any(_REFERS.search(k) or _speaks_of_others(v) for k, v in body.items())
    return isinstance(body, list) and any(map(_speaks_of_others, body))


def _bound(x: Exchange, context: Context) -> str | None:
    """Which bound of its schema the changed value stands at: `the maximum`, `an enum value`."""
    assert x.twist is not None and context.operation is not None
    document = context.schemas.document if context.schemas is not None else None
    if document is None:
        return None
    if x.twist.where.startswith("query "):
        name = x.twist.where.removeprefix("query ")
        found = [p for p in context.operation.parameters if p.place == "query" and p.name == name]
        value = asked(x).get(name)
        return _at(plain(document, found[0].schema), value) if found and value is not None else None
    parts = x.twist.where.split("/")[1:]
    schemas = [b.schema for n, b in context.operation.bodies.items() if "json" in n]
    if not parts or len(schemas) != 1:
        return None
    value, schema = _below(document, x.request.json, schemas[0], parts)
    return _at(schema, value)


def _below(
    document: Document, value: Any, schema: Any, parts: Sequence[str]
) -> tuple[Any, dict[str, Any]]:
    for part in parts:
        node = plain(document, schema)
        if isinstance(value, dict) and part in value:
            value, schema = value[part], properties(node).get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value, schema = value[int(part)], node.get("items")
        else:
            return None, {}
    return value, plain(document, schema)


def _at(schema: dict[str, Any], value: Any) -> str | None:
    if "pattern" in schema or "format" in schema or isinstance(value, bool):
        return None
    if value in schema.get("enum", ()):
        return "an enum value"
    number = _number(value) if schema.get("type") in ("integer", "number") else None
    if number is not None:
        for word in ("minimum", "maximum"):
            if schema.get(word) == number:
                return f"the {word}"
    if isinstance(value, str) and schema.get("type") == "string":
        for word, said in (("minLength", "the shortest text"), ("maxLength", "the longest text")):
            if schema.get(word) == len(value) and value.strip() == value:
                return said
    return None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None

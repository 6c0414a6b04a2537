"""The rules of contract drift, on the catalog of a real database."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seamline.checks import Context
from seamline.model.catalog import Catalog
from seamline.openapi.document import parse
from seamline.openapi.drift import Drift
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas
from seamline.run.drift import Compared, compared

from ..engines.lab import Lab

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN code AS varchar(8);
CREATE TABLE owners (id uuid PRIMARY KEY, name text);
CREATE TABLE things (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(10) NOT NULL, short code, slug text CHECK (char_length(slug) <= 5),
    small smallint, whole integer, big bigint, percent integer CHECK (percent BETWEEN 1 AND 90),
    price numeric(5,2), free numeric, m mood, kind text CHECK (kind IN ('a', 'b')),
    ref uuid, day date, made timestamptz,
    needed text NOT NULL, filled text NOT NULL DEFAULT 'x', n integer NOT NULL DEFAULT 3,
    note text, owner_id uuid REFERENCES owners,
    CONSTRAINT things_name_key UNIQUE (name), CONSTRAINT mixed CHECK (small < whole)
);
"""


@pytest.fixture
async def catalog(database: Lab) -> Catalog:
    await database.client.run(*filter(str.strip, SCHEMA.split(";\n")))
    return await database.database.catalog()


def contract(
    catalog: Catalog,
    properties: dict[str, Any],
    *,
    required: tuple[str, ...] = (),
    method: str = "post",
    answers: tuple[str, ...] = ("201", "404", "409"),
    shown: dict[str, Any] | None = None,
    effects: str = "insert update",
    **components: Any,
) -> Compared:
    """A document of one operation against the catalog; `shown` are the properties of its answer."""
    body = {"type": "object", "properties": properties, "required": list(required)}
    answer = {"type": "object", "properties": shown or {}, "required": list(shown or {})}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"NewThing": body, "Thing": answer, **components}},
        "paths": {
            "/things": {
                method: {
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/NewThing"}
                            }
                        }
                    },
                    "responses": {
                        status: {
                            "description": "",
                            **({"content": content} if status < "3" else {}),
                        }
                        for status in answers
                    },
                }
            }
        },
    }
    document = parse(json.dumps(raw).encode(), "openapi.json")
    key = f"{method.upper()} /things"
    context = Context(
        operation=operations(document)[key],
        catalog=catalog,
        resource="things",
        effects={"things": frozenset(effects.split())},  # type: ignore[arg-type]
    )
    return compared({key: context}, BodySchemas(document), catalog)


def found(catalog: Catalog, properties: dict[str, Any], **more: Any) -> dict[str, Drift]:
    """Rule and property -> contradiction."""
    (drifts,) = contract(catalog, properties, **more).drifts.values()
    return {f"{d.rule} {d.name}": d for d in drifts}


def integer(**more: Any) -> dict[str, Any]:
    return {"type": "integer", **more}


def string(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


async def test_numbers(catalog: Catalog) -> None:
    wide = found(
        catalog,
        {
            "small": integer(maximum=40_000),
            "whole": integer(),
            "big": {"type": "number"},
            "percent": integer(minimum=1),
            "price": {"type": "number"},
        },
    )
    assert {k: d.value for k, d in wide.items() if k.partition(" ")[0] != "missing"} == {
        "width small": 32_768,
        "width whole": 2**31,
        "width big": 2**63,
        "bounds percent": 91,
        "size price": 1000,
        "scale price": 1.006,
    }
    assert wide["width small"].title == (
        "small: the document allows 32768 (`maximum: 40000`),"
        " things.small (smallint) holds no number above 32767"
    )
    assert wide["width small"].pointer == "#/components/schemas/NewThing/properties/small"


async def test_numbers_that_fit(catalog: Catalog) -> None:
    right = {
        "small": integer(minimum=-5, maximum=32_767),
        "whole": integer(format="int32"),
        "big": integer(format="int64"),
        "percent": integer(minimum=1, maximum=90),
        "price": {"type": "number", "minimum": 0, "maximum": 999.99, "multipleOf": 0.01},
        "free": {"type": "number"},
    }
    assert found(catalog, right) == {}


async def test_amounts_as_text(catalog: Catalog) -> None:
    assert set(found(catalog, {"price": string(pattern=r"^\d+\.\d+$")})) == {
        "size price",
        "scale price",
    }
    assert found(catalog, {"price": string(pattern=r"^\d{1,3}\.\d{2}$")}) == {}


async def test_texts(catalog: Catalog) -> None:
    long = found(
        catalog,
        {"name": string(maxLength=20), "short": string(), "slug": string()},
        required=("name",),
    )
    assert {k: len(d.value) for k, d in long.items()} == {
        "length name": 11,
        "length short": 9,
        "length slug": 6,
    }
    right = {
        "name": string(maxLength=10),
        "short": string(pattern="^[a-z]{1,8}$"),
        "slug": string(enum=["one", "two-and-more"]),
    }
    assert found(catalog, right, required=("name",)) == {}


async def test_forms(catalog: Catalog) -> None:
    loose = {"ref": string(), "day": string(format="date-time"), "made": string()}
    assert set(found(catalog, loose)) == {"form ref", "form day", "form made"}
    right = {
        "ref": string(format="uuid"),
        "day": string(format="date"),
        "made": string(format="date-time"),
    }
    assert found(catalog, right) == {}


async def test_lists(catalog: Catalog) -> None:
    more = found(catalog, {"m": string(enum=["ok", "glad"]), "kind": string()})
    assert {k: d.value for k, d in more.items()} == {"listed m": "glad", "listed kind": "seamline"}
    assert found(catalog, {"m": string(enum=["ok", "sad"]), "kind": string(enum=["a"])}) == {}
    # Words of the API's own, which the system maps: none is a label, or they differ by case alone.
    assert found(catalog, {"m": string(enum=["OK", "SAD", "ok"])}) == {}
    assert found(catalog, {"m": string(enum=["happy", "unhappy"])}) == {}


async def test_nulls(catalog: Catalog) -> None:
    open_ = {"needed": {"type": ["string", "null"]}, "filled": string(), "note": string()}
    assert set(found(catalog, open_)) == {"null needed", "missing needed"}
    assert found(catalog, {"needed": string(), "filled": string()}, required=("needed",)) == {}
    assert found(catalog, {"needed": string(default="")}) == {}
    # A change may leave out what it does not change.
    assert found(catalog, {"needed": string()}, method="patch", answers=("200", "404")) == {}


async def test_defaults(catalog: Catalog) -> None:
    one = found(
        catalog, {"n": integer(default=5, maximum=9, minimum=0), "filled": string(default="x")}
    )
    assert {k: d.told for k, d in one.items()} == {"default n": 5}
    assert found(catalog, {"n": integer(default=3, maximum=9, minimum=0)}) == {}


async def test_keys(catalog: Catalog) -> None:
    body = {"name": string(maxLength=10), "owner_id": string(format="uuid")}
    unsaid = found(catalog, body, answers=("201",), required=("name",))
    assert set(unsaid) == {"unique name", "foreign owner_id"}
    assert found(catalog, body, answers=("201", "4XX"), required=("name",)) == {}
    assert set(found(catalog, body, answers=("201", "404"), required=("name",))) == {"unique name"}


async def test_a_422_of_the_framework_is_no_refusal_of_a_reference(catalog: Catalog) -> None:
    body = {"owner_id": string(format="uuid")}
    assert set(found(catalog, body, answers=("201",))) == {"foreign owner_id"}
    assert found(catalog, body, answers=("201", "422")) == {}


async def test_answers(catalog: Catalog) -> None:
    shown = {"note": string(), "m": string(enum=["ok"]), "name": string()}
    told = found(catalog, {"note": string()}, shown=shown)
    assert set(told) == {"nullAnswer note", "nullAnswer m", "unlisted m"}
    assert told["nullAnswer note"].is_triable
    assert not told["nullAnswer m"].is_triable
    right = {"note": {"type": ["string", "null"]}, "name": string()}
    assert found(catalog, {"note": string()}, shown=right) == {}


async def test_what_the_file_says_that_it_does_not_write_is_left_alone(catalog: Catalog) -> None:
    assert found(catalog, {"whole": integer()}, effects="delete") == {}


DEEPER = """
CREATE TYPE shade AS ENUM ('red', 'blue');
CREATE TABLE orders (id integer PRIMARY KEY, address_zip varchar(5), shade shade, ref uuid, day date,
    number bigint);
CREATE TABLE order_lines (order_id integer REFERENCES orders, sku text, quantity smallint);
CREATE TABLE stray_lines (sku text, quantity smallint);
"""


async def deeper(database: Lab, body: dict[str, Any], parameters: list[Any], path: str) -> set[str]:
    """What is found of `GET` (without a body) or `POST` on a path, as rule, place and column."""
    await database.client.run(*filter(str.strip, DEEPER.split(";\n")))
    catalog = await database.database.catalog()
    method = "post" if body else "get"
    told: dict[str, Any] = {"parameters": parameters, "responses": {"200": {"description": ""}}}
    if body:
        schema = {"type": "object", "properties": body}
        told["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {method: told}},
    }
    document = parse(json.dumps(raw).encode(), "openapi.json")
    key = f"{method.upper()} {path}"
    written = {t: frozenset({"insert"}) for t in ("orders", "order_lines", "stray_lines")}
    context = Context(
        operation=operations(document)[key],
        catalog=catalog,
        resource="orders",
        effects=written,  # type: ignore[arg-type]
    )
    (drifts,) = compared({key: context}, BodySchemas(document), catalog).drifts.values()
    return {f"{d.rule} {d.within}/{d.spot} {d.key}" for d in drifts}


def parameter(name: str, place: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


async def test_objects_and_lists_within_a_body(database: Lab) -> None:
    item = {"sku": string(), "quantity": integer()}
    body = {
        "lines": {"type": "array", "items": {"type": "object", "properties": item}},
        "strays": {"type": "array", "items": {"type": "object", "properties": item}},
        "address": {"type": "object", "properties": {"zip": string(), "city": string()}},
    }
    assert await deeper(database, body, [], "/orders") == {
        "width body/lines/0/quantity order_lines.quantity",
        "length body/address/zip orders.address_zip",
    }


async def test_lists_of_other_things_within_a_body(database: Lab) -> None:
    item = {"text": string(), "author": string(), "quantity": integer()}
    body = {
        "lines": {"type": "array", "items": {"type": "object", "properties": item}},
        "address": string(),
    }
    assert await deeper(database, body, [], "/orders") == set()


async def test_what_path_and_query_are_compared_with(database: Lab) -> None:
    loose = [
        parameter("id", "path", type="integer"),
        parameter("shade", "query", type="string"),
        parameter("ref", "query", type="string"),
        parameter("day", "query", type="string", format="date-time"),
        parameter("number", "header", type="integer"),
        parameter("limit", "query", type="integer"),
    ]
    assert await deeper(database, {}, loose, "/orders/{id}") == {
        "width path/id orders.id",
        "listed query/shade orders.shade",
        "form query/ref orders.ref",
    }


async def test_path_and_query_that_fit(database: Lab) -> None:
    right = [
        parameter("id", "path", type="integer", maximum=2**31 - 1, minimum=0),
        parameter("shade", "query", type="string", enum=["red", "blue"]),
        parameter("ref", "query", type="string", format="uuid"),
    ]
    assert await deeper(database, {}, right, "/orders/{id}") == set()
    # A row of another resource: which of them the path names is not for this table to say.
    other = [parameter("id", "path", type="integer")]
    assert await deeper_again(database, other, "/orders/{id}/notes") == set()


async def deeper_again(database: Lab, parameters: list[Any], path: str) -> set[str]:
    await database.client.run("DROP TABLE order_lines, stray_lines, orders", "DROP TYPE shade")
    return await deeper(database, {}, parameters, path)

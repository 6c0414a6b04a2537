"""Probes of what HTTP promises: pages, absent things."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.catalog import Catalog, Column, Table
from seamline.openapi.document import Document, parse
from seamline.openapi.operation import operations
from seamline.run.probe.absent import absent
from seamline.run.probe.conditional import conditional
from seamline.run.probe.cors import cors
from seamline.run.probe.example import example
from seamline.run.probe.head import head
from seamline.run.probe.narrowed import narrowed
from seamline.run.probe.pages import pages
from seamline.run.probe.timed import timed
from seamline.run.probe.too_large import too_large
from seamline.run.probe.unacceptable import unacceptable
from seamline.run.probe.world import World

ITEM = {"type": "object", "properties": {"id": {"type": "integer"}}}
PAGE = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": ITEM}, "next_cursor": {"type": "string"}},
}


def query(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind, **more}}


def document(path: str, parameters: list[Any], method: str = "get", schema: Any = PAGE) -> Document:
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    node = {"parameters": parameters, "responses": {"200": answer}, "operationId": "op"}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {method: node}},
    }
    return parse(json.dumps(raw).encode(), "openapi.json")


def made(probe: Any, known: Document, request: RequestTemplate, **more: Any) -> list[Case]:
    found = operations(known)
    (key,) = found
    step = Step(operation=key, identity="ann", request=request, label="step1", status=(200,))
    base = Case(id="base", subject=key, kind="positive", steps=(step,))
    world = World(operations=found, document=known, **more)
    return list(probe(base, found[key], world))


def test_pages_are_asked_for_without_what_narrows_the_list() -> None:
    known = document("/items", [query("size", maximum=50), query("page"), query("color", "string")])
    (case,) = made(pages, known, RequestTemplate(query={"color": "red", "page": 3}))
    sent = [s.request.query for s in case.steps]
    assert sent[:3] == [{"size": 50}, {"size": 50}, {"size": 2, "page": 1}]
    assert [s.status for s in case.steps] == [(200,), *[()] * 7]
    assert case.id == "op~pages"


def test_offsets_grow_by_the_size_and_cursors_come_from_the_page_before() -> None:
    known = document("/items", [query("limit"), query("offset")])
    (case,) = made(pages, known, RequestTemplate())
    assert [s.request.query["offset"] for s in case.steps[2:5]] == [0, 2, 4]
    known = document("/items", [query("limit"), query("cursor", "string")])
    (case,) = made(pages, known, RequestTemplate())
    assert case.steps[3].request.query["cursor"] == {"$from": "page0#/next_cursor"}
    known = document("/items", [query("limit"), query("cursor", "string")], schema=ITEM)
    assert not made(pages, known, RequestTemplate())


IDS = Catalog(
    engine="postgresql",
    version="17",
    tables=(
        Table(
            name="items",
            sql="items",
            columns=tuple(
                Column(name=n, type=t, base=t, nullable=False)
                for n, t in (("id", "integer"), ("uid", "uuid"), ("name", "text"), ("at", "date"))
            ),
        ),
    ),
)


def replaced(used: Any, schema: Any, resource: str | None = "items") -> Any:
    parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
    known = document("/items/{id}", [parameter], "put")
    contexts = {"PUT /items/{id}": Context(resource=resource)}
    cases = made(absent, known, RequestTemplate(path={"id": used}), catalog=IDS, contexts=contexts)
    return cases[0].steps[0].request.path["id"] if cases else None


@pytest.mark.parametrize(
    ("used", "schema", "value"),
    [
        (7, {"type": "integer"}, 2147483647),
        (7, {"type": "integer", "maximum": 20_000_000}, 20_000_000),
        (7, {"type": "integer", "maximum": 10}, None),
        ("7", {"type": "string"}, "2147483647"),
        ("blue", {"type": "string"}, "bluff"),
        ("blue", {"type": "string", "enum": ["blue"]}, None),
        ({"$row": "items[0].id"}, {}, 2147483647),
        ({"$row": "items[0].at"}, {}, None),
        (
            {"$row": "items[0].name"},
            {"type": "string"},
            {"$join": [{"$row": "items[0].name"}, "0", "4"]},
        ),
        ({"$identity": "ann.id"}, {}, None),
    ],
)
def test_an_absent_value_has_the_shape_of_the_one_used(used: Any, schema: Any, value: Any) -> None:
    assert replaced(used, schema) == value


def test_a_uuid_is_another_uuid() -> None:
    by_row = {"$row": {"table": "items", "where": {}, "column": "uid"}}
    assert replaced(by_row, {"type": "string"}) == replaced("x", {"format": "uuid"})
    assert replaced(by_row, {"type": "string"}).count("-") == 4


def test_a_parameter_that_names_no_row_is_left_alone() -> None:
    assert replaced("blue", {"type": "string"}, resource=None) is None
    assert replaced({"$row": "items[0].name"}, {"type": "string"}, resource=None) is not None


def test_filters_and_orders_stand_behind_the_whole_list() -> None:
    item = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "color": {"type": "string"}},
    }
    listed = {"type": "object", "properties": {"rows": {"type": "array", "items": item}}}
    sort = query("sort", "string", enum=["id", "-id", "weight"])
    known = document(
        "/items", [query("color", "string"), sort, query("q", "string")], schema=listed
    )
    (case,) = made(narrowed, known, RequestTemplate(query={"color": "red"}))
    assert [s.request.query for s in case.steps] == [
        {},
        {"sort": "-id"},
        {"sort": "id"},
        {"color": {"$from": "whole#/rows/0/color"}},
    ]
    assert not made(narrowed, document("/items", [query("q", "string")]), RequestTemplate())
    assert not made(
        narrowed, document("/items", [query("color", "string")], schema=item), RequestTemplate()
    )


def test_tags_are_tried_where_the_document_speaks_of_them() -> None:
    header = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    (case,) = made(conditional, document("/items", [header]), RequestTemplate())
    sent = [s.request.headers.get("If-None-Match") for s in case.steps]
    assert sent[:2] == [None, {"$from": "first@headers#/etag"}]
    assert sent[2] is not None
    assert not made(conditional, document("/items", []), RequestTemplate())
    match = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
    (case,) = made(conditional, document("/items", [match], "put"), RequestTemplate())
    assert len(case.steps) == 1
    assert not made(conditional, document("/items", [], "put"), RequestTemplate())


def test_the_example_of_a_document_is_sent_unless_it_is_the_base() -> None:
    schema = {"type": "object", "examples": [{"a": 1}]}
    raw = document("/items", [], "post").raw
    raw["paths"]["/items"]["post"]["requestBody"] = {
        "content": {"application/json": {"schema": schema}}
    }
    known = parse(json.dumps(raw).encode(), "openapi.json")
    (case,) = made(example, known, RequestTemplate(json={"a": 2}))
    assert case.steps[0].request.json == {"a": 1}
    assert not made(example, known, RequestTemplate(json={"a": 1}))
    assert not made(example, known, RequestTemplate())


def test_a_foreign_origin_asks_once_a_system() -> None:
    known = document("/items", [])
    found = operations(known)
    step = Step(operation="GET /items", identity="ann", request=RequestTemplate(), label="s")
    base = Case(id="base", subject="GET /items", kind="positive", steps=(step,))
    other = World(operations=found, bases={"GET /first": base, "GET /items": base})
    assert not list(cors(base, found["GET /items"], other))
    first = World(operations=found, bases={"GET /items": base, "GET /last": base})
    (case,) = cors(base, found["GET /items"], first)
    assert [s.operation for s in case.steps] == ["OPTIONS /items", "GET /items"]


def test_large_requests_are_sent_once_a_system() -> None:
    known = document("/items", [])
    operation = operations(known)["GET /items"]
    read = Step(operation="GET /items", identity="ann", request=RequestTemplate(), label="s")
    base = Case(id="base", subject="GET /items", kind="positive", steps=(read,))
    (case,) = too_large(base, operation, World(operations={}, bases={"GET /items": base}))
    assert len(case.steps[0].request.headers["X-Padding"]) == 65536
    assert not list(too_large(base, operation, World(operations={}, bases={"GET /first": base})))
    write = msgspec.structs.replace(read, request=RequestTemplate(json={"a": 1}))
    base = msgspec.structs.replace(base, steps=(write,))
    body, header = too_large(base, operation, World(operations={}, bases={"GET /items": base}))
    assert len(body.steps[0].request.body or "") > 9_000_000
    assert header.steps[0].request.json == {"a": 1}


def test_what_has_a_budget_is_timed_a_few_times() -> None:
    known = document("/items", [])
    contexts = {"GET /items": Context(latency_ms=10)}
    (case,) = made(timed, known, RequestTemplate(), contexts=contexts)
    assert [s.label for s in case.steps] == ["time1", "time2", "time3", "time4", "last"]
    assert not made(timed, known, RequestTemplate(), contexts={"GET /items": Context()})
    contexts = {"PUT /items": Context(latency_ms=10)}
    (case,) = made(timed, document("/items", [], "put"), RequestTemplate(), contexts=contexts)
    assert [s.label for s in case.steps] == ["last"]


def test_head_is_sent_where_the_document_has_it() -> None:
    known = document("/items", [])
    assert not made(head, known, RequestTemplate())
    operation = operations(known)["GET /items"]
    both = {"GET /items": operation, "HEAD /items": operation}
    step = Step(operation="GET /items", identity="ann", request=RequestTemplate(), label="s")
    base = Case(id="base", subject="GET /items", kind="positive", steps=(step,))
    (case,) = head(base, operation, World(operations=both))
    assert [s.operation for s in case.steps] == ["GET /items", "HEAD /items"]


def test_an_unknown_media_type_is_asked_for_where_406_is_documented() -> None:
    known = document("/items", [])
    assert not made(unacceptable, known, RequestTemplate())
    known.raw["paths"]["/items"]["get"]["responses"]["406"] = {"description": "no"}
    base = RequestTemplate(headers={"accept": "text/csv", "X-A": "1"})
    (case,) = made(unacceptable, parse(json.dumps(known.raw).encode(), "openapi.json"), base)
    assert case.steps[0].request.headers == {"X-A": "1", "Accept": "application/x-nothing"}

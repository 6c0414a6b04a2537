"""What becomes of what a POST creates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.model.case import Case, RequestTemplate, Step
from seamline.openapi.operation import Operation
from seamline.run.probe import World
from seamline.run.probe.life import life

from ...checks.world import answers, context, operation

POST, ITEM = "POST /orders", "/orders/{id}"


def case(key: str, status: int = 200, identity: str = "ann", **request: Any) -> Case:
    template = RequestTemplate(**request)
    step = Step(operation=key, identity=identity, request=template, label="x", status=(status,))
    return Case(id=key, subject=key, kind="positive", steps=(step,))


def world(*keys: str, bases: Mapping[str, Case] | None = None, **context_of: Any) -> World:
    operations = {k: _operation(k) for k in (POST, *keys)}
    return World(
        operations=operations,
        contexts={POST: context(**context_of)},
        bases=bases or {},
    )


def _operation(key: str) -> Operation:
    return operation(answers(s200={"application/json": None}), key)[0]


BASE = case(POST, 201, json={"note": "x"})


def test_create_read_change_read_delete_read() -> None:
    bases = {
        f"GET {ITEM}": case(f"GET {ITEM}", path={"id": 1}, query={"full": True}),
        f"PATCH {ITEM}": case(f"PATCH {ITEM}", identity="bob", path={"id": 2}, json={"note": "y"}),
        f"DELETE {ITEM}": case(f"DELETE {ITEM}", identity="root", path={"id": 3}),
    }
    here = world(*bases, bases=bases, columns={"#/id": "orders.id"})
    (one,) = life(BASE, here.operations[POST], here)
    assert [s.operation.partition(" ")[0] for s in one.steps] == [
        "POST",
        "GET",
        "PATCH",
        "GET",
        "DELETE",
        "GET",
    ]
    assert [s.identity for s in one.steps] == ["ann", "ann", "bob", "ann", "root", "ann"]
    assert all(s.request.path == {"id": {"$from": "created#/id"}} for s in one.steps[1:])
    assert one.steps[0].status == (201,) and not any(s.status for s in one.steps[1:])
    assert one.steps[1].request.query == {"full": True}


def test_a_key_that_the_request_chooses_needs_no_answer() -> None:
    base = case(POST, 201, json={"note": "x"})
    here = world("GET /orders/{note}")
    (one,) = life(base, here.operations[POST], here)
    assert one.steps[1].request.path == {"note": "x"}


def test_a_required_property_of_the_answer_is_one() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    content = answers(s201={"application/json": schema})
    op, _ = operation(content, POST)
    here = world(f"GET {ITEM}", responses=content, key=POST)
    (one,) = life(BASE, op, here)
    assert one.steps[1].request.path == {"id": {"$from": "created#/id"}}
    unsure = answers(s201={"application/json": {**schema, "required": []}})
    here = world(f"GET {ITEM}", responses=unsure, key=POST)
    assert not list(life(BASE, operation(unsure, POST)[0], here))


def test_where_it_cannot_be_read_there_is_nothing_to_tell() -> None:
    here = world(f"DELETE {ITEM}", columns={"#/id": "orders.id"})
    assert not list(life(BASE, here.operations[POST], here))
    here = world(f"GET {ITEM}", "GET /orders/{name}", columns={"#/id": "orders.id"})
    assert not list(life(BASE, here.operations[POST], here))
    here = world(f"GET {ITEM}")
    assert not list(life(BASE, here.operations[POST], here))

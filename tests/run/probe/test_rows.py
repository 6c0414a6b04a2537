"""Probes of what happens to rows: twice under one key, and a PATCH that says nothing new."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.openapi.operation import Operation, Parameter
from seamline.run.probe import World
from seamline.run.probe.same_key import same_key
from seamline.run.probe.unchanged import unchanged

from ...checks.world import context

PATCH = "PATCH /orders/{id}"
ROW: dict[str, Any] = {"$row": "orders[2].id"}


def operation(key: str, *parameters: Parameter) -> Operation:
    method, _, path = key.partition(" ")
    return Operation(
        method=method,
        path=path,
        operation_id="",
        parameters=parameters,
        answers={},
        security=(),
    )


def base(key: str, json: Any, **path: Any) -> Case:
    request = RequestTemplate(path=path, json=json)
    step = Step(operation=key, identity="ann", request=request, label="x", status=(200,))
    return Case(id="base", subject=key, kind="positive", steps=(step,))


def table(**nullable: bool) -> World:
    here = context()
    known = here.table("orders")
    assert known is not None and here.catalog is not None
    columns = tuple(msgspec.structs.replace(c, nullable=False) for c in known.columns)
    orders = msgspec.structs.replace(known, columns=columns)
    others = tuple(t for t in here.catalog.tables if t.name != "orders")
    catalog = msgspec.structs.replace(here.catalog, tables=(orders, *others))
    return World(operations={}, contexts={PATCH: msgspec.structs.replace(here, catalog=catalog)})


def test_one_property_is_sent_as_the_named_row_holds_it() -> None:
    body = {"status": "paid", "password": "x", "note": "hi"}
    (case,) = unchanged(base(PATCH, body, id=ROW), operation(PATCH), table())
    (step,) = case.steps
    held = {"table": "orders", "column": "note", "index": 2, "where": {}}
    assert step.request.json == {"note": {"$row": held}}
    assert step.request.path == {"id": ROW}
    assert step.status == () and step.twist is not None
    assert (step.twist.scenario, case.id) == ("unchanged", f"{PATCH}~unchanged")


def test_a_body_of_one_property_is_asked_for_too() -> None:
    (case,) = unchanged(base(PATCH, {"note": "hi"}, id=ROW), operation(PATCH), table())
    assert isinstance(case.steps[0].request.json, dict)
    assert case.steps[0].request.json.keys() == {"note"}


def test_where_the_row_is_not_of_the_seed_a_part_follows_the_whole() -> None:
    body = {"data": {"note": "hi", "total": "1.00"}}
    (case,) = unchanged(base(PATCH, body, id=7), operation(PATCH), table())
    first, second = case.steps
    assert first.request.json == body
    assert second.request.json == {"data": {"note": "hi"}}
    assert second.twist is not None and second.twist.scenario == "part"


def test_nothing_is_sent_where_there_is_nothing_to_leave_out() -> None:
    for key, json in (
        (PATCH, {"note": "hi"}),
        (PATCH, [1]),
        ("PUT /orders/{id}", {"a": 1, "b": 2}),
    ):
        assert not list(unchanged(base(key, json, id=7), operation(key), table()))


def test_a_documented_key_is_sent_twice() -> None:
    header = Parameter(name="Idempotency-Key", place="header", required=False)
    post = "POST /orders"
    (case,) = same_key(base(post, {"a": 1}), operation(post, header), table())
    first, second = (s.request.headers for s in case.steps)
    assert first == second and list(first) == ["Idempotency-Key"]
    assert [s.status for s in case.steps] == [(200,), ()]
    assert not list(same_key(base(post, {}), operation(post), table()))
    assert not list(same_key(base("PUT /x", {}), operation("PUT /x", header), table()))

"""Hard values, written and read back."""

from __future__ import annotations

from typing import Any

from seamline.model.case import Case, RequestTemplate, Step
from seamline.run.probe import World
from seamline.run.probe.kept import kept

from ...checks.world import answers, context, operation

POST, PUT, GET = "POST /orders", "PUT /orders/{id}", "GET /orders/{id}"
OPERATIONS = {k: operation(answers(s200=None), k)[0] for k in (POST, PUT, GET)}
WORLD = World(operations=OPERATIONS, contexts={POST: context(columns={"#/id": "orders.id"})})


def base(key: str, body: Any, **path: Any) -> Case:
    request = RequestTemplate(path=path, query={"q": 1}, json=body)
    step = Step(operation=key, identity="ann", request=request, label="x", status=(200,))
    return Case(id="base", subject=key, kind="positive", steps=(step,))


def test_each_property_gets_what_is_hard_to_keep_for_its_kind() -> None:
    body = {"note": "x", "n": 1, "at": "2030-01-01T00:00:00Z", "yes": True, "password": "x"}
    cases = list(kept(base(POST, body), OPERATIONS[POST], WORLD))
    assert [c.id.rpartition("~")[2] for c in cases] == [
        "kept.note.unicode",
        "kept.n.beyond-double",
        "kept.at.zone",
        "kept.note.leading-zeros",
    ]
    write, read = cases[1].steps
    assert write.request.json == {**body, "n": 2**53 + 1}
    assert write.status == () and write.twist is not None
    assert read.request.path == {"id": {"$from": "created#/id"}}
    assert read.twist is not None and read.twist.scenario == "keptRead"


def test_a_put_is_read_at_its_own_path() -> None:
    first, *_ = kept(base(PUT, {"note": "x"}, id=7), OPERATIONS[PUT], WORLD)
    read = first.steps[1]
    assert (read.operation, read.request) == (GET, RequestTemplate(path={"id": 7}))


def test_a_key_that_the_request_chooses_is_read_under_its_new_value() -> None:
    get = "GET /orders/{code}"
    operations = {POST: OPERATIONS[POST], get: operation(answers(s200=None), get)[0]}
    world = World(operations=operations, contexts={POST: context()})
    cases = list(kept(base(POST, {"code": "A1"}), OPERATIONS[POST], world))
    assert [c.steps[1].request.path["code"] for c in cases] == [
        c.steps[0].request.json["code"] for c in cases
    ]


def test_what_cannot_be_read_back_or_has_no_body_is_left_out() -> None:
    lone = World(operations={POST: OPERATIONS[POST], PUT: OPERATIONS[PUT]}, contexts={})
    assert not list(kept(base(POST, {"a": "x"}), OPERATIONS[POST], lone))
    assert not list(kept(base(PUT, {"a": "x"}, id=1), OPERATIONS[PUT], lone))
    assert not list(kept(base(POST, ["x"]), OPERATIONS[POST], WORLD))
    assert not list(kept(base(GET, {"a": "x"}), OPERATIONS[GET], WORLD))

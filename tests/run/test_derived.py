"""Derived cases: behind the cases of their operation, one change of its fullest accepted request each."""

from __future__ import annotations

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.openapi.derive.edit import Edit
from seamline.openapi.operation import Operation
from seamline.run.derived import with_derived
from seamline.run.probe import World

MADE = "POST /items"


def operation(method: str, path: str = "/items", name: str = "") -> Operation:
    return Operation(
        method=method, path=path, operation_id=name, parameters=(), answers={}, security=()
    )


def case(
    name: str, subject: str = MADE, status: int = 201, kind: str = "positive", **body: object
) -> Case:
    step = Step(
        operation=subject,
        identity="ann",
        request=RequestTemplate(json=body) if body else RequestTemplate(),
        label="step1",
        status=(status,),
    )
    return Case(id=name, subject=subject, kind=kind, steps=(step,))  # type: ignore[arg-type]


OPERATIONS = {o.key: o for o in (operation("POST", name="make"), operation("GET"))}
WRONG = Edit(place="body", at=("b",), value=0, scenario="wrong", what="wrong", valid=False)
EDGE = Edit(place="body", at=("a",), value=9, scenario="edge", what="edge", valid=True)
WORLD = World(operations=OPERATIONS)
METHODS = [
    Edit(place="method", value=m, scenario="unspecified", what=m)
    for m in ("DELETE", "GET", "OPTIONS", "TRACE", "QUERY", "HEAD")
]


def test_the_fullest_accepted_request_is_the_base_and_nothing_else_of_it_changes() -> None:
    cases = (case("small", a=1), case("full", a=1, b=2), case("no", status=422, a=1, b=1, c=1))
    planned = with_derived(cases, {MADE: (WRONG, EDGE)}, WORLD)
    assert [c.id for c in planned[:3]] == ["small", "full", "no"]
    twice, *_, wrong, edge = planned[3:]
    assert wrong.steps[0].request.json == {"a": 1, "b": 0}
    assert edge.steps[0].request.json == {"a": 9, "b": 2}
    assert (wrong.kind, edge.kind) == ("negative", "boundary")
    assert wrong.steps[0].status == edge.steps[0].status == ()
    assert wrong.steps[0].identity == "ann"
    assert twice.kind == "sequence"
    assert [s.request for s in twice.steps] == [cases[1].steps[0].request] * 2
    assert [s.status for s in twice.steps] == [(201,), ()]
    assert len({c.id for c in planned}) == len(planned)
    assert all(c.id.startswith("make~") for c in planned[3:])


def test_safe_methods_are_not_sent_twice_and_without_a_base_nothing_follows() -> None:
    read = with_derived((case("g", "GET /items", 200),), {}, WORLD)
    assert read[0] == case("g", "GET /items", 200)
    assert not any(c.id.endswith("~twice") for c in read)
    refused = case("no", status=422, a=1)
    assert with_derived((refused,), {MADE: (EDGE,)}, WORLD) == (refused,)
    unknown = case("x", "POST /other", a=1)
    assert with_derived((unknown,), {"POST /other": (EDGE,)}, WORLD) == (unknown,)


def test_only_methods_that_nobody_declared_and_no_framework_answers_are_tried() -> None:
    planned = with_derived((case("ok", a=1),), {MADE: METHODS}, WORLD)
    tried = [s.operation for c in planned for s in c.steps if s.twist and s.twist.where == "method"]
    assert tried == ["DELETE /items"]


def test_what_a_person_pinned_is_not_sent_again() -> None:
    first = with_derived((case("ok", a=1),), {MADE: (EDGE,)}, WORLD)
    pinned = msgspec.structs.replace(first[-1], origin="spec")
    again = with_derived((case("ok", a=1), pinned), {MADE: (EDGE,)}, WORLD)
    assert [c.id for c in again].count(pinned.id) == 1


def test_a_method_that_another_path_covers_is_declared() -> None:
    """`/items/{id}/log` and PATCH `/items/{id}/{number}`: the server may take one for the other."""
    read, change = operation("GET", "/items/{id}/log"), operation("PATCH", "/items/{id}/{number}")
    edits = {read.key: [Edit(place="method", value="PATCH", scenario="unspecified", what="PATCH")]}
    cases = (case("log", read.key, 200),)
    for known, expected in (((read,), 1), ((read, change), 0)):
        world = World(operations={o.key: o for o in known})
        sent = [s.operation for c in with_derived(cases, edits, world) for s in c.steps]
        assert sent.count("PATCH /items/{id}/log") == expected

"""A list before and after a create."""

from __future__ import annotations

from seamline.model.case import Case, RequestTemplate, Step
from seamline.run.probe import World
from seamline.run.probe.counted import counted

from ...checks.world import answers, operation

POST, GET = "POST /orders", "GET /orders/"


def case(key: str, identity: str, **query: object) -> Case:
    request = RequestTemplate(query=query)
    step = Step(operation=key, identity=identity, request=request, label="x", status=(200,))
    return Case(id=key, subject=key, kind="positive", steps=(step,))


def test_the_one_who_adds_lists_before_and_after() -> None:
    operations = {k: operation(answers(s200=None), k)[0] for k in (POST, GET)}
    world = World(operations=operations, bases={GET: case(GET, "bob", sort="id")})
    (one,) = counted(case(POST, "ann"), operations[POST], world)
    assert [s.operation for s in one.steps] == [GET, POST, GET]
    assert {s.identity for s in one.steps} == {"ann"}
    assert [s.status for s in one.steps] == [(), (200,), ()]
    assert one.steps[2].twist is not None and one.steps[2].request.query == {"sort": "id"}
    assert not list(counted(case(GET, "ann"), operations[GET], world))
    nothing = World(operations=operations)
    assert not list(counted(case(POST, "ann"), operations[POST], nothing))

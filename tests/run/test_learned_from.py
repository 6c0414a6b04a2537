"""Which reads are learnt from, and which tables count as logs of every operation."""

from __future__ import annotations

from seamline.checks import Context
from seamline.model.case import Case, RequestTemplate, Step
from seamline.run.rules import _trails
from seamline.run.session import Rules
from seamline.run.tracking import _some
from seamline.spec.endpoints import Effects, EndpointSpec, EndpointSpecs


def read(subject: str) -> Case:
    step = Step(
        operation=subject,
        identity="ann",
        request=RequestTemplate(),
        label="step1",
        status=(200,),
    )
    return Case(id=subject, subject=subject, kind="positive", steps=(step,))


def test_each_resource_has_a_read_before_any_has_its_second() -> None:
    paths = ("/v1/accounts", "/v1/shelves/{id}/log", "/v1/shelves", "/v1/about")
    cases = [read(f"GET {path}") for path in paths]
    chosen = _some(Rules(contexts={}, fallback=Context()), cases)
    assert [(about, case.subject.rpartition("/v1")[2]) for about, case in chosen] == [
        ("accounts", "/accounts"),
        ("shelves", "/shelves/{id}/log"),
        ("about", "/about"),
        ("shelves", "/shelves"),
    ]


def writes(number: int, **error: str) -> EndpointSpec:
    effects = Effects(error={**error, "reason": "a log"}) if error else None
    return EndpointSpec(endpoint=f"/things{number}", method="POST", effects=effects)


def test_what_every_operation_may_write_when_it_refuses_holds_for_undeclared_ones() -> None:
    both = [writes(1, log="insert"), writes(2, log="insert", audit="insert")]
    all_three = EndpointSpecs(endpoints=(*both, writes(3, log="insert"), writes(4)))
    assert _trails(all_three) == {"log"}
    assert not _trails(EndpointSpecs(endpoints=(*both, writes(3))))
    assert not _trails(EndpointSpecs(endpoints=(*both, writes(3, audit="insert"))))

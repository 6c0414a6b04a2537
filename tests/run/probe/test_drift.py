"""The requests that try a contradiction between document and catalog, and those that need none."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.finding import Finding
from seamline.openapi.drift import Drift
from seamline.run.contract import not_compared, untried
from seamline.run.derived import with_derived
from seamline.run.probe.drift import drift
from seamline.run.probe.world import World

from .world import base, operation, world

KEY = "POST /things"


def contradiction(rule: str, name: str, **more: Any) -> Drift:
    fields = {"table": "things", "column": name, "type": "text", "says": "allows", "holds": "not"}
    return Drift(rule=rule, name=name, pointer=f"#/{name}", mend="say so", **{**fields, **more})


def around(*drifts: Drift, **more: Any) -> World:
    return world({KEY: base(KEY, json={"name": "a", "n": 1})}, {KEY: {"drifts": drifts, **more}})


def made(known: World) -> list[Case]:
    return list(drift(known.bases[KEY], known.operations[KEY], known))


def bodies(known: World) -> list[Any]:
    return [case.steps[-1].request.json for case in made(known)]


def told(known: World, *cases: Case) -> list[Finding]:
    return list(untried(known.contexts, (*known.cases, *cases)))


def test_one_value_is_changed() -> None:
    (case,) = made(around(contradiction("width", "n", value=2**31)))
    (step,) = case.steps
    assert step.request.json == {"name": "a", "n": 2**31}
    assert (case.id, case.validations) == (f"{KEY}~drift.width.n", frozenset({"contractDrift"}))
    assert step.status == ()
    assert step.twist is not None
    assert (step.twist.scenario, step.twist.where) == ("drift-width", "body/n")


def test_null_and_nothing_are_not_the_same() -> None:
    rules = (contradiction("null", "n", value=None), contradiction("missing", "n"))
    assert bodies(around(*rules)) == [{"name": "a", "n": None}, {"name": "a"}]


def test_the_first_of_a_list_is_changed() -> None:
    known = around(contradiction("width", "n", value=7))
    items = base(KEY, json=[{"n": 1}, {"n": 2}])
    (case,) = drift(items, known.operations[KEY], known)
    assert case.steps[0].request.json == [{"n": 7}, {"n": 2}]


def test_a_body_that_stands_elsewhere_is_left_alone() -> None:
    known = around(contradiction("width", "n", value=7))
    assert not list(drift(base(KEY, json={"$from": "a#/x"}), known.operations[KEY], known))


def test_what_an_accepted_request_shows_already_is_neither_tried_nor_told() -> None:
    known = around(contradiction("missing", "other"), contradiction("unique", "name"))
    assert made(known) == []
    assert told(known) == []


def test_a_key_that_the_accepted_request_leaves_empty_is_filled_twice() -> None:
    (case,) = made(around(contradiction("unique", "key", value="seamabsent")))
    first, second = case.steps
    assert first.request == second.request
    assert first.twist is None
    assert second.request.json == {"name": "a", "n": 1, "key": "seamabsent"}


def test_a_default_is_seen_in_a_request_without_the_property() -> None:
    left_out = contradiction("default", "other", told=5)
    given = contradiction("default", "n", told=5)
    assert bodies(around(left_out, given)) == [{"name": "a", "n": 1}, {"name": "a"}]


def test_what_no_request_can_try_is_told_once() -> None:
    apart = contradiction("unlisted", "n", is_triable=False)
    (finding,) = told(around(apart))
    assert (finding.severity, finding.case) == ("info", "")
    assert made(around(apart)) == []
    two = around(apart)
    other = msgspec.structs.replace(two.contexts[KEY], operation=operation("PUT /things"))
    assert len(list(untried({**two.contexts, "PUT /things": other}, ()))) == 1


def test_what_is_tried_is_not_told() -> None:
    known = around(contradiction("width", "n", value=7))
    assert told(known, *made(known)) == []
    assert len(told(known)) == 1


def test_an_operation_that_leaves_the_check_out_is_left_alone() -> None:
    known = around(contradiction("width", "n", value=7), validations=frozenset({"noServerError"}))
    assert made(known) == []
    assert told(known) == []


def test_cases_of_one_operation_are_bounded() -> None:
    known = around(*(contradiction("width", f"n{i}", value=7) for i in range(40)))
    assert len(made(known)) == 24
    assert len(told(known, *made(known))) == 16


def test_an_operation_that_needs_others_before_it_is_tried_behind_them() -> None:
    known = around(contradiction("width", "n", value=7))
    first = Step(
        operation="POST /first", identity="ann", request=RequestTemplate(), label="a", status=(201,)
    )
    whole = known.bases[KEY]
    story = msgspec.structs.replace(whole, kind="sequence", steps=(first, *whole.steps))
    *_, case = with_derived((story,), {}, known)
    assert [s.operation for s in case.steps] == ["POST /first", KEY]
    assert case.steps[-1].request.json == {"name": "a", "n": 7}


def test_several_tables_that_fit_are_said() -> None:
    (item,) = not_compared({KEY: ("things", "thing")})
    assert "things, thing" in item.remedy


def test_a_value_further_inside_is_changed() -> None:
    one = contradiction("width", "n", value=7, path=("lines", 0))
    known = around(one)
    own = known.operations[KEY]
    lines = base(KEY, json={"name": "a", "lines": [{"n": 1}, {"n": 2}]})
    (case,) = drift(lines, own, known)
    assert case.steps[0].request.json == {"name": "a", "lines": [{"n": 7}, {"n": 2}]}
    assert case.steps[0].twist is not None
    assert case.steps[0].twist.where == "body/lines/0/n"
    assert case.id == f"{KEY}~drift.width.lines.0.n"
    elsewhere: tuple[Any, ...] = (
        {"name": "a"},
        {"lines": []},
        {"lines": {"$from": "a#/x"}},
        {"lines": [3]},
    )
    for body in elsewhere:
        assert not list(drift(base(KEY, json=body), own, known))


def test_a_parameter_is_changed() -> None:
    in_path = contradiction("width", "id", value=2**31, within="path")
    in_query = contradiction("form", "ref", value="seamline", within="query")
    known = around(in_path, in_query)
    own = known.operations[KEY]
    first, second = drift(base(KEY, path={"id": 3}), own, known)
    assert first.steps[0].request.path == {"id": 2**31}
    assert second.steps[0].request.query == {"ref": "seamline"}
    assert [c.steps[0].twist.where for c in (first, second) if c.steps[0].twist] == [
        "path/id",
        "query/ref",
    ]
    assert told(known) == [], "what is compared alone contradicts nothing where it is not tried"

"""Which cases run, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.errors import UsageError
from seamline.model.case import Case, RequestTemplate, Step, Twist
from seamline.model.event import RunStarted, Skipped
from seamline.model.vocabulary import CaseKind
from seamline.workflow.select import judged_by, known_checks, parts_of, seconds, widest_first

from ..project import cases_of, end_of, run_project, write_project


def case(
    name: str,
    subject: str,
    twist: Twist | None = None,
    kind: CaseKind = "positive",
    validations: frozenset[str] | None = None,
) -> Case:
    step = Step(
        operation=subject,
        identity="anonymous",
        request=RequestTemplate(),
        label="s",
        twist=twist,
    )
    origin = "spec" if twist is None else "derived: a"
    return Case(
        id=name, subject=subject, kind=kind, steps=(step,), origin=origin, validations=validations
    )


EDGE = Twist(scenario="edge", what="edge", where="body/a", valid=True)
WRONG = Twist(scenario="wrong", what="wrong", where="body/a", valid=False)
METHOD = Twist(scenario="method", what="PUT", where="method")


def test_every_operation_has_its_turn_before_any_has_another() -> None:
    cases = (
        case("a1", "GET /a"),
        case("a2", "GET /a", EDGE),
        case("a3", "GET /a", WRONG),
        case("a4", "GET /a", METHOD),
        case("b1", "GET /b"),
        case("b2", "GET /b", EDGE),
        case("c1", "GET /c"),
        case("c2", "GET /c"),
        case("c3", "GET /c", EDGE),
        case("c4", "GET /c", WRONG),
    )
    assert [c.id for c in widest_first(cases)] == [
        *("a1", "b1", "c1", "c2"),
        *("a2", "b2", "c3"),
        *("a3", "c4"),
        "a4",
    ]
    assert widest_first(()) == ()


def test_only_the_chosen_checks_judge_and_only_cases_that_they_need_are_sent() -> None:
    cases = (
        case("ok", "GET /a"),
        case("anonymous", "GET /a", kind="credentials"),
        case("wrong", "GET /a", WRONG),
        case("narrow", "GET /a", validations=frozenset({"noServerError"})),
    )
    assert judged_by(cases, frozenset()) == cases
    judged = judged_by(cases, frozenset({"noServerError", "unique"}))
    assert [c.id for c in judged] == ["ok", "anonymous", "wrong", "narrow"]
    assert {c.validations for c in judged} == {frozenset({"noServerError"})}
    both = frozenset({"authRequired", "invalidInputRejected"})
    assert [c.id for c in judged_by(cases, both)] == ["anonymous", "wrong"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("90s", 90), ("2m", 120), ("90", 90), ("1.5h", 5400), ("250ms", 0.25), ("3 min", 180)],
)
def test_times(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "0", "-1m", "2 weeks", "m", "1e9s", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--time"):
        seconds(text)


def test_checks_are_known_and_say_which_part_runs() -> None:
    assert known_checks(["noServerError", "unique"]) == {"noServerError", "unique"}
    with pytest.raises(UsageError, match="Did you mean 'noServerError'"):
        known_checks(["noServerEror"])
    both = ("api", "database")
    assert parts_of(frozenset(), both) == both  # type: ignore[arg-type]
    assert parts_of({"unique"}, both) == ("database",)  # type: ignore[arg-type]
    assert parts_of({"documentSound"}, both) == ("api",)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not of the part"):
        parts_of({"unique"}, ("api",))


ENDPOINTS = [
    {"endpoint": "/health", "method": "GET", "expectedStatus": 200},
    {"endpoint": "/openapi.json", "method": "GET", "expectedStatus": 200},
]


def test_what_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    folder = write_project(tmp_path, ENDPOINTS, database=None)
    events = run_project(folder, parts=("api",), time="0.001ms", check=("noServerError",))
    (started,) = [e for e in events if isinstance(e, RunStarted)]
    assert started.selected == "checks noServerError; 0.001ms of time, widest first"
    told = {
        e.item.subject for e in events if isinstance(e, Skipped) and "the time" in e.item.reason
    }
    assert told == {"GET /health (1 case)", "GET /openapi.json (1 case)"}
    assert cases_of(events) == {}
    assert end_of(events).passed["api"] == "not run: no case was sent"
    events = run_project(folder, parts=("api",), time="10m", check=("noServerError",))
    assert [e.checks for e in cases_of(events).values()] == [{"noServerError": 1}] * 2
    assert end_of(events).exit_code == 0

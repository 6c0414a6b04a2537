"""A finding is one that recurs alone: what each second trial makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.confirm import fresh
from seamline.errors import LoginError, SeamlineError, TargetError, UndoImpossible
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.run.case import Outcome
from seamline.run.session import Rules, Session
from seamline.text.redact import Redactor

RULES = Rules(contexts={}, fallback=Context())
CASES = {n: Case(id=n, subject=n, kind="positive", steps=()) for n in ("a", "b", "c")}


def finding(check: str, case: str, title: str = "first") -> Finding:
    return Finding(check=check, severity="error", subject="GET /a", title=title, case=case)


class Setup:
    """Targets that cannot be started for the cases in `broken`."""

    redactor = Redactor()

    def __init__(self, *, can_clone: bool = True, error: SeamlineError | None = None) -> None:
        self.can_clone, self.error = can_clone, error
        self.started = 0

    @asynccontextmanager
    async def target(self, *, quiet: bool = False) -> AsyncIterator[Any]:
        assert quiet
        self.started += 1
        if self.error is not None:
            raise self.error
        yield object()


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says what each case gives when it is sent again."""

    def say(error: str = "", **found: list[Finding]) -> None:
        async def run_case(session: Session, case: Case) -> Outcome:
            return Outcome(
                case=case,
                exchanges=[],
                findings=found.get(case.id, []),
                checks={},
                abstained={},
                error=error,
            )

        monkeypatch.setattr(fresh, "run_case", run_case)

    return say


async def verdicts(
    setup: Setup, found: list[Finding], limit: int = 20
) -> list[tuple[str, str, str, str]]:
    told = fresh.confirm(setup, RULES, found, CASES, limit)  # type: ignore[arg-type]
    return [(f.check, f.case, f.title, f.verdict) async for f in told]


async def test_what_recurs_is_confirmed_and_told_as_it_came_again(again: Any) -> None:
    again(a=[finding("x", "a", "second")])
    found = [finding("x", "a"), finding("y", "a")]
    assert await verdicts(Setup(), found) == [
        ("x", "a", "second", "confirmed"),
        ("y", "a", "first", "unstable"),
    ]


async def test_one_target_serves_all_findings_of_a_case_and_the_first_case_stands_for_a_finding(
    again: Any,
) -> None:
    again(b=[finding("x", "b")], a=[finding("z", "a")])
    setup = Setup()
    found = [finding("x", "b"), finding("x", "a"), finding("y", "b"), finding("z", "a")]
    assert [v[:2] + v[3:] for v in await verdicts(setup, found)] == [
        ("x", "b", "confirmed"),
        ("y", "b", "unstable"),
        ("z", "a", "confirmed"),
    ]
    assert setup.started == 2


async def test_beyond_the_limit_findings_stay_unconfirmed(again: Any) -> None:
    again(a=[finding("x", "a")], b=[finding("y", "b")])
    found = [finding("x", "a"), finding("y", "b"), finding("z", "c")]
    assert [v[0] for v in await verdicts(Setup(), found, limit=2)] == ["x", "y"]
    assert await verdicts(Setup(), found, limit=0) == []


async def test_each_check_has_its_turn_before_the_limit(again: Any) -> None:
    again(a=[finding("x", "a")], b=[finding("y", "b")], c=[finding("z", "c")])
    found = [finding("x", "a"), finding("x", "b", "other"), finding("z", "c")]
    found[1] = msgspec.structs.replace(found[1], subject="GET /b")
    assert [v[:2] for v in await verdicts(Setup(), found, limit=2)] == [("x", "a"), ("z", "c")]


async def test_where_nothing_can_be_cloned_nothing_is_started(again: Any) -> None:
    again()
    setup = Setup(can_clone=False)
    assert await verdicts(setup, [finding("x", "a")]) == []
    assert setup.started == 0


@pytest.mark.parametrize("error", [TargetError("no"), LoginError("no"), UndoImpossible("no")])
async def test_a_target_that_cannot_start_leaves_it_unconfirmed(
    again: Any, error: SeamlineError
) -> None:
    again()
    assert [v[3] for v in await verdicts(Setup(error=error), [finding("x", "a")])] == [
        "unconfirmed"
    ]


async def test_a_case_that_cannot_be_carried_out_again_disproves_nothing(again: Any) -> None:
    again(error="$row: notes has 0 rows", a=[finding("x", "a")])
    found = [finding("x", "a"), finding("y", "a")]
    assert [v[3] for v in await verdicts(Setup(), found)] == ["confirmed", "unconfirmed"]


async def test_findings_of_no_case_are_not_tried(again: Any) -> None:
    again()
    assert await verdicts(Setup(), [finding("x", ""), finding("y", "gone")]) == []

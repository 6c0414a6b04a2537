"""Which COMMIT is cut, and what may come of a request that is sent again behind it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from seamline.explore.idempotency import after_lost_answer, explore_key
from seamline.explore.schedules.footprint import Footprint
from seamline.explore.schedules.oracle import References
from seamline.explore.schedules.pair import Pair
from seamline.explore.schedules.search import Bounds
from seamline.explore.schedules.stage import Cut, Played, Stage
from seamline.model.exchange import Response
from seamline.run.session import Rules
from seamline.wire.policy import Pending

from ..checks.world import context
from ..run.lab import step
from .schedules.test_outcome import CANON, CATALOG, played


def pending(kind: str, connection: int = 1, *, in_transaction: bool = True) -> Pending:
    return Pending(
        number=1,
        connection=connection,
        backend=1,
        text="",
        params=None,
        kind=kind,  # type: ignore[arg-type]
        in_transaction=in_transaction,
    )


def cut_at(number: int, *statements: Pending) -> list[int]:
    cut = Cut(number)
    return [n for n, s in enumerate(statements) if cut.before(s).do == "drop_after"]


def test_only_what_makes_rows_durable_is_cut() -> None:
    reading = (pending("begin"), pending("read"), pending("commit"))
    writing = (pending("begin"), pending("write"), pending("commit"))
    undone = (pending("begin"), pending("write"), pending("rollback"), pending("commit"))
    alone = pending("write", 2, in_transaction=False)
    trace = (*reading, *undone, *writing, alone, *writing)
    assert [cut_at(n, *trace) for n in (1, 2, 3, 4)] == [[9], [10], [13], []]


ONE = [(10, [1])]
TWO = [(10, [1]), (10, [1])]


def run(orders: list[tuple[int, list[int]]], *statuses: int, told: tuple[int, int]) -> Played:
    """A run that was answered so; 0 is no answer."""
    made = played(orders, (7, 8), told)
    replies: list[Response | None] = []
    for side, status in zip("AB", statuses, strict=True):
        body = made.answers[side].body if status == 201 else b"{}"  # type: ignore[index,union-attr]
        reply = Response(status=status, headers=(("content-type", "application/json"),), body=body)
        replies.append(reply if status else None)
    return Played(
        choices="",
        answers={"A": replies[0], "B": replies[1]},
        requests=made.requests,
        changes=made.changes,
    )


REFS = References(
    serial=(run(ONE, 201, 201, told=(0, 0)),), alone={"A": run(ONE, 201, 201, told=(0, 0))}
)


def test_behind_a_lost_answer_the_same_is_answered_and_nothing_is_done_again() -> None:
    fine = run(ONE, 503, 201, told=(0, 0))
    assert after_lost_answer(CANON, REFS, fine) == "serial"
    again = run(TWO, 503, 201, told=(0, 1))
    assert after_lost_answer(CANON, REFS, again) == "violation"


def test_it_may_be_refused_only_where_the_first_one_ended_half_way() -> None:
    refused = run(ONE, 503, 409, told=(0, 0))
    assert after_lost_answer(CANON, REFS, refused) == "violation"
    assert after_lost_answer(CANON, REFS, refused, is_last=False) == "refused"
    assert after_lost_answer(CANON, REFS, run(ONE, 503, 0, told=(0, 0))) == "violation"


def test_the_error_that_is_stored_with_the_key_may_be_answered_again() -> None:
    """The request was carried out once, and its result is told by the draft: success or an error."""
    stored, other = [(503, [1])], [(503, [1]), (503, [1])]
    assert after_lost_answer(CANON, REFS, run(stored, 503, 503, told=(0, 0))) == "serial"
    assert after_lost_answer(CANON, REFS, run(other, 503, 503, told=(0, 0))) == "violation"
    # Nothing says that it is stored: it fails each time.
    assert after_lost_answer(CANON, REFS, run(ONE, 503, 503, told=(0, 0))) == "violation"
    assert after_lost_answer(CANON, REFS, run(stored, 503, 500, told=(0, 0))) == "violation"


class Ticking:
    """A stage whose system writes the second of each request, which passes when an answer is lost."""

    def __init__(self, lost: list[tuple[int, list[int]]]) -> None:
        rules = Rules(contexts={}, fallback=context(), today=date.min)
        self.session = SimpleNamespace(target=SimpleNamespace(catalog=CATALOG), rules=rules)
        self.others: frozenset[str] = frozenset()
        self._lost, self._second = lost, 0

    def _run(self, orders: list[tuple[int, list[int]]], *statuses: int) -> Played:
        dated = [(amount + self._second, lines) for amount, lines in orders]
        both = Footprint(*[frozenset(("orders",))] * 3)
        done = run(dated, *statuses, told=(0, 0))
        return msgspec.structs.replace(done, footprints={"A": both, "B": both})

    async def alone(self, *_: object) -> Played:
        return self._run(ONE, 201, 201)

    async def play(self, _: Pair, choices: str, *__: object, **___: object) -> Played:
        return msgspec.structs.replace(self._run(ONE, 201, 201), choices=choices)

    async def burst(self, _: Pair) -> None:
        """Nobody looks at what comes of it."""

    async def cut(self, _: Pair, number: int) -> Played | None:
        self._second = 1
        return self._run(self._lost, 503, 201) if number == 1 else None


@pytest.mark.parametrize(("lost", "moment"), [(ONE, None), (TWO, "after a lost answer")])
async def test_another_second_is_no_second_time(
    lost: list[tuple[int, list[int]]], moment: str | None
) -> None:
    twice = step("POST /orders", (201,))
    pair = Pair(arrange=(), first=twice, second=twice, what="with the same key")
    kept = await explore_key(cast("Stage", Ticking(lost)), pair, Bounds(), frozenset())
    assert not kept.explored.unfit
    assert (kept.moment if kept.violation else None) == moment

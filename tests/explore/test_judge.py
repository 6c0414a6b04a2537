"""What is said of a request that gets no answer, and of one that is sent again behind a kill."""

from __future__ import annotations

import msgspec
import pytest

from seamline.explore.faults.judge import judged
from seamline.model.exchange import LEFT_OPEN, Exchange
from seamline.model.injection import Harm, Injection
from seamline.model.sweep import Sweep, Trial
from seamline.openapi.operation import Parameter

from ..checks.world import answers, context
from .test_compare import NOISE, SHIFTED, SOUND, answered

PLAIN = context(answers(s201=None), "POST /orders")


def _keyed() -> Exchange:
    request = msgspec.structs.replace(SOUND.request, headers=(("Idempotency-Key", "k"),))
    return msgspec.structs.replace(SOUND, request=request)


def said(
    trial: Trial, *, knows_keys: bool = False, sound: Exchange = SOUND
) -> set[tuple[str, str, str]]:
    """Check, detail and severity of all that is wrong."""
    operation = PLAIN.operation
    assert operation is not None
    key = Parameter(name="Idempotency-Key", place="header", required=False)
    known = (key,) if knows_keys else ()
    ground = msgspec.structs.replace(
        PLAIN, operation=msgspec.structs.replace(operation, parameters=known)
    )
    sweep = Sweep(operation="POST /orders", case="c", sound=(sound,), trials=(trial,))
    return {(c, f.detail, f.severity or "error") for c, _, f in judged(sweep, NOISE, ground)}


def injection(harm: Harm, sqlstate: str = "") -> Injection:
    is_commit = harm in ("refused", "killed")
    return Injection(
        ordinal=4,
        text="COMMIT" if is_commit else "INSERT INTO orders …",
        occurrence=1,
        kind="commit" if is_commit else "write",
        harm=harm,
        sqlstate=sqlstate,
        ends=is_commit,
    )


def silent(*of: Exchange) -> Exchange:
    """No answer, and the rows of these."""
    changes = tuple(c for x in of for c in x.changes or ())
    none = answered(0, *changes)
    return msgspec.structs.replace(none, response=None, failure="the connection was closed")


@pytest.mark.parametrize("harm", ["error", "refused"])
@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_conflict_must_be_answered(harm: Harm, sqlstate: str) -> None:
    trial = Trial(injection=injection(harm, sqlstate), exchange=silent(), struck=True)
    assert said(trial) == {("recoversAfterFaults", "no answer to a conflict", "error")}
    answer = msgspec.structs.replace(trial, exchange=answered(503))
    assert said(answer) == set()


def test_no_answer_to_what_else_fails_is_a_warning() -> None:
    trial = Trial(injection=injection("error", "57014"), exchange=silent(), struck=True)
    assert said(trial) == {("recoversAfterFaults", "no answer", "warning")}


def killed(rows: Exchange, again: Exchange | None, unstarted: str = "") -> Trial:
    return Trial(
        injection=injection("killed"), exchange=rows, struck=True, again=again, unstarted=unstarted
    )


def test_done_and_killed_may_be_refused_or_done_again() -> None:
    assert said(killed(silent(SOUND), answered(409))) == set()
    twice = answered(201, *(SOUND.changes or ()), *(SHIFTED.changes or ()))
    assert said(killed(silent(SOUND), twice)) == set()  # without a key nobody can tell
    assert said(killed(silent(SOUND), None)) == set()  # its caller is not known any more


def test_not_done_and_killed_must_work() -> None:
    assert said(killed(silent(), SOUND)) == set()
    left = {("recoversAfterFaults", "request after a kill", "error")}
    assert said(killed(silent(), answered(409))) == left
    assert said(killed(silent(), None, "it ended with 1")) == {
        ("recoversAfterFaults", "start", "error")
    }


def test_with_a_key_it_takes_effect_once() -> None:
    once = _keyed()
    both = (*(SOUND.changes or ()), *(SHIFTED.changes or ()))
    twice = msgspec.structs.replace(once, changes=both)
    fault = {("retryAppliesOnce", "key", "error")}
    assert said(killed(silent(SOUND), once), knows_keys=True) == set()
    assert said(killed(silent(SOUND), twice), knows_keys=True) == fault
    assert said(killed(silent(SOUND), twice)) == set()  # a header that no document speaks of


def test_a_transaction_that_is_open_undisturbed_too_is_not_of_the_fault() -> None:
    notes = (f"{LEFT_OPEN}: idle in transaction, SELECT 1",)
    left = msgspec.structs.replace(answered(503), notes=notes)
    trial = Trial(injection=injection("error", "40001"), exchange=left, struck=True)
    assert said(trial) == {("recoversAfterFaults", "transaction left open", "error")}
    sound = msgspec.structs.replace(SOUND, notes=notes)
    assert said(trial, sound=sound) == set()

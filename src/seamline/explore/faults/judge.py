"""What must hold when a statement of a request fails: pure functions over the record of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from seamline.checks import CHECKS, Context, judge
from seamline.checks.registry import Fault
from seamline.checks.status_as_expected import name_of
from seamline.explore.faults.compare import Noise, Rows, missing, outcome, written
from seamline.explore.faults.strike import MARKER
from seamline.model.exchange import LEFT_OPEN, Exchange
from seamline.model.sweep import Sweep, Trial
from seamline.model.vocabulary import SWEEP_CHECKS, Severity
from seamline.run.patience import TOO_MANY

Function = Callable[[Trial, "Ground"], Iterator[Fault]]


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial is held against: the undisturbed run, and what stands a moment behind it (`aged`)."""

    sound: Exchange
    noise: Noise
    context: Context
    aged: tuple[Exchange, ...] = ()

    def rows(self, trial: Trial) -> Rows:
        """What became of the rows of the undisturbed run."""
        return self.rows_of(trial.exchange)

    def rows_of(self, x: Exchange) -> Rows:
        """What became of them in a run with a fault."""
        tables = self.context.error_tables
        rows = [outcome(x, sound, self.noise, tables) for sound in (self.sound, *self.aged)]
        return "all" if "all" in rows else rows[0]

    def torn(self, x: Exchange) -> Rows | None:
        """What became of them where that is not what its answer tells of; None where all is well."""
        rows = self.rows_of(x)
        return rows if rows in {"part", "other"} or _is_empty(x, rows) else None


class SweepCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check of trials. `text` is its docstring's first line."""

    name: str
    text: str
    source: str
    severity: Severity
    function: Function


TRIAL_CHECKS: dict[str, SweepCheck] = {}


def _check(source: str) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        first, *rest = function.__name__.split("_")
        name = first + "".join(word.capitalize() for word in rest)
        if name not in SWEEP_CHECKS:
            raise ValueError(f"check {name!r} is not in the vocabulary")
        text = (function.__doc__ or "").strip().splitlines()[0]
        TRIAL_CHECKS[name] = SweepCheck(
            name=name, text=text, source=source, severity="error", function=function
        )
        return function

    return register


def could_be_judged(trial: Trial) -> bool:
    """Whether the fault came to be, and the request was not turned away for its number."""
    return trial.struck and trial.exchange.status != TOO_MANY


@_check("atomicity (ACID)")
def atomic_under_faults(trial: Trial, ground: Ground) -> Iterator[Fault]:
    """Where a statement, a connection or a COMMIT fails, all rows of a request stand or none, as answered."""
    x, at, rows = trial.exchange, trial.injection, ground.rows(trial)
    answer = f"{name_of(x.status)} and " if x.response is not None else "no answer, and "
    if rows in {"part", "other"}:
        yield _torn(trial, ground, rows, answer)
    elif _is_empty(x, rows):
        yield Fault(
            title="a success is answered where nothing is stored",
            expected="an error, or the rows of the request without a fault",
            actual=f"{answer}no row changed, where {at.told}",
            detail="success without rows",
        )
    elif rows == "all" and x.response is not None and not x.succeeded and not at.may_be_done:
        yield Fault(
            title="an error is answered, and all rows of the request stand",
            expected="the rows as they were, or a success",
            actual=f"{answer}{', '.join(written(x))}, where {at.told}",
            detail="error with all rows",
            # What fails behind the last COMMIT can only be told as what it is.
            severity="warning" if at.after else None,
        )


def _is_empty(x: Exchange, rows: Rows) -> bool:
    return rows == "none" and x.succeeded and x.status != _ACCEPTED


def _torn(trial: Trial, ground: Ground, rows: Rows, answer: str) -> Fault:
    x = trial.exchange
    kind = "a success" if x.succeeded else "an error" if x.response is not None else "nothing"
    lacking = missing(x, ground.sound, ground.noise)
    without = f", without {', '.join(lacking)}" if lacking else ""
    what = "a part of the rows of the request stands"
    if rows == "other":
        what = "other rows stand than without the fault"
    return Fault(
        title=f"{kind} is answered where {what}",
        expected="all rows that the request writes without a fault, or none of them",
        actual=f"{answer}{', '.join(written(x))}{without}, where {trial.injection.told}",
        detail=f"{kind} with {'a part of the' if rows == 'part' else 'other'} rows",
        # A lease that runs out is legal: what hinders nobody may be swept up later.
        severity="warning" if trial.again is not None and trial.again.succeeded else None,
    )


@_check("retries: at most once")
def retry_applies_once(trial: Trial, ground: Ground) -> Iterator[Fault]:
    """What the system tries again after a fault takes effect once."""
    again = trial.again
    if again is not None and again.succeeded and _has_key(again, ground.context):
        after = outcome(again, ground.sound, ground.noise, frozenset())
        if ground.rows(trial) in {"none", "all"} and after != "all":
            yield Fault(
                title="sent again with its key, the request does not take effect once",
                expected="the rows of one request, whether it was carried out before the end or not",
                actual=f"{', '.join(written(again))} in all, where {trial.injection.told}",
                detail="key",
            )
        return
    if ground.rows(trial) == "twice":
        x = trial.exchange
        yield Fault(
            title="the request takes effect twice",
            expected="its rows once: what may have been committed is looked up before it is tried again",
            actual=f"{name_of(x.status)} and every inserted row twice ({', '.join(written(x))}), "
            f"where {trial.injection.told}",
            detail="twice",
        )


@_check("recovery from failed statements and lost connections")
def recovers_after_faults(trial: Trial, ground: Ground) -> Iterator[Fault]:
    """After a failed statement or a lost connection the system goes on: no transaction stays open."""
    x, at = trial.exchange, trial.injection
    if at.harm == "killed":
        yield from _recovers_after_a_kill(trial, ground)
    if trial.ended and at.harm != "killed":
        yield Fault(
            title="the system ends",
            expected="a system that goes on when a statement or a connection fails",
            actual=f"{trial.ended}, where {at.told}",
            detail="end",
        )
    elif x.response is None and at.harm != "killed":
        yield Fault(
            title="no answer comes",
            expected="an answer, if only an error",
            actual=f"{x.failure}, where {at.told}",
            detail="no answer" if at.sqlstate not in _TRY_AGAIN else "no answer to a conflict",
            # The server asks for another try: to tell nobody is no way to take that.
            severity=None if at.sqlstate in _TRY_AGAIN else "warning",
        )
    if _leaves_open(x) and not _leaves_open(ground.sound):
        yield Fault(
            title="a transaction is left open",
            expected="a failed transaction rolled back when the request is answered",
            actual=f"its connection waits in a transaction, where {at.told}",
            detail="transaction left open",
        )
    last = trial.behind[-1] if trial.behind else None
    if last is not None and last.status != TOO_MANY and not is_as_before(last, ground.sound):
        said = name_of(last.status) if last.response is not None else last.failure
        yield Fault(
            title="the same request works no more afterwards",
            expected=f"{name_of(ground.sound.status)} and its rows, as before the fault",
            actual=f"{said} in {len(trial.behind)} tries, after {at.told}",
            detail="next request",
        )


def _leaves_open(x: Exchange) -> bool:
    return any(note.startswith(LEFT_OPEN) for note in x.notes)


def _recovers_after_a_kill(trial: Trial, ground: Ground) -> Iterator[Fault]:
    told, again = trial.injection.told, trial.again
    if trial.unstarted:
        yield Fault(
            title="killed in a request, the system does not start again on its database",
            expected="a system that starts, whatever the request has left behind",
            actual=f"{trial.unstarted}, where {told}",
            detail="start",
        )
    elif again is not None and again.status != TOO_MANY and not again.succeeded:
        # What is done already may well be refused; what is not, or half, has to work.
        is_known = not ground.noise.unsteady
        if again.response is not None and not (is_known and ground.rows(trial) in _TO_BE_DONE):
            return
        yield Fault(
            title="killed in a request and started again, the system does not take it any more",
            expected=f"{name_of(ground.sound.status)}, as before",
            actual=f"{name_of(again.status) if again.response is not None else again.failure}"
            f", where {told}",
            detail="request after a kill",
        )


def _has_key(x: Exchange, context: Context) -> bool:
    """Whether a request carries a key that the document knows."""
    known = context.operation.parameters if context.operation is not None else ()
    named = any(p.place == "header" and p.name.lower() == _KEY for p in known)
    return named and any(name.lower() == _KEY for name, _ in x.request.headers)


def is_as_before(x: Exchange, sound: Exchange) -> bool:
    """Whether a request did what it does undisturbed, as far as can be told without its values."""
    mine, theirs = x.changes or (), sound.changes or ()
    return x.succeeded and sorted((c.table, c.op) for c in mine) == sorted(
        (c.table, c.op) for c in theirs
    )


@_check("OWASP API8:2023; CWE-209")
def fault_leaks_nothing(trial: Trial, ground: Ground) -> Iterator[Fault]:
    """The answer to a fault of the database tells nothing of its message, of SQL, or of the inside."""
    x = trial.exchange
    if x.response is None:
        return
    text = x.response.body.decode("utf-8", "replace")
    if MARKER in text or any(MARKER in value for _, value in x.response.headers):
        yield Fault(
            title="the answer shows the message of the database",
            expected="an error that says nothing of the system's inside",
            actual=f"{name_of(x.status)} with the words of the database's error, "
            f"where {trial.injection.told}",
            detail="message",
        )
        return
    found, _ = judge(CHECKS["nothingLeaked"], x, ground.context)
    for finding in found:
        yield Fault(
            title=f"the answer to a fault of the database: {finding.title}",
            expected=finding.expected,
            actual=f"{finding.actual}, where {trial.injection.told}",
            detail=finding.detail,
        )


_KEY: Final = "idempotency-key"
_TRY_AGAIN: Final = frozenset({"40001", "40P01"})
"""A serialization failure, and a deadlock."""
_TO_BE_DONE: Final[frozenset[Rows]] = frozenset({"none", "part", "other"})
_ACCEPTED = 202
"""What will be done later: rows may well come after the answer."""


def ground_of(sweep: Sweep, noise: Noise, context: Context) -> Ground:
    """What the trials of a sweep are held against."""
    return Ground(sound=sweep.sound[0], noise=noise, context=context, aged=sweep.aged)


def judged(sweep: Sweep, noise: Noise, context: Context) -> Iterator[tuple[str, Trial, Fault]]:
    """Every fault of every trial: (check, trial, what is wrong)."""
    ground = ground_of(sweep, noise, context)
    for trial in sweep.trials:
        if not could_be_judged(trial):
            continue
        for name, check in TRIAL_CHECKS.items():
            if noise.unsteady and name in _OF_ROWS:
                continue
            for fault in check.function(trial, ground):
                yield name, trial, fault


_OF_ROWS = frozenset({"atomicUnderFaults", "retryAppliesOnce"})

"""What two requests at once have shown, as findings with their witness."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.nothing_leaked import nothing_leaked
from seamline.checks.registry import Fault
from seamline.explore.schedules.oracle import Named
from seamline.explore.schedules.outcome import Outcome
from seamline.explore.schedules.pair import Pair
from seamline.explore.schedules.search import Explored, Violation, ended_by_deadlock
from seamline.explore.schedules.stage import SIDES, Played
from seamline.model.exchange import Exchange, Request
from seamline.model.finding import Evidence, Finding
from seamline.model.schedule import Ending, Side, Turn, Witness
from seamline.model.statement import SqlStatement
from seamline.model.vocabulary import Severity
from seamline.run.allow import tolerated
from seamline.run.session import Rules
from seamline.text.curl import curl
from seamline.text.redact import Redactor

KIND = "schedule"
_TURNS, _ROWS, _BODY, _ROW, _STATEMENT = 200, 20, 400, 2_000, 2_000
_WHY = {
    "serialOutcome": (
        "Two requests at once must end as if one had come after the other: answers and rows as in A then B,"
        " or as in B then A. Source: serializability; Berenson et al., A Critique of ANSI SQL Isolation"
        " Levels."
    ),
    "noDeadlock": (
        "Requests that lock the same rows in different orders end each other: PostgreSQL refuses one of"
        " them (40P01) after a second. Lock rows in one order, or try the refused request again."
    ),
}


def findings_in(explored: Explored, rules: Rules, redactor: Redactor) -> list[Finding]:
    """The findings of a pair, tolerated where the spec file allows them."""
    found = [*_anomaly(explored, redactor), *_deadlock(explored, rules, redactor)]
    allowed = rules.allowances.get(explored.pair.first.operation, ())
    return [tolerated(f, allowed, rules.today) for f in found]


def _anomaly(explored: Explored, redactor: Redactor) -> Iterator[Finding]:
    violation = explored.violation
    if violation is None:
        return
    named: Named = violation.named
    both = _both(explored.pair)
    yield _finding(
        "serialOutcome",
        "warning" if named.only_read else "error",
        explored.pair,
        violation,
        redactor,
        title=f"{named.anomaly}: {both} at once end as in no serial order",
        actual=f"{named.said}; found by schedule {violation.number}",
        expected="answers and rows of one after the other, in either order",
        detail=f"{explored.pair.second.operation}: {named.anomaly}",
    )


def _deadlock(explored: Explored, rules: Rules, redactor: Redactor) -> Iterator[Finding]:
    violation = explored.deadlock
    if violation is None:
        return
    played = violation.played
    loser = ended_by_deadlock(played)
    assert loser is not None
    status = played.status(loser)
    leak = _leak(explored.pair, played, loser, rules)
    severity: Severity = "error" if status in {0, 500} or leak else "warning"
    answered = f"one of them is answered with {status or 'nothing'}"
    if leak:
        answered += f", and its answer tells of the inside: {leak}"
    yield _finding(
        "noDeadlock",
        severity,
        explored.pair,
        violation,
        redactor,
        title=f"{_both(explored.pair)} at once deadlock each other",
        actual=answered,
        expected="locks taken in one order, so that one waits for the other",
        detail=explored.pair.second.operation,
    )


def _both(pair: Pair) -> str:
    if pair.first.operation == pair.second.operation:
        return f"two {pair.first.operation} ({pair.what})"
    return f"{pair.first.operation} and {pair.second.operation}"


def _leak(pair: Pair, played: Played, side: Side, rules: Rules) -> str:
    """What the answer to the refused request tells that it should not, or ''."""
    step = pair.first if side == "A" else pair.second
    x = Exchange(
        case=pair.id,
        kind="positive",
        step=0,
        label=side,
        operation=step.operation,
        identity=step.identity,
        credentials=step.credentials,
        expected=(),
        request=played.requests[side][-1],
        response=played.answers.get(side),
    )
    if x.response is None:
        return ""
    told = nothing_leaked(x, rules.context(step.operation))
    return next((f.detail for f in told if isinstance(f, Fault)), "")


def _finding(
    check: str,
    severity: Severity,
    pair: Pair,
    violation: Violation,
    redactor: Redactor,
    *,
    title: str,
    expected: str,
    actual: str,
    detail: str,
) -> Finding:
    return Finding(
        check=check,
        severity=severity,
        subject=pair.first.operation,
        title=redactor.text(title),
        expected=expected,
        actual=redactor.text(actual),
        detail=detail,
        kind=KIND,
        why=_WHY[check],
        evidence=Evidence(schedule=witness(pair, violation, redactor)),
    )


def witness(pair: Pair, violation: Violation, redactor: Redactor) -> Witness:
    """The schedule, fit to show and to be run again."""
    played, canon = violation.played, violation.canon
    firsts = violation.refs.serial
    serial = [firsts[0], firsts[2]] if len(firsts) > 2 else list(firsts)
    return Witness(
        pair=pair.id,
        choices=played.choices,
        first="\n".join(_curl(r, redactor) for r in played.requests["A"]),
        second="\n".join(_curl(r, redactor) for r in played.requests["B"]),
        arrange=tuple(_curl(r, redactor) for r in played.arranged),
        turns=tuple(shown(t, redactor) for t in played.turns[:_TURNS]),
        ending=ending("this schedule", canon.outcome(played), redactor),
        serial=tuple(
            ending(order, canon.outcome(s), redactor)
            for order, s in zip(("A, then B", "B, then A"), serial, strict=False)
        ),
    )


def shown(turn: Turn, redactor: Redactor) -> Turn:
    """A statement fit to show: without secrets, wherever it names a column that holds one."""
    own = SqlStatement(text=turn.sql, params=turn.params, kind="other", connection=0, transaction=0)
    fit = redactor.statement(own)
    text = " ".join(fit.text.split())[:_STATEMENT]
    return msgspec.structs.replace(turn, sql=text, params=fit.params)


def ending(order: str, outcome: Outcome, redactor: Redactor) -> Ending:
    """How it ended, fit to show."""
    told = [f"{outcome.status(s)} {outcome.answers.get(s, (0, ''))[1]}" for s in SIDES]
    rows = [_row(r, redactor)[:_ROW] for r in outcome.rows[:_ROWS]]
    more = len(outcome.rows) - _ROWS
    return Ending(
        order=order,
        answers=(redactor.text(told[0])[:_BODY], redactor.text(told[1])[:_BODY]),
        rows=(*rows, f"and {more} more") if more > 0 else tuple(rows),
    )


def _row(row: str, redactor: Redactor) -> str:
    """A row of an outcome without the values of secret columns."""
    head, brace, image = row.partition("{")
    shown = redactor.row(msgspec.json.decode(brace + image))
    return head + redactor.text(msgspec.json.encode(shown).decode())


def _curl(request: Request, redactor: Redactor) -> str:
    body = (
        None
        if request.body is None
        else redactor.text(request.body[:4096].decode("utf-8", "replace"))
    )
    headers = redactor.headers(request.headers)
    return curl(request.method, redactor.text(request.target), headers, body)

"""The checks by name, and the one way to apply them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from seamline.checks.context import Context
from seamline.model.exchange import Exchange
from seamline.model.finding import Finding
from seamline.model.vocabulary import API_CHECKS, CaseKind, Severity


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found wrong; `judge` makes a `Finding` of it.

    `detail` is the column, pointer or table within the subject: part of the finding's identity, so
    no value that differs from run to run may stand in it. `severity` overrides the check's own.
    """

    title: str
    expected: str = ""
    actual: str = ""
    detail: str = ""
    severity: Severity | None = None


class Abstain(msgspec.Struct, frozen=True):
    """The check lacks what it needs to judge this exchange, and says what."""

    reason: str


Judgement = Fault | Abstain
Function = Callable[[Exchange, Context], Iterator[Judgement]]
Applies = Callable[[Exchange, Context], bool]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A registered check. `text` is its docstring's first line, `source` where the rule comes from."""

    name: str
    text: str
    source: str
    severity: Severity
    applies: Applies
    function: Function


CHECKS: dict[str, Check] = {}


def check(
    *, source: str, applies: Applies, severity: Severity = "error"
) -> Callable[[Function], Function]:
    """Register a function `snake_case` under its camelCase name; `applies` says to which exchanges."""

    def register(function: Function) -> Function:
        first, *rest = function.__name__.split("_")
        name = first + "".join(word.capitalize() for word in rest)
        if name in CHECKS:
            raise ValueError(f"check {name!r} is already registered")
        if name not in API_CHECKS:
            raise ValueError(f"check {name!r} is not in the vocabulary")
        CHECKS[name] = Check(
            name=name,
            text=(function.__doc__ or "").strip().splitlines()[0],
            source=source,
            severity=severity,
            applies=applies,
            function=function,
        )
        return function

    return register


def judge(check: Check, exchange: Exchange, context: Context) -> tuple[list[Finding], str]:
    """Apply one check to one exchange: its findings, and why it abstained (empty: it did not)."""
    findings: list[Finding] = []
    abstained = ""
    for judgement in check.function(exchange, context):
        if isinstance(judgement, Abstain):
            abstained = judgement.reason
        else:
            findings.append(_finding(check, exchange, judgement))
    return findings, abstained


def _kind(exchange: Exchange) -> CaseKind:
    """The kind of case that this request would be alone: the same fault is no other finding
    in a step of a sequence or with a derived value."""
    if exchange.twist is not None:
        return "negative" if exchange.status >= 400 else "positive"
    if exchange.kind != "sequence":
        return exchange.kind
    refused = bool(exchange.expected) and min(exchange.expected) >= 400
    return "negative" if refused else "positive"


def _finding(check: Check, exchange: Exchange, fault: Fault) -> Finding:
    return Finding(
        check=check.name,
        severity=fault.severity or check.severity,
        subject=exchange.operation,
        title=fault.title,
        expected=fault.expected,
        actual=fault.actual,
        detail=fault.detail,
        kind=_kind(exchange),
        why=f"{check.text} Source: {check.source}.",
        case=exchange.case,
        step=exchange.step,
    )

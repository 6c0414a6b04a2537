"""Which cases of a plan run, and in what order: by operation, check, change, and within a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import zip_longest

import msgspec

from seamline.checks.contract_drift import CHECK
from seamline.errors import UsageError
from seamline.model.case import Case
from seamline.model.vocabulary import (
    API_CHECKS,
    DATA_CHECKS,
    DOCUMENT_CHECKS,
    MIGRATION_CHECKS,
    ROLLOUT_CHECKS,
    TRANSACTION_CHECKS,
    Part,
)
from seamline.run.contract import tries_drift
from seamline.text.suggest import did_you_mean

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|min|h|)")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_OF_DATABASE = (*DATA_CHECKS, *MIGRATION_CHECKS, *ROLLOUT_CHECKS, *TRANSACTION_CHECKS)
_NEEDS: dict[str, Callable[[Case], bool]] = {
    "authRequired": lambda case: case.kind == "credentials",
    "invalidInputRejected": lambda case: any(
        s.twist is not None and s.twist.valid is False for s in case.steps
    ),
    "undeclaredMethodRefused": lambda case: any(
        s.twist is not None and s.twist.where == "method" for s in case.steps
    ),
    CHECK: tries_drift,
    **dict.fromkeys(ROLLOUT_CHECKS, lambda case: False),  # these send cases of their own
    **dict.fromkeys(TRANSACTION_CHECKS, lambda case: False),
}
"""Checks that only cases of one kind can fail; any other may look at every case."""


def seconds(text: str) -> float:
    """`2m`, `90s`, `90`, `1.5h`. Raises `UsageError`."""
    found = _DURATION.fullmatch(text.strip().lower())
    value = float(found[1]) * _SECONDS[found[2]] if found else 0.0
    if not value:
        raise UsageError(f"--time {text!r}: give a time such as 90s, 2m or 1h")
    return value


def known_checks(names: Collection[str]) -> frozenset[str]:
    """The names, all of which must be checks. Raises `UsageError`."""
    known = (*API_CHECKS, *DOCUMENT_CHECKS, *_OF_DATABASE)
    for name in names:
        if name not in known:
            raise UsageError(f"--check {name!r}: no such check.{did_you_mean(name, known)}")
    return frozenset(names)


def parts_of(checks: Collection[str], parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts of a run that these checks belong to. Raises `UsageError` where none is asked for."""
    if not checks:
        return parts
    of: dict[Part, bool] = {
        "api": bool({*API_CHECKS, *DOCUMENT_CHECKS}.intersection(checks)),
        "database": bool(set(_OF_DATABASE).intersection(checks)),
    }
    left = tuple(part for part in parts if of[part])
    if not left:
        raise UsageError(f"--check {', '.join(sorted(checks))}: not of the part that was asked for")
    return left


def judged_by(cases: Sequence[Case], checks: frozenset[str]) -> tuple[Case, ...]:
    """The cases with only these checks to judge them, without those that none of these can judge."""
    if not checks:
        return tuple(cases)
    of_exchanges = checks.intersection(API_CHECKS)
    is_narrow = checks <= _NEEDS.keys()
    return tuple(
        msgspec.structs.replace(
            case,
            validations=of_exchanges
            if case.validations is None
            else case.validations & of_exchanges,
        )
        for case in cases
        if not is_narrow or any(_NEEDS[name](case) for name in checks)
    )


def widest_first(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Each operation's own cases first, then one derived case of every operation in turn."""
    own = [case for case in cases if not is_extra(case)]
    extra: dict[str, list[Case]] = {}
    for case in cases:
        if is_extra(case):
            extra.setdefault(case.subject, []).append(case)
    return (*own, *_in_turn(extra.values()))


def is_extra(case: Case) -> bool:
    """Whether a case was derived of an accepted request: its steps to be judged say what they changed."""
    return case.origin != "spec" and any(step.twist is not None for step in case.steps)


def _in_turn(lists: Collection[list[Case]]) -> Iterator[Case]:
    for round_ in zip_longest(*lists):
        yield from (case for case in round_ if case is not None)

"""An accepted request sent twice to the same rows: what differs is noise of its operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from seamline.checks.context import Noise
from seamline.model.case import Case
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS
from seamline.run.session import Rules
from seamline.text.pointer import escape

_DEEPEST = 6


def is_doubled(case: Case) -> bool:
    """Whether a case is one accepted write, as planned by a person or by init."""
    operation = case.steps[0].operation
    is_safe = operation.partition(" ")[0] in SAFE_METHODS
    return case.is_accepted and operation == case.subject and not is_safe


def noise_between(one: Exchange, other: Exchange) -> Noise:
    """Columns and fields in which two runs of the same request from the same base differ."""
    mine, theirs = one.changes or (), other.changes or ()
    return Noise(
        frozenset(_columns(mine, theirs)),
        frozenset(_fields(_json(one), _json(other))),
        frozenset(c.table for c in mine) & {c.table for c in theirs},
    )


def with_noise(rules: Rules, operation: str, noise: Noise) -> Rules:
    """The rules of a run in which that says nothing of the operation."""
    context = msgspec.structs.replace(rules.context(operation), noise=noise)
    return msgspec.structs.replace(rules, contexts={**rules.contexts, operation: context})


def _columns(one: Sequence[RowChange], other: Sequence[RowChange]) -> Iterator[tuple[str, str]]:
    """Rows are held against one another in the order of writing, by table and operation."""
    groups: dict[tuple[str, str], list[RowChange]] = defaultdict(list)
    for change in other:
        groups[change.table, change.op].append(change)
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for change in one:
        place = (change.table, change.op)
        number = taken[place]
        taken[place] += 1
        if number < len(groups[place]):
            mine, theirs = change.after or {}, groups[place][number].after or {}
            for column in mine.keys() | theirs.keys():
                if mine.get(column) != theirs.get(column):
                    yield change.table, column


def _json(x: Exchange) -> Any:
    return x.response.json if x.response is not None and not x.response.cut else NOT_JSON


def _fields(one: Any, other: Any, at: str = "#", depth: int = 0) -> Iterator[str]:
    if type(one) is type(other) and isinstance(one, dict) and depth < _DEEPEST:
        for name in one.keys() | other.keys():
            yield from _fields(
                one.get(name), other.get(name), f"{at}/{escape(str(name))}", depth + 1
            )
    elif (
        isinstance(one, list)
        and isinstance(other, list)
        and len(one) == len(other)
        and depth < _DEEPEST
    ):
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _fields(a, b, f"{at}/{number}", depth + 1)
    elif one is not other and (type(one) is not type(other) or one != other):
        yield at

"""Alternatives: ways in which a row may satisfy its CHECKs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from seamline.rows.limit import Limit

MOST_WAYS = 48
"""More alternatives than this are not looked at: each row follows one, and rows are few."""


class Relation(msgspec.Struct, frozen=True):
    """`left operator right + shift`, for two columns; operator is one of < <= = <>."""

    left: str
    operator: str
    right: str
    shift: Any = 0


class Opaque(msgspec.Struct, frozen=True):
    """A claim that was not understood: its SQL, its columns, the constants that stand in it."""

    sql: str
    columns: tuple[str, ...] = ()
    constants: tuple[Any, ...] = ()


class Way(msgspec.Struct, frozen=True):
    """One way to satisfy an expression: all of this together."""

    limits: Mapping[str, Limit] = {}
    relations: tuple[Relation, ...] = ()
    opaque: tuple[Opaque, ...] = ()

    def both(self, other: Way) -> Way | None:
        """What satisfies this way and `other`, or None."""
        limits = dict(self.limits)
        for column, limit in other.limits.items():
            merged = limits[column].both(limit) if column in limits else limit.pruned()
            if merged is None:
                return None
            limits[column] = merged
        return Way(limits, self.relations + other.relations, self.opaque + other.opaque)


def every(left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
    """The ways of A AND B, taken turns from both."""
    pairs = sorted(
        ((i + j, i, j) for i in range(len(left)) for j in range(len(right))),
    )
    merged = (left[i].both(right[j]) for _, i, j in pairs)
    return list(islice((way for way in merged if way is not None), MOST_WAYS))

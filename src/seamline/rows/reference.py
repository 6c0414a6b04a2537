"""Foreign keys: which row of the other table each row refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seamline.model.catalog import ForeignKey
from seamline.model.row import Row
from seamline.rows.limit import Limit

Key = tuple[Any, ...]


class Reference:
    """The values that the columns of one foreign key may take together, in the order of the rows."""

    def __init__(self, key: ForeignKey, rows: Sequence[Row]) -> None:
        self.key = key
        self.columns = key.columns
        found = (tuple(row.get(c) for c in key.to) for row in rows)
        self.choices: list[Key] = [k for k in dict.fromkeys(_hashable(found)) if None not in k]
        self._groups: dict[tuple[int, ...], dict[Key, list[Key]]] = {}

    def restrict(self, limits: Mapping[str, Limit]) -> list[Key]:
        """The choices that the limits of the columns allow."""
        active = [(i, limits[c]) for i, c in enumerate(self.columns) if c in limits]
        if not active:
            return self.choices
        return [k for k in self.choices if all(limit.allows(k[i]) for i, limit in active)]

    def matching(self, fixed: tuple[int, ...], values: Key) -> list[Key]:
        """The choices whose values at the positions `fixed` are `values`."""
        if fixed not in self._groups:
            group: dict[Key, list[Key]] = {}
            for choice in self.choices:
                group.setdefault(tuple(choice[i] for i in fixed), []).append(choice)
            self._groups[fixed] = group
        return self._groups[fixed].get(values, [])

    def keep(self, positions: tuple[int, ...], allowed: set[Key]) -> None:
        """Forget the choices whose values at `positions` are not among `allowed`."""
        self.choices = [k for k in self.choices if tuple(k[i] for i in positions) in allowed]
        self._groups = {}


def _hashable(keys: Any) -> Any:
    return (k for k in keys if not any(isinstance(v, (list, dict)) for v in k))


def settle(references: Sequence[Reference]) -> list[Reference]:
    """The widest first, each without the choices for which one that shares columns has no match."""
    ordered = sorted(references, key=lambda r: (-len(r.columns), r.key.name))
    for _ in range(2):
        for one in ordered:
            for other in ordered:
                shared = [c for c in one.columns if c in other.columns]
                if one is other or not shared:
                    continue
                theirs = tuple(other.columns.index(c) for c in shared)
                mine = tuple(one.columns.index(c) for c in shared)
                one.keep(mine, {tuple(k[i] for i in theirs) for k in other.choices})
    return ordered

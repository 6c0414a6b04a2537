"""One table on its way into the database: candidates offered, refusals counted, an end in sight."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seamline.model.catalog import Table
from seamline.model.row import Row
from seamline.rows.table import TableRows

_FIRST_CANDIDATES = 48
_MOST_CANDIDATES = 800


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one table that belong into the database."""

    table: Table
    columns: tuple[str, ...]
    rows: Sequence[Row]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to write. Several parts go in together or not at all.

    Of one part every row may be refused on its own; `enough` says how many are wanted. `read_back` says
    that others refer to a column that the database fills.
    """

    parts: tuple[Part, ...]
    enough: int
    read_back: bool = False


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Which of these rows satisfy an SQL condition? They have values for its columns only."""

    table: Table
    condition: str
    rows: Sequence[Row]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the database made of an offer: per row of the first part why it was refused, or ''.

    Fewer than there were rows: the rest was not tried. `rows` are those read back. To a question: per
    row '' where the condition holds.
    """

    refused: tuple[str, ...]
    rows: tuple[Row, ...] | None = None


class Filling:
    """Asks `maker` for candidates until enough are accepted, or too many were refused."""

    def __init__(self, maker: TableRows) -> None:
        self._maker = maker
        self._number = self._tried = 0
        self._size = maker.count
        self._refused: dict[str, int] = {}
        self.actual: tuple[Row, ...] = ()

    @property
    def missing(self) -> int:
        """How many rows are still wanted."""
        return max(0, self._maker.count - len(self._maker.accepted))

    @property
    def why(self) -> str:
        """What kept rows out, most often."""
        if not self._refused:
            return f"its keys ({self._maker.keys}) allow no more"
        reason = max(self._refused, key=lambda why: self._refused[why])
        return f"{reason} ({self._tried} candidates tried)"

    def candidates(self) -> list[Row] | None:
        """The next rows to offer; None at the end."""
        count, missing = self._maker.count, self.missing
        # Numbers that give no row are cheap; candidates that the database refuses are not.
        is_over = self._number >= 40 * count + 4000 or self._tried > max(
            _MOST_CANDIDATES, 2 * count
        )
        if not missing or is_over:
            return None
        rows = self._maker.block(self._number, self._size, search=self._tried > 0)
        self._number += self._size
        self._size = max(missing, _FIRST_CANDIDATES)
        if self._tried:
            self._size = max(missing, min(4 * self._size, _MOST_CANDIDATES))
            return rows
        for row in rows[missing:]:
            self._maker.forget(row)
        return rows[:missing]

    def told(self, rows: Sequence[Row], told: Told) -> None:
        """What became of the rows that were offered."""
        for row, why in zip(rows, told.refused, strict=False):
            if why:
                self._refused[why] = self._refused.get(why, 0) + 1
                self._maker.forget(row)
            else:
                self._maker.accepted.append(row)
        for row in rows[len(told.refused) :]:
            self._maker.forget(row)
        self.actual = told.rows or self.actual
        if any(told.refused):
            self._tried += len(told.refused)

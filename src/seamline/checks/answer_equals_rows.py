"""What an answer says of rows, held against the rows that stood there at that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seamline.checks.agreement import show
from seamline.checks.context import Context
from seamline.checks.reconciled import (
    Window,
    has_own_header,
    is_cached,
    items_shown,
    key_of,
    parameters_in,
    unsaid,
    window_of,
)
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.model.catalog import Column
from seamline.model.exchange import Exchange, Standing, StandingRow
from seamline.model.row import Row
from seamline.model.vocabulary import Severity
from seamline.spec.data import Reconciliation
from seamline.text.pointer import ABSENT, at_pointer
from seamline.text.redact import HIDDEN, SECRET_COLUMN


def _applies(x: Exchange, context: Context) -> bool:
    return bool(x.standing) and x.succeeded


@check(source="`reconcile` of the data file; the rows at that moment", applies=_applies)
def answer_equals_rows(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """What is answered is what the rows hold at that moment, and a list shows each row that it must."""
    for standing in x.standing:
        entry = context.reconcile[standing.entry]
        items = items_shown(x, entry)
        doubt = standing.error or _doubt(x, context, entry)
        if doubt or items is None:
            yield Abstain(doubt or f"the answer has no list of objects at {entry.each or '#'}")
            continue
        judging = _Judging(x, context, entry, standing, items)
        yield from judging.one() if entry.each is None else judging.list()


def _doubt(x: Exchange, context: Context, entry: Reconciliation) -> str:
    """Why answer and rows need not agree, where that is so."""
    if is_cached(x):
        return "the answer may come from a cache, as it says itself"
    if not entry.learned:
        return ""
    if any(c.table == entry.table for e in x.earlier for c in e.changes or ()):
        return "learned where nothing had been written just before; not reviewed"
    if unsaid(x, entry) or has_own_header(x, context):
        return "learned of requests without such parameters; not reviewed"
    return ""


class _Judging:
    """One entry's judgement of one answer."""

    def __init__(
        self,
        x: Exchange,
        context: Context,
        entry: Reconciliation,
        standing: Standing,
        items: Sequence[Row],
    ) -> None:
        self.x, self.context, self.entry, self.standing = x, context, entry, standing
        self.items = items
        self.severity: Severity | None = "warning" if entry.learned else None
        own = [c for c in x.changes or () if c.table == entry.table]
        self.moved = frozenset(name for c in own for name in c.columns)
        self.is_moving = any(c.op != "update" for c in own)
        self.of: dict[int, list[StandingRow]] = {}
        for row in standing.rows:
            self.of.setdefault(row.item, []).append(row)

    def one(self) -> Iterator[Fault | Abstain]:
        """An answer about one row."""
        rows = self.of.get(0, [])
        if self.is_moving:
            yield Abstain("the request itself adds or removes such rows")
        elif len(rows) > 1:
            yield Abstain(f"more than one row of {self.entry.table} may be meant")
        elif not rows:
            yield self._fault(
                f"what is answered is no row of {self.entry.table}",
                f"a row of {self.entry.table} that the answer's key names",
                "no such row",
                f"{self.entry.table}: no row",
            )
        elif rows[0].shown is False:
            yield self._leak("the answer shows a row", 1)
        else:
            yield from self._fields([(self.items[0], rows[0])])

    def list(self) -> Iterator[Fault | Abstain]:
        """An answer about many rows."""
        known = [(item, self.of.get(n, [])) for n, item in enumerate(self.items)]
        yield from self._fields([(item, rows[0]) for item, rows in known if len(rows) == 1])
        leaked = sum(rows[0].shown is False for _, rows in known if len(rows) == 1)
        if self.is_moving:
            yield Abstain("the request itself adds or removes such rows")
            return
        absent = [item for item, rows in known if not rows and self._has_key(item)]
        if absent:
            yield self._fault(
                f"a list shows what is no row of {self.entry.table}",
                f"each item is a row of {self.entry.table}",
                f"{len(absent)} of {len(self.items)} items are none",
                f"{self.entry.table}: no row",
            )
        if leaked:
            yield self._leak("the list shows rows", leaked)
        if self.entry.where is None or leaked or absent or self.standing.count is None:
            return
        if narrowing := unsaid(self.x, self.entry):
            yield Abstain(f"`where` says nothing of {', '.join(narrowing)}")
            return
        yield from self._whole(self.standing.count)

    def _has_key(self, item: Row) -> bool:
        """Whether an item says which row it is."""
        table = self.context.table(self.entry.table)
        key = key_of(self.entry, table) if table is not None else None
        return key is not None and all(
            at_pointer(item, p) not in (ABSENT, None) for p in key.columns.values()
        )

    def _fields(self, pairs: Sequence[tuple[Any, StandingRow]]) -> Iterator[Fault]:
        """Each pointer's value that differs from the row's, once a pointer."""
        for pointer, place in self.entry.columns.items():
            column, name = self._column(pointer)
            if column is None or self._is_noise(pointer, place if isinstance(place, str) else None):
                continue
            wrong = [
                (answered, row.values[pointer])
                for item, row in pairs
                if pointer in row.values
                and (answered := at_pointer(item, pointer)) is not ABSENT
                and same(answered, row.values[pointer], column) is False
            ]
            if wrong:
                answered, stored = wrong[0]
                of = f", in {len(wrong)} of {len(pairs)} items" if self.entry.each else ""
                yield self._fault(
                    f"{pointer} is not {name}{of}",
                    f"{pointer} = {show(stored, column)}, as {name} is",
                    f"{pointer} = {show(answered, column)}",
                    f"{pointer} of {self.entry.table}",
                )

    def _column(self, pointer: str) -> tuple[Column | None, str]:
        place = self.entry.columns[pointer]
        if isinstance(place, str):
            table = self.context.table(self.entry.table)
            column = table.by_column.get(place) if table is not None else None
            return column, f"{self.entry.table}.{place}"
        kind = self.standing.types.get(pointer)
        name = f"what {place.sql} gives"
        return (
            Column(name=pointer, type=kind, base=kind.partition("(")[0], nullable=True)
            if kind
            else None
        ), name

    def _is_noise(self, pointer: str, column: str | None) -> bool:
        """Whether the value says nothing: it differs each time, or the request itself moves it."""
        if column in self.moved or (column is None and self.x.changes):
            return True
        prefix = f"{self.entry.each or '#'}/"
        rest = pointer.removeprefix("#")
        return any(
            field == pointer
            or (self.entry.each and field.startswith(prefix) and field.endswith(rest))
            for field in self.context.noise.fields
        )

    def _whole(self, count: int) -> Iterator[Fault]:
        """Of the rows that `where` selects: how many they are, that none is left out, in what order."""
        answered = at_pointer(self.x.response.json, self.entry.total or "#/\0")  # type: ignore[union-attr]
        if isinstance(answered, int) and not isinstance(answered, bool) and answered != count:
            yield self._fault(
                f"{self.entry.total} is not the number of rows that the list is of",
                f"{count}: so many rows of {self.entry.table} {self._said()}",
                str(answered),
                f"{self.entry.total} of {self.entry.table}",
            )
        numbers = [n for n in range(len(self.items)) if len(self.of.get(n, [])) == 1]
        if len(numbers) < len(self.items):
            return
        keys = [str(self.of[n][0].key) for n in numbers]
        window = window_of(self.x, self.context.operation)
        if len(set(keys)) < len(keys):
            yield self._fault(
                "a list shows a row more than once",
                "each row once",
                f"{len(keys) - len(set(keys))} repetitions in {len(keys)} items",
                f"{self.entry.table}: repeated",
            )
        elif self._is_short(window, count):
            yield self._left_out()
        elif self.entry.order_by is not None:
            yield from self._order(window)

    def _is_short(self, window: Window, count: int) -> bool:
        """Whether there are fewer items than there must be."""
        if window.offset is None or not window.is_bounded:
            return False
        left = max(count - window.offset, 0)
        return len(self.items) < (left if window.size is None else min(window.size, left))

    def _order(self, window: Window) -> Iterator[Fault]:
        """Each item stands where its row does. Rows that are equal in the order may change places."""
        places = [self.of[n][0] for n in range(len(self.items))]
        lows, highs = [p.low for p in places], [p.high for p in places]
        if None in lows or None in highs:
            return
        sorted_ = all(low <= high for low, high in zip(lows, highs[1:], strict=False))  # type: ignore[operator]
        first = None if window.offset is None else window.offset + 1
        is_placed = first is None or all(
            low <= first + n <= high  # type: ignore[operator]
            for n, (low, high) in enumerate(zip(lows, highs, strict=True))
        )
        if not sorted_:
            yield self._fault(
                "a list is in another order than it must be",
                f"rows of {self.entry.table} by {self.entry.order_by}",
                f"items that stand at {', '.join(map(str, lows[:12]))} in that order",
                f"{self.entry.table}: order",
            )
        elif not is_placed and window.is_bounded and self.standing.missing:
            yield self._left_out()

    def _left_out(self) -> Fault:
        missing = [
            ", ".join(
                f"{name} {HIDDEN if SECRET_COLUMN.search(name) else value}"
                for name, value in row.items()
            )
            for row in self.standing.missing
        ]
        return self._fault(
            f"a list leaves out rows of {self.entry.table} that it must show",
            f"all rows of {self.entry.table} {self._said()}",
            f"{len(self.items)} items; not among them: {'; '.join(missing) or 'not known which'}",
            f"{self.entry.table}: left out",
        )

    def _leak(self, what: str, count: int) -> Fault:
        is_personal = any(of == "identity" for of, _ in parameters_in(self.entry.where))
        others = (
            f" that {self.x.identity} must not see" if is_personal else " that it must not show"
        )
        return self._fault(
            f"{what} of {self.entry.table}{others}",
            f"rows of {self.entry.table} {self._said()}",
            f"{count} of {len(self.items)} are others" if self.entry.each else "another row",
            f"{self.entry.table}: leak",
        )

    def _said(self) -> str:
        return f"where {self.entry.where}" if self.entry.where else ""

    def _fault(self, title: str, expected: str, actual: str, detail: str) -> Fault:
        return Fault(
            title=title,
            expected=expected,
            actual=actual,
            detail=detail,
            severity=self.severity,
        )

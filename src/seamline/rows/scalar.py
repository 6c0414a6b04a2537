"""Numbers and moments: values on a grid between bounds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import gcd
from typing import Any

from seamline.rows.limit import Limit, as_number
from seamline.rows.source import Source, Wish

_INTEGERS = {
    "smallint": (-(2**15), 2**15 - 1), "integer": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1),
    "oid": (0, 2**31 - 1), "xid": (0, 2**31 - 1), "cid": (0, 2**31 - 1), "xid8": (0, 2**62),
}  # fmt: skip
_PRICE = re.compile(
    r"price|amount|total|cost|fee|sum|subtotal|balance|value|budget|salary|tax", re.I
)
_STRIDE = 7919
_EPOCH = datetime(1970, 1, 1)
_EARLIEST, _LATEST = -62_000_000_000, 250_000_000_000  # year 5 and 9892, in seconds since 1970
_LATER = re.compile(r"expir|until|due|deadline|valid_to|not_after|scheduled|next_", re.I)
_BIRTH = re.compile(r"birth|dob|born", re.I)
_UPDATED = re.compile(r"updat|modif|chang|edited|last_", re.I)


def integers(wish: Wish, bare: str) -> Source | None:
    """Whole numbers of a type."""
    lowest, highest = _INTEGERS[bare]
    name = wish.name.lower()
    start = 1990 if "year" in name else 18 if name == "age" else 1
    if not (name == "id" or name.endswith("_id") or "year" in name):
        start += wish.salt % 9
    window = _window(wish.limit, Decimal(lowest), Decimal(highest), 0)
    if window is None:
        return None
    low, high = window
    if wish.limit.modulo is not None:
        divisor, remainder = wish.limit.modulo
        first = low if low > lowest else 0
        first += (remainder - first) % divisor
        size = (high - first) // divisor + 1
        return Source(lambda k: first + k % size * divisor, size) if size > 0 else None
    return _whole(low, high, start, wish)


def _whole(low: int, high: int, start: int, wish: Wish) -> Source:
    first = start if low <= start and start + 2 * wish.rows < high else low
    if first < start and high - first > 4 * wish.rows + 10**6 and low < -(2**14):
        # Only an upper bound: stay near it, above 0 where that leaves enough.
        first = 1 if high > wish.rows else 0 if high >= wish.rows else high - 2 * wish.rows - 9
    if first == low and high - low > 10**4 + 8 * wish.rows:
        first += wish.salt % 9
    size = high - first + 1
    if size > 8 * wish.rows:
        return Source(lambda k: first + k % size, size)
    offset = wish.salt % size
    return Source(lambda k: first + (k + offset) % size, size)


def decimals(wish: Wish, modifiers: tuple[int, ...]) -> Source | None:
    """Numbers with a fraction; `modifiers` are precision and scale."""
    scale = modifiers[1] if len(modifiers) > 1 else 0 if modifiers else 2
    digits = (modifiers[0] - scale) if modifiers else 9
    edge = Decimal(10) ** max(digits, -20) - Decimal(1).scaleb(-scale)
    while True:
        window = _window(wish.limit, -edge, edge, scale)
        size = window[1] - window[0] + 1 if window else 0
        # Without a fixed scale a narrow window just needs finer steps.
        if modifiers or size >= 2 * wish.rows or scale >= 12:
            break
        scale += 2
    if window is None:
        return None
    low, high = window
    unit = Decimal(1).scaleb(-scale)
    natural = int(Decimal("4.99" if _PRICE.search(wish.name) else 1) / unit)
    top = natural + max(99999, 20 * wish.rows)
    if low <= natural and top <= high:
        low, high = natural, top
    elif low <= 1 <= high and high - 1 >= 2 * wish.rows:
        low = 1
    size = high - low + 1
    stride = _STRIDE if gcd(_STRIDE, size) == 1 else 1
    start = wish.salt % size

    def at(k: int) -> Any:
        return Decimal(low + (k * stride + start) % size).scaleb(-scale)

    return Source(at, size)


def _window(limit: Limit, lowest: Decimal, highest: Decimal, scale: int) -> tuple[int, int] | None:
    """The limit's bounds in whole units of 10^-scale, both inclusive."""
    low, high = as_number(limit.low), as_number(limit.high)
    bottom = lowest if low is None else max(low, lowest)
    top = highest if high is None else min(high, highest)
    first = int(bottom.scaleb(scale).to_integral_value(ROUND_CEILING))
    last = int(top.scaleb(scale).to_integral_value(ROUND_FLOOR))
    if limit.low_open and low is not None and low.scaleb(scale) == first:
        first += 1
    if limit.high_open and high is not None and high.scaleb(scale) == last:
        last -= 1
    return (first, last) if first <= last else None


def moments(wish: Wish, *, step: int, zone: str = "", date: bool = False) -> Source | None:
    """Dates, or timestamps with `zone` behind them; about `step` seconds apart."""
    tick = 86400 if date else 1
    start, unit = _natural(wish), max(1, step // tick)
    if _BIRTH.search(wish.name):
        unit = max(unit, 86400 // tick)
    first, last = _ticks(wish.limit, tick)
    if first is not None and (start // tick) <= first:
        shift = (wish.salt % 300) * unit if last is None else 0
        start = (first + (0 if date else unit) + shift) * tick
    at = start // tick
    if last is not None and at + unit * wish.rows > last:
        at = max(last - unit * (wish.rows + 1), first if first is not None else _EARLIEST // tick)
        if at > last:
            return None
        unit = min(unit, max(1, (last - at) // max(wish.rows, 1)))
    size = max(1, ((_LATEST // tick if last is None else last) - at) // unit + 1)
    begin, by = _EPOCH + timedelta(seconds=at * tick), timedelta(seconds=unit * tick)
    if date:
        return Source(lambda k: (begin + by * (k % size)).date().isoformat(), size)
    return Source(lambda k: (begin + by * (k % size)).isoformat() + zone, size)


def _natural(wish: Wish) -> int:
    """Seconds since 1970 at which a column of this name begins."""
    hours = 3600 * (wish.salt % 2000)
    if _LATER.search(wish.name):
        return _seconds(datetime(2040, 1, 2)) + hours
    if _BIRTH.search(wish.name):
        return _seconds(datetime(1960, 5, 1)) + hours
    return (
        _seconds(datetime(2024, 1, 2, 8) + timedelta(days=120 * bool(_UPDATED.search(wish.name))))
        + hours
    )


def _ticks(limit: Limit, tick: int) -> tuple[int | None, int | None]:
    low, high = _moment(limit.low), _moment(limit.high)
    first = last = None
    if low is not None:
        first = -(-_seconds(low) // tick)
        first += limit.low_open and first * tick == _seconds(low)
    if high is not None:
        last = _seconds(high) // tick
        last -= limit.high_open and last * tick == _seconds(high)
    return first, last


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def later(value: Any, by: int, least: Any = 0) -> Any:
    """A value a little (`by` steps, at least `least`) after `value`; None where that is not known."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return value + (type(value)(least) if isinstance(least, (int, Decimal)) else 0) + by
    if not isinstance(value, str):
        return None
    moment = _moment(value)
    if moment is None:
        return None
    shift = least if isinstance(least, timedelta) else timedelta(0)
    try:
        if len(value) == 10:
            days = (
                int(least) if isinstance(least, (int, Decimal)) else -(-shift // timedelta(days=1))
            )
            return (moment + timedelta(days=days + by)).date().isoformat()
        return (moment + shift + timedelta(minutes=by)).isoformat() + (
            "+00:00" if value[19:] else ""
        )
    except OverflowError:
        return None

"""Numbers, times and values as a person writes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from seamline.model.event import RolloutFinished
from seamline.model.row import RowChange
from seamline.model.vocabulary import Rollout
from seamline.text.plain import one_line

_EPOCH_FLOOR = 1e9
"""`at` values below this are no wall-clock times (a monotonic clock, a test)."""


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 case`, `2,000 cases`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def seconds(value: float) -> str:
    """`0.42 s`, `12.3 s`, `2 min 05 s`."""
    if value >= 60:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes} min {rest:02d} s"
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"


def milliseconds(value: float) -> str:
    """Three significant digits: `0.812 ms`, `12.3 ms`, `1,240 ms`."""
    if value <= 0:
        return "0 ms"
    digits = max(0, 2 - math.floor(math.log10(value)))
    rounded = round(value, 2 - math.floor(math.log10(value)))
    return f"{rounded:,.{digits}f} ms"


def moment(at: float) -> str:
    """A wall-clock time in UTC, or nothing where the clock was another."""
    if not _EPOCH_FLOOR <= at <= 1e11:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def value(item: object, limit: int = 80) -> str:
    """A column's value as JSON would write it, on one line and bounded."""
    if isinstance(item, Decimal):
        return str(item)
    if isinstance(item, str) and len(item) > limit:
        cut = json.dumps(item[:limit], ensure_ascii=False)
        return one_line(f"{cut} (of {len(item):,} characters)", limit * 7)
    try:
        text = json.dumps(item, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = repr(item)
    return one_line(text, limit)


_ROLLOUTS: dict[Rollout, str] = {
    "safe": "safe to roll out",
    "needs ordering": "needs ordering: migrate before deploying",
    "unsafe": "unsafe: what runs now breaks over the present schema",
    "not known": "not known",
}


def rollout_in_words(event: RolloutFinished) -> str:
    """`from origin/main (1f0c…): safe to roll out`."""
    commit = f" ({event.commit[:10]})" if event.commit else ""
    if event.error:
        said = f"not compared: {event.error.partition(chr(10))[0]}"
    elif event.idle:
        said = f"nothing to compare: {event.idle}"
    else:
        said = _ROLLOUTS[event.verdict]
    return one_line(f"from {event.ref}{commit}: {said}", 400)


def last_line(message: str, limit: int = 300) -> str:
    """Of a traceback the line that says what happened, of other text the text."""
    lines = message.strip().split("\n")
    return one_line(lines[-1] if lines[0].startswith("Traceback") else message, limit)


def pairs(row: Mapping[str, object], most: int = 6) -> str:
    """`id=7, total=19.90`, the first columns of a row."""
    shown = [f"{one_line(str(k), 60)}={value(v, 40)}" for k, v in list(row.items())[:most]]
    return ", ".join(shown) + (f", … {len(row) - most} more" if len(row) > most else "")


def brief_change(change: RowChange) -> str:
    """One row change in a line: `stock sku="A1": quantity 5 → 4`."""
    name = f"{one_line(change.table, 80)} {pairs(change.key, 3)}".strip()
    if change.op == "update":
        old, new = change.before or {}, change.after or {}
        columns = sorted(change.columns)
        parts = [
            f"{one_line(c, 60)} {value(old.get(c), 40)} → {value(new.get(c), 40)}"
            for c in columns[:6]
        ]
        rest = f", … {len(columns) - 6} more" if len(columns) > 6 else ""
        return f"~ {name}: {', '.join(parts)}{rest}"
    image = (change.after if change.op == "insert" else change.before) or {}
    others = {k: v for k, v in image.items() if k not in change.key}
    sign = "+" if change.op == "insert" else "-"
    return f"{sign} {name}" + (f" ({pairs(others, 4)})" if others else "")

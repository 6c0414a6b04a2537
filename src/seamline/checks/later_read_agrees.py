"""What was written is what is read later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote, urlsplit

from seamline.checks.agreement import echoes, is_scalar, show
from seamline.checks.context import Context
from seamline.checks.likeness import column_named, inner
from seamline.checks.named_row import named_in
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.checks.status_as_expected import name_of
from seamline.model.catalog import Column
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS
from seamline.text.pointer import ABSENT
from seamline.text.redact import SECRET_COLUMN

_GONE = re.compile(
    r"delet|remov|archiv|trash|discard|cancel|inactiv|disabl|clos|revok|expir|status|state"
    r"|active|enabled",
    re.IGNORECASE,
)
_LIVES = re.compile(r"stat(?:us|e)|stage|phase|progress", re.IGNORECASE)
"""Properties that go on by themselves."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.request.method == "GET" and bool(_writes(x))


def _writes(x: Exchange) -> list[Exchange]:
    """The accepted writes of the same case that were about what is now read."""
    return [e for e in x.earlier if e.succeeded and e.status != 202 and _is_about(e, x)]


def _is_about(write: Exchange, read: Exchange) -> bool:
    """By the same path, or by the name that a create gave: in its Location or its answer."""
    path, wanted = _path(write.request.target), _path(read.request.target)
    if write.request.method in ("PUT", "PATCH", "DELETE"):
        return path == wanted
    if write.request.method != "POST" or write.response is None or named_in(read) is None:
        return False
    collection, _, last = wanted.rpartition("/")
    location = write.response.header("location")
    if collection != path and not (location and _path(urlsplit(location).path) == wanted):
        return False
    told = inner(write.response.json) if write.response.json is not NOT_JSON else None
    return last in {str(v) for n, v in (told or {}).items() if is_scalar(v) and _is_name(n)}


def _is_name(name: str) -> bool:
    return name.lower() in ("id", "uuid", "key", "code", "name", "slug") or name.lower().endswith(
        "id"
    )


def _path(target: str) -> str:
    return unquote(target.partition("?")[0]).rstrip("/")


@check(source="RFC 9110, 9.3.1; the committed rows", applies=_applies)
def later_read_agrees(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A later GET tells of what was created or changed as it was written, and not of what was deleted."""
    writes = _writes(x)
    write = writes[-1]
    is_own = x.identity in {w.identity for w in writes}
    if x.response is None or x.status >= 500 or x.status in (401, 403, 429):
        yield Abstain(f"the later read was answered {x.status}")
    elif not is_own:
        yield Abstain("read by somebody who has not written it")
    elif write.request.method == "DELETE":
        yield from _after_delete(x, context, write)
    elif x.status in (404, 410):
        if x.identity != write.identity or x.status in x.expected:
            yield Abstain("changed by somebody else, or expected to be absent")
            return
        yield Fault(
            title=f"what {write.operation} wrote is answered {name_of(x.status)}",
            expected=f"200: {write.operation} answered {name_of(write.status)}",
            actual=name_of(x.status),
            detail=f"absent after {write.request.method}",
        )
    elif x.succeeded:
        yield from _compared(x, context, write)


def _after_delete(x: Exchange, context: Context, write: Exchange) -> Iterator[Fault | Abstain]:
    """404 or 410; a row that is only marked may still be shown, as marked."""
    if not x.succeeded:
        return
    if x.status in x.expected and x.twist is None:
        yield Abstain("the case expects that it can still be read")
        return
    told = inner(x.response.json) if x.response is not None else None
    deleted = [c for c in write.changes or () if c.op == "delete"]
    if not deleted and any(_GONE.search(n) for n in told or ()):
        return
    is_gone = any(c.table == context.resource for c in deleted)
    yield Fault(
        title="what was deleted can still be read",
        expected=f"404 or 410: {write.operation} answered {name_of(write.status)}",
        actual=name_of(x.status),
        detail="after DELETE",
        severity=None if is_gone else "warning",
    )


def _compared(x: Exchange, context: Context, write: Exchange) -> Iterator[Fault]:
    """Properties that the write confirmed, in its answer or in the row, and the read tells otherwise."""
    assert x.response is not None
    asked, read = inner(write.request.json), inner(x.response.json)
    between = x.earlier[write.step + 1 :]
    if read is None or any(e.succeeded and e.request.method not in SAFE_METHODS for e in between):
        return  # another write may have changed it
    told = inner(write.response.json) if write.response is not None else None
    row = _row(x, context, write)
    table = context.table(row.table) if row is not None else None
    names = dict.fromkeys((*(asked or ()), *(told or ())))
    for name in names:
        shown = read.get(name, ABSENT)
        if not is_scalar(shown) or SECRET_COLUMN.search(name) or _LIVES.search(name):
            continue
        column = column_named(table, name) if table is not None else None
        stored = (row.after or {}).get(column.name, ABSENT) if row and column else ABSENT
        value = (asked or {}).get(name, ABSENT)
        if is_scalar(value) and _is_confirmed(name, value, told, stored, column):
            differs = alike(value, shown, column) is False
        elif stored is not ABSENT and column is not None and told is not None:
            value = told.get(name, ABSENT)
            agreed = _is_telling(value) and same(value, stored, column) is True
            differs = agreed and alike(value, shown, column) is False
        else:
            continue
        if differs:
            yield Fault(
                title=f"{name} is read otherwise than it was written",
                expected=f"{name} = {show(value, column)}, as {write.operation} was told",
                actual=f"{name} = {show(shown, column)}",
                detail=f"{name} after {write.request.method}",
                severity=None if stored is not ABSENT else "warning",
            )


def _is_telling(value: Any) -> bool:
    """Whether an answer and a row do not agree on a value by chance."""
    return is_scalar(value) and value not in (0, 1, "", True, False)


def _is_confirmed(
    name: str, value: Any, told: dict[str, Any] | None, stored: Any, column: Column | None
) -> bool:
    """Whether the write took a property as it was asked for."""
    if stored is not ABSENT and column is not None:
        return same(value, stored, column) is True
    return told is not None and echoes(told, name, value)


def _row(x: Exchange, context: Context, write: Exchange) -> RowChange | None:
    """The one row of the resource that the write left, unless something has changed it since."""
    rows = [c for c in write.changes or () if c.table == context.resource and c.op != "delete"]
    if len(rows) != 1:
        return None
    later = [c for e in (*x.earlier[write.step + 1 :], x) for c in e.changes or ()]
    again = any(c.table == rows[0].table and c.key == rows[0].key for c in later)
    return None if again else rows[0]


def alike(one: Any, other: Any, column: Column | None) -> bool | None:
    """Whether two values of bodies say the same; None where the notation is not known."""
    if column is not None:
        agreed = same(one, other, column)
        if agreed is not False:
            return agreed
    if isinstance(one, bool) or isinstance(other, bool):
        return one == other if isinstance(one, bool) and isinstance(other, bool) else None
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        moments = _moment(one), _moment(other)
        if None not in moments and (moments[0].tzinfo is None) == (moments[1].tzinfo is None):  # type: ignore[union-attr]
            return moments[0] == moments[1]
        if None not in moments:
            return None  # a zone on one side only
        if None in map(_number, (one, other)):
            return False
    numbers = _number(one), _number(other)
    if numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0] == numbers[1] or float(numbers[0]) == float(numbers[1])


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) > 9 else None
    except ValueError:
        return None


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

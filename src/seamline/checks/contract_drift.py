"""What the document allows, tried on the column that is to hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from seamline.checks.agreement import show
from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.checks.status_documented import ANY_SERVER
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import Row, RowChange
from seamline.model.vocabulary import Severity
from seamline.openapi.drift import Drift
from seamline.rows.limit import as_number
from seamline.text.pointer import ABSENT

CHECK = "contractDrift"
AGAIN = "again"
_SCENARIO = "drift-"
_KEYS = ("unique", "foreign")
_OF_ROWS = ("default", "nullAnswer")
_BESIDE = (*_KEYS, *_OF_ROWS)
"""Rules that a documented refusal does not contradict."""
_LOSSES = ("scale", "length", "form")
"""Rules whose column rounds or cuts; another number or default may be what somebody chose."""
_UNSAID = frozenset({401, 403, 404, 429})
"""Refusals that speak of the caller or of the moment, not of the value."""


def scenario(drift: Drift) -> str:
    """The scenario of the twist that tries a contradiction."""
    return f"{_SCENARIO}{drift.rule}"


def is_tried(name: str) -> bool:
    """Whether a scenario tries a contradiction."""
    return name.startswith(_SCENARIO) or name == AGAIN


def where(drift: Drift) -> str:
    """The place that such a twist changes."""
    return f"{drift.within}/{drift.spot}"


def tried(x: Exchange, context: Context) -> Drift | None:
    """The contradiction that a request tries: on purpose, or with a value that is beyond it as well."""
    if x.twist is None:
        return None
    if x.twist.scenario == AGAIN:
        return _taken(x, context)
    for drift in context.drifts:
        if where(drift) == x.twist.where and scenario(drift) == x.twist.scenario:
            return drift
    if x.status < 500 or x.twist.valid is False:
        return None
    fitting = (d for d in context.drifts if where(d) == x.twist.where and d.within == "body")
    return next((d for d in fitting if _is_beyond(_sent(x, d), d)), None)


@check(
    source="the OpenAPI document against the database's catalog",
    applies=lambda x, c: tried(x, c) is not None,
)
def contract_drift(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """What the document allows is kept as it was sent, or refused in a way that it names."""
    drift = tried(x, context)
    assert drift is not None
    if x.response is None:
        yield Abstain("no answer to judge")
    elif _is_busy(x):
        yield Abstain("503: the system may be busy, or closed by the first request")
    elif x.status >= 500:
        yield _fault(drift, f"answered {name_of(x.status)}", f"{name_of(x.status)}: {excerpt(x)}")
    elif drift.within != "body":
        return  # no row has it: to find none and to refuse are both right
    elif x.succeeded:
        yield from _kept(x, context, drift)
    elif x.status in _UNSAID - ({404} if drift.rule == "foreign" else frozenset()):
        yield Abstain(f"{x.status} says nothing of the value")
    elif drift.rule not in _OF_ROWS and not is_documented(x, context):
        title = f"refused with {name_of(x.status)}, which the document does not name"
        actual = f"{name_of(x.status)}: {excerpt(x)}"
        yield msgspec.structs.replace(_fault(drift, title, actual), severity="warning")
    elif drift.rule not in _BESIDE:
        title = f"refused with {name_of(x.status)}: the document promises more than is stored"
        actual = f"{name_of(x.status)}: {excerpt(x)}"
        yield msgspec.structs.replace(_fault(drift, title, actual), severity="info")


def is_told(x: Exchange, context: Context) -> bool:
    """Whether a broken or undocumented answer is reported here, with its cause, and so only once."""
    if CHECK not in context.validations or x.status == 0 or _is_busy(x):
        return False
    drift = tried(x, context) if context.drifts else None
    return drift is not None and (
        x.status >= 500
        or (
            drift.within == "body"
            and x.status >= 400
            and x.status not in _UNSAID
            and not is_documented(x, context)
        )
    )


def _is_busy(x: Exchange) -> bool:
    """Whether a 503 may be about the moment; without Retry-After many give it for what a query raises."""
    again = x.twist is not None and x.twist.scenario == AGAIN
    waits = x.response is not None and bool(x.response.header("retry-after"))
    return x.status == 503 and (again or waits)


def is_documented(x: Exchange, context: Context) -> bool:
    """Whether a refusal is one that the document names, or that any server gives by itself."""
    operation = context.operation
    named = operation is None or operation.answer_for(x.status) is not None
    return named or x.status in ANY_SERVER


def carried(x: Exchange) -> Mapping[str, Any]:
    """The properties of a JSON body; of a list those of its first item."""
    body = x.request.json
    body = body[0] if isinstance(body, list) and body else body
    return body if isinstance(body, dict) else {}


def _sent(x: Exchange, drift: Drift) -> Any:
    """What the request carries for the column."""
    inside: Any = carried(x)
    for step in drift.path:
        fits = isinstance(inside, list if isinstance(step, int) else dict)
        inside = inside[step] if fits and (isinstance(step, str) or len(inside) > step) else {}
    return inside.get(drift.name, ABSENT) if isinstance(inside, dict) else ABSENT


def _fault(drift: Drift, what: str, actual: str) -> Fault:
    return Fault(
        title=f"{drift.title}: {what}",
        expected=f"{drift.mend}; until then a refusal that the document names",
        actual=actual,
        detail=drift.detail,
    )


def _kept(x: Exchange, context: Context, drift: Drift) -> Iterator[Fault | Abstain]:
    """An accepted value stands in the row as it was sent, and may be shown."""
    if drift.rule == "nullAnswer":
        yield from _shown(x, context, drift)
        return
    if drift.rule in (*_KEYS, "missing", "null"):
        return  # the system fills it, takes it for the same thing, or looks for no row: its right
    rows = _rows(x, drift)
    table = context.table(drift.table)
    column = table.by_column.get(drift.column) if table is not None else None
    if not rows or column is None:
        yield Abstain(f"accepted, and no row of {drift.table} was seen to hold it")
        return
    stored = rows[0].get(drift.column, ABSENT)
    sent = drift.told if drift.rule == "default" else _sent(x, drift)
    what = "" if ABSENT in (sent, stored) else _changed(drift, sent, stored, column)
    if what:
        actual = f"{drift.key} = {show(stored, column)} for {show(sent, column)}"
        severity: Severity = "error" if drift.rule in _LOSSES else "warning"
        fault = _fault(drift, f"accepted, and {what}", actual)
        yield msgspec.structs.replace(fault, severity=severity)


def _changed(drift: Drift, sent: Any, stored: Any, column: Any) -> str:
    """In what the kept value differs from the sent one, where only the column can be the cause."""
    if same(sent, stored, column) is True or stored is None:
        return ""
    if drift.rule == "length" and isinstance(stored, str):
        return "the text is cut" if stored and str(sent).startswith(stored.rstrip()) else ""
    if drift.rule == "form" and column.base == "date":
        return "the time of day is lost" if str(sent)[:10] == str(stored)[:10] else ""
    if drift.rule == "default":
        return "the column's default is kept" if str(stored) != str(sent) else ""
    left, right = as_number(sent), as_number(stored)
    if left is None or right is None:
        return ""
    if drift.rule == "scale":
        return "the number is rounded" if abs(left - right) < Decimal(1) else ""
    return "another number is kept" if drift.rule in ("width", "size", "bounds") else ""


def _shown(x: Exchange, context: Context, drift: Drift) -> Iterator[Fault | Abstain]:
    """A null of the row in an answer that may hold none."""
    if "responseSchema" in context.validations:
        return  # that is where it is told
    made = next((e for e in (*x.earlier, x) if e.changes), x)
    rows = _rows(made, drift)
    body = x.response.json if x.response is not None else NOT_JSON
    shown = body.get(drift.name, ABSENT) if isinstance(body, dict) else ABSENT
    if shown is None and rows and rows[0].get(drift.column, ABSENT) is None:
        yield _fault(drift, "null was answered", f"{drift.name}: null, {drift.key} is null")


def _rows(x: Exchange, drift: Drift) -> list[Row]:
    """The one row that the request wrote into the table, if it was one."""
    written = [c for c in x.changes or () if c.table == drift.table and c.op != "delete"]
    rows = [c.after for c in written if c.after is not None]
    return rows if len(rows) == 1 else []


def _is_beyond(sent: Any, drift: Drift) -> bool:
    """Whether a value is at least as far beyond what the column holds as the one of the rule."""
    if drift.rule in ("width", "bounds", "size"):
        value, edge = as_number(sent), as_number(drift.value)
        if value is None or edge is None or isinstance(sent, str) != isinstance(drift.value, str):
            return False
        return value >= edge if edge > 0 else value <= edge
    if drift.rule == "length":
        return isinstance(sent, str) and len(sent) >= len(drift.value)
    if drift.rule == "null":
        return sent is None
    if drift.rule in ("listed", "form"):
        return bool(sent == drift.value)
    return False


# -- the same request again ----------------------------------------------------------------------------


def _taken(x: Exchange, context: Context) -> Drift | None:
    """The unique key that the first request filled, and the document names no conflict for."""
    first = x.earlier[-1] if x.earlier else None
    if first is None or not first.succeeded or x.succeeded:
        return None
    for drift in context.drifts:
        if drift.rule != "unique":
            continue
        for change in first.changes or ():
            if (
                change.table == drift.table
                and change.op == "insert"
                and _fills(first, change, drift)
            ):
                return drift
    return None


def _fills(first: Exchange, change: RowChange, drift: Drift) -> bool:
    """Whether the row's key holds what the request carried, wherever the two have the same value."""
    row, sent = change.after or {}, [v for v in carried(first).values() if v is not None]
    values = [row.get(column) for column in drift.columns]
    return None not in values and any(v in sent for v in values)

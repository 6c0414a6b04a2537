"""The record of one request: what was sent, what came back, what the rows did."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import msgspec

from seamline.model.case import Twist
from seamline.model.row import Row, RowChange
from seamline.model.statement import Scan, SqlStatement
from seamline.model.vocabulary import CaseKind

_DECODE = msgspec.json.Decoder()
NOT_JSON = object()
LEFT_OPEN = "a transaction was left open"
"""How the note of a transaction begins that did not end while settling waited for it."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as sent: `target` is path and query, percent-encoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    json: Any = msgspec.UNSET


class Response(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An answer as received.

    Header names are lower case; `cut` is true when the body was longer than the limit.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False

    def header(self, name: str) -> str:
        """The first header of that (lower case) name, or an empty string."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""

    @property
    def media_type(self) -> str:
        """The bare media type, lower case: `application/json` of `application/json; charset=utf-8`."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the answer says that it is JSON (RFC 6839: `+json`)."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @cached_property
    def json(self) -> Any:
        """The decoded body, or `NOT_JSON`."""
        try:
            return _DECODE.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            return _decode_slowly(self.body)


def _decode_slowly(body: bytes) -> Any:
    """What is JSON by its grammar and msgspec refuses: half surrogate pairs, numbers beyond a float."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose row a request's path names, before it was sent.

    The path's `parameter` gives the `value` of the row's `column`; `by` says in words how the row leads
    to its owner. `key` are the row's primary key's columns.
    """

    identity: str
    table: str
    column: str
    value: Any
    key: Row
    by: str
    parameter: str


class StandingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that an answer speaks of, as it stood right after it.

    `item` is its place in the answer's list (0 for an answer about one row), `key` what it was found by.
    `values` are what it holds for each pointer of the entry. `shown` says whether the entry's `where`
    selects it. In the entry's order it stands from place `low` to place `high` (several where rows are
    equal), counted from 1.
    """

    item: int
    key: Row = {}
    values: Row
    shown: bool | None = None
    low: int | None = None
    high: int | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the database held right after an answer, asked for one entry of the operation's `reconcile`.

    `count` is how many rows `where` selects, `missing` a few of those that belong onto the page and that
    no item shows, by their key. `types` are those of computed values. `error` says why nothing is known.
    """

    entry: int
    rows: tuple[StandingRow, ...] = ()
    count: int | None = None
    missing: tuple[Row, ...] = ()
    types: dict[str, str] = {}
    error: str = ""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request with its answer and the rows that it changed.

    `response` is None when none came; `failure` then says why. `changes` is None where rows were not
    captured (no database), and empty where nothing changed. `notes` holds what settling saw
    (a transaction left open). `duration_ms` is from the first byte sent to the last received.
    `twist` is what a derived request changed of an accepted one; `earlier` are the exchanges of the
    steps before it in the same case. `owner` is whose row it was about, where that was asked. `standing`
    is what the database held right after it, for each entry of `reconcile` that speaks of its operation.
    `sql` are the statements that the system sent meanwhile, None where they do not pass by us;
    `answered_ms` is when the answer was there, on their clock. `scans` are those of them that read all of
    a table that grows, None where the planner was not asked. `unclaimed` are statements, without values,
    with which transactions began that are not in `sql`: the system says all of them in silence too.
    """

    case: str
    kind: CaseKind
    step: int
    label: str
    operation: str
    identity: str
    credentials: str
    expected: tuple[int, ...]
    request: Request
    response: Response | None
    failure: str = ""
    changes: tuple[RowChange, ...] | None = None
    notes: tuple[str, ...] = ()
    duration_ms: float = 0.0
    twist: Twist | None = None
    earlier: tuple[Exchange, ...] = ()
    owner: Owner | None = None
    standing: tuple[Standing, ...] = ()
    sql: tuple[SqlStatement, ...] | None = None
    answered_ms: float = 0.0
    scans: tuple[Scan, ...] | None = None
    unclaimed: frozenset[str] = frozenset()

    @property
    def status(self) -> int:
        """The status code, or 0 when no answer came."""
        return self.response.status if self.response is not None else 0

    @property
    def succeeded(self) -> bool:
        """Whether the answer is 2xx."""
        return 200 <= self.status < 300

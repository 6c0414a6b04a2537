"""What a request's SQL statements say: those that do something, the transactions that they make up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from seamline.model.exchange import Exchange
from seamline.model.statement import SqlStatement

UNTRACED = "the statements of the system are not seen"
_LONGEST = 160
_OF_CLIENTS = frozenset(("begin", "commit", "rollback", "savepoint", "housekeeping"))
_OF_DRIVERS = re.compile(
    r"\bpg_(?:catalog|type|range)\b|\bcurrent_schemas?\(|\bversion\(\)|\A\W*(?:select\s+1\W*)?\Z",
    re.IGNORECASE,
)
"""What drivers ask of a new connection, and pools of one that may be gone, whichever request it is."""
_FROM = re.compile(r'\bfrom\s+(?:only\s+)?("?[\w$]+"?(?:\."?[\w$]+"?)?)', re.IGNORECASE)
_ONE_ROW = re.compile(
    r"\A\W*select\s+(?:count|sum|min|max|avg|exists|coalesce)\s*\(", re.IGNORECASE
)


def during(x: Exchange) -> Iterator[SqlStatement]:
    """The statements that do something, sent before the answer: not the driver's own, nothing later."""
    for s in x.sql or ():
        if (
            s.kind not in _OF_CLIENTS
            and s.started_ms <= x.answered_ms
            and not _is_of_driver(s.text)
        ):
            yield s


@lru_cache(maxsize=1024)
def _is_of_driver(text: str) -> bool:
    return _OF_DRIVERS.search(text) is not None


def transactions(x: Exchange) -> Iterator[Sequence[SqlStatement]]:
    """The statements of each transaction, in the order of its first."""
    order: dict[tuple[int, int], None] = {(s.connection, s.transaction): None for s in x.sql or ()}
    by_transaction = attrgetter("connection", "transaction")
    grouped = {
        k: list(g) for k, g in groupby(sorted(x.sql or (), key=by_transaction), by_transaction)
    }
    for key in order:
        yield grouped[key]


@lru_cache(maxsize=1024)
def main_table(text: str) -> str | None:
    """The bare name of the table that a SELECT reads first; None where it only counts."""
    found = None if _ONE_ROW.match(text) else _FROM.search(text)
    return found[1].replace('"', "").rpartition(".")[2] if found else None


def brief(text: str) -> str:
    """A statement in one line that can be read."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

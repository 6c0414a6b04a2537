"""Which tables that stand before it a revision touches: seen on empty ones, where it costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seamline.model.worked import Worked
from seamline.rows.maker import BOOKKEEPING


def touched(worked: Sequence[Worked], bookkeeping: str) -> frozenset[str]:
    """Tables that a revision writes, rewrites, or locks against others.

    A new table that refers to an old one locks that one, too, and does nothing to its rows.
    """
    found: set[str] = set()
    before: set[tuple[str, str]] = set()
    for one in worked:
        strong = {(one.transaction, t) for t, h in one.held.items() if h.blocks != "nothing"}
        if not one.kind.startswith("CREATE TABLE"):
            found.update(table for _, table in strong - before)
        before |= strong
        found.update(one.written, one.rewritten)
    return frozenset(t for t in found if not _is_tools(t, bookkeeping))


def row_locks(worked: Sequence[Worked], bookkeeping: str) -> tuple[str, ...]:
    """Tables of which a revision locks rows one by one (SELECT … FOR UPDATE), by the lock that comes with it.
    In empty tables it does not come of rows that refer to others."""
    return tuple(
        dict.fromkeys(
            table
            for one in worked
            for table, hold in one.held.items()
            if hold.lock == "ROW SHARE" and not _is_tools(table, bookkeeping)
        )
    )


def _is_tools(table: str, bookkeeping: str) -> bool:
    return table == bookkeeping or table.rpartition(".")[2].lower() in BOOKKEEPING


def above(deployed: Iterable[str], below: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """Revisions that are neither deployed nor below one that is; `below` names what each stands on."""
    done: set[str] = set()
    open_revisions = list(deployed)
    while open_revisions:
        name = open_revisions.pop()
        if name not in done:
            done.add(name)
            open_revisions += below.get(name, ())
    return frozenset(below) - done

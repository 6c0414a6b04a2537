"""Which statements of a revision hold up a system that is in use: judged by what they do, not by the time.

Whether a table is read through, rewritten or filled while a lock is held is the same on every machine. How
long that takes is not, and only counts where somebody has set a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from seamline.migrations.hazard import remedy
from seamline.migrations.judge import subject
from seamline.model.finding import Evidence, Finding
from seamline.model.vocabulary import Severity
from seamline.model.worked import Blocks, Hold, Worked

FEW = 100
"""A table with fewer rows shows nothing: what is done to all of them is done to few."""
_WORST: tuple[Blocks, ...] = ("nothing", "writes", "reads and writes")
_MOST_SQL = 4000


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision did. `rows` counts those of the tables that stood before; the others are its own."""

    revision: str
    rows: Mapping[str, int]
    worked: Sequence[Worked]
    invalid: Sequence[str] = ()
    severity: Severity = "warning"
    budget_ms: int | None = None


def judge(seen: Measured) -> Iterator[Finding]:
    """Every hazard of one revision, each once however many statements show it."""
    found: dict[str, Finding] = {}
    for finding in _all(seen):
        same = found.get(finding.fingerprint)
        found[finding.fingerprint] = finding if same is None else _both(same, finding)
    yield from found.values()


def _all(seen: Measured) -> Iterator[Finding]:
    for worked in seen.worked:
        yield from _rewrite(seen, worked)
        yield from _scan(seen, worked)
    yield from _backfill(seen)
    for name in seen.invalid:
        yield _finding(
            seen, "noInvalidIndex", (name,), None,
            title=f"the upgrade leaves the invalid index {name} behind",
            expected="every index can be used",
            instead=remedy.INVALID,
        )  # fmt: skip
    if seen.budget_ms is not None:
        yield from _budget(seen, seen.budget_ms)


def _rewrite(seen: Measured, worked: Worked) -> Iterator[Finding]:
    tables = tuple(t for t in worked.rewritten if seen.rows.get(t, 0) >= FEW)
    if tables:
        yield _finding(
            seen, "noRewriteUnderLock", tables, worked,
            title=f"{worked.kind} writes {_named(tables)} anew while nobody can read or write it",
            expected="a table with rows keeps its files",
            instead=remedy.REWRITE,
        )  # fmt: skip


def _scan(seen: Measured, worked: Worked) -> Iterator[Finding]:
    tables = tuple(
        table
        for table, read in sorted(worked.read.items())
        if table not in worked.rewritten and _is_most(seen, table, read) and _blocks(worked, table)
    )
    if not tables or worked.kind in ("UPDATE", "DELETE"):
        return
    kept_out = max((worked.held[t] for t in tables), key=_rank).blocks
    is_index = worked.kind == "CREATE INDEX"
    yield _finding(
        seen, "indexBuiltConcurrently" if is_index else "noScanUnderLock", tables, worked,
        title=f"{worked.kind} reads all rows of {_named(tables)} under a lock that blocks {kept_out}",
        expected="an index of a table with rows is built while others write"
        if is_index
        else "a table with rows is read through only while others can use it",
        instead=remedy.INDEX if is_index else remedy.of_scan(worked),
    )  # fmt: skip


def _backfill(seen: Measured) -> Iterator[Finding]:
    """Most rows of a table written in one transaction: each stays locked until the transaction ends."""
    written: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], Worked] = {}
    held: dict[str, set[str]] = {}
    for worked in seen.worked:
        for table, rows in worked.written.items():
            key = worked.transaction, table
            written[key] = written.get(key, 0) + rows
            last[key] = worked
        strong = {t for t in worked.held if seen.rows.get(t, 0) >= FEW and _blocks(worked, t)}
        held.setdefault(worked.transaction, set()).update(strong)
    for (transaction, table), rows in written.items():
        if not _is_most(seen, table, rows):
            continue
        worked, locked = last[transaction, table], sorted(held[transaction])
        while_held = f", in the transaction that locks {_named(locked)}" if locked else ""
        yield _finding(
            seen, "noBackfillUnderLock", (table,), worked,
            title=f"{worked.kind} writes all rows of {table} in one transaction{while_held}",
            expected="rows of a table in use are written in batches, each committed by itself",
            instead=remedy.BACKFILL,
        )  # fmt: skip


class _Spent(msgspec.Struct, frozen=True, kw_only=True):
    """For how long nobody could read a table: what is sure, and what it is at most."""

    sure_ms: float
    most_ms: float


def _spent(seen: Measured) -> dict[str, list[_Spent]]:
    """By table, for each transaction. A lock that no statement which is told of has taken (LOCK TABLE) was
    taken at some time before the one that first shows it."""
    since: dict[tuple[str, str], tuple[float, float]] = {}
    until: dict[str, float] = {}
    for worked in seen.worked:
        before = until.get(worked.transaction, worked.begun_ms)
        for table, hold in worked.held.items():
            if hold.blocks == "reads and writes" and seen.rows.get(table, 0) >= FEW:
                earliest = before if table in worked.had else worked.started_ms
                since.setdefault((worked.transaction, table), (worked.started_ms, earliest))
        until[worked.transaction] = worked.ended_ms
    found: dict[str, list[_Spent]] = {}
    for (transaction, table), (start, earliest) in sorted(since.items()):
        end = until[transaction]
        spent = _Spent(sure_ms=end - start, most_ms=end - earliest)
        found.setdefault(table, []).append(spent)
    return found


def uncertain(seen: Measured) -> Iterator[str]:
    """What cannot be judged, and why."""
    budget = seen.budget_ms
    if budget is None:
        return
    for table, spent in _spent(seen).items():
        longest = max(s.most_ms for s in spent)
        if longest > budget and max(s.sure_ms for s in spent) <= budget:
            yield (
                f"withinLockBudget: {table} is locked by a statement of which the server tells nothing"
                f" (LOCK TABLE): it cannot be said whether for longer than {budget:,} ms"
            )


def _budget(seen: Measured, budget_ms: int) -> Iterator[Finding]:
    for table, each in _spent(seen).items():
        spent = max(s.sure_ms for s in each)
        if spent > budget_ms:
            yield _finding(
                seen, "withinLockBudget", (table,), None,
                title=f"nobody can read {table} for longer than the budget of {budget_ms:,} ms",
                expected=f"at most {budget_ms:,} ms with {seen.rows[table]:,} rows",
                instead=remedy.BUDGET,
                actual=f"{spent:,.0f} ms",
            )  # fmt: skip


def _is_most(seen: Measured, table: str, rows: int) -> bool:
    """Whether so many are most of a table that stood before and is full."""
    there = seen.rows.get(table, 0)
    return there >= FEW and 2 * rows > there


def _blocks(worked: Worked, table: str) -> bool:
    hold = worked.held.get(table)
    return hold is not None and hold.blocks != "nothing"


def _rank(hold: Hold) -> int:
    return _WORST.index(hold.blocks)


def _named(tables: Sequence[str]) -> str:
    return " and ".join(tables)


def _finding(
    seen: Measured,
    check: str,
    tables: tuple[str, ...],
    worked: Worked | None,
    *,
    title: str,
    expected: str,
    instead: str,
    actual: str = "",
) -> Finding:
    waits = "while a long query runs on the table, this waits, and all others wait behind it. "
    sql = "" if worked is None else " ".join(worked.statement.split())[:_MOST_SQL]
    return Finding(
        check=check,
        severity=seen.severity,
        subject=subject(seen.revision),
        title=title,
        detail=",".join(tables),
        expected=expected,
        actual=actual or (sql[:200] if sql else title),
        why=("" if check == "noInvalidIndex" else waits) + f"Instead: {instead}",
        evidence=Evidence(sql=sql) if sql else None,
    )


def _both(first: Finding, second: Finding) -> Finding:
    """One finding of two statements that do the same to the same tables."""
    one, other = (f.evidence.sql if f.evidence is not None else "" for f in (first, second))
    if not other or other in one:
        return first
    return msgspec.structs.replace(first, evidence=Evidence(sql=f"{one};\n{other}"[:_MOST_SQL]))


def worst(worked: Sequence[Worked], rows: Mapping[str, int]) -> tuple[tuple[str, ...], Blocks]:
    """The strongest lock on each table with rows, worst first, and what that keeps others from."""
    strongest: dict[str, Hold] = {}
    for one in worked:
        for table, hold in one.held.items():
            known = strongest.get(table)
            if rows.get(table, 0) and (known is None or _rank(hold) > _rank(known)):
                strongest[table] = hold
    ordered = sorted(strongest.items(), key=lambda item: (-_rank(item[1]), item[0]))
    locks = tuple(f"{h.lock} on {t}" for t, h in ordered if h.blocks != "nothing")
    return locks, ordered[0][1].blocks if ordered else "nothing"

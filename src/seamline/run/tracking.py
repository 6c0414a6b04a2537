"""Learn what the system notes of every request, whatever it is about: `last_seen`, an access log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case, NotCovered
from seamline.run.case import run_case
from seamline.run.session import Noise, Rules, Session
from seamline.run.vitals import Vitals, by_identity, is_vital

_MOST = 12
"""Requests sent to learn from."""


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that reads of unrelated resources update, and tables that they only insert into."""

    columns: frozenset[tuple[str, str]] = frozenset()
    tables: frozenset[str] = frozenset()


async def tracked(session: Session, cases: Sequence[Case], vitals: Vitals) -> Tracked:
    """Send some reads that should succeed, see what rows they change, and put those back.

    What two operations on other resources both write is no doing of either. `vitals` learns from them.
    """
    columns: dict[tuple[str, str], set[str]] = {}
    inserted: dict[str, set[str]] = {}
    other: set[str] = set()
    for case in _some(session.rules, cases):
        try:
            outcome = await run_case(session, case)
        except SeamlineError:
            continue
        vitals.learn(outcome)
        if outcome.stale:
            break
        resource = session.rules.context(case.subject).resource
        for change in (c for x in outcome.exchanges for c in x.changes or ()):
            if change.op == "insert" and change.table != resource:
                inserted.setdefault(change.table, set()).add(case.subject)
            elif change.op == "update":
                other.add(change.table)
                for column in change.columns if change.table != resource else ():
                    columns.setdefault((change.table, column), set()).add(case.subject)
            else:
                other.add(change.table)
    return Tracked(
        columns=frozenset(c for c, subjects in columns.items() if len(subjects) > 1),
        tables=frozenset(t for t, subjects in inserted.items() if len(subjects) > 1) - other,
    )


def _some(rules: Rules, cases: Sequence[Case]) -> list[Case]:
    """One read for each identity, then reads of as many resources as there may be."""
    chosen = list(by_identity(cases).values())
    seen = {rules.context(c.subject).resource for c in chosen}
    for case in cases:
        resource = rules.context(case.subject).resource
        if is_vital(case) and case not in chosen and resource not in seen:
            chosen.append(case)
            seen.add(resource)
    return chosen[:_MOST]


def with_tracked(rules: Rules, found: Tracked) -> Rules:
    """The rules of a run in which those changes mean nothing."""
    if not found.columns and not found.tables:
        return rules
    noise = Noise(rules.noise.tables | found.tables, rules.noise.columns | found.columns)
    return msgspec.structs.replace(rules, noise=noise)


def told(found: Tracked) -> Iterator[NotCovered]:
    """What the artifacts say of them."""
    reason = "reads of unrelated resources write it too: changes of it are blamed on no request"
    for name in sorted(f"{table}.{column}" for table, column in found.columns):
        yield NotCovered(subject=name, reason=reason, remedy="name it in [noise] columns")
    for name in sorted(found.tables):
        yield NotCovered(subject=name, reason=reason, remedy="name it in [noise] background_tables")

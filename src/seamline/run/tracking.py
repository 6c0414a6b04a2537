"""Learn what the system notes of every request, whatever it is about: `last_seen`, an access log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case, NotCovered
from seamline.run.case import run_case
from seamline.run.noise import Noise
from seamline.run.session import Rules, Session
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
    chosen = _some(session.rules, cases)
    about_of = {case.id: about for about, case in chosen}
    columns: dict[tuple[str, str], set[str]] = {}
    inserted: dict[str, set[str]] = {}
    other: set[str] = set()
    for _, case in chosen:
        try:
            outcome = await run_case(session, case)
        except SeamlineError:
            continue
        vitals.learn(outcome)
        if outcome.stale:
            break
        resource = session.rules.context(case.subject).resource
        about = about_of[case.id]
        for change in (c for x in outcome.exchanges for c in x.changes or ()):
            if change.op == "insert" and change.table != resource:
                inserted.setdefault(change.table, set()).add(about)
            elif change.op == "update":
                other.add(change.table)
                for column in change.columns if change.table != resource else ():
                    columns.setdefault((change.table, column), set()).add(about)
            else:
                other.add(change.table)
    return Tracked(
        columns=frozenset(c for c, resources in columns.items() if len(resources) > 1),
        tables=frozenset(t for t, resources in inserted.items() if len(resources) > 1) - other,
    )


def _some(rules: Rules, cases: Sequence[Case]) -> list[tuple[str, Case]]:
    """One read for each identity, then reads of as many resources as there may be, then more of each.

    With each what it is about: where no table is known for a resource, the path says which it is.
    """
    vital = [c for c in cases if is_vital(c)]
    common = _common([_fixed(c) for c in vital])
    about = {
        c.id: rules.context(c.subject).resource or "/".join(_fixed(c)[common : common + 1])
        for c in vital
    }
    first = list(by_identity(cases).values())
    turns: Counter[str] = Counter()
    keyed = []
    for number, case in enumerate((*first, *(c for c in vital if c not in first))):
        # Of one resource a second read only when every other one has had its first.
        keyed.append((case not in first, turns[about[case.id]], number, case))
        turns[about[case.id]] += 1
    chosen = [k[-1] for k in sorted(keyed, key=lambda k: k[:-1])]
    return [(about[c.id], c) for c in chosen[:_MOST]]


def _fixed(case: Case) -> list[str]:
    path = case.subject.partition(" ")[2]
    return [s for s in path.split("/") if s and "{" not in s]


def _common(paths: Sequence[Sequence[str]]) -> int:
    """How many segments all paths begin with alike: `/api/v2` says nothing."""
    count = 0
    for segments in zip(*(p[:-1] for p in paths), strict=False):
        if len(set(segments)) > 1:
            break
        count += 1
    return count


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

"""A request that is sent again with the same Idempotency-Key: applied once, and answered alike.

Only where the document has such a header. The second one comes in a row, at once (schedule by schedule), and
after a COMMIT whose answer was lost, which is what keys are for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from seamline.explore.schedules.finding import KIND, witness
from seamline.explore.schedules.meeting import KEY_HEADER, best
from seamline.explore.schedules.oracle import Named, References, Verdict
from seamline.explore.schedules.outcome import Canon
from seamline.explore.schedules.pair import Base, Pair, with_request
from seamline.explore.schedules.search import Bounds, Explored, Search, Violation
from seamline.explore.schedules.stage import SIDES, Played, Stage
from seamline.model.finding import Evidence, Finding
from seamline.openapi.operation import Operation
from seamline.run.allow import tolerated
from seamline.run.session import Rules
from seamline.text.redact import Redactor

CHECK = "idempotencyKeyHolds"
WHAT = "with the same key"
_KEY = "seamline-key-1"
_REFUSALS = frozenset((409, 423, 425, 503))
_ERROR = 400
_COMMITS = 4
"""Behind so many COMMITs of a request the answer is lost, one at a time."""
_WHY = (
    "A request with an Idempotency-Key may be sent again whenever its answer is not known, and must take"
    " effect once. Source: the document's header; draft-ietf-httpapi-idempotency-key-header."
)
_OUTLIVES = (
    "on rows that were put back the key is known still: it is kept where Seamline does not look, and so no"
    " second run is like the first"
)
Moment = Literal["in a row", "at once", "after a lost answer"]


class Kept(msgspec.Struct, kw_only=True):
    """What came of an operation's key: the exploration, and how a request after a lost answer ended."""

    explored: Explored
    moment: Moment = "at once"
    violation: Violation | None = None


def keyed(bases: Sequence[Base], operations: Mapping[str, Operation]) -> Iterator[Pair]:
    """Per operation with such a header an accepted request with a key, twice."""
    leading = best(bases)
    for key, operation in operations.items():
        names = [
            p.name
            for p in operation.parameters
            if p.place == "header" and p.name.lower() == KEY_HEADER
        ]
        own = [b for b in bases if b.operation == key and _key_of(b)]
        base = next(iter(own), leading.get(key))
        if not names or base is None or base.is_safe:
            continue
        headers = {**base.step.request.headers, names[0]: _key_of(base) or _KEY}
        headers = {n: v for n, v in headers.items() if n == names[0] or n.lower() != KEY_HEADER}
        step = with_request(base.step, headers=headers)
        yield Pair(arrange=base.arrange, first=step, second=step, what=WHAT)


def _key_of(base: Base) -> object:
    return next((v for n, v in base.step.request.headers.items() if n.lower() == KEY_HEADER), None)


def applied_once(canon: Canon, refs: References, played: Played) -> Verdict:
    """Rows as of one request, and the same answer to both; one may be refused while the other runs."""
    came, one = (canon.outcome(p, without=refs.tolerated) for p in (played, refs.alone["A"]))
    if came.rows != one.rows:
        return "violation"
    ok = [200 <= played.status(s) < 300 for s in SIDES]
    if all(ok):
        return "serial" if _alike(canon, played) else "violation"
    refused = next(played.status(s) for s, fine in zip(SIDES, ok, strict=True) if not fine)
    return "refused" if any(ok) and refused in _REFUSALS else "violation"


def _alike(canon: Canon, played: Played) -> bool:
    first, second = (played.answers[s] for s in SIDES)
    if first is None or second is None:
        return False
    texts = canon.outcome(played).answers
    return first.json == second.json or texts["A"][1] == texts["B"][1]


def after_lost_answer(
    canon: Canon, refs: References, played: Played, *, is_last: bool = True
) -> Verdict:
    """The first one's answer may be an error; the second must do or answer what the first one has done.

    It may be refused where the first one ended half way (`is_last` is false: a COMMIT was still to come),
    and be answered with the first one's error where that was stored.
    """
    came, one = (canon.outcome(p, without=refs.tolerated) for p in (played, refs.alone["A"]))
    if 200 <= played.status("B") < 300:
        again = canon.outcome(refs.serial[0]).answers["B"]
        alike = canon.outcome(played).answers["B"][1] == again[1]
        return "serial" if came.rows == one.rows and alike else "violation"
    may_be_refused = not is_last and played.status("B") in _REFUSALS
    is_told_again = played.status("B") >= _ERROR and came.answers["A"] == came.answers["B"]
    if is_told_again and _is_stored(came.rows, one.rows):
        return "serial"
    return "refused" if may_be_refused else "violation"


def _is_stored(rows: Sequence[str], once: Sequence[str]) -> bool:
    """Whether as many rows are new as of one request, all other changes are its own, and not all is alike.

    An answer that stands in a row is another one where it is an error.
    """
    more, less = Counter(rows) - Counter(once), Counter(once) - Counter(rows)
    heads = [
        Counter(" ".join(r.split(" ", 2)[:2]) for r in part.elements()) for part in (more, less)
    ]
    return bool(more) and heads[0] == heads[1] and all(h.startswith("insert ") for h in heads[0])


async def explore_key(
    stage: Stage, pair: Pair, bounds: Bounds, tolerated_tables: frozenset[str]
) -> Kept:
    """Try one operation's key in all three ways; the first that fails is told. Raises `Unfit`."""
    alone = {side: await stage.alone(pair, side) for side in SIDES}
    if _done(alone["A"]) != _done(alone["B"]):
        return Kept(explored=Explored(pair=pair, unfit=_OUTLIVES))
    search = Search(stage, pair, bounds, tolerated_tables, alone, applied_once)
    kept = Kept(explored=await search.run())
    result = kept.explored
    if result.violation is not None:
        kept.violation = result.violation
        is_serial = len(set(_runs(result.violation.played))) <= 2
        kept.moment = "in a row" if is_serial else "at once"
        return kept
    if result.unfit or result.stale:
        return kept
    if (lost := await _lost(stage, pair, search)) is not None:
        kept.moment = "after a lost answer"
        named = Named(
            "applied twice", False, "the request that was sent again was not applied once"
        )
        kept.violation = Violation(
            played=lost,
            refs=search.references(),
            canon=search.canon,
            named=named,
            number=result.schedules,
        )
    return kept


def _done(played: Played) -> Counter[tuple[str, str]]:
    """How many rows of which tables were changed, and how."""
    return Counter((c.op, c.table) for c in played.changes)


async def _lost(stage: Stage, pair: Pair, search: Search) -> Played | None:
    """A run in which a COMMIT's answer was lost and the key does not hold.

    It is believed when it recurs, with what is noise in another second learnt before.
    """
    seen: list[Played] = []
    while len(seen) < _COMMITS and not search.result.stale:
        played = await stage.cut(pair, len(seen) + 1)
        if played is None:
            break
        seen.append(played)
        search.result.stale = played.stale
    for number, played in enumerate(seen, 1):
        is_last = number == len(seen)

        def is_wrong(p: Played, is_last: bool = is_last) -> bool:
            refs = search.references()
            return after_lost_answer(search.canon, refs, p, is_last=is_last) == "violation"

        if not played.stale and is_wrong(played):
            await search.learn_again()
            again = await stage.cut(pair, number)
            search.result.stale = search.result.stale or (again.stale if again else "")
            if again is not None and is_wrong(again):
                return again
    return None


def _runs(played: Played) -> list[int]:
    """The places at which another request goes on, as numbers of runs."""
    run, numbers, last = 0, [], ""
    for turn in played.turns:
        run += turn.side != last
        last = turn.side
        numbers.append(run)
    return numbers


def finding_of(kept: Kept, rules: Rules, redactor: Redactor) -> Finding | None:
    """The finding, tolerated where the spec file allows it."""
    violation, pair = kept.violation, kept.explored.pair
    if violation is None:
        return None
    once = violation.canon.outcome(violation.refs.alone["A"]).rows
    twice = violation.canon.outcome(violation.played).rows
    said = "the answers differ, or one is an error"
    if once != twice:
        said = f"{len(twice)} rows stand changed, where the request alone changes {len(once)}"
    found = Finding(
        check=CHECK,
        severity="error",
        subject=pair.first.operation,
        title=f"sent again {kept.moment} with the same Idempotency-Key, the request is not applied once",
        expected="the rows of one request, and the same answer to both",
        actual=said,
        detail=kept.moment,
        kind=KIND,
        why=_WHY,
        evidence=Evidence(schedule=witness(pair, violation, redactor)),
    )
    return tolerated(found, rules.allowances.get(pair.first.operation, ()), rules.today)

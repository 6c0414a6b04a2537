"""Whether what came of two requests at once is what one after the other could have given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from seamline.explore.schedules.outcome import Canon, Outcome
from seamline.explore.schedules.stage import SIDES, Played
from seamline.model.schedule import Side
from seamline.model.vocabulary import SAFE_METHODS
from seamline.wire.postgresql.kind import kind_of

Verdict = Literal["serial", "refused", "violation"]
_REFUSALS = frozenset((408, 409, 412, 423, 425, 429))
_SKIPS = re.compile(r"\bskip\s+locked\b", re.IGNORECASE)
_ASKS = re.compile(r"\bpg_try_advisory_", re.IGNORECASE)
_LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?(?:update|(?:key\s+)?share)\b", re.IGNORECASE)
_ENDS = frozenset(("commit", "rollback"))
_LOST = "lost update"
_SKEW = "write skew"
_DOUBLE = "double spend"
_PHANTOM = "phantom"
_NON_REPEATABLE = "non-repeatable read"


class References(msgspec.Struct, frozen=True, kw_only=True):
    """What a pair's outcomes are held against: both serial orders, and each request by itself.

    `tolerated` are tables that a refused request of a side may write.
    """

    serial: tuple[Played, ...]
    alone: Mapping[Side, Played]
    tolerated: frozenset[str] = frozenset()


Judge = Callable[[Canon, References, Played], Verdict]


def verdict(canon: Canon, refs: References, played: Played) -> Verdict:
    """How a run ended: as a serial order, with a request that gave way to the other one, or as neither."""
    came = canon.outcome(played)
    if any(came == canon.outcome(s) for s in refs.serial):
        return "serial"
    if _is_refused(canon, refs, played) or _is_deleted_twice(canon, refs, played):
        return "refused"
    return "refused" if _passes_by(played) else "violation"


def _passes_by(played: Played) -> bool:
    """Whether one asked for rows that nobody has locked while the other had locked some: by design."""
    for at, turn in enumerate(played.turns):
        if _SKIPS.search(turn.sql):
            before, after = (
                [t.sql for t in part if t.side != turn.side]
                for part in (played.turns[:at], played.turns[at + 1 :])
            )
            if any(kind_of(sql) in _ENDS for sql in after) and _has_locks(before):
                return True
    return False


def _has_locks(statements: Sequence[str]) -> bool:
    """Whether a transaction that is open behind these has locked rows."""
    held = False
    for sql in statements:
        kind = kind_of(sql)
        held = kind not in _ENDS and (held or kind == "write" or _LOCKS.search(sql) is not None)
    return held


def _leaves_it(played: Played, side: Side) -> bool:
    """Whether a request has asked if the other one is at it already, and has then written nothing."""
    own = [t.sql for t in played.turns if t.side == side]
    return any(map(_ASKS.search, own)) and not any(kind_of(sql) == "write" for sql in own)


def _is_refused(canon: Canon, refs: References, played: Played) -> bool:
    """One failed and left nothing, and the other did what it does alone: legal, whoever was first.

    So it is with any other refusal of a request that is refused in a serial order, where it is for the
    other's sake: it came upon what the other has left at another of its statements. Who leaves it to the
    other, and says so in whatever way, has not failed, and did nothing either.
    """
    refused = [
        s
        for s in SIDES
        if _refuses(played.status(s))
        or _refused_too(canon, refs, played, s)
        or _leaves_it(played, s)
    ]
    rows = canon.outcome(played, without=refs.tolerated)
    if len(refused) == 2:
        return not rows.rows
    for side in refused:
        other: Side = "B" if side == "A" else "A"
        solo = canon.outcome(refs.alone[other], without=refs.tolerated)
        if rows.rows == solo.rows and rows.answers.get(other) == solo.answers.get(other):
            return True
    return False


def _is_deleted_twice(canon: Canon, refs: References, played: Played) -> bool:
    """Both have deleted the same, and both are told so: that is once (RFC 9110, 9.2.2)."""
    if any(r.method != "DELETE" for sent in played.requests.values() for r in sent):
        return False
    came = canon.outcome(played)
    fine = all(200 <= came.status(s) < 300 for s in SIDES)
    return fine and any(came.rows == canon.outcome(s).rows for s in refs.serial)


def _refused_too(canon: Canon, refs: References, played: Played, side: Side) -> bool:
    if played.status(side) < 400:
        return False
    return any(canon.outcome(s).status(side) >= 400 for s in refs.serial)


def _refuses(status: int) -> bool:
    return status >= 500 or status in _REFUSALS


class Named(msgspec.Struct, frozen=True):
    """What the literature calls it, whether only an answer tells of it, and what is wrong in a sentence."""

    anomaly: str
    only_read: bool
    said: str


def named(canon: Canon, refs: References, played: Played, operations: Sequence[str]) -> Named:
    """The name of an anomaly."""
    came = canon.outcome(played)
    serial = [canon.outcome(s) for s in refs.serial]
    if any(_same_effect(came, s) for s in serial):
        return _read(came, serial, operations)
    both = all(200 <= came.status(s) < 300 for s in SIDES)
    one_refused = all(any(s.status(x) >= 400 for x in SIDES) for s in serial)
    if both and one_refused:
        inserted = {r.split(" ", 2)[1] for r in came.rows if r.startswith("insert ")}
        name = _DOUBLE if operations[0] == operations[1] else _SKEW
        if all(o.startswith("DELETE ") for o in operations) and came.rows in [
            s.rows for s in serial
        ]:
            # Deleted twice is deleted once (RFC 9110, 9.2.2): only the answers differ.
            return Named(_NON_REPEATABLE, True, "both are told that they have deleted it")
        if name == _DOUBLE and operations[0].startswith(("PUT ", "PATCH ")):
            name = _LOST
        said = "both succeeded, where in either order the later one is refused"
        if name == _DOUBLE and not _updates(came) and inserted:
            said += ": each looked before the other had written"
        return Named(name, False, said)
    new = set(_updates(came)) - {u for s in serial for u in _updates(s)}
    if new & {u for x in SIDES for u in _updates(canon.outcome(refs.alone[x]))}:
        said = "what one wrote, the other has written over without having seen it"
        return Named(_LOST, False, said)
    kept = set(_updates(came))
    if both and not new and all(set(_updates(s)) - kept for s in serial):
        return Named(_LOST, False, "what one wrote is gone: the other wrote what had stood before")
    return Named(_SKEW, False, "each wrote on grounds that the other took away")


def _updates(outcome: Outcome) -> list[str]:
    return [r for r in outcome.rows if r.startswith("update ")]


def _same_effect(came: Outcome, serial: Outcome) -> bool:
    """The same rows, and whoever is refused in one is refused in the other."""
    alike = all((came.status(s) < 400) == (serial.status(s) < 400) for s in SIDES)
    return alike and came.rows == serial.rows


def _read(came: Outcome, serial: Sequence[Outcome], operations: Sequence[str]) -> Named:
    """The rows are right, an answer is not: it tells of two moments."""
    for side, operation in zip(SIDES, operations, strict=True):
        if operation.partition(" ")[0] in SAFE_METHODS and all(
            came.answers.get(side) != s.answers.get(side) for s in serial
        ):
            adds = any(r.startswith(("insert ", "delete ")) for r in came.rows)
            name = _PHANTOM if adds else _NON_REPEATABLE
            return Named(name, True, "the answer tells of two moments at once")
    return Named(_NON_REPEATABLE, True, "an answer tells of what in neither order has been")

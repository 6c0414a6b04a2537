"""Whether the rows of a request with a fault are those of the undisturbed one, all of them or none."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Literal

import msgspec

from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.sweep import Sweep
from seamline.model.vocabulary import RowOp
from seamline.text.pointer import escape

Rows = Literal["none", "all", "twice", "part", "other"]
"""What became of the undisturbed run's rows: `part` of them, or rows that it does not write."""
Place = tuple[str, RowOp, str]
"""Table, what was done, and the column or the pointer into its document."""
Line = tuple[str, RowOp, str, str]
_MISSING = "\0"
_DEEPEST = 8


class Noise(msgspec.Struct, frozen=True):
    """Places whose value says nothing: generated ids and what holds them, times, random values."""

    places: frozenset[Place] = frozenset()
    unsteady: str = ""
    """Why undisturbed runs cannot be compared at all: they do not write the same rows."""


def noise_of(sweep: Sweep) -> Noise:
    """What differs between undisturbed runs of the same request from the same rows.

    Runs behind each fault are among them: what a clock shows then has moved on as it had for the fault; and
    what stands a moment later.
    """
    first, *others = sweep.sound
    base = _changes(first)
    counts, keys = _counts(base), _keys(base)
    steady = [_changes(x) for x in (*others, *sweep.shifted) if x.succeeded]
    if any(_counts(theirs) != counts for theirs in steady):
        return Noise(unsteady="its rows differ from run to run")
    behind = [x for t in sweep.trials for x in t.behind if x.succeeded] + list(sweep.aged)
    alike = [theirs for x in behind if _counts(theirs := _changes(x)) == counts]
    places: set[Place] = set()
    for theirs in (*steady, *alike):
        if _keys(theirs) != keys:
            return Noise(unsteady="it changes other rows from run to run")
        places.update(_differing(base, theirs))
    return Noise(frozenset(places))


def outcome(x: Exchange, sound: Exchange, noise: Noise, error_tables: frozenset[str]) -> Rows:
    """What became of the rows. What a refused request may write is no part of them."""
    theirs, want = _changes(x), _changes(sound)
    rows = _held(theirs, want, noise)
    if rows == "none" or x.succeeded or not error_tables:
        return rows
    rest = [c for c in theirs if c.table not in error_tables]
    if not rest:
        return "none"
    return rows if rows == "all" else _held(rest, want, noise)


def _held(theirs: Iterable[RowChange], sound: Iterable[RowChange], noise: Noise) -> Rows:
    have = _lines(theirs, noise)
    if not have:
        return "none"
    want = _lines(sound, noise)
    if have == want:
        return "all"
    if _is_twice(have, want):
        return "twice"
    return "part" if have <= want else "other"


def _is_twice(have: Counter[Line], want: Counter[Line]) -> bool:
    """Whether each row that is inserted once undisturbed was inserted twice; updates add up as they do."""
    once = Counter({line: n for line, n in want.items() if line[1] == "insert"})
    mine = Counter({line: n for line, n in have.items() if line[1] == "insert"})
    return bool(once) and mine == once + once


def missing(x: Exchange, sound: Exchange, noise: Noise) -> list[str]:
    """The undisturbed run's rows that this one has not written, in words: `insert into payments`."""
    rest = _lines(_changes(sound), noise) - _lines(_changes(x), noise)
    return list(dict.fromkeys(_said(line) for line in sorted(rest)))


def written(x: Exchange) -> list[str]:
    """What was done to rows, in words."""
    return list(dict.fromkeys(_said((c.table, c.op, "", "")) for c in x.changes or ()))


def _said(line: Line) -> str:
    table, op, _, _ = line
    return {"insert": "insert into", "update": "update of", "delete": "delete from"}[
        op
    ] + f" {table}"


def _changes(x: Exchange) -> tuple[RowChange, ...]:
    """The changes; a row that a request before this one has made is known by its number, not by its key.

    Its key may be another one each time.
    """
    made = [c for e in x.earlier for c in e.changes or () if c.op == "insert" and c.key]
    number = {(c.table, _text(c.key)): n for n, c in enumerate(made)}
    if not number:
        return x.changes or ()
    return tuple(
        msgspec.structs.replace(c, key={"": f"made before, {number[at]}"})
        if c.op != "insert" and (at := (c.table, _text(c.key))) in number
        else c
        for c in x.changes or ()
    )


def _counts(changes: Iterable[RowChange]) -> Counter[tuple[str, RowOp]]:
    return Counter((c.table, c.op) for c in changes)


def _keys(changes: Iterable[RowChange]) -> Counter[str]:
    """The rows that stood before, by key."""
    return Counter(f"{c.table} {_text(c.key)}" for c in changes if c.op != "insert" and c.key)


def _lines(changes: Iterable[RowChange], noise: Noise) -> Counter[Line]:
    """A line a row, without what says nothing."""
    return Counter((c.table, c.op, _key(c), _text(dict(_told(c, noise)))) for c in changes)


def _key(change: RowChange) -> str:
    return "" if change.op == "insert" else _text(change.key)


def _told(change: RowChange, noise: Noise) -> Iterator[tuple[str, Any]]:
    for pointer, value in _leaves(change):
        if not any((change.table, change.op, at) in noise.places for at in _above(pointer)):
            yield pointer, value


def _above(pointer: str) -> Iterator[str]:
    """The pointer and all that it lies in."""
    parts = pointer.split("/")
    for end in range(len(parts), 0, -1):
        yield "/".join(parts[:end])


def _leaves(change: RowChange) -> Iterator[tuple[str, Any]]:
    """What a change writes, by column, documents by pointer: of an update what is another value then."""
    row = change.after or {}
    for column in change.columns if change.op == "update" else row:
        yield from _parts(escape(column), row.get(column))


def _parts(at: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value and depth < _DEEPEST:
        for name, item in value.items():
            yield from _parts(f"{at}/{escape(str(name))}", item, depth + 1)
    elif isinstance(value, list) and value and depth < _DEEPEST:
        for number, item in enumerate(value):
            yield from _parts(f"{at}/{number}", item, depth + 1)
    else:
        yield at, value


def _differing(one: Sequence[RowChange], other: Sequence[RowChange]) -> Iterator[Place]:
    """Places in which two runs differ: inserted rows in the order of writing, others by their key."""
    for mine, theirs in _pairs(one, other):
        left, right = dict(_leaves(mine)), dict(_leaves(theirs))
        for pointer in left.keys() | right.keys():
            if left.get(pointer, _MISSING) != right.get(pointer, _MISSING):
                yield mine.table, mine.op, pointer


def _pairs(
    one: Sequence[RowChange], other: Sequence[RowChange]
) -> Iterator[tuple[RowChange, RowChange]]:
    groups: dict[tuple[str, RowOp, str], tuple[list[RowChange], list[RowChange]]]
    groups = defaultdict(lambda: ([], []))
    for side, changes in enumerate((one, other)):
        for c in changes:
            groups[c.table, c.op, _key(c)][side].append(c)
    for mine, theirs in groups.values():
        yield from ((a, b) for a, b in zip_longest(mine, theirs) if a and b)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)

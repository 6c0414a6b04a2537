"""From one undisturbed trace to the faults that are worth trying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from seamline.model.injection import Harm, Injection
from seamline.model.statement import SqlKind, SqlStatement
from seamline.text.statement import fingerprint

Fault = tuple[Harm, str]
Shape = tuple[tuple[SqlKind, str], ...]
LET_BY: Final = frozenset({"housekeeping", "rollback"})
"""Statements of drivers, and those that undo: neither is failed, nor counted in the trace."""
_WRITES: Final = frozenset({"write", "ddl"})
_WRITE: tuple[Fault, ...] = (("error", "40001"), ("lost before", ""))
_ALONE: tuple[Fault, ...] = (("error", "57014"), ("lost before", ""), ("lost after", ""))
_COMMIT: tuple[Fault, ...] = (("refused", "40001"), ("lost after", ""))
_DEEP: tuple[Fault, ...] = (
    *(("error", state) for state in ("40001", "40P01", "23505", "53100", "57014", "57P01")),
    ("lost before", ""),
    ("lost after", ""),
    ("delayed", ""),
)
_DEEP_COMMIT: tuple[Fault, ...] = (*_COMMIT, ("lost before", ""), ("delayed", ""), ("killed", ""))


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A statement in its trace: `writes` says that its transaction writes, `ends` that it makes that
    durable, `after` that all that the request writes is durable before it. `state` is what its
    transaction, and those before it, have written by then."""

    ordinal: int
    text: str
    occurrence: int
    kind: SqlKind
    writes: bool
    ends: bool
    after: bool
    alone: bool
    state: frozenset[str]


def shape(statements: Sequence[SqlStatement]) -> Shape:
    """What two runs of one request have in common where nothing of it depends on the moment."""
    return tuple((s.kind, fingerprint(s.text)) for s in statements if s.kind not in LET_BY)


def placed(statements: Sequence[SqlStatement]) -> list[Placed]:
    """Each statement of a trace that counts, with its place in its transaction."""
    counted = [s for s in statements if s.kind not in LET_BY]
    groups = Counter((s.connection, s.transaction) for s in counted)
    writing = {(s.connection, s.transaction) for s in counted if s.kind in _WRITES}
    if not writing:  # written by a function behind a SELECT: any of them may be the one
        writing = set(groups)
    ends = [n for n, s in enumerate(counted) if _ends(s, groups, writing)]
    seen: Counter[str] = Counter()
    written: set[str] = set()
    found = []
    for number, s in enumerate(counted):
        text = fingerprint(s.text)
        seen[text] += 1
        place = (s.connection, s.transaction)
        found.append(
            Placed(
                ordinal=number + 1,
                text=text,
                occurrence=seen[text],
                kind=s.kind,
                writes=place in writing,
                ends=number in ends,
                after=bool(ends) and number > ends[-1],
                alone=groups[place] == 1,
                state=frozenset(written),
            )
        )
        if s.kind in _WRITES or number in ends:
            written.add(text)
    return found


def _ends(s: SqlStatement, groups: Counter[tuple[int, int]], writing: set[tuple[int, int]]) -> bool:
    """Whether it makes rows durable: the COMMIT of what writes, or a write that is its own transaction."""
    place = (s.connection, s.transaction)
    return place in writing and (s.kind == "commit" or (s.kind in _WRITES and groups[place] == 1))


def points(statements: Sequence[SqlStatement], *, deep: bool = False) -> list[Injection]:
    """The faults to try, in the order of the statements; equal statements in equal states once."""
    found = []
    done: set[tuple[str, bool, frozenset[str]]] = set()
    for at in placed(statements):
        key = (at.text, at.writes, at.state)
        if key in done:
            continue
        done.add(key)
        for harm, sqlstate in _faults(at, deep=deep):
            found.append(
                Injection(
                    ordinal=at.ordinal,
                    text=at.text,
                    occurrence=at.occurrence,
                    kind=at.kind,
                    harm=harm,
                    sqlstate=sqlstate,
                    ends=at.ends,
                    after=at.after,
                )
            )
    return found


def _faults(at: Placed, *, deep: bool) -> Iterator[Fault]:
    if at.kind == "commit":
        if deep:
            yield from _DEEP_COMMIT
        elif at.writes:
            yield from _COMMIT
    elif deep:
        yield from _DEEP
        if at.ends:
            yield "killed", ""
    elif at.kind in _WRITES:
        yield from _ALONE if at.alone else _WRITE

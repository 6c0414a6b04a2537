"""Row images: from the text that the database sends to rows, and from a log of images to net changes.

A window's log holds every image that was written, in whatever order triggers fired. What counts is
what is left of it: images are nodes, an update is an edge from the old image to the new one, an
insert an edge from nowhere, a delete one to nowhere. Each image that is gone at the end starts a
trail; where its trail ends is what became of the row.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.row import Row, RowChange

_MAX_DIGITS = 4000
_DEEP = 20_000


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """How rows of one relation are reported: under which table, and its primary key.

    Partitions are reported under the table that they are partitions of.
    """

    table: str
    key: tuple[str, ...]


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `firing` groups the images of one UPDATE; old and new ones pair by position."""

    relid: int
    seq: int
    firing: int
    txid: int
    added: bool
    text: str


class _Edge(msgspec.Struct, kw_only=True):
    old: str | None
    new: str | None
    first: int
    last: int
    txid: int


def decode(text: str) -> Any:
    """JSON text as rows have it: integers exact, numbers with a fraction as `Decimal`."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:  # more digits than Python turns into an int by default
        return json.loads(text, parse_float=Decimal, parse_int=_integer)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_DEEP)
        try:
            return json.loads(text, parse_float=Decimal, parse_int=_integer)
        finally:
            sys.setrecursionlimit(limit)


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _MAX_DIGITS else Decimal(digits)


def net_changes(
    images: Iterable[Image], relations: Mapping[int, Relation]
) -> tuple[RowChange, ...]:
    """What is left of a window's images, in the order in which rows were first written.

    Several updates of a row are one change, insert and delete of it none; a row that was deleted and
    inserted anew under the same key was updated. `txid` is the last transaction that wrote it. The
    key of an update is the one that the row had before.
    """
    tables: dict[str, list[Image]] = defaultdict(list)
    keys: dict[str, tuple[str, ...]] = {}
    for image in sorted(images, key=lambda i: i.seq):
        relation = relations[image.relid]
        tables[relation.table].append(image)
        keys[relation.table] = relation.key
    found = [
        (edge.first, change)
        for table, log in tables.items()
        for edge, change in _table_changes(table, keys[table], log)
    ]
    return tuple(change for _, change in sorted(found, key=lambda pair: pair[0]))


def _table_changes(
    table: str, key: Sequence[str], log: Sequence[Image]
) -> Iterable[tuple[_Edge, RowChange]]:
    trails = _trails(_edges(log))
    rows = {t: decode(t) for trail in trails for t in (trail.old, trail.new) if t is not None}

    def key_of(text: str) -> Row:
        return {c: rows[text].get(c) for c in key}

    for trail in _reunited(trails, key_of) if key else trails:
        before = None if trail.old is None else rows[trail.old]
        after = None if trail.new is None else rows[trail.new]
        shown = trail.old if trail.old is not None else trail.new
        yield (
            trail,
            RowChange(
                table=table,
                op="insert" if before is None else "delete" if after is None else "update",
                key=key_of(shown) if shown is not None else {},
                before=before,
                after=after,
                txid=trail.txid,
            ),
        )


def _edges(log: Sequence[Image]) -> list[_Edge]:
    """What each written row was and became, in order of writing."""
    olds: dict[int, deque[Image]] = defaultdict(deque)
    edges = []
    for image in log:
        if image.firing and not image.added:
            olds[image.firing].append(image)
        elif image.firing:
            old = olds[image.firing].popleft()
            edges.append(
                _Edge(old=old.text, new=image.text, first=old.seq, last=image.seq, txid=image.txid)
            )
        else:
            old_text, new_text = (None, image.text) if image.added else (image.text, None)
            edges.append(
                _Edge(old=old_text, new=new_text, first=image.seq, last=image.seq, txid=image.txid)
            )
    return edges


def _trails(edges: Sequence[_Edge]) -> list[_Edge]:
    """Edges joined to trails from what is gone to what is new; what comes back to itself is left out."""
    balance: Counter[str] = Counter()
    leaving: dict[str, deque[_Edge]] = defaultdict(deque)
    inserted: deque[_Edge] = deque()
    for edge in edges:
        if edge.old is None:
            inserted.append(edge)
        else:
            balance[edge.old] -= 1
            leaving[edge.old].append(edge)
        if edge.new is not None:
            balance[edge.new] += 1
    trails = []
    for text, count in tuple(balance.items()):
        for _ in range(-count):
            trails.append(_follow(leaving[text].popleft(), leaving, balance))
    trails += [_follow(edge, leaving, balance) for edge in inserted]
    return [t for t in trails if t.old != t.new]


def _follow(start: _Edge, leaving: Mapping[str, deque[_Edge]], balance: Counter[str]) -> _Edge:
    """The trail from `start` to an image that is left over at the end, or to nowhere."""
    trail = start
    while trail.new is not None and leaving.get(trail.new):
        step = leaving[trail.new].popleft()
        trail = _Edge(
            old=trail.old,
            new=step.new,
            first=min(trail.first, step.first),
            last=max(trail.last, step.last),
            txid=step.txid if step.last > trail.last else trail.txid,
        )
    return trail


def _reunited(trails: Sequence[_Edge], key_of: Callable[[str], Row]) -> list[_Edge]:
    """Trails in which a delete and an insert under one key are one update."""
    deleted: dict[str, _Edge] = {
        json.dumps(key_of(t.old), default=str): t
        for t in trails
        if t.old is not None and t.new is None
    }
    result = {id(t): t for t in trails}
    for trail in trails:
        if trail.old is None and trail.new is not None:
            gone = deleted.pop(json.dumps(key_of(trail.new), default=str), None)
            if gone is not None:
                del result[id(gone)]
                late = max(gone, trail, key=lambda t: t.last)
                result[id(trail)] = _Edge(
                    old=gone.old, new=trail.new,
                    first=min(gone.first, trail.first), last=late.last, txid=late.txid,
                )  # fmt: skip
    return list(result.values())

"""What came of two requests, fit to be compared: without what differs from run to run by itself.

Erased are: generated keys and what refers to them, moments of time, reviewed noise, and whatever differed
between two runs of the same serial order. A place is erased as a whole or not at all, never by the value
alone: a quantity of 2 must not vanish in the one run in which an id happens to be 2.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec

from seamline.explore.schedules.stage import Played
from seamline.model.catalog import Catalog, Column
from seamline.model.exchange import NOT_JSON, Response
from seamline.model.row import RowChange
from seamline.run.session import Rules

_TIMES = frozenset(("timestamp", "timestamptz", "date", "time", "timetz"))
_LONG_TIMES = ("timestamp", "time ")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_DECIMAL = re.compile(r"\W*(?:Decimal\W+)?-?\d+\.\d+\W*")
_NAMES_KEY = re.compile(r"(?:^|[_/\W])(?:ids?|keys?|ref|uuid|no|nr|number)$|(?:Ids?|ID|Key|Ref)$")
_AROUND_S = 300.0
ERASED = "‹generated›"
Place = tuple[str, str]
"""Where a value stands: a table or a request's answer, and a path within it with `*` for any item."""


class Outcome(msgspec.Struct, frozen=True):
    """Answers by side (status and body as text), and the net row changes as sorted text."""

    answers: dict[str, tuple[int, str]]
    rows: tuple[str, ...]

    def status(self, side: str) -> int:
        """The status of one answer."""
        return self.answers.get(side, (0, ""))[0]


class Canon:
    """Knows what is noise for one pair, and makes outcomes comparable."""

    def __init__(self, catalog: Catalog, rules: Rules, operations: Sequence[str]) -> None:
        self._catalog = catalog
        self._noise = rules.noise
        self._columns = {c for o in operations for c in rules.context(o).noise.columns}
        self._tables = set(rules.noise.tables)
        self.erased: set[Place] = set()

    def learn(self, same: Sequence[Played]) -> None:
        """Several runs of one serial order: where they differ is noise."""
        seen = [dict(self._values(p)) for p in same]
        for one, other in pairwise(seen):
            for place in one.keys() | other.keys():
                if sorted(one.get(place, [])) != sorted(other.get(place, [])):
                    self.erased.add(place)

    def learn_keys(self, runs: Sequence[Played]) -> None:
        """Places that hold a generated key in each run in which they hold anything refer to it.

        A number whose name does not say so may hold one by chance: it has to be of one table each time,
        and another one in the other serial order.
        """
        seen: dict[Place, list[list[str]]] = defaultdict(list)
        tables: dict[Place, set[str]] = {}
        for played in runs:
            keys = self._generated(played.changes)
            for place, values in self._values(played):
                seen[place].append(values)
                of = {t for t, own in keys.items() if all(_refers(v, own) for v in values)}
                anywhere = set().union(*keys.values()) if keys else set()
                if not of and all(_refers(v, anywhere) for v in values):
                    of = {""}
                tables[place] = tables.get(place, of) & of if of else set()
        for place, of in tables.items():
            numbers = all(v.isdigit() for values in seen[place] for v in values)
            varies = len({tuple(sorted(v)) for v in seen[place]}) > 1
            if of and (not numbers or _NAMES_KEY.search(place[1]) or (varies and of != {""})):
                self.erased.add(place)

    def _generated(self, changes: Iterable[RowChange]) -> dict[str, set[str]]:
        """The keys that the database gave to new rows, by table."""
        keys: dict[str, set[str]] = defaultdict(set)
        for change in changes:
            table = self._catalog.by_name.get(change.table)
            if change.op == "insert" and table is not None and change.after is not None:
                for name in table.primary_key:
                    if _is_generated(table.by_column[name]):
                        keys[change.table].add(str(change.after.get(name)))
        return keys

    def _values(self, played: Played) -> Iterator[tuple[Place, list[str]]]:
        """All values of a run by their place."""
        found: dict[Place, list[str]] = defaultdict(list)
        for side, answer in played.answers.items():
            for path, value in _leaves(_body(answer)):
                found[side, path].append(repr(value))
        for change in played.changes:
            for path, value in _leaves(change.after or change.before):
                found[change.table, path].append(repr(value))
        yield from found.items()

    def outcome(self, played: Played, *, without: Iterable[str] = ()) -> Outcome:
        """What came of a run; rows of the tables `without` are left out."""
        left = {*without, *self._tables}
        rows = sorted(self._row(c, played) for c in _net(played.changes) if c.table not in left)
        answers: dict[str, tuple[int, str]] = {
            s: (a.status if a else 0, self._text(s, _body(a), played))
            for s, a in sorted(played.answers.items())
        }
        return Outcome(answers, tuple(r for r in rows if r))

    def _text(self, side: str, body: Any, played: Played) -> str:
        clean = self._clean(side, body, "", played.began)
        return msgspec.json.encode(clean, order="deterministic").decode("utf-8", "replace")

    def _row(self, change: RowChange, played: Played) -> str:
        table = self._catalog.by_name.get(change.table)
        new = change.op == "insert"
        image = change.before if change.op == "delete" else change.after
        shown: dict[str, Any] = {}
        changed = change.columns
        for name, value in (image or {}).items():
            column = table.by_column.get(name) if table is not None else None
            is_moment = column is not None and _is_moment(column) and (new or name in changed)
            is_key = new and table is not None and column is not None
            generated = is_key and name in table.primary_key and _is_generated(column)  # type: ignore[union-attr,arg-type]
            known = (change.table, name)
            if is_moment or generated or known in self._columns or self._noise.covers(*known):
                shown[name] = ERASED
            else:
                shown[name] = self._clean(change.table, value, f"/{name}", played.began)
        if change.op == "update" and all(shown.get(n) == ERASED for n in changed):
            return ""  # nothing but noise has changed
        text = msgspec.json.encode(shown, order="deterministic", enc_hook=str).decode()
        return f"{change.op} {change.table} {text}"

    def _clean(self, place: str, value: Any, path: str, began: float) -> Any:
        if (place, path) in self.erased:
            return ERASED
        if isinstance(value, dict):
            return {str(k): self._clean(place, v, f"{path}/{k}", began) for k, v in value.items()}
        if isinstance(value, list):
            return [self._clean(place, v, f"{path}/*", began) for v in value]
        if isinstance(value, str) and _is_now(value, began):
            return ERASED
        return value if isinstance(value, str | int | float | bool | None) else str(value)


def _refers(value: str, keys: set[str]) -> bool:
    """Whether a text is one of the keys, or holds one as a word of its own."""
    return not _DECIMAL.fullmatch(value) and not keys.isdisjoint(_TOKEN.findall(value))


def _is_generated(column: Column) -> bool:
    return column.identity or column.default is not None


def _is_moment(column: Column) -> bool:
    return column.base in _TIMES or column.base.startswith(_LONG_TIMES)


def _is_now(text: str, began: float) -> bool:
    """Whether a text is a moment about the time of the run."""
    if len(text) > 40 or not _MOMENT.fullmatch(text):
        return False
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return False
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return abs(then.timestamp() - began) < _AROUND_S


def _body(answer: Response | None) -> Any:
    if answer is None:
        return None
    if answer.json is not NOT_JSON:
        return answer.json
    return answer.body.decode("utf-8", "replace") if len(answer.body) < 65536 else len(answer.body)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{path}/*")
    elif value is not None:
        yield path, value


def _net(changes: Iterable[RowChange]) -> Iterator[RowChange]:
    """What the changes of a row amount to, a change a row; rows without a key as they come."""
    by_row: dict[tuple[str, str], RowChange] = {}
    for number, change in enumerate(changes):
        key = (change.table, repr(sorted(change.key.items())) if change.key else f"#{number}")
        known = by_row.get(key)
        if known is None:
            by_row[key] = change
            continue
        before, after = known.before, change.after
        del by_row[key]
        if before is None and after is None:
            continue
        op = "insert" if before is None else "delete" if after is None else "update"
        merged = msgspec.structs.replace(change, op=op, before=before)
        if before != after:
            by_row[key] = merged
    yield from by_row.values()

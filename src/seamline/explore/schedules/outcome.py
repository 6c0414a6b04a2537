"""What came of two requests, fit to be compared: without what differs from run to run by itself.

Erased are: moments of time, reviewed noise, and whatever differed between two runs of the same serial order.
Generated keys, and what is known to refer to them, are named after their rows; where it is not known of
which table a key is, that is erased too. A place is treated as a whole, never by the value alone: a
quantity of 2 must not vanish in the one run in which an id happens to be 2.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec

from seamline.explore.schedules.label import Key, Labels, text
from seamline.explore.schedules.stage import SIDES, Played
from seamline.model.catalog import Catalog, Column, Table
from seamline.model.exchange import NOT_JSON, Response
from seamline.model.row import RowChange, net
from seamline.run.session import Rules

_TIMES = frozenset(("timestamp", "timestamptz", "date", "time", "timetz"))
_LONG_TIMES = ("timestamp", "time ")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_DECIMAL = re.compile(r"\W*(?:Decimal\W+)?-?\d+\.\d+\W*")
_NAMES_KEY = re.compile(r"(?:^|[_/\W])(?:ids?|keys?|ref|uuid|no|nr|number)$|(?:Ids?|ID|Key|Ref)$")
_NAMES_ID = re.compile(r"(?:^|[_/\W])(?:ids?|uuids?)(?:/\*)?$|(?:Ids?|ID)(?:/\*)?$")
_CAST = re.compile(r"::\s*(?:[\w.]+|\"[^\"]+\")(?: \w+)*(?:\([\d, ]+\))?")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_SHORT = 16
"""A text that is shorter may be the same as a key by chance."""
_AROUND_S = 300.0
ERASED = "‹generated›"
Made = Mapping[str, set[str]]
"""Keys that the database gave to new rows, by table."""
Place = tuple[str, str]
"""Where a value stands: a table or a request's answer, and a path within it with `*` for any item."""


class Outcome(msgspec.Struct, frozen=True):
    """Answers by side (status and body as text), and the net row changes as sorted text."""

    answers: dict[str, tuple[int, str]]
    rows: tuple[str, ...]

    def status(self, side: str) -> int:
        """The status of one answer."""
        return self.answers.get(side, (0, ""))[0]


def difference(one: Outcome, other: Outcome) -> str:
    """What differs of two outcomes, in words: whose answers, rows of which tables."""
    answers = [s for s in one.answers if one.answers[s] != other.answers.get(s)]
    said = [f"the answer to {s}" for s in answers]
    rows = set(one.rows) ^ set(other.rows)
    tables = sorted({r.split(" ", 2)[1] for r in rows})
    if tables or one.rows != other.rows:
        said.append(f"rows of {', '.join(tables)}" if tables else "how many rows")
    return " and ".join(said)


class Canon:
    """Knows what is noise for one pair, and makes outcomes comparable.

    Rows of the tables `others` are no part of them.
    """

    def __init__(
        self,
        catalog: Catalog,
        rules: Rules,
        operations: Sequence[str],
        others: Collection[str] = (),
    ) -> None:
        self._catalog = catalog
        self._noise = rules.noise
        self._columns = {c for o in operations for c in rules.context(o).noise.columns}
        self._tables = {*rules.noise.tables, *others}
        self._foreign = dict(_foreign_keys(catalog))
        self.erased: set[Place] = set()
        self.keys: dict[Place, str] = dict(self._foreign)
        """Places that refer to generated keys, and of which table."""

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
        within: set[Place] = set()
        for played in runs:
            keys = self._generated(played.changes)
            anywhere = set().union(*keys.values()) if keys else set()
            for place, values in self._values(played):
                seen[place].append(values)
                of = {t for t, own in keys.items() if all(_refers(v, own) for v in values)}
                if any(v.strip("'") not in anywhere for v in values):
                    within.add(place)
                if not of and all(_refers(v, anywhere) for v in values):
                    of = {""}
                tables[place] = tables.get(place, of) & of if of else set()
        for place, of in tables.items():
            if of and place not in self._foreign:
                self._learn_place(place, of, seen[place], is_whole=place not in within)

    def _learn_place(
        self, place: Place, of: set[str], seen: Sequence[Sequence[str]], *, is_whole: bool
    ) -> None:
        """A place whose values refer to keys of the tables `of`, perhaps by chance."""
        numbers = all(v.isdigit() for values in seen for v in values)
        varies = len({tuple(sorted(v)) for v in seen}) > 1
        long = all(len(v) >= _SHORT and not v.isdigit() for values in seen for v in values)
        named = varies and place[0] in SIDES and _NAMES_ID.search(place[1]) is not None
        if len(of) == 1 and "" not in of and is_whole and (long or (numbers and named)):
            self.keys[place] = next(iter(of))
        elif not numbers or _NAMES_KEY.search(place[1]) or (varies and of != {""}):
            self.erased.add(place)

    def _generated(self, changes: Iterable[RowChange]) -> dict[str, set[str]]:
        """The keys that the database gave to new rows, by table."""
        keys: dict[str, set[str]] = defaultdict(set)
        for change in changes:
            table = self._catalog.by_name.get(change.table)
            if change.op == "insert" and table is not None and change.after is not None:
                for name in table.primary_key:
                    if _is_own_key(table, name):
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
        made = self._generated(played.changes)
        changes = [c for c in net(played.changes) if c.table not in left]
        shown = [row for c in changes if (row := self._row(c, played, made)) is not None]
        labels = Labels(shown)
        rows = sorted(f"{head} {text(row, labels.of)}" for head, row in shown)
        statuses: dict[str, int] = {}
        said: dict[str, Any] = {}
        for side, answer in sorted(played.answers.items()):
            statuses[side] = answer.status if answer is not None else 0
            said[side] = self._clean(side, _body(answer), "", played.began, made)
        names = labels.within(said)
        answers = {side: (statuses[side], text(body, names)) for side, body in said.items()}
        return Outcome(answers, tuple(rows))

    def _row(self, change: RowChange, played: Played, made: Made) -> tuple[str, Any] | None:
        """What was done to which table, and what is shown of the row; None where only noise has changed."""
        table = self._catalog.by_name.get(change.table)
        new = change.op == "insert"
        image = change.before if change.op == "delete" else change.after
        shown: dict[str, Any] = {}
        changed = change.columns
        for name, value in (image or {}).items():
            column = table.by_column.get(name) if table is not None else None
            is_moment = column is not None and _is_moment(column) and (new or name in changed)
            known = (change.table, name)
            if is_moment or known in self._columns or self._noise.covers(*known):
                shown[name] = ERASED
            elif new and table is not None and _is_own_key(table, name):
                shown[name] = Key(change.table, str(value))
            else:
                shown[name] = self._clean(change.table, value, f"/{name}", played.began, made)
        if change.op == "update" and all(shown.get(n) == ERASED for n in changed):
            return None
        return f"{change.op} {change.table}", shown

    def _clean(self, place: str, value: Any, path: str, began: float, made: Made) -> Any:
        table = self.keys.get((place, path))
        if table is not None and str(value) in made.get(table, ()):
            return Key(table, str(value))
        if (place, path) in self.erased:
            return ERASED
        if isinstance(value, dict):
            return {
                str(k): self._clean(place, v, f"{path}/{k}", began, made) for k, v in value.items()
            }
        if isinstance(value, list):
            return [self._clean(place, v, f"{path}/*", began, made) for v in value]
        if isinstance(value, str) and _is_now(value, began):
            return ERASED
        return value if isinstance(value, str | int | float | bool | None) else str(value)


def _refers(value: str, keys: set[str]) -> bool:
    """Whether a text is one of the keys, or holds one as a word of its own."""
    return not _DECIMAL.fullmatch(value) and not keys.isdisjoint(_TOKEN.findall(value))


def _is_own_key(table: Table, name: str) -> bool:
    """Whether it is a column of the primary key that the database itself gives a value to."""
    column = table.by_column.get(name)
    if name not in table.primary_key or column is None:
        return False
    default = _CAST.sub("", _LITERAL.sub("", column.default or ""))
    return column.identity or "(" in default


def _foreign_keys(catalog: Catalog) -> Iterator[tuple[Place, str]]:
    """Columns that refer to a generated key of another table."""
    for table in catalog.tables:
        for key in table.foreign_keys:
            other = catalog.by_name.get(key.table)
            for name, to in zip(key.columns, key.to, strict=False):
                if other is not None and _is_own_key(other, to):
                    yield (table.name, f"/{name}"), other.name


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

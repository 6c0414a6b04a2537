"""Three-way merge of a spec file: what was generated then, what a person made of it, what is generated now.

    base ──► mine      every edit of a person stays, deletions too
      └────► theirs    what else has changed since comes in; where both changed one value, the person's stays

Objects are merged member by member. Of lists only those of `_IDENTITIES` are merged item by item; all others
(steps, validations, roles …) are one value. Pure; nothing that goes in is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from seamline.spec.position import KeyPath, path_text


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a person and the new generation changed differently: the person's was kept."""

    path: KeyPath
    mine: Any
    theirs: Any

    def __str__(self) -> str:
        mine, theirs = _said(self.mine), _said(self.theirs)
        return f"{path_text(self.path)}: kept yours ({mine}); newly generated: {theirs}"


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The result and what to tell. `path`s are those of the result, or of what is not in it."""

    value: Any
    conflicts: tuple[Conflict, ...] = ()


def merge(base: Any, mine: Any, theirs: Any) -> Merged:
    """`merge(b, m, b)` is m, `merge(b, b, t)` is t, and merging twice is merging once."""
    merging = _Merging()
    value = merging.any(base, mine, theirs, ())
    return Merged(value=value, conflicts=tuple(merging.conflicts))


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values, the order of keys is none."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


class _Merging:
    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def any(self, base: Any, mine: Any, theirs: Any, path: KeyPath) -> Any:
        """One value; each of the three may be ABSENT, so may be the result."""
        if same(base, mine):
            return _arranged(theirs, mine)
        if same(base, theirs) or same(mine, theirs):
            return mine
        if isinstance(mine, dict) and isinstance(theirs, dict):
            return self._members(base if isinstance(base, dict) else {}, mine, theirs, path)
        identity = _identity_of(path)
        if isinstance(mine, list) and isinstance(theirs, list) and identity is not None:
            items = base if isinstance(base, list) else []
            return self._items(items, mine, theirs, path, identity)
        self.conflicts.append(Conflict(path=path, mine=mine, theirs=theirs))
        return mine

    def _members(
        self,
        base: Mapping[str, Any],
        mine: Mapping[str, Any],
        theirs: Mapping[str, Any],
        path: KeyPath,
    ) -> dict[str, Any]:
        merged = {}
        for key in _order(list(mine), list(theirs)):
            value = self.any(
                base.get(key, ABSENT), mine.get(key, ABSENT), theirs.get(key, ABSENT), (*path, key)
            )
            if value is not ABSENT:
                merged[key] = value
        return merged

    def _items(
        self,
        base: Sequence[Any],
        mine: Sequence[Any],
        theirs: Sequence[Any],
        path: KeyPath,
        identity: Callable[[Any], str],
    ) -> list[Any]:
        three = [_keyed(items, identity) for items in (base, mine, theirs)]
        merged: list[Any] = []
        for key in _order(list(three[1]), list(three[2])):
            then, now, new = (items.get(key, ABSENT) for items in three)
            value = self.any(then, now, new, (*path, len(merged)))
            if value is not ABSENT:
                merged.append(value)
        return merged


def _arranged(value: Any, like: Any) -> Any:
    """The same value with its keys in the order of another one."""
    if isinstance(value, dict) and isinstance(like, dict):
        keys = _order(list(like), list(value))
        return {k: _arranged(value[k], like.get(k, ABSENT)) for k in keys if k in value}
    if isinstance(value, list) and isinstance(like, list):
        pairs = zip(value, like, strict=False)
        return [*(_arranged(item, other) for item, other in pairs), *value[len(like) :]]
    return value


def _order(mine: list[Any], theirs: list[Any]) -> list[Any]:
    """The person's order; what only the other one has comes behind what it stands behind there."""
    known = set(mine)
    behind: dict[Any, list[Any]] = {}
    last: Any = None
    for key in theirs:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    return [*behind.get(None, []), *(k for key in mine for k in (key, *behind.get(key, [])))]


def _keyed(items: Sequence[Any], identity: Callable[[Any], str]) -> dict[tuple[str, int], Any]:
    """Items by identity; the second of one identity is told from the first by its number."""
    counts: dict[str, int] = {}
    keyed = {}
    for item in items:
        name = identity(item)
        counts[name] = number = counts.get(name, 0) + 1
        keyed[name, number] = item
    return keyed


def _by(*keys: str) -> Callable[[Any], str]:
    """What an object says under `keys`; anything without any of them is what it is itself."""

    def identity(item: Any) -> str:
        if not isinstance(item, dict) or not any(key in item for key in keys):
            return f"={json.dumps(item, sort_keys=True)}"
        return json.dumps([item.get(key) for key in keys], sort_keys=True)

    return identity


def _endpoint(item: Any) -> str:
    method = item.get("method") if isinstance(item, dict) else None
    if not isinstance(method, str):
        return _by("method", "endpoint")(item)
    return _by("method", "endpoint")({**item, "method": method.upper()})


def _check(item: Any) -> str:
    if isinstance(item, dict) and "column" in item and "columns" not in item:
        item = {**item, "columns": [item["column"]]}
    if isinstance(item, dict) and item.get("check") == "sql":
        return _by("check", "name")(item)
    if isinstance(item, dict) and item.get("check") == "constraint":
        return _by("check", "expression")(item)
    return _by("check", "columns")(item)


_IDENTITIES: Final[Mapping[str, Callable[[Any], str]]] = {
    "endpoints": _endpoint,
    "cases": _by("id"),
    "checks": _check,
    "reconcile": _by("operation", "table"),
    "allow": _by("check"),
}


def _identity_of(path: KeyPath) -> Callable[[Any], str] | None:
    """How items of the list at `path` are told apart; only where the formats have such a list."""
    shape = tuple("*" if isinstance(p, int) else p for p in path)
    places = {
        ("endpoints",): "endpoints",
        ("endpoints", "*", "cases"): "cases",
        ("endpoints", "*", "allow"): "allow",
        ("reconcile",): "reconcile",
    }
    if shape in places:
        return _IDENTITIES[places[shape]]
    is_checks = len(shape) == 3 and shape[0] == "tables" and shape[2] == "checks"
    return _IDENTITIES["checks"] if is_checks else None


def _said(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"

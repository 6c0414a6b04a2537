"""Names for the keys that the database gave to new rows, which are the same whoever was first.

A key says nothing by its value: of two rows the first one has 7, the second one 8. It says which row is
meant. So each is named after its row: by what stands there, and in the rows that refer to it. Rows of which
even that is the same have one name, and are told apart in answers by which answers speak of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import msgspec

Name = Callable[["Key"], str]
_SELF: Final = "‹this›"
_ROUNDS: Final = 16
_MOST: Final = 300
"""Of more new rows the keys are not told apart: that would take longer than the requests."""


class Key:
    """A key that the database gave to a new row of a table, in place of its value."""

    __slots__ = ("table", "value")

    def __init__(self, table: str, value: str) -> None:
        self.table, self.value = table, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and (self.table, self.value) == (other.table, other.value)

    def __hash__(self) -> int:
        return hash((self.table, self.value))


class Labels:
    """The names of all keys in some rows; `rows` are what is shown of each, keys as `Key`."""

    def __init__(self, rows: Sequence[tuple[str, Any]]) -> None:
        self._colours = _refined(rows)
        ranks: dict[str, dict[str, int]] = {}
        for table in {k.table for k in self._colours}:
            own = sorted({c for k, c in self._colours.items() if k.table == table})
            ranks[table] = {colour: at + 1 for at, colour in enumerate(own)}
        self._ranks = ranks

    def of(self, key: Key) -> str:
        """The name of a key, by its row alone."""
        ranks = self._ranks.get(key.table, {})
        if len(ranks) < 2 or key not in self._colours:
            return f"‹new {key.table}›"
        return f"‹new {key.table} {ranks[self._colours[key]]}›"

    def within(self, answers: Mapping[str, Any]) -> Name:
        """Names for answers: rows that are alike are told apart by the answers that speak of them."""
        alike: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for key, colour in self._colours.items():
            alike[key.table, colour].append(key)
        told: dict[Key, str] = {}
        for group in alike.values():
            if not 1 < len(group) <= _MOST:
                continue
            spoken = {key: self._spoken(key, answers) for key in group}
            ranks = {s: at + 1 for at, s in enumerate(sorted(set(spoken.values())))}
            told.update({k: f"{self.of(k)[:-1]}, {ranks[s]}›" for k, s in spoken.items()})
        return lambda key: told.get(key) or self.of(key)

    def _spoken(self, key: Key, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """The answers that speak of a key, with it marked."""
        return tuple(
            f"{side} {text(value, lambda k: _SELF if k == key else self.of(k))}"
            for side, value in sorted(answers.items())
            if key in set(keys_in(value))
        )


def _refined(rows: Sequence[tuple[str, Any]]) -> dict[Key, str]:
    """For each key a digest of the rows that it stands in, of those that these refer to, and so on."""
    holding: dict[Key, list[tuple[str, Any]]] = defaultdict(list)
    for head, shown in rows:
        for key in dict.fromkeys(keys_in(shown)):
            holding[key].append((head, shown))
    colours = {key: key.table for key in holding}
    if len(holding) > _MOST:
        return colours
    kinds = 0
    for _ in range(_ROUNDS):
        colours = {key: _digest(key, own, colours) for key, own in holding.items()}
        if len(set(colours.values())) == kinds:
            break
        kinds = len(set(colours.values()))
    return colours


def _digest(key: Key, rows: Iterable[tuple[str, Any]], colours: Mapping[Key, str]) -> str:
    texts = sorted(
        f"{head} {text(shown, lambda k: _SELF if k == key else colours[k])}" for head, shown in rows
    )
    said = "\n".join((colours[key], *texts))
    return blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()


def keys_in(value: Any) -> Iterator[Key]:
    """All keys within a value."""
    if isinstance(value, Key):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


def text(value: Any, name: Name) -> str:
    """A value as JSON, keys by their names; a list of what holds keys has no order of its own.

    Such lists stand in the order of the keys, or of the moments at which the rows were made.
    """
    if isinstance(value, Key):
        return _plain(name(value))
    if isinstance(value, dict):
        return f"{{{','.join(f'{_plain(k)}:{text(value[k], name)}' for k in sorted(value))}}}"
    if isinstance(value, list):
        items = [text(item, name) for item in value]
        has_keys = next(keys_in(value), None) is not None
        return f"[{','.join(sorted(items) if has_keys else items)}]"
    return _plain(value)


def _plain(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode("utf-8", "replace")

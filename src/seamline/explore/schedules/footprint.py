"""Which tables a statement touches: by its words, and by the locks that its transaction took."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from seamline.engines.protocol import Locks
from seamline.model.catalog import Catalog
from seamline.model.statement import SqlKind
from seamline.text.statement import fingerprint

_WORD = re.compile(r"[A-Za-z_][\w$]*")
_TARGET = re.compile(
    r"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into)\s+"
    r'((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))?)',
    re.IGNORECASE,
)
_INSERTS = re.compile(r"\s*insert\s+into\b(?!.*\bon\s+conflict\b)", re.IGNORECASE | re.DOTALL)


class Footprint(msgspec.Struct, frozen=True):
    """Tables read and tables written; `changed` are those of the latter that were not only added to."""

    read: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()

    @property
    def touched(self) -> frozenset[str]:
        """All of them."""
        return self.read | self.written

    def __or__(self, other: Footprint) -> Footprint:
        """Both together."""
        return Footprint(
            self.read | other.read, self.written | other.written, self.changed | other.changed
        )


class Footprints:
    """Knows statements by their words and, once they were seen to run, by the locks that they took."""

    def __init__(self, catalog: Catalog) -> None:
        self._names = {t.name.rpartition(".")[2].lower(): t.name for t in catalog.tables}
        self._tables = frozenset(t.name for t in catalog.tables)
        self._learnt: dict[str, Footprint] = {}

    def of(self, text: str, kind: SqlKind) -> Footprint:
        """What a statement touches, as far as it is known."""
        plain = fingerprint(text)
        named = {self._names[w] for w in _words(plain) if w in self._names}
        written = {
            self._names[n]
            for t in _TARGET.findall(plain)
            if (n := t.rpartition(".")[2].strip('" ').lower()) in self._names
        }
        if kind not in ("write", "read", "other", "ddl"):
            return Footprint()
        is_insert = _INSERTS.match(plain) is not None
        read = named if not is_insert else named - written
        own = Footprint(
            frozenset(read), frozenset(written), frozenset(() if is_insert else written)
        )
        return own | self._learnt.get(text, Footprint())

    def learn(
        self, text: str, kind: SqlKind, before: Locks, after: Locks, coming: frozenset[str]
    ) -> None:
        """A statement has run in an open transaction: what it newly locked it touches.

        Tables of the statement that is `coming` are left out: they are locked when that is parsed.
        """
        known = self.of(text, kind)
        others = self._tables - coming
        written = (after.written - before.written) & others
        read = (after.read - before.read - after.written) & (others - known.touched)
        if read or written - known.written:
            changed = written - known.written
            self._learnt[text] = known | Footprint(read, written, changed)


def _words(text: str) -> set[str]:
    return {w.lower() for w in _WORD.findall(text)}


def whole(parts: Iterable[Footprint]) -> Footprint:
    """All of them together."""
    total = Footprint()
    for part in parts:
        total |= part
    return total


def conflict(one: Footprint, other: Footprint) -> frozenset[str]:
    """Tables in which the order of the two may matter: one writes what the other reads or changes.

    Rows that both only add do not meet; where a constraint holds them apart, the table is read as well.
    """
    mine = one.written & (other.read | other.changed)
    theirs = other.written & (one.read | one.changed)
    return mine | theirs


def rank(one: Footprint, other: Footprint, shared: Collection[str]) -> int:
    """How likely the two disturb each other: most where each reads a table and then changes it."""
    both = [t for t in shared if t in one.read | one.changed and t in other.changed | one.changed]
    read_then_written = [t for t in shared if t in one.read & one.written]
    other_too = [t for t in shared if t in other.read & other.written]
    return len(shared) + 2 * len(both) + 3 * (len(read_then_written) + len(other_too))

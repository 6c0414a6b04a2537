"""Which table an operation speaks of: half by its names, half by its columns, with a veto by type.

Names are the path's fixed segments and those of the schemas; columns are weighted by how few tables
have them (a common `created_at` says little, `coupon_code` much). Near-equals are not chosen between.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.model.catalog import Catalog, Column, Table
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.plain import answered, asked, item_of, plain, properties
from seamline.openapi.table.shape import fits
from seamline.openapi.table.word import Words, bare, likeness, table_words, words

ENOUGH = 0.5
"""The least score that speaks for a table. Columns without any name never do."""
NEAR = 0.05
_UNKNOWN = 0.5
"""How much a property that no table has counts against a table, beside the rarest column."""
_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_FARTHER = 0.8


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """The table of an operation, or None; `ambiguous` then names those between which nothing decides.

    `columns` maps pointers into a successful answer to the columns that they seem to show.
    """

    table: str | None = None
    score: float = 0.0
    columns: dict[str, str] = {}
    ambiguous: tuple[str, ...] = ()


class _Subject(msgspec.Struct):
    """A schema that an operation takes or gives: its name's words, its properties made plain."""

    name: Words
    properties: dict[str, dict[str, Any]]


def match(
    operations: Mapping[str, Operation], document: Document, catalog: Catalog
) -> dict[str, Match]:
    """A match for each operation by its key."""
    matcher = _Matcher(document, catalog)
    return {key: matcher.of(operation) for key, operation in operations.items()}


class _Matcher:
    def __init__(self, document: Document, catalog: Catalog) -> None:
        self._document = document
        self._tables = [t for t in catalog.tables if t.partition_of is None]
        self._columns: dict[str, dict[Words, Column]] = {
            t.name: {words(c.name): c for c in t.columns} for t in self._tables
        }
        counts = Counter(w for known in self._columns.values() for w in known)
        total = len(self._tables)
        self._weight = {w: math.log(1 + total / n) for w, n in counts.items()}
        self._unknown = math.log(1 + total) * _UNKNOWN
        self._subjects: dict[str, _Subject] = {}

    def of(self, operation: Operation) -> Match:
        subjects = [s for s in self._spoken(operation) if s.properties or s.name]
        names = list(_names(operation.path))
        scores: dict[str, float] = {}
        for table in self._tables:
            score = self._score(table, names, subjects)
            if score >= ENOUGH:
                scores[table.name] = score
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        if not ranked:
            return Match()
        best, score = ranked[0]
        near = tuple(t for t, s in ranked if score - s < NEAR)
        if len(near) > 1:
            return Match(score=round(score, 3), ambiguous=near)
        return Match(table=best, score=round(score, 3), columns=self._shown(operation, best))

    def _spoken(self, operation: Operation) -> Iterator[_Subject]:
        for schema in (answered(operation, self._document), asked(operation)):
            if schema is not None:
                item, _ = item_of(self._document, schema)
                yield self._subject(item)

    def _subject(self, schema: Any) -> _Subject:
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        if isinstance(ref, str) and ref in self._subjects:
            return self._subjects[ref]
        found = plain(self._document, schema)
        name = ref.rpartition("/")[2] if isinstance(ref, str) else str(found.get("title") or "")
        subject = _Subject(
            name=() if name.startswith("Body_") else bare(name),
            properties={n: plain(self._document, v) for n, v in properties(found).items()},
        )
        if isinstance(ref, str):
            self._subjects[ref] = subject
        return subject

    def _score(
        self, table: Table, names: list[tuple[Words, float]], subjects: list[_Subject]
    ) -> float:
        own = table_words(table.name)
        by_path = max((likeness(n, own) * w for n, w in names), default=0.0)
        named = max([by_path, *(likeness(s.name, own) for s in subjects)])
        covered = [self._coverage(table, s) for s in subjects if s.properties]
        if None in covered:
            return 0.0
        column_part = max((c for c in covered if c is not None), default=_alone(by_path))
        return (named + column_part) / 2 if named else 0.0

    def _coverage(self, table: Table, subject: _Subject) -> float | None:
        """The weighted share of properties that are columns; None where the types speak against it."""
        columns, found, total, clashes, common = self._columns[table.name], 0.0, 0.0, 0, 0
        for name, schema in subject.properties.items():
            key = words(name)
            weight = self._weight.get(key, self._unknown)
            total += weight
            column = columns.get(key)
            if column is None:
                continue
            common += 1
            if fits(schema, column):
                found += weight
            else:
                clashes += 1
                if column.name in table.primary_key:
                    return None
        if clashes and clashes * 2 > common:
            return None
        return found / total if total else 0.0

    def _shown(self, operation: Operation, table: str) -> dict[str, str]:
        schema = answered(operation, self._document)
        if schema is None or item_of(self._document, schema)[1]:
            return {}
        columns = self._columns[table]
        return {
            f"#/{name.replace('~', '~0').replace('/', '~1')}": f"{table}.{column.name}"
            for name, inner in self._subject(schema).properties.items()
            if (column := columns.get(words(name))) is not None and fits(inner, column)
        }


def _alone(by_path: float) -> float:
    """How much a path counts where no schema says more: only a whole name does."""
    return by_path if by_path > 0.7 else 0.0


def _names(path: str) -> Iterator[tuple[Words, float]]:
    """Words by which a path speaks of its table, with how much they count: nearest to the end most."""
    fixed = [s for s in path.split("/") if s and not _PARAMETER.search(s)]
    for distance, segment in enumerate(reversed(fixed)):
        weight = _FARTHER**distance
        yield words(segment), weight
        before = fixed[len(fixed) - distance - 2 : len(fixed) - distance - 1]
        if before:
            yield words(before[0]) + words(segment), weight

"""In what two structures of a database differ, as lines, and what rows lost between two moments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.structure import Contents, Structure, Thing
from seamline.rows.maker import BOOKKEEPING

_LABEL = re.compile(r"'(?:[^']|'')*'")
_ROW = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_KNOWN = BOOKKEEPING - {"migrations", "schema_version"}  # names that a system may use as well
_KINDS = (
    "extension",
    "schema",
    "type",
    "domain",
    "sequence",
    "table",
    "column",
    "constraint",
    "index",
)


def without(structure: Structure, table: str) -> Structure:
    """All but one table and what belongs to it: the tool's own bookkeeping is not the system's.

    Nor is that of any other known tool, which may have more than one table for that.
    """
    own = {t.table for t in structure.values() if t.table.rpartition(".")[2].lower() in _KNOWN}
    if table:
        own.add(table)
    return {key: t for key, t in structure.items() if t.table not in own} if own else structure


def unnamed(structure: Structure, own_names: re.Pattern[str] | None) -> Structure:
    """Constraints and indexes whose names the tool makes up, and never looks for, named by what they are."""
    if own_names is None:
        return structure
    found: dict[str, Thing] = {}
    for key, thing in structure.items():
        bare = thing.name.rpartition(".")[2]
        if thing.kind not in ("constraint", "index") or not own_names.search(bare):
            found[key] = thing
            continue
        definition = re.sub(rf' ("?){re.escape(bare)}\1 ON ', " ON ", thing.definition, count=1)
        name, count = f"{thing.table} {definition}", 1
        while f"{thing.kind} {name}" in found:
            count += 1
            name = f"{thing.table} {definition} ({count})"
        there = msgspec.structs.replace(thing, name=name, definition=definition)
        found[there.key] = there
    return found


def changed(before: Structure, after: Structure) -> tuple[Thing, ...]:
    """Things that only one of them has, or that are defined otherwise, in a stable order."""
    keys = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    things = [before.get(k) or after[k] for k in keys]
    return tuple(sorted(things, key=_order))


def _order(thing: Thing) -> tuple[int, str]:
    place = _KINDS.index(thing.kind) if thing.kind in _KINDS else len(_KINDS)
    return place, thing.key


def diff(before: Structure, after: Structure) -> str:
    """A line per definition: `-` what was, `+` what is."""
    lines = []
    for thing in changed(before, after):
        for sign, side in (("-", before), ("+", after)):
            if (there := side.get(thing.key)) is not None:
                lines.append(
                    f"{sign} {there.key}: {' '.join(there.definition.split())}".rstrip(": ")
                )
    return "\n".join(lines)


def may_stay(before: Structure, after: Structure) -> bool:
    """Whether they differ only in what a way down usually leaves on purpose: labels of an enum, which
    the database cannot take out again, and extensions, which others may use by now."""
    for thing in changed(before, after):
        old, new = before.get(thing.key), after.get(thing.key)
        if thing.kind == "extension" and old is None:
            continue
        if old is None or new is None or thing.kind != "type":
            return False
        labels = _labels(old.definition), _labels(new.definition)
        if not labels[0] or not labels[0] < labels[1]:
            return False
    return True


def _labels(definition: str) -> set[str]:
    """The labels of an enum as they are written; none of any other type."""
    return set(_LABEL.findall(definition)) if definition.startswith("ENUM (") else set()


def in_words(before: Structure, after: Structure) -> str:
    """The first thing in which they differ and how, and how many more there are."""
    things = changed(before, after)
    first = things[0]
    if first.key not in before:
        said = f"{first.key} is left behind"
    elif first.key not in after:
        said = f"{first.key} is missing"
    else:
        said = f"{first.key} is another"
    more = len(things) - 1
    return said + (f", and {more} more" if more else "")


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a table's rows. `rows` are lost, or hold lost values of `columns`, out of `of`."""

    table: str
    rows: int
    of: int
    columns: tuple[str, ...] = ()


def lost_rows(
    before: Mapping[str, Contents], after: Mapping[str, Contents], tables: Collection[str]
) -> Iterator[Loss]:
    """Of these tables those that hold fewer rows than before."""
    for table in sorted(tables):
        old, new = before.get(table), after.get(table)
        if old is not None and new is not None and new.count < old.count:
            yield Loss(table=table, rows=old.count - new.count, of=old.count)


def lost_values(
    old: Contents, new: Contents, columns: Collection[str]
) -> tuple[int, tuple[str, ...]]:
    """The columns of which a value is not there any more, and in how many rows at most.

    What was null is no loss: a backfill fills it. Without the rows at hand only the digest can tell, and
    of no column.
    """
    if old.digest == new.digest and old.count == new.count:
        return 0, ()
    if old.rows is None or new.rows is None:
        return 0, ()
    rows = [_ROW(r) for r in old.rows], [_ROW(r) for r in new.rows]
    lost: dict[str, int] = {}
    for column in columns:
        was, now = (Counter(_text(r.get(column)) for r in side) for side in rows)
        del was["null"]
        missing = (was - now).total()
        if missing:
            lost[column] = missing
    return max(lost.values(), default=0), tuple(sorted(lost))


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def columns_of(structure: Structure, table: str) -> dict[str, str]:
    """The columns of a table, each with its definition's first words: its type."""
    prefix = f"{table}."
    return {
        t.name.removeprefix(prefix): t.definition
        for t in structure.values()
        if t.kind == "column" and t.table == table
    }

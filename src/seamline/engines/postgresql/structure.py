"""What a PostgreSQL database is made of, and what its tables hold.

The structure is kept from one look to the next. What the catalogs' row versions say is another since then is
read anew, relation by relation. All of it is where a name may have changed that stands in the definition of
something else: then, and where there are several schemas, whose names may hide one another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import count

import msgspec
import psycopg

from seamline.engines.postgresql.session import Connection, message
from seamline.errors import TargetError
from seamline.model.structure import Contents, Structure, Thing


class _Versions(msgspec.Struct, frozen=True):
    schemas: int
    versions: dict[str, str] | None


_THINGS = msgspec.json.Decoder(tuple[tuple[int, Thing], ...])
_VERSIONS = msgspec.json.Decoder(_Versions)
_NAMES = msgspec.json.Decoder(dict[str, dict[str, str]])
_ROWS = msgspec.json.Decoder(tuple[str, ...])
_REST = "0"
FEW = 12
"""So many relations are read as fast as it is found out which of them are others by now."""


@cache
def _statement(name: str) -> bytes:
    return (files(__package__) / f"{name}.sql").read_bytes()


class StructureReader:
    """Reads the structure of a connection's database: all things but those of the engine, of extensions and
    our own. The database may change between two calls, not during one. Of no more than `few` relations
    nothing is kept."""

    def __init__(self, connection: Connection, *, few: int = FEW) -> None:
        self._connection = connection
        self._few = few
        self._versions: dict[str, str] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._things: dict[str, tuple[Thing, ...]] = {}

    async def read(self) -> Structure:
        """The structure as it is now."""
        try:
            known, self._versions = self._versions, {}  # nothing is known where what follows fails
            if len(self._things) <= self._few:
                self._things = await self._read(None)
            else:
                seen = _VERSIONS.decode(await self._ask("version"))
                now = seen.versions or {}
                may_differ = seen.schemas > 1 or known.get(_REST, "") != now.get(_REST)
                if may_differ or not await self._partly(known, now):
                    self._names = _NAMES.decode(await self._ask("names"))
                    self._things = await self._read(None)
                self._versions = now
        except psycopg.Error as error:
            raise TargetError(f"the structure cannot be read: {message(error)}") from error
        return {t.key: t for things in self._things.values() for t in things}

    async def _partly(self, known: Mapping[str, str], now: Mapping[str, str]) -> bool:
        """Read what is of another version; False where something may be called otherwise than before."""
        for relation in known.keys() - now.keys():
            self._things.pop(relation, None)
            self._names.pop(relation, None)
        only = sorted(r for r, version in now.items() if known.get(r) != version)
        if not only:
            return True
        names = _NAMES.decode(await self._ask("names", only))
        for relation in only:
            before, after = self._names.get(relation, {}), names.get(relation, {})
            if any(after.get(thing, name) != name for thing, name in before.items()):
                return False
        self._names |= names
        self._things |= dict.fromkeys(only, ()) | await self._read(only)
        return True

    async def _read(self, only: Sequence[str] | None) -> dict[str, tuple[Thing, ...]]:
        """Things by the relation that they belong to."""
        found: dict[str, list[Thing]] = {}
        for relation, thing in _THINGS.decode(await self._ask("structure", only)):
            found.setdefault(str(relation), []).append(thing)
        return {r: tuple(things) for r, things in found.items() if only is None or r in only}

    async def _ask(self, name: str, only: Sequence[str] | None = None) -> str:
        relations = None if only is None else f"{{{','.join(only)}}}"
        params = None if name == "version" else {"only": relations}
        # Prepared at once: to plan these statements takes longer than to run them.
        cursor = await self._connection.execute(_statement(name), params, prepare=True)
        row = await cursor.fetchone()
        return str(row[0]) if row else ""


class ContentsReader:
    """Reads what tables of a connection's database hold. The server keeps the statement for a table: to
    plan it takes longer than to read a few rows, and is done again only where the table has changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers = count()
        self._prepared: dict[tuple[str, int], str] = {}

    async def read(self, tables: Sequence[Thing], most: int) -> dict[str, Contents]:
        """What each of the tables holds, by name; the rows themselves where there are at most `most`."""
        if not tables:
            return {}
        new = sorted({t.sql for t in tables if (t.sql, most) not in self._prepared})
        names = {t.sql: self._prepared.get((t.sql, most), "") for t in tables}
        names |= {table: f"_seam_contents_{next(self._numbers)}" for table in new}
        text = [f"PREPARE {names[t]} AS {_of_table(t, most)}" for t in new]
        text += [f"EXECUTE {names[t.sql]}" for t in tables]
        try:
            cursor = await self._connection.execute(";".join(text).encode(), prepare=False)
            for _ in new:
                cursor.nextset()
            self._prepared.update({(t, most): names[t] for t in new})
            contents = {}
            for table in tables:
                contents[table.name] = _contents(await cursor.fetchone())
                cursor.nextset()
        except psycopg.Error as error:
            raise TargetError(f"rows cannot be read: {message(error)}") from error
        return contents


def _contents(row: tuple[object, ...] | None) -> Contents:
    number, digest, rows = row or (0, "", None)
    return Contents(
        count=int(str(number)),
        digest=str(digest),
        rows=None if rows is None else _ROWS.decode(str(rows)),
    )


def _of_table(table: str, most: int) -> str:
    """A row is hashed as jsonb: its keys have an order of their own, whatever that of the columns."""
    image = "to_jsonb(_seam_t)::text"
    digest = f"coalesce(sum(('x' || left(md5({image}), 15))::bit(60)::bigint), 0)::text"
    rows = f"CASE WHEN count(*) <= {most} THEN coalesce(json_agg({image}), '[]')::text END"
    return f"SELECT count(*), {digest}, {rows} FROM {table} AS _seam_t"

"""Parquet and CSV files of a folder as tables, read by DuckDB within this process.

`orders` is orders.parquet, orders.csv, or all the files of that kind in the folder orders. Once the
tables are there, the configuration is locked and nothing outside the folder can be opened; each
statement must be one SELECT.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from seamline.errors import TargetError, UsageError
from seamline.model.catalog import Catalog, Column, Table
from seamline.model.row import Row

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_READERS = {".parquet": "read_parquet", ".csv": "read_csv"}
_BASES = {
    "TINYINT": "smallint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint",
    "HUGEINT": "numeric", "UTINYINT": "integer", "USMALLINT": "integer", "UINTEGER": "bigint",
    "UBIGINT": "numeric", "DECIMAL": "numeric", "FLOAT": "real", "DOUBLE": "double precision",
    "VARCHAR": "text", "DATE": "date", "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "BOOLEAN": "boolean", "UUID": "uuid",
    "JSON": "json",
}  # fmt: skip
"""What this engine calls types that all engines have; widths are not narrower than the type's."""


class Files:
    """The `Snapshot` of a folder. Use `open_files`."""

    engine = "duckdb"

    def __init__(self, folder: Path, connection: Any, check_s: float) -> None:
        self._folder = folder
        self._connection = connection
        self._check_s = check_s

    @property
    def origin(self) -> str:
        """The program that reads, and what."""
        import duckdb

        return f"DuckDB {duckdb.__version__} on {self._folder}"

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.resolve().name

    def prepare(self) -> None:
        """Make the tables, and lock everything else. Raises `TargetError` for a file that cannot be read."""
        run = self._connection.execute
        run("SET TimeZone = 'UTC'")
        found = dict(_tables(self._folder))
        if not found:
            raise UsageError(f"{self._folder}: no .parquet or .csv files, and no folders of them")
        for name, (reader, files) in found.items():
            listed = ", ".join(_text(str(f.resolve())) for f in files)
            run(f"CREATE VIEW {_quoted(name)} AS SELECT * FROM {reader}([{listed}])")
        run(f"SET allowed_directories = [{_text(str(self._folder.resolve()))}]")
        run("SET enable_external_access = false")
        run("SET lock_configuration = true")

    async def catalog(self) -> Catalog:
        """A table for each file or folder; files prove nothing of their rows but the types."""
        import duckdb

        return Catalog(
            engine="duckdb",
            version=duckdb.__version__,
            tables=tuple(self._table(name) for name, _ in sorted(_tables(self._folder))),
        )

    def _table(self, name: str) -> Table:
        described = self._connection.execute(f"DESCRIBE {_quoted(name)}").fetchall()
        columns = tuple(
            Column(name=column, type=kind, base=_base(kind), nullable=True)
            for column, kind, *_ in described
        )
        return Table(name=name, sql=_quoted(name), columns=columns)

    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one SELECT."""
        work = asyncio.create_task(asyncio.to_thread(self._ask, sql, params or {}))
        try:
            return await asyncio.wait_for(asyncio.shield(work), self._check_s)
        except TimeoutError:
            self._connection.interrupt()
            await asyncio.wait([work])
            work.exception()
            raise TargetError(
                f"no answer within {self._check_s:g} s ([limits] data_check_s in seamline.toml)"
            ) from None

    def _ask(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        import duckdb

        used: dict[str, Any] = {}

        def named(found: re.Match[str]) -> str:
            name = found[1]
            if name is None:
                return "%"
            used[name] = params[name]
            return f"${name}"

        inner = _PLACEHOLDER.sub(named, sql)
        text = f"SELECT to_json(_seam_q)::VARCHAR FROM (\n{inner}\n) AS _seam_q"
        try:
            statements = self._connection.extract_statements(text)
            if [s.type for s in statements] != [duckdb.StatementType.SELECT]:
                raise TargetError("it must be one SELECT")
            rows = self._connection.execute(statements[0], used or None).fetchall()
        except duckdb.Error as error:
            raise TargetError(" ".join(str(error).split("\n\n")[0].split())) from error
        return [json.loads(row, parse_float=Decimal, parse_constant=str) for (row,) in rows]

    async def pages(self, table: Table) -> int:
        """DuckDB shares the work of a scan out by itself."""
        return 0

    async def together(
        self, statements: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[list[Row]]:
        """The rows of each statement, one after the other."""
        return [await self.query(text, params) for text, params in statements]


def _tables(folder: Path) -> Iterator[tuple[str, tuple[str, list[Path]]]]:
    """Names of tables, each with the function that reads it and its files."""
    for place in sorted(folder.iterdir()):
        if place.is_dir():
            for kind, reader in _READERS.items():
                if files := sorted(place.glob(f"*{kind}")):
                    yield place.name, (reader, files)
                    break
        elif place.suffix in _READERS:
            yield place.stem, (_READERS[place.suffix], [place])


def _base(kind: str) -> str:
    return _BASES.get(kind.partition("(")[0], kind.lower())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@asynccontextmanager
async def open_files(folder: Path, *, check_s: float) -> AsyncIterator[Files]:
    """The files of a folder as tables. Raises `UsageError` where DuckDB is not installed."""
    try:
        import duckdb
    except ImportError:
        raise UsageError("files are read by DuckDB: pip install 'seamline[duckdb]'") from None
    connection = duckdb.connect(":memory:")
    try:
        files = Files(folder, connection, check_s)
        try:
            await asyncio.to_thread(files.prepare)
        except duckdb.Error as error:
            raise TargetError(f"{folder}: {' '.join(str(error).split())}") from error
        yield files
    finally:
        connection.close()

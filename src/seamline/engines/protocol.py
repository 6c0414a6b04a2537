"""What Seamline asks of a database. One package per engine; anything with two answers is a method here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row, RowChange
from seamline.model.structure import Contents, Structure, Thing
from seamline.model.worked import Worked


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database is and as whom the system connects. `url` is the engine's usual URL."""

    host: str
    port: int
    user: str
    password: str
    name: str
    url: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What `Capture.observe` saw: the rows changed since the last `observe` or `mark`, in order of writing.

    `open_transactions` describes transactions that were still open when the settling time ran out,
    one line each (their rows are not in `changes`). `structure_changed` says that DDL ran, with its tag.
    """

    changes: tuple[RowChange, ...]
    open_transactions: tuple[str, ...] = ()
    structure_changed: str = ""


class Capture(Protocol):
    """Row images of one database between a base and now. One case at a time.

    `mark` makes the present the base. `observe` waits until the system has no open transaction (at
    most `settle_s`), then tells the net-committed row changes since the last `observe` or `mark`.
    `undo` puts every row and sequence back to the base and is the base again; it returns the number
    of rows touched and raises `UndoImpossible` when only a fresh clone helps (DDL, a count that does
    not match). It ends transactions that the system left open.

    `hold` makes the present the base for a while: until `release`, `undo` goes back to there and no
    further. Whoever holds has undone what came after before `release`.

    `skip` uses up a value of each sequence, as a transaction does that is rolled back.
    """

    async def mark(self) -> None: ...
    async def observe(self, settle_s: float) -> Seen: ...
    async def undo(self) -> int: ...
    async def hold(self) -> None: ...
    async def release(self) -> None: ...
    async def skip(self) -> None: ...


class Snapshot(Protocol):
    """A database, or a folder of files, as it is at one moment, by a path that cannot write.

    `query` takes one SELECT, whose failure ends nothing but itself; it raises `ConnectionLost` when no
    other can be asked either. `pages` is the size of a table in pages of 8 kB, 0 where it cannot be
    read in parts by `ctid`; `together` answers several statements at once. `engine` names the dialect.
    """

    engine: str

    @property
    def origin(self) -> str: ...
    @property
    def name(self) -> str: ...
    async def catalog(self) -> Catalog: ...
    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]: ...
    async def pages(self, table: Table) -> int: ...
    async def together(
        self, statements: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[list[Row]]: ...


class Watch(Protocol):
    """Sees what migrations do to the tables of one database, whoever runs them.

    `begin` takes the tables that stand now as those that were there before, of which tools write into those
    called `bookkeeping` when a revision has been applied; `told` says what each statement did to them
    since. A transaction of which nothing else would tell says `last_words` before it ends. `grow` copies a
    table's rows until there are about so many, as far as the database lets it, and says how many there are;
    `empty` also empties what refers to a table.
    """

    last_words: str

    async def begin(self, bookkeeping: Collection[str] = ()) -> None: ...
    async def told(self) -> tuple[Worked, ...]: ...
    async def count(self, table: Thing) -> int: ...
    async def grow(self, table: Thing, rows: int) -> int: ...
    async def empty(self, tables: Sequence[Thing]) -> None: ...
    async def invalid_indexes(self) -> tuple[str, ...]: ...


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement costs by the planner that reads all of a table, and what it would `indexed`."""

    cost: float
    indexed: float


class Locks(msgspec.Struct, frozen=True, kw_only=True):
    """The tables that a transaction has touched so far, by the strength of its locks on them."""

    read: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()


class Database(Protocol):
    """One database, opened with Seamline's own rights; not the connection that the system uses.

    `query` returns rows as dicts (numbers with a fraction as `Decimal`); `params` are named
    (`%(name)s`) where the text uses them. `catalog` is of all tables, or of those named. `structure` is all
    that the database is made of, in full; `contents` what tables of it hold, with the rows of those that
    have at most `most`. `locks` and `blocked` are about the server's process of a connection: what its
    transaction has touched, and whether its statement waits for another transaction. `watch` is for a
    database that is thrown away afterwards.
    """

    address: Address

    async def catalog(self, only: Collection[str] | None = None) -> Catalog: ...
    async def structure(self) -> Structure: ...
    async def contents(self, tables: Sequence[Thing], most: int) -> dict[str, Contents]: ...
    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]: ...
    async def indexed(self) -> frozenset[tuple[str, str]]: ...
    async def analyze(self) -> None: ...
    async def scanned(
        self, text: str, params: Sequence[str | None], table: Table, column: str
    ) -> Scanned | None: ...
    async def locks(self, backend: int) -> Locks: ...
    async def blocked(self, backend: int) -> bool: ...
    def capture(self) -> AbstractAsyncContextManager[Capture]: ...
    def snapshot(self, check_s: float) -> AbstractAsyncContextManager[Snapshot]: ...
    def watch(self) -> AbstractAsyncContextManager[Watch]: ...


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows for one table: each has a value for each of `columns`; the others get their defaults."""

    table: Table
    columns: tuple[str, ...]
    rows: Sequence[Row]


class Writer(Protocol):
    """Writes rows into one database in bulk, as the system's ordinary role.

    `copy` writes all batches in one transaction, constraints deferred where there are several; it
    returns why the database refused, and then nothing is written, or ''. `offer` writes row by row
    until `enough` are in and tells, for each row tried, why it was refused, or ''. `advance` puts the
    sequences behind the rows. `read` tells what a table holds. Identity columns take values given.
    `holds` says which rows satisfy a condition, in which only some columns need a value; () where the
    condition cannot be evaluated. `empty` removes all rows of tables to which no other one refers.
    """

    async def read(self, table: Table, limit: int) -> list[Row]: ...
    async def copy(self, batches: Sequence[Batch]) -> str: ...
    async def offer(self, batch: Batch, enough: int) -> tuple[str, ...]: ...
    async def holds(
        self, table: Table, condition: str, rows: Sequence[Row]
    ) -> tuple[bool, ...]: ...
    async def advance(self, table: Table) -> None: ...
    async def empty(self, tables: Sequence[Table]) -> None: ...


class Server(Protocol):
    """A database server on which Seamline may create databases.

    `create` makes an empty database owned by the system's ordinary role, `clone` a copy of one that
    nobody is connected to. `run_script` runs a SQL file's text as the system's role, where asked for in
    one transaction; else each statement by itself (`apart`), or several in one round trip. A transaction
    says `last` before it ends. `drop` also ends connections. `via` is an address as it is through a proxy on
    a loopback port, None where no proxy can stand between: the connection is encrypted.
    """

    version: str
    origin: str

    async def create(self, name: str, extensions: Sequence[str] = ()) -> Address: ...
    async def clone(self, source: str, name: str) -> Address: ...
    async def drop(self, name: str) -> None: ...
    async def run_script(
        self,
        address: Address,
        sql: str,
        label: str,
        *,
        atomic: bool = False,
        last: str = "",
        apart: bool = False,
    ) -> None: ...
    def via(self, address: Address, port: int) -> Address | None: ...
    def open(self, address: Address) -> AbstractAsyncContextManager[Database]: ...
    def writer(self, address: Address, catalog: Catalog) -> AbstractAsyncContextManager[Writer]: ...


class ExistingServer(Server, Protocol):
    """A server that somebody else runs; `address` is the database of the URL, never dropped or cloned."""

    address: Address


class Engine(Protocol):
    """One kind of database.

    `started` is called with the pid of each process that must not outlive us. `mark` declares the
    database of a URL to be for tests; `existing` refuses one that is neither marked nor `disposable`.
    `snapshot` needs no mark: it only reads, and lets no statement take longer than `check_s`.
    """

    name: str

    def private(
        self, folder: Path, started: Callable[[int], None]
    ) -> AbstractAsyncContextManager[Server]: ...
    def existing(
        self, url: str, *, disposable: bool
    ) -> AbstractAsyncContextManager[ExistingServer]: ...
    def snapshot(self, url: str, *, check_s: float) -> AbstractAsyncContextManager[Snapshot]: ...
    async def mark(self, url: str) -> None: ...

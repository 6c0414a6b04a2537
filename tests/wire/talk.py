"""Conversations of a client and a server, byte for byte, and what a session is to make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import pack

from seamline.model.statement import SqlStatement
from seamline.wire.policy import Action
from seamline.wire.postgresql.codec import message, query
from seamline.wire.postgresql.running import Running
from seamline.wire.postgresql.session import Session

PARSED, BOUND, CLOSED, NO_DATA = (message(k, b"") for k in (b"1", b"2", b"3", b"n"))
SYNC, FLUSH, EMPTY, SUSPENDED = (message(k, b"") for k in (b"S", b"H", b"I", b"s"))
COPY_IN, COPY_DONE = message(b"G", b"\0\0\0"), message(b"c", b"")


def ready(status: str = "I") -> bytes:
    return message(b"Z", status.encode())


def complete(tag: str) -> bytes:
    return message(b"C", tag.encode() + b"\0")


def row(size: int = 10) -> bytes:
    return message(b"D", pack("!Hi", 1, size) + b"x" * size)


def parse(text: str, name: str = "") -> bytes:
    return message(b"P", f"{name}\0{text}\0".encode() + pack("!H", 0))


def bind(*params: str | None, name: str = "", portal: str = "") -> bytes:
    values = b"".join(
        pack("!i", -1) if p is None else pack("!i", len(p.encode())) + p.encode() for p in params
    )
    head = f"{portal}\0{name}\0".encode()
    return message(b"B", head + pack("!HH", 0, len(params)) + values + pack("!H", 0))


def execute(portal: str = "", most: int = 0) -> bytes:
    return message(b"E", portal.encode() + b"\0" + pack("!I", most))


def describe(what: str = "P", name: str = "") -> bytes:
    return message(b"D", f"{what}{name}\0".encode())


def error(sqlstate: str, text: str) -> bytes:
    return message(b"E", f"SERROR\0C{sqlstate}\0M{text}\0\0".encode())


@dataclass
class Table:
    """A session between two parties that the test plays."""

    session: Session = field(init=False)
    seen: list[Running] = field(default_factory=list)
    to_server: bytes = b""
    to_client: bytes = b""
    gated: bool = False

    def __post_init__(self) -> None:
        self.session = Session(1, self.seen.append, gated=self.gated)

    def client(self, data: bytes) -> None:
        self.session.from_client(data)
        self._move()

    def server(self, data: bytes) -> None:
        self.session.from_server(data)
        self._move()

    def decide(self, action: Action) -> None:
        self.session.decide(action)
        self._move()

    def _move(self) -> None:
        self.to_server += b"".join(self.session.to_server)
        self.to_client += b"".join(self.session.to_client)
        self.session.to_server.clear()
        self.session.to_client.clear()

    def statements(self) -> list[SqlStatement]:
        return [r.record() for r in self.seen]

    def told(self) -> list[tuple[object, ...]]:
        return [
            (s.text, s.params, s.tag, s.rows, s.sqlstate, s.tx_status, s.transaction)
            for s in self.statements()
        ]


TALK: list[tuple[bytes, bytes]] = [
    (query("SELECT 1"), row() + complete("SELECT 1") + ready()),
    (query("BEGIN"), complete("BEGIN") + ready("T")),
    (
        parse("INSERT INTO t VALUES ($1, $2)", "s1") + describe("S", "s1") + SYNC,
        PARSED + message(b"t", pack("!HII", 2, 23, 25)) + NO_DATA + ready("T"),
    ),
    (
        bind("1", "it's", name="s1") + execute() + bind(None, "", name="s1") + execute() + SYNC,
        BOUND + complete("INSERT 0 1") + BOUND + complete("INSERT 0 1") + ready("T"),
    ),
    (query("COPY t FROM STDIN"), COPY_IN),
    (message(b"d", b"1\tx\n" * 5) * 3 + COPY_DONE, complete("COPY 15") + ready("T")),
    (
        parse("SELECT * FROM t") + bind() + describe() + execute() + SYNC,
        PARSED
        + BOUND
        + message(b"T", b"\0\0")
        + row(3000) * 40
        + complete("SELECT 40")
        + ready("T"),
    ),
    (query("COMMIT"), complete("COMMIT") + ready()),
    (
        parse("SELECT nope") + bind() + execute() + parse("SELECT 2") + bind() + execute() + SYNC,
        error("42703", "no such column") + ready(),
    ),
    (parse("SELECT broken") + describe("S") + SYNC, error("42601", "syntax") + ready()),
    (query("SELECT 3; SELECT 4"), (row() + complete("SELECT 1")) * 2 + ready()),
    (query(""), EMPTY + ready()),
    (
        parse("SELECT * FROM big") + bind(portal="p") + execute("p", 2) + SYNC,
        PARSED + BOUND + row() * 2 + SUSPENDED + ready(),
    ),
    (query("DEALLOCATE s1"), complete("DEALLOCATE") + ready()),
]
"""What drivers say: simple, extended, prepared, pipelined, rows copied in, an error in a pipeline."""

SEEN = [
    ("SELECT 1", None, "SELECT 1", 1, "", "I", 1),
    ("BEGIN", None, "BEGIN", None, "", "T", 2),
    ("INSERT INTO t VALUES ($1, $2)", ("1", "it's"), "INSERT 0 1", 1, "", "T", 2),
    ("INSERT INTO t VALUES ($1, $2)", (None, ""), "INSERT 0 1", 1, "", "T", 2),
    ("COPY t FROM STDIN", None, "COPY 15", 15, "", "T", 2),
    ("SELECT * FROM t", (), "SELECT 40", 40, "", "T", 2),
    ("COMMIT", None, "COMMIT", None, "", "I", 2),
    ("SELECT nope", (), "", None, "42703", "I", 3),
    ("SELECT 2", (), "", None, "", "I", 3),
    ("SELECT broken", None, "", None, "42601", "I", 4),
    ("SELECT 3; SELECT 4", None, "SELECT 1; SELECT 1", 2, "", "I", 5),
    ("", None, "", None, "", "I", 6),
    ("SELECT * FROM big", (), "", 2, "", "I", 7),
    ("DEALLOCATE s1", None, "DEALLOCATE", None, "", "I", 8),
]

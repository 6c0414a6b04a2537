"""What both sides of a connection say, read along: behind what is passed on, while nobody decides."""

from __future__ import annotations

import threading
from collections import deque
from time import perf_counter

from seamline.wire.postgresql.codec import FROM_CLIENT, ProtocolViolation
from seamline.wire.postgresql.running import Running
from seamline.wire.postgresql.session import Session

_AT_ONCE = 4 * 1024
"""What comes in larger pieces is read when it comes."""
_KEPT = 64 * 1024
"""So many bytes are kept until they are read."""


class Reading:
    """A session, and what has passed that it is still to read.

    `passes` says that bytes may go on before they are read. They are then kept, and read when somebody
    asks for the statements, or much is kept: the system waits for the way there and back only. Any
    thread may catch up.
    """

    __slots__ = ("_lock", "_size", "_unread", "passes", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.passes = session.passes
        self._lock = threading.Lock()
        self._unread: deque[tuple[bool, bytes, float]] = deque()
        self._size = 0

    def note(self, by_client: bool, data: bytes) -> None:
        """Take what has been passed on. Raises `ProtocolViolation`, at once for what no client sends."""
        size = len(data)
        if size > _AT_ONCE or (by_client and data[0] not in FROM_CLIENT):
            self.read(by_client, data, sent=True)
            return
        self._unread.append((by_client, data, perf_counter()))
        self._size += size
        if self._size > _KEPT:
            self.catch_up()

    def read(self, by_client: bool, data: bytes, *, sent: bool = False) -> None:
        """Take what comes; the session has what is to be passed on. Raises `ProtocolViolation`."""
        with self._lock:
            self._read_rest()
            self._read(by_client, data, sent, perf_counter())
            self.passes = self.session.passes

    def catch_up(self) -> tuple[Running, ...]:
        """Read what has passed; the statements on their way. Raises `ProtocolViolation`."""
        with self._lock:
            self._read_rest()
            return self.session.in_flight

    def gated(self, gated: bool) -> None:
        """Have statements wait for a decision from now on, or not. Raises `ProtocolViolation`."""
        with self._lock:
            self._read_rest()
            self.session.gated = gated
            self.passes = self.session.passes

    def close(self) -> None:
        """Either side is gone. Raises `ProtocolViolation`."""
        with self._lock:
            try:
                self._read_rest()
            finally:
                self.session.close()

    def _read_rest(self) -> None:
        self._size = 0
        while self._unread:
            by_client, data, at = self._unread.popleft()
            self._read(by_client, data, True, at)

    def _read(self, by_client: bool, data: bytes, sent: bool, at: float) -> None:
        if by_client:
            self.session.from_client(data, sent=sent, at=at)
            return
        try:
            self.session.from_server(data, sent=sent, at=at)
        except ProtocolViolation as violation:
            said = f"the database server sent {violation}"
            raise ProtocolViolation(said, violation.sqlstate) from violation

"""Framing: one direction of a connection cut into messages, of which little is ever held."""

from __future__ import annotations

from struct import Struct

_LENGTH = Struct("!I")
FROM_CLIENT = frozenset(b"BCDEFHPQSXcdfp")
"""The kinds of message that clients send."""
_MOST = 0x3FFFFFFF
"""No message is longer: the server itself allocates no more than 1 GB."""
HEAD = 64 * 1024
"""So much of a message is waited for; what is longer is passed on as it comes."""
CONTINUED = 0
"""The kind of a piece that goes on with the message before it."""


class ProtocolViolation(Exception):
    """Bytes that are no message of the protocol; nothing that follows can be understood."""

    def __init__(self, message: str, sqlstate: str = "08P01") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Framer:
    """Cuts bytes, however they were split, into pieces that are whole messages or parts of long ones.

    Messages of the `streamed` kinds are never assembled: neighbours of them come as one piece, whose
    number is `counted`. Of others at most `HEAD` bytes are held. All pieces joined are the bytes fed.
    `sent` of the bytes that wait were passed on before they were read.
    """

    def __init__(self, streamed: frozenset[int], known: frozenset[int] | None = None) -> None:
        self._streamed = streamed
        self._known = known
        self._data = b""
        self._at = 0
        self._rest = 0
        self.counted = 0
        self.sent = 0

    @property
    def is_ahead(self) -> bool:
        """Whether nothing waits here that was not passed on."""
        return len(self._data) - self._at == self.sent

    def feed(self, data: bytes, *, sent: bool = False) -> None:
        """Take what came off the wire, and was passed on as it is where it says `sent`."""
        if sent:
            self.sent += len(data)
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def take(self) -> tuple[int, bytes] | None:
        """The next piece and its kind, or None until more was fed. Raises `ProtocolViolation`."""
        data, start = self._data, self._at
        left = len(data) - start
        if self._rest:
            return self._go_on(min(left, self._rest))
        if left < 5:
            return None
        kind = data[start]
        end = start + self._size(start)
        if kind in self._streamed:
            return self._run(kind, end)
        if end - start > left:
            if left < min(end - start, HEAD):
                return None
            self._rest, end = end - len(data), len(data)
        self._at = end
        return kind, data[start:end]

    def unsent(self, piece: bytes) -> bytes:
        """What is still to be passed on of the piece that was taken last."""
        sent = min(self.sent, len(piece))
        self.sent -= sent
        return piece[sent:]

    def _go_on(self, size: int) -> tuple[int, bytes] | None:
        if not size:
            return None
        start = self._at
        self._rest -= size
        self._at += size
        return CONTINUED, self._data[start : self._at]

    def _run(self, kind: int, end: int) -> tuple[int, bytes]:
        """All messages of one streamed kind that stand next to each other."""
        data, start, size = self._data, self._at, len(self._data)
        count = 1
        while end + 5 <= size and data[end] == kind:
            end += self._size(end)
            count += 1
        if end > size:
            self._rest, end = end - size, size
        self._at = end
        self.counted = count
        return kind, data[start:end]

    def _size(self, start: int) -> int:
        kind = self._data[start]
        if self._known is not None and kind not in self._known:
            raise ProtocolViolation(f"a message of unknown kind {bytes((kind,))!r}")
        (length,) = _LENGTH.unpack_from(self._data, start + 1)
        if not 4 <= length <= _MOST:
            raise ProtocolViolation(
                f"a message of kind {chr(kind)!r} with an impossible length {length}"
            )
        return int(length) + 1


def message(kind: bytes, body: bytes) -> bytes:
    """A message of that kind."""
    return kind + _LENGTH.pack(len(body) + 4) + body


def query(sql: str) -> bytes:
    """A simple query."""
    return message(b"Q", sql.encode() + b"\0")


def error_response(sqlstate: str, text: str, severity: str = "ERROR") -> bytes:
    """The server's way to say that something failed."""
    fields = ((b"S", severity), (b"V", severity), (b"C", sqlstate), (b"M", text))
    body = b"".join(key + value.replace("\0", "").encode() + b"\0" for key, value in fields)
    return message(b"E", body + b"\0")


def error_fields(piece: bytes) -> dict[str, str]:
    """The fields of an ErrorResponse by their letters: `C` is the SQLSTATE, `M` the message."""
    parts = (part for part in piece[5:].split(b"\0") if part)
    return {chr(part[0]): part[1:].decode("utf-8", "replace") for part in parts}


def text_at(piece: bytes, start: int) -> tuple[bytes, int, bool]:
    """The string that starts there, what stands behind it, and whether it ends within the piece."""
    end = piece.find(b"\0", start)
    if end < 0:
        return piece[start:], len(piece), False
    return piece[start:end], end + 1, True

"""What a client says first: it may ask for encryption, cancel somebody's statement, or log in."""

from __future__ import annotations

from struct import Struct

import msgspec

from seamline.wire.postgresql.codec import ProtocolViolation

_HEAD = Struct("!II")
_MOST = 10_000
"""The server takes no longer startup packet either."""
SSL, GSS, CANCEL = 80877103, 80877104, 80877102
_ENCRYPTION = {SSL: "ssl", GSS: "gss"}


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One packet of the opening: `kind` is `ssl`, `gss`, `cancel` or `start`."""

    kind: str
    packet: bytes
    parameters: dict[str, str] = {}


class Startup:
    """Reads the packets before a connection's messages; what stands behind them is `rest`."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> None:
        """Take what came off the wire."""
        self.rest += data

    def take(self) -> Opening | None:
        """The next packet, or None until more was fed. Raises `ProtocolViolation`."""
        if len(self.rest) < 8:
            return None
        length, code = _HEAD.unpack_from(self.rest)
        if not 8 <= length <= _MOST:
            raise ProtocolViolation("this is no startup packet of PostgreSQL's protocol")
        if len(self.rest) < length:
            return None
        packet, self.rest = self.rest[:length], self.rest[length:]
        if code in _ENCRYPTION:
            return Opening(kind=_ENCRYPTION[code], packet=packet)
        if code == CANCEL:
            return Opening(kind="cancel", packet=packet)
        if code >> 16 != 3:
            raise ProtocolViolation(
                f"unsupported frontend protocol {code >> 16}.{code & 0xFFFF}: this proxy speaks 3",
                "0A000",
            )
        parameters = _parameters(packet)
        if parameters.get("replication", "off").lower() not in {"off", "false", "no", "0"}:
            raise ProtocolViolation(
                "replication connections do not pass through Seamline's proxy:"
                " switch the trace off ([database] trace = false) for a system that needs them",
                "0A000",
            )
        return Opening(kind="start", packet=packet, parameters=parameters)


def _parameters(packet: bytes) -> dict[str, str]:
    words = [part.decode("utf-8", "replace") for part in packet[8:].split(b"\0")]
    return dict(zip(words[0::2], words[1::2], strict=False))

"""One connection: what both sides say is read along, and what is to fail is made to fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from struct import unpack_from

from seamline.model.statement import TxStatus
from seamline.wire.policy import FORWARD, Action, Pending
from seamline.wire.postgresql.codec import (
    FROM_CLIENT,
    Framer,
    error_fields,
    error_response,
    text_at,
)
from seamline.wire.postgresql.expected import Awaited, Expected
from seamline.wire.postgresql.fault import ROLLBACK, in_place_of, refusal
from seamline.wire.postgresql.kind import forgotten, kind_of
from seamline.wire.postgresql.running import Running

_COPY_DATA, _DATA_ROW = ord("d"), ord("D")
_PLAIN: dict[int, Awaited] = {
    ord("1"): "parse",
    ord("2"): "bind",
    ord("3"): "close",
    ord("T"): "describe",
    ord("n"): "describe",
}
"""Answers that say no more than that something has been done."""
_UNASKED = frozenset(b"AS")
"""NotificationResponse and ParameterStatus: they answer nothing, and may come with any answer."""
_ENDS = frozenset(("commit", "rollback"))
_STATEMENTS = 5_000
_NAMED = 16 * 1024


class Session:
    """The state of one connection between two parties that do not know of it.

    Feed it with `from_client` and `from_server`; what is to be sent stands in `to_server` and
    `to_client`. A statement that waits for a decision is `gate`; `decide` lets it go on. `ended` says
    that both sides are to be cut off. `done` is called with each statement when the server is ready for
    the next. With `gated=False` nothing ever waits, and what comes may be `sent` before it is read:
    reading along then costs no time on the way.
    """

    def __init__(
        self, number: int, done: Callable[[Running], None], *, gated: bool = False
    ) -> None:
        self.number = number
        self.gated = gated
        self.gate: Pending | None = None
        self.ended = False
        self.to_client: list[bytes] = []
        self.to_server: list[bytes] = []
        self.backend = 0
        self.tx: TxStatus = ""
        self._done = done
        self._client = Framer(frozenset((_COPY_DATA,)), FROM_CLIENT)
        self._server = Framer(frozenset((_DATA_ROW, _COPY_DATA)))
        self._expected = Expected()
        self._statements: dict[bytes, tuple[str, tuple[int, ...], bool]] = {}
        self._portals: dict[bytes, Running] = {}
        self._open: list[Running] = []
        self._held: tuple[int, bytes, Running] | None = None
        self._drop_rest = False
        self._silent = False
        self._altered = False
        self._will_be_open: bool | None = None
        self._now = 0.0
        self._transaction = 1
        self._count = 0

    @property
    def in_flight(self) -> tuple[Running, ...]:
        """The statements on their way."""
        return tuple(self._open)

    @property
    def passes(self) -> bool:
        """Whether what either side sends next may be passed on before it is read."""
        is_changed = self.gated or self._altered or self._drop_rest or self.ended
        is_ahead = self._client.is_ahead and self._server.is_ahead
        return not is_changed and self.gate is None and is_ahead

    def from_client(self, data: bytes, *, sent: bool = False, at: float | None = None) -> None:
        """Take what the client sent; `sent` if that was passed on. Raises `ProtocolViolation`.

        `at` is when it came, by `time.perf_counter`; now, if not given.
        """
        self._now = at or time.perf_counter()
        self._client.feed(data, sent=sent)
        self._pump()

    def decide(self, action: Action) -> None:
        """Go on with the statement at the gate."""
        held, self._held, self.gate = self._held, None, None
        if held is None or self.ended:
            return
        kind, piece, running = held
        self._now = running.started = time.perf_counter()
        if self._expected.skipping and action.do != "drop":
            action = FORWARD  # the server takes no notice of it: there is nothing that could fail
        match action.do:
            case "drop":
                running.message = "the connection was cut before the server had the statement"
                self._open.append(running)
                self.close()
                self.ended = True
                return
            case "error" | "commit_error":
                self._refuse(kind, running, action)
            case _:
                if action.do == "drop_after":
                    running.drop_after = self._silent = self._altered = True
                self._send(kind, piece, running)
        self._pump()

    def close(self) -> None:
        """Either side is gone: statements on their way have ended in an unknown way."""
        for running in self._open:
            running.ended = running.ended or time.perf_counter()
            running.transaction = self._transaction
            self._done(running)
        self._open = []

    def _pump(self) -> None:
        while self.gate is None and (taken := self._client.take()) is not None:
            self._front(*taken)

    def _front(self, kind: int, piece: bytes) -> None:
        match kind:
            case 0:  # CONTINUED
                if not self._drop_rest:
                    self._pass(piece)
                return
            case 66 | 81 | 70:  # Bind, Query, FunctionCall
                self._drop_rest = False
                running = self._begin(kind, piece)
                if self.gated and not self._expected.skipping and not self._client.sent:
                    self._held = (kind, piece, running)
                    self.gate = running.pending(self.backend, self._in_transaction)
                    return
                self._send(kind, piece, running)
                return
            case 80:  # Parse
                self._parse(piece)
            case 69:  # Execute
                name, _, _ = text_at(piece, 5)
                self._expected.add("execute", self._portals.get(name))
            case 83:  # Sync
                self._expected.sync()
            case 68:  # Describe
                self._describe(piece)
            case 67:  # Close
                self._forget(piece)
                self._expected.add("close")
            case 99 | 102:  # CopyDone, CopyFail
                self._expected.copied()
        self._drop_rest = False
        self._pass(piece)

    def _pass(self, piece: bytes) -> None:
        if self._client.sent:
            piece = self._client.unsent(piece)
        if piece:
            self.to_server.append(piece)

    @property
    def _in_transaction(self) -> bool:
        """Whether what comes now is in a transaction, once the server has done all that it was sent."""
        return self.tx in {"T", "E"} if self._will_be_open is None else self._will_be_open

    def _begin(self, kind: int, piece: bytes) -> Running:
        if kind == 81:
            raw, _, whole = text_at(piece, 5)
            running = self._noted(raw.decode("utf-8", "replace"))
            running.cut = running.cut or not whole
            return running
        if kind == 70:
            return self._noted("(function call)")
        portal, at, _ = text_at(piece, 5)
        name, _, _ = text_at(piece, at)
        text, oids, cut = self._statements.get(name, ("", (), False))
        running = self._noted(text, piece)
        running.oids, running.cut = oids, cut
        self._portals[portal] = running
        return running

    def _noted(self, text: str, bind: bytes | None = None) -> Running:
        self._count += 1
        return Running(self._count, self.number, text, bind, self._now)

    def _send(self, kind: int, piece: bytes, running: Running) -> None:
        if self._expected.skipping:
            if running.text and not running.kept:  # else it was noted when it was refused at Parse
                self._open.append(running)
                self._expected.skip(running)
        else:
            self._open.append(running)
            if self.gated and (what := kind_of(running.text)) in {"begin", *_ENDS}:
                self._will_be_open = what == "begin"
            self._expected.add("bind" if kind == 66 else "query", running)
        self._pass(piece)

    def _refuse(self, kind: int, running: Running, action: Action) -> None:
        """Have the server refuse a statement.

        With `commit_error` the transaction is undone before, and so it is whatever the error of what
        ends one: no server keeps a transaction open whose COMMIT has failed.
        """
        running.fault = refusal(action)
        self._altered = True
        self._open.append(running)
        self._drop_rest = True
        if action.do == "commit_error" or kind_of(running.text) in _ENDS:
            self._will_be_open = False
            self.to_server.append(ROLLBACK)
            self._expected.add("swallow")
        self.to_server.append(in_place_of(kind != 66))
        self._expected.add("bind" if kind == 66 else "query", running)

    def _parse(self, piece: bytes) -> None:
        name, at, _ = text_at(piece, 5)
        raw, at, whole = text_at(piece, at)
        oids: tuple[int, ...] = ()
        if whole and at + 2 <= len(piece):
            (count,) = unpack_from("!H", piece, at)
            if at + 2 + 4 * count <= len(piece):
                oids = unpack_from(f"!{count}I", piece, at + 2)
        if len(self._statements) >= _STATEMENTS:
            self._statements.pop(next(iter(self._statements)))
        text = raw[:_NAMED].decode("utf-8", "replace")
        self._statements[name] = (text, oids, not whole or len(raw) > _NAMED)
        self._expected.add("parse", None, name)

    def _describe(self, piece: bytes) -> None:
        name, _, _ = text_at(piece, 6)
        self._expected.add("describe", None, name if piece[5:6] == b"S" else None)

    def _forget(self, piece: bytes) -> None:
        name, _, _ = text_at(piece, 6)
        if piece[5:6] == b"S":
            self._statements.pop(name, None)
        else:
            self._portals.pop(name, None)

    def from_server(self, data: bytes, *, sent: bool = False, at: float | None = None) -> None:
        """Take what the server sent, as `from_client`. Raises `ProtocolViolation`."""
        self._now = at or time.perf_counter()
        self._server.feed(data, sent=sent)
        while not self.ended and (taken := self._server.take()) is not None:
            self._back(*taken)

    def _back(self, kind: int, piece: bytes) -> None:
        expected = self._expected
        swallow = expected.swallows and kind not in _UNASKED
        if kind in _PLAIN:
            expected.answered(_PLAIN[kind])
        match kind:
            case 68:  # DataRow
                if (running := expected.running) is not None:
                    running.returned += self._server.counted
            case 67 | 73 | 115:  # CommandComplete, EmptyQueryResponse, PortalSuspended
                self._complete(kind, piece)
            case 90:  # ReadyForQuery
                self._ready(piece)
            case 69:  # ErrorResponse
                piece = self._error(piece)
            case 116:  # ParameterDescription
                self._described(piece)
            case 71:  # CopyInResponse
                expected.copying()
            case 75:  # BackendKeyData
                (self.backend,) = unpack_from("!I", piece, 5) if len(piece) >= 9 else (0,)
        if self._server.sent:
            piece = self._server.unsent(piece)
        elif swallow or self._silent:
            return
        if piece:
            self.to_client.append(piece)

    def _complete(self, kind: int, piece: bytes) -> None:
        running = self._expected.completed()
        if running is None:
            return
        running.ended = self._now
        if kind == 67:
            running.tags.append(piece[5:-1].decode("utf-8", "replace"))
            if (name := forgotten(running.text)) is not None:
                if name == "ALL":
                    self._statements.clear()
                else:
                    self._statements.pop(name.encode(), None)
        if running.drop_after and not self._expected.will_be_ready:
            self._cut_off()

    def _described(self, piece: bytes) -> None:
        name = self._expected.described
        known = self._statements.get(name) if name is not None else None
        if name is None or known is None or len(piece) < 7:
            return
        (count,) = unpack_from("!H", piece, 5)
        if 7 + 4 * count <= len(piece):
            self._statements[name] = (known[0], unpack_from(f"!{count}I", piece, 7), known[2])

    def _error(self, piece: bytes) -> bytes:
        said = self._refused(piece)
        if self._silent and not self._expected.will_be_ready:
            self._cut_off()  # who hears nothing sends no Sync either
        return said

    def _refused(self, piece: bytes) -> bytes:
        swallow = self._expected.swallows
        running, name = self._expected.failed()
        if running is None and name is not None:
            text, _, cut = self._statements.pop(name, ("", (), False))
            held = self._held[2] if self._held else None
            running = held if held is not None and held.text == text else self._noted(text)
            running.cut = cut
            self._open.append(running)
            self._expected.note(running)
        if running is None or swallow:
            return piece
        running.ended = self._now
        if running.fault is not None:
            running.sqlstate, running.message = running.fault
            return error_response(*running.fault)
        fields = error_fields(piece)
        running.sqlstate, running.message = fields.get("C", ""), fields.get("M", "")[:_NAMED]
        return piece

    def _ready(self, piece: bytes) -> None:
        last, swallowed = self._expected.ready()
        status = piece[5:6].decode("ascii", "replace")
        self.tx = status if status in {"I", "T", "E"} else ""  # type: ignore[assignment]
        if not swallowed:
            self._finish(last)
        if self._expected:
            return
        self._will_be_open = None
        if self.tx == "I":
            self._altered = False
            held = self._held[2] if self._held else None
            self._portals = {k: v for k, v in self._portals.items() if v is held}

    def _finish(self, last: list[Running]) -> None:
        cut = False
        for running in last:
            running.ended = running.ended or self._now
            running.tx_status = self.tx
            running.transaction = self._transaction
            cut = cut or running.drop_after
            if running in self._open:
                self._open.remove(running)
                self._done(running)
            if running is not last[-1] and running.tags and kind_of(running.text) in _ENDS:
                self._transaction += 1  # another one was begun before the server was waited for
        chained = bool(last) and self.tx == "T" and kind_of(last[-1].text) in _ENDS
        if self.tx == "I" or chained:
            self._transaction += 1 if last else 0
        if cut:
            self._cut_off()

    def _cut_off(self) -> None:
        self.close()
        self.ended = True

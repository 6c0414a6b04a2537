"""The proxy: each connection of the system is one of its own to the server, with a session between."""

from __future__ import annotations

import asyncio
import inspect
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeGuard, cast

from seamline.wire.certificate import server_context
from seamline.wire.policy import Action, Policy
from seamline.wire.postgresql.codec import ProtocolViolation, error_response
from seamline.wire.postgresql.running import Running
from seamline.wire.postgresql.session import Session
from seamline.wire.postgresql.startup import Opening, Startup
from seamline.wire.reading import Reading


class Proxy:
    """Takes connections on a loopback port and passes them on to `host`:`port` (a folder: a socket in it).

    `done` is called with each statement that has ended. A policy may come and go while connections stand.
    Encryption is refused to clients that ask for it, as it costs time, until one goes away for that
    or `encrypts` says that they insist.
    """

    def __init__(
        self, host: str, port: int, done: Callable[[Running], None], *, encrypts: bool = False
    ) -> None:
        self.host, self.port = host, port
        self.encrypts = encrypts
        self.policy: Policy | None = None
        self.connections: set[Client] = set()
        self.accepted = 0
        self._done = done
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._tls: ssl.SSLContext | None = None

    @property
    def tls(self) -> ssl.SSLContext:
        """The certificate, made when it is first asked for."""
        if self._tls is None:
            self._tls = server_context()
        return self._tls

    async def start(self) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Client(self), "127.0.0.1", 0, backlog=512)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more connections and cut those that stand."""
        if self._server is not None:
            self._server.close()
        for client in list(self.connections):
            client.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def use(self, policy: Policy | None) -> None:
        """Have a policy decide from now on, or none."""
        for client in list(self.connections):
            client.gated(policy is not None)
        self.policy = policy  # only now: what had passed before is none of its business

    def ended(self, running: Running) -> None:
        """A statement has ended."""
        self._done(running)
        if self.policy is not None:
            self.policy.after(running.record())

    def spawn(self, work: Awaitable[None]) -> None:
        """Do something on the side, until the proxy stops."""

        async def carry_out() -> None:
            await work

        task = asyncio.get_running_loop().create_task(carry_out())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def connect(self, made: Callable[[], asyncio.Protocol]) -> asyncio.Transport:
        """A connection to the server."""
        loop = asyncio.get_running_loop()
        if self.host.startswith("/"):
            path = f"{self.host}/.s.PGSQL.{self.port}"
            transport, _ = await loop.create_unix_connection(made, path)
        else:
            transport, _ = await loop.create_connection(made, self.host, self.port)
        return transport


class Client(asyncio.Protocol):
    """The system's end of one connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._startup: Startup | None = Startup()
        self._transport: asyncio.Transport | None = None
        self._server: Server | None = None
        self._loop = asyncio.get_running_loop()
        self._reading: Reading | None = None
        self._asked = 0
        self._was_refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = _at_once(transport)
        self._proxy.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reading is not None:
            with suppress(ProtocolViolation):
                self._reading.close()
        self._proxy.connections.discard(self)
        if self._was_refused and self._startup is not None:
            self._proxy.encrypts = True  # it went away because of that: it insists
        if self._server is not None and self._server.transport is not None:
            self._server.transport.close()
        self._transport = None

    def pause_writing(self) -> None:
        if self._server is not None and _stands(self._server.transport):
            self._server.transport.pause_reading()

    def resume_writing(self) -> None:
        if self._server is not None and _stands(self._server.transport):
            self._server.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        try:
            if self._startup is not None:
                self._startup.feed(data)
                self._open(self._startup)
            elif self._reading is not None and self._server is not None:
                self._through(self._reading, self._server.transport, True, data)
        except ProtocolViolation as violation:
            self._end(violation)

    def _open(self, startup: Startup) -> None:
        while self._transport is not None and (opening := startup.take()) is not None:
            match opening.kind:
                case "ssl" if self._proxy.encrypts:
                    self._transport.pause_reading()  # what comes next is for the encryption to read
                    self._transport.write(b"S")
                    self._proxy.spawn(self._encrypt(self._transport))
                    return
                case "ssl" | "gss":
                    self._was_refused = opening.kind == "ssl"
                    self._transport.write(b"N")
                case "cancel":
                    self._proxy.spawn(self._cancel(opening.packet, self._transport))
                case _:
                    self._startup = None
                    self._transport.pause_reading()
                    self._proxy.spawn(self._log_in(opening, startup.rest))
                    return

    async def _encrypt(self, plain: asyncio.Transport) -> None:
        """Go on encrypted; a client that does not accept the certificate goes away."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            self._transport = await loop.start_tls(plain, self, self._proxy.tls, server_side=True)

    async def _cancel(self, packet: bytes, asked: asyncio.Transport) -> None:
        """Pass a request to cancel on; the server answers by closing the connection.

        Only then is `asked` closed: who asks goes on when it is, and must not have the next statement hit.
        """
        answer = _Closed(asyncio.get_running_loop().create_future())
        try:
            with suppress(OSError):
                transport = await self._proxy.connect(lambda: answer)
                try:
                    transport.write(packet)
                    transport.write_eof()
                    await answer.came
                finally:
                    transport.abort()
        finally:
            asked.close()

    async def _log_in(self, opening: Opening, rest: bytes) -> None:
        server = Server(self)
        try:
            transport = await self._proxy.connect(lambda: server)
        except OSError as error:
            self.refuse(
                "08006", f"the database server cannot be reached: {error.strerror or error}"
            )
            return
        if self._transport is None:
            transport.abort()
            return
        self._server = server
        self._proxy.accepted += 1
        gated = self._proxy.policy is not None
        session = Session(self._proxy.accepted, self._proxy.ended, gated=gated)
        self._reading = Reading(session)
        transport.write(opening.packet)
        self._transport.resume_reading()
        if rest:
            self.data_received(rest)

    def gated(self, gated: bool) -> None:
        """Have statements wait for a decision from now on, or not; those that wait now still do."""
        if self._reading is not None:
            try:
                self._reading.gated(gated)
            except ProtocolViolation as violation:
                self._end(violation)

    def in_flight(self) -> tuple[Running, ...]:
        """The statements on their way, read up to now; for every thread."""
        if self._reading is None:
            return ()
        try:
            return self._reading.catch_up()
        except ProtocolViolation as violation:
            self._loop.call_soon_threadsafe(self._end, violation)
            return ()

    def from_server(self, data: bytes) -> None:
        """Take what the server sent."""
        if self._reading is not None:
            try:
                self._through(self._reading, self._transport, False, data)
            except ProtocolViolation as violation:
                self._end(violation)

    def _through(
        self, reading: Reading, to: asyncio.Transport | None, by_client: bool, data: bytes
    ) -> None:
        if reading.passes and to is not None and not to.is_closing():
            to.write(data)
            reading.note(by_client, data)
        else:
            reading.read(by_client, data)
            self.flush()

    def _end(self, violation: ProtocolViolation) -> None:
        self.refuse(violation.sqlstate, str(violation))

    def server_lost(self) -> None:
        """The server closed the connection: what it said last still reaches the client."""
        if self._transport is not None:
            self._transport.close()

    def flush(self) -> None:
        """Send what the session has for both sides; see to a statement at the gate."""
        reading, server = self._reading, self._server
        if reading is None or server is None:
            return
        session = reading.session
        self._write(session, server)
        while session.gate is not None and session.gate.number != self._asked:
            policy = self._proxy.policy
            decided = policy.before(session.gate) if policy is not None else Action()
            if inspect.isawaitable(decided):
                self._hold(session, decided)
                return
            if decided.do == "delay":
                self._hold(session, _later(decided.ms))
                return
            self._decide(session, decided)

    def _hold(self, session: Session, decided: Awaitable[Action]) -> None:
        if session.gate is not None:
            self._asked = session.gate.number
        if _stands(self._transport):
            self._transport.pause_reading()
        self._proxy.spawn(self._wait(session, decided))

    async def _wait(self, session: Session, decided: Awaitable[Action]) -> None:
        action = await decided
        if action.do == "delay":
            action = await _later(action.ms)
        if not _stands(self._transport):
            return
        self._transport.resume_reading()
        try:
            self._decide(session, action)
            self.flush()
        except ProtocolViolation as violation:
            self._end(violation)

    def _decide(self, session: Session, action: Action) -> None:
        session.decide(action)
        if self._server is not None:
            self._write(session, self._server)

    def _write(self, session: Session, server: Server) -> None:
        if session.to_server:
            if _stands(server.transport):
                server.transport.write(b"".join(session.to_server))
            session.to_server.clear()
        if session.to_client:
            if _stands(self._transport):
                self._transport.write(b"".join(session.to_client))
            session.to_client.clear()
        if session.ended:
            self.cut()

    def refuse(self, sqlstate: str, message: str) -> None:
        """Tell the client in the protocol's own words why this connection ends."""
        if _stands(self._transport):
            self._transport.write(error_response(sqlstate, f"seamline: {message}", "FATAL"))
            self._transport.close()

    def cut(self) -> None:
        """End both connections at once, as a network that fails does."""
        if self._server is not None and self._server.transport is not None:
            self._server.transport.abort()
        if self._transport is not None:
            self._transport.abort()

    def pause_reading(self) -> None:
        """The server takes no more for now."""
        if _stands(self._transport):
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """The server takes more again."""
        reading = self._reading
        if _stands(self._transport) and (reading is None or reading.session.gate is None):
            self._transport.resume_reading()


def _stands(transport: asyncio.Transport | None) -> TypeGuard[asyncio.Transport]:
    """Whether a connection is there and nobody is closing it."""
    return transport is not None and not transport.is_closing()


def _at_once(transport: asyncio.BaseTransport) -> asyncio.Transport:
    """Have it send when it is told to, not when the callback that tells it has ended."""
    sender = cast("asyncio.Transport", transport)
    sender.set_write_buffer_limits(high=0)
    return sender


async def _later(ms: float) -> Action:
    await asyncio.sleep(ms / 1000)
    return Action()


class _Closed(asyncio.Protocol):
    """Waits until the other side closes the connection."""

    def __init__(self, came: asyncio.Future[None]) -> None:
        self.came = came

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.came.done():
            self.came.set_result(None)


class Server(asyncio.Protocol):
    """The database's end of one connection."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = _at_once(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._client.server_lost()

    def data_received(self, data: bytes) -> None:
        self._client.from_server(data)

    def pause_writing(self) -> None:
        self._client.pause_reading()

    def resume_writing(self) -> None:
        self._client.resume_reading()

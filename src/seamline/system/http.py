"""The HTTP client: bounded in size and time, nothing followed or remembered."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
from yarl import URL

from seamline.model.exchange import Request, Response

_NO_TYPE = ("Content-Type",)
"""A body without a declared type is sent without one: aiohttp would say `application/octet-stream`."""
_FAILURES = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)
_HEADER_BYTES = 64 * 1024
_LARGE = 1 << 20
_CLOSING = frozenset({408, 413})
"""Answers below 500 after which servers close the connection, and do not always say so."""


class Client:
    """Sends requests to one base URL; redirects are not followed, cookies not kept."""

    def __init__(
        self, session: Callable[[], aiohttp.ClientSession], base_url: str, body_bytes: int
    ) -> None:
        self._make = session
        self._session = session()
        self._busy: dict[aiohttp.ClientSession, int] = {}
        self._base = base_url.rstrip("/")
        self._limit = body_bytes

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self._base

    async def send(self, request: Request) -> tuple[Response | None, str, float]:
        """Send and read the answer: (response, failure, milliseconds).

        Without an answer the response is None and `failure` says why (refused, reset, timed out).
        """
        start = time.perf_counter()
        session = self._session
        self._busy[session] = self._busy.get(session, 0) + 1
        try:
            return await self._send(session, request, start)
        finally:
            self._busy[session] -= 1
            if not self._busy[session]:
                del self._busy[session]
                if session is not self._session:
                    await session.close()

    async def _send(
        self, session: aiohttp.ClientSession, request: Request, start: float
    ) -> tuple[Response | None, str, float]:
        try:
            async with session.request(
                request.method,
                URL(self._base + request.target, encoded=True),
                headers=request.headers,
                data=_payload(request.body),
                allow_redirects=False,
                skip_auto_headers=_NO_TYPE if request.body is not None else None,
            ) as answer:
                body, cut = await self._read(answer)
                headers = tuple((k.lower(), _text(v)) for k, v in answer.headers.items())
        except _FAILURES as exc:
            return None, _describe(exc), (time.perf_counter() - start) * 1000
        took = (time.perf_counter() - start) * 1000
        # Many servers close after an error of their own without `Connection: close`, a few
        # milliseconds later: the next request must not be lost to that, nor one on its way.
        is_closing = answer.status >= 500 or answer.status in _CLOSING
        if is_closing and session is self._session:
            self._session = self._make()
        return Response(status=answer.status, headers=headers, body=body, cut=cut), "", took

    async def close(self) -> None:
        """Close all connections."""
        for session in {self._session, *self._busy}:
            await session.close()

    async def _read(self, answer: aiohttp.ClientResponse) -> tuple[bytes, bool]:
        length = answer.content_length
        if "Content-Encoding" in answer.headers:
            length = None  # the length of what is packed says nothing of what comes out
        if length is not None and length <= self._limit:
            return await answer.read(), False
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > self._limit:
                answer.close()
                return b"".join(chunks)[: self._limit], True
        return b"".join(chunks), False


@asynccontextmanager
async def client(base_url: str, *, timeout_s: float, body_bytes: int) -> AsyncIterator[Client]:
    """A client for `base_url`; `timeout_s` bounds a whole request, `body_bytes` an answer's body."""
    opened = Client(partial(_session, timeout_s), base_url, body_bytes)
    try:
        yield opened
    finally:
        await opened.close()


def _session(timeout_s: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        # Servers close idle connections after two seconds or more: one that the server is about to
        # close is not used again, or a correct system would seem to hang up.
        connector=aiohttp.TCPConnector(limit=16, use_dns_cache=True, keepalive_timeout=1.5),
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
    )


def _payload(body: bytes | None) -> bytes | io.BytesIO | None:
    """A large body as a file, of which aiohttp sends a piece at a time."""
    return io.BytesIO(body) if body is not None and len(body) > _LARGE else body


def _text(value: str) -> str:
    """A header's value without the lone surrogates by which aiohttp keeps bytes that are no UTF-8."""
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _describe(exc: BaseException) -> str:
    if isinstance(exc, asyncio.TimeoutError):
        return "no answer in time"
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return "the connection was closed without an answer"
    if isinstance(exc, aiohttp.ClientConnectorError):
        return f"cannot connect: {exc.os_error.strerror or exc.os_error}"
    return f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from seamline.model.exchange import Request, Response
from seamline.system.http import Client, client

LIMIT = 10_000


async def sized(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * int(request.match_info["n"]))


async def chunked(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    answer.enable_chunked_encoding()
    await answer.prepare(request)
    for _ in range(int(request.match_info["n"]) // 100):
        await answer.write(b"x" * 100)
    return answer


async def packed(request: web.Request) -> web.Response:
    data = gzip.compress(b"x" * int(request.match_info["n"]))
    return web.Response(body=data, headers={"Content-Encoding": "gzip"})


async def odd(request: web.Request) -> web.Response:
    answer = web.Response(status=302, text="moved", headers={"Location": "/size/1"})
    answer.headers.add("Set-Cookie", "a=1")
    answer.headers.add("Set-Cookie", "b=2")
    return answer


async def echo(request: web.Request) -> web.Response:
    body = await request.read()
    return web.json_response(
        {
            "target": request.raw_path,
            "method": request.method,
            "headers": list(request.headers.items()),
            "body": body.decode(),
        }
    )


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    app = web.Application()
    for path, handler in (
        ("/size/{n}", sized),
        ("/chunks/{n}", chunked),
        ("/packed/{n}", packed),
        ("/odd", odd),
        ("/{x:.*}", echo),
    ):
        app.router.add_route("*", path, handler)
    async with (
        TestServer(app) as server,
        client(str(server.make_url("")), timeout_s=5, body_bytes=LIMIT) as made,
    ):
        yield made


async def get(http: Client, target: str, method: str = "GET", **more: object) -> Response:
    response, failure, took = await http.send(
        msgspec.convert({"method": method, "target": target, **more}, Request)
    )
    assert response is not None, failure
    assert took > 0
    return response


@pytest.mark.parametrize("kind", ["size", "chunks", "packed"])
@pytest.mark.parametrize(
    ("size", "cut"),
    [(0, False), (100, False), (LIMIT, False), (LIMIT + 100, True), (LIMIT * 100, True)],
)
async def test_a_body_is_read_up_to_the_limit_and_cut_beyond(
    http: Client, kind: str, size: int, cut: bool
) -> None:
    response = await get(http, f"/{kind}/{size}")
    assert (len(response.body), response.cut) == (min(size, LIMIT), cut)
    assert (await get(http, "/size/3")).body == b"xxx"  # the next one is not disturbed


async def test_what_a_bomb_unpacks_to_is_cut(http: Client) -> None:
    response = await get(http, f"/packed/{50_000_000}")
    assert (len(response.body), response.cut) == (LIMIT, True)


async def test_redirects_are_not_followed_and_no_header_is_lost(http: Client) -> None:
    response = await get(http, "/odd")
    assert (response.status, response.header("location")) == (302, "/size/1")
    assert [v for k, v in response.headers if k == "set-cookie"] == ["a=1", "b=2"]


async def test_cookies_are_not_kept(http: Client) -> None:
    await get(http, "/odd")
    sent = (await get(http, "/echo")).json["headers"]
    assert "cookie" not in {name.lower() for name, _ in sent}


async def test_head_has_headers_and_no_body(http: Client) -> None:
    response = await get(http, "/size/500", "HEAD")
    assert (response.status, response.body, response.cut) == (200, b"", False)
    assert response.header("content-length") == "500"


@pytest.mark.parametrize(
    "target", ["/a%2Fb?x=%20+&y=%C3%A4", "/a//b/../c", "/%00", "/a%zz?b[]=1&c="]
)
async def test_the_target_is_sent_as_it_is(http: Client, target: str) -> None:
    assert (await get(http, target)).json["target"] == target


async def test_headers_and_body_are_sent_as_they_are(http: Client) -> None:
    sent = (await get(http, "/e", "POST", headers=[["X-A", "1"], ["X-A", "2"]], body=b"hi")).json
    assert sent["body"] == "hi"
    assert [v for k, v in sent["headers"] if k.lower() == "x-a"] == ["1", "2"]
    assert "content-type" not in {k.lower() for k, _ in sent["headers"]}


@asynccontextmanager
async def raw(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that says what `talk` writes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def asked(data: bytes, *, limit: int = LIMIT) -> tuple[Response | None, str]:
    """What a client makes of a server that sends `data` and hangs up."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    async with raw(talk) as url, client(url, timeout_s=5, body_bytes=limit) as http:
        response, failure, _ = await http.send(Request(method="POST", target="/", body=b"x"))
    return response, failure


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_no_answer_and_says_why(data: bytes) -> None:
    response, failure = await asked(data)
    assert response is None
    assert failure


async def test_a_hangup_is_called_so() -> None:
    assert (await asked(b""))[1] == "the connection was closed without an answer"


async def test_a_header_of_many_kilobytes_is_read() -> None:
    response, failure = await asked(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"a" * 40_000 + b"\r\n\r\n"
    )
    assert response is not None, failure
    assert len(response.header("x")) == 40_000


@pytest.mark.parametrize(
    ("sent", "read"),
    [("grüß".encode(), "grüß"), ("grüß".encode("latin-1"), "grüß"), (b"\xff", "ÿ")],
)
async def test_a_header_in_any_encoding_can_be_written_to_the_record(
    sent: bytes, read: str
) -> None:
    response, failure = await asked(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + sent + b"\r\n\r\n"
    )
    assert response is not None, failure
    assert response.header("x") == read
    assert json.loads(msgspec.json.encode(response.headers))


async def test_an_answer_that_does_not_come_is_given_up_in_time() -> None:
    gone = asyncio.Event()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()

    async with raw(talk) as url, asyncio.timeout(60):
        async with client(url, timeout_s=0.2, body_bytes=LIMIT) as http:
            response, failure, took = await http.send(Request(method="GET", target="/"))
        gone.set()
    assert (response, failure) == (None, "no answer in time")
    assert took > 150


async def test_a_reset_connection_is_no_answer() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with raw(talk) as url, client(url, timeout_s=5, body_bytes=LIMIT) as http:
        response, failure, _ = await http.send(Request(method="GET", target="/"))
    assert response is None
    assert "closed" in failure or "reset" in failure


async def test_nobody_listening_is_no_answer() -> None:
    async with client("http://127.0.0.1:1/", timeout_s=5, body_bytes=LIMIT) as http:
        assert http.base_url == "http://127.0.0.1:1"
        response, failure, _ = await http.send(Request(method="GET", target="/"))
    assert response is None
    assert failure.startswith("cannot connect: ")


@pytest.mark.parametrize(
    "request_",
    [
        Request(method="GET", target="/", headers=(("X", "a\r\nb"),)),
        Request(method="G ET", target="/"),
    ],
)
async def test_what_cannot_be_sent_is_no_answer(http: Client, request_: Request) -> None:
    response, failure, _ = await http.send(request_)
    assert response is None
    assert failure

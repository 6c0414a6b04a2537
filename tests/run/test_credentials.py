"""Credentials of a step: of a login for one case alone, forged, and sound ones that have run out."""

from __future__ import annotations

from typing import Any

import jwt
import msgspec
import pytest

from seamline.model.exchange import Request, Response
from seamline.run.case import run_case
from seamline.run.renew import token_expired
from seamline.system.identity import Credentials
from seamline.system.token import SigningKey

from ..engines.lab import Lab
from .lab import case, session, step

KEY = SigningKey(secret="a-key-of-thirty-two-bytes-or-more", algorithm="HS256")


def bearer(token: str) -> Credentials:
    return Credentials(headers=(("Authorization", f"Bearer {token}"),))


def as_ann(credentials: str, operation: str = "GET /a") -> Any:
    return msgspec.structs.replace(step(operation), identity="ann", credentials=credentials)


async def test_a_fresh_login_serves_its_case_and_what_it_writes_is_blamed_on_no_step(
    database: Lab,
) -> None:
    await database.client.run("CREATE TABLE sessions (id int PRIMARY KEY)")
    sent: list[str] = []
    logins = 0

    async def log_in() -> Credentials:
        nonlocal logins
        logins += 1
        await database.client.run(f"INSERT INTO sessions VALUES ({logins})")
        return bearer(f"fresh-{logins}")

    async def handler(request: Request) -> tuple[int, Any]:
        sent.append(dict(request.headers)["Authorization"])
        return 200, None

    async with session(database, handler, identities={"ann": bearer("shared")}) as opened:
        opened.target.renew = {"ann": log_in}
        outcome = await run_case(opened, case(*map(as_ann, ("fresh", "valid", "fresh"))))
    assert sent == ["Bearer fresh-1", "Bearer shared", "Bearer fresh-1"]
    assert [x.changes for x in outcome.exchanges] == [()] * 3
    assert not outcome.findings
    assert await database.rows("sessions") == []


async def test_who_does_not_log_in_cannot_do_so_once_more(database: Lab) -> None:
    async def handler(request: Request) -> tuple[int, Any]:
        return 200, None

    async with session(database, handler, identities={"ann": bearer("x")}) as opened:
        outcome = await run_case(opened, case(as_ann("fresh")))
    assert "does not log in" in outcome.error


async def test_a_forged_token_is_sent_in_the_place_of_the_live_one(database: Lab) -> None:
    live = jwt.encode({"sub": "1", "exp": 4_000_000_000}, KEY.secret, "HS256")
    sent: list[str] = []

    async def handler(request: Request) -> tuple[int, Any]:
        sent.append(dict(request.headers)["Authorization"].partition(" ")[2])
        return 401, None

    async with session(database, handler, identities={"ann": bearer(live)}) as opened:
        opened.target.signing = KEY
        for kind in ("expired", "alg_none", "valid"):
            await run_case(opened, case(as_ann(kind)))
        opened.target.signing = None
        told = await run_case(opened, case(as_ann("expired")))
    assert jwt.decode(sent[0], options={"verify_signature": False})["exp"] < 4_000_000_000
    assert jwt.get_unverified_header(sent[1])["alg"] == "none"
    assert sent[2] == live
    assert "[tokens] secret" in told.error


@pytest.mark.parametrize(
    ("kind", "credentials", "status", "expired"),
    [
        ("credentials", "valid", (), True),
        ("credentials", "malformed", (), False),
        ("credentials", "resigned", (), False),
        ("credentials", "valid", (401,), False),
        ("negative", "valid", (), False),
        ("sequence", "fresh", (), False),
    ],
)
async def test_whose_401_means_that_a_login_has_run_out(
    database: Lab, kind: str, credentials: str, status: tuple[int, ...], expired: bool
) -> None:
    async def handler(request: Request) -> tuple[int, Any]:
        return 401, None

    async def log_in() -> Credentials:
        return bearer("y")

    async with session(database, handler, identities={"ann": bearer("x")}) as opened:
        opened.target.renew = {"ann": log_in}
        one = msgspec.structs.replace(as_ann(credentials), status=status)
        assert token_expired(opened, case(one, kind=kind), one, Response(status=401)) is expired

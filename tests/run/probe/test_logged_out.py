"""Which operations are logouts that can be tried."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.model.case import Case
from seamline.run.probe.logged_out import logged_out, logged_out_not_covered
from seamline.run.probe.world import World

from .world import base, world

READING = base("GET /me")


def shop(key: str, **more: Any) -> World:
    request = more.pop("request", {})
    fields = {"logins": frozenset({"ann"}), **more}
    return world({key: base(key, status=204, **request), "GET /me": READING}, **fields)


def made(w: World) -> list[Case]:
    key = next(iter(w.bases))
    return list(logged_out(w.bases[key], w.operations[key], w))


def test_use_logout_use_with_a_login_of_its_own() -> None:
    (case,) = made(shop("POST /auth/logout"))
    assert [s.operation for s in case.steps] == ["GET /me", "POST /auth/logout", "GET /me"]
    assert {s.credentials for s in case.steps} == {"fresh"}
    assert [s.status for s in case.steps] == [(200,), (204,), ()]
    assert [s.twist is not None for s in case.steps] == [False, False, True]
    assert not list(logged_out_not_covered(shop("POST /auth/logout")))


@pytest.mark.parametrize(
    "key", ["POST /sign-out", "DELETE /sessions/logoff", "POST /auth/revoke-token"]
)
def test_names_of_logouts(key: str) -> None:
    assert made(shop(key))


@pytest.mark.parametrize(
    "key", ["GET /logout", "POST /logouts/report", "POST /revoked-tokens", "POST /signouts-by-day"]
)
def test_other_things_are_none(key: str) -> None:
    assert not made(shop(key))


def test_what_cannot_be_tried_is_said() -> None:
    for w, why in (
        (shop("POST /logout", logins=frozenset()), "does not log in"),
        (shop("POST /logout", request={"json": {"refresh_token": "x"}}), "names what to end"),
        (
            world({"POST /logout": base("POST /logout")}, logins=frozenset({"ann"})),
            "no accepted GET",
        ),
    ):
        assert not made(w)
        (item,) = logged_out_not_covered(w)
        assert why in item.reason

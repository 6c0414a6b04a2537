"""For which operations tokens are forged, and how."""

from __future__ import annotations

from typing import Any

from seamline.model.case import Case
from seamline.run.probe.forged import forged, forged_not_covered
from seamline.run.probe.world import World

from .world import base, world

ALL = frozenset({"exp", "nbf", "aud", "sub"})
BASES = {
    key: base(key)
    for key in ("POST /v1/orders", "GET /v1/orders", "GET /v1/orders/{id}", "GET /users/me")
}


def made(w: World, key: str) -> list[Case]:
    return list(forged(w.bases[key], w.operations[key], w))


def kinds(w: World, key: str) -> list[str]:
    return [c.steps[-1].credentials for c in made(w, key)]


def test_one_that_reads_and_one_that_writes_of_each_part_stand_for_the_rest() -> None:
    w = world(BASES, claims={"ann": ALL}, signs=True)
    assert [k for k in BASES if kinds(w, k)] == [
        "POST /v1/orders",
        "GET /v1/orders",
        "GET /users/me",
    ]
    assert sorted(kinds(w, "GET /users/me")) == [
        "alg_none", "expired", "not_yet_valid", "other_audience", "other_key", "tampered",
    ]  # fmt: skip


def test_garbage_and_a_sound_token_go_before_the_forgery() -> None:
    w = world(BASES, claims={"ann": ALL}, signs=True)
    expired, *_, other_key = made(w, "POST /v1/orders")
    assert [s.credentials for s in expired.steps] == ["malformed", "resigned", "expired"]
    assert [s.operation for s in expired.steps] == [
        "POST /v1/orders", "GET /v1/orders", "POST /v1/orders",
    ]  # fmt: skip
    assert [s.credentials for s in other_key.steps] == ["malformed", "valid", "other_key"]
    assert expired.id == "POST /v1/orders~expired"
    assert expired.kind == "credentials"
    assert all(not s.status for s in expired.steps)
    assert [s.twist is None for s in expired.steps] == [True, True, False]


def test_without_the_secret_only_what_needs_none() -> None:
    w = world(BASES, claims={"ann": ALL}, no_signing="no such algorithm")
    assert kinds(w, "GET /users/me") == ["tampered", "alg_none", "other_key"]
    (item,) = forged_not_covered(w)
    assert "no such algorithm" in item.reason
    assert "[tokens] secret" in item.remedy


def test_a_claim_that_is_not_there_cannot_be_wrong() -> None:
    w = world(BASES, claims={"ann": frozenset({"exp"})}, signs=True)
    assert kinds(w, "GET /users/me") == ["expired", "tampered", "alg_none", "other_key"]


def test_no_token_no_forgery_and_said_so_once() -> None:
    w = world(BASES, signs=True)
    assert not any(kinds(w, k) for k in BASES)
    (item,) = forged_not_covered(w)
    assert "JSON Web Token" in item.reason
    public: dict[str, Any] = {k: {"requires_auth": False} for k in BASES}
    assert not list(forged_not_covered(world(BASES, public)))


def test_what_the_request_carries_itself_is_left_out() -> None:
    bases = {"GET /a": base("GET /a", headers={"Authorization": "Bearer x", "X-A": "1"})}
    w = world(bases, claims={"ann": ALL})
    assert all(s.request.headers == {"X-A": "1"} for c in made(w, "GET /a") for s in c.steps)

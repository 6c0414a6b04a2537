from __future__ import annotations

import base64
from typing import Any

import pytest

from seamline.model.row import RowChange

from .world import applies, context, exchange, found, inserted, updated

NAME, POST, HERE = "noSecretInClear", "POST /users", context()
SECRET = "correct-horse"


def sent(body: Any, *changes: RowChange, status: int = 201) -> Any:
    return exchange(POST, status, sent=body, changes=changes)


@pytest.mark.parametrize("name", ["password", "newPassword", "password_confirmation", "cardNumber"])
def test_a_secret_in_a_column_is_found_and_not_repeated(name: str) -> None:
    (finding,) = found(NAME, sent({name: SECRET}, inserted("users", email=SECRET)), HERE)
    assert finding.severity == "error"
    assert finding.detail.endswith("in users.email")
    assert SECRET not in finding.title + finding.expected + finding.actual


def test_a_secret_inside_json_text_or_another_writing_is_found() -> None:
    body = {"user": {"password": SECRET}}
    for stored in (
        {"sent": [{"password": SECRET}]},
        f"registered with {SECRET}",
        base64.b64encode(SECRET.encode()).decode(),
    ):
        assert found(NAME, sent(body, inserted("audit", text=stored)), HERE)
    assert found(NAME, sent(body, inserted("audit", text=SECRET), status=409), HERE)


def test_what_is_hashed_was_there_before_or_was_said_openly_is_right() -> None:
    body = {"password": SECRET, "email": "a@b.example"}
    assert not found(NAME, sent(body, inserted("users", password_hash="$argon2$x")), HERE)
    old = updated("users", {"email": SECRET, "last_seen_at": None}, last_seen_at="2030")
    assert not found(NAME, sent(body, old), HERE)
    same = {"password": SECRET, "name": SECRET}
    assert not found(NAME, sent(same, inserted("users", email=SECRET)), HERE)


def test_short_and_plain_values_stand_anywhere_by_chance() -> None:
    for value in ("hunter2", "00000000000"):
        assert not found(NAME, sent({"password": value}, inserted("users", email=value)), HERE)


@pytest.mark.parametrize(
    "body",
    [
        {"smtp_password": SECRET},
        {"connection": {"password": SECRET}},
        {"device_token": SECRET},
        {"client_secret": SECRET},
    ],
)
def test_what_must_be_kept_for_another_system_is_told_only(body: Any) -> None:
    findings = found(NAME, sent(body, inserted("users", email=SECRET)), HERE)
    assert [f.severity for f in findings] == ["info"]


def test_a_password_of_a_connection_is_one_for_another_system() -> None:
    x = exchange(
        "POST /connections",
        201,
        sent={"password": SECRET},
        changes=(inserted("users", email=SECRET),),
    )
    assert [f.severity for f in found(NAME, x, HERE)] == ["info"]


def test_other_properties_are_no_secrets() -> None:
    body = {"note": SECRET, "password_hint": SECRET, "tokens_used": SECRET}
    assert not found(NAME, sent(body, inserted("users", email=SECRET)), HERE)
    assert not applies(NAME, exchange(POST, 201, sent={"password": SECRET}), HERE)

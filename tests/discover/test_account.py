"""Which operations register and log in, as documents have them; nothing is sent here."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.discover.account import (
    body_for,
    headers_of,
    leaves,
    offers,
    token_in,
    token_of_document,
)
from seamline.openapi.document import Document
from seamline.openapi.operation import operations

from .world import document as read

TEXT = {"type": "string"}
PERSON = {
    "type": "object",
    "required": ["email", "password"],
    "properties": {"email": TEXT, "password": TEXT, "bio": TEXT},
}
TOKENS = {
    "type": "object",
    "properties": {"refresh_token": TEXT, "access_token": TEXT, "token_type": TEXT},
}


def posts(
    body: Any, answer: Any = None, media: str = "application/json", **more: Any
) -> dict[str, Any]:
    content = {"application/json": {"schema": answer or {}}}
    return {
        "requestBody": {"content": {media: {"schema": body}}},
        "responses": {"200": {"description": "", "content": content}},
        **more,
    }


def described(schemes: dict[str, Any] | None = None, **paths: Any) -> Document:
    """Paths by name, `auth_login` for /auth/login."""
    return read(
        {f"/{name.replace('_', '/')}": {"post": node} for name, node in paths.items()},
        schemes=schemes,
    )


def found(document: Document) -> list[tuple[str, str]]:
    return [
        (o.register.path if o.register is not None else "", o.login.path)
        for o in offers(document, operations(document))
    ]


@pytest.mark.parametrize(
    ("paths", "first"),
    [
        ({"auth_register": PERSON, "auth_login": PERSON}, ("/auth/register", "/auth/login")),
        ({"users": PERSON, "sessions": PERSON}, ("/users", "/sessions")),
        ({"signup": PERSON, "users": PERSON, "signin": PERSON}, ("/signup", "/signin")),
        ({"v1_sign-up": PERSON, "v1_login": PERSON}, ("/v1/sign-up", "/v1/login")),
        ({"login_access-token": PERSON}, ("", "/login/access-token")),
        (
            {"auth_login": PERSON, "auth_register": PERSON, "auth_reset": PERSON,
             "auth_logout": PERSON},
            ("/auth/register", "/auth/login"),
        ),
    ],
)  # fmt: skip
def test_the_plainest_pair_comes_first(paths: dict[str, Any], first: tuple[str, str]) -> None:
    assert found(described(**{n: posts(body) for n, body in paths.items()}))[0] == first


def test_an_operation_without_a_password_or_that_asks_for_credentials_is_neither() -> None:
    order = {"type": "object", "required": ["email"], "properties": {"email": TEXT}}
    assert found(described(auth_login=posts(order), users=posts(order))) == []
    shut = posts(PERSON, security=[{"bearer": []}])
    assert found(described(auth_login=posts(PERSON), users=shut)) == [("", "/auth/login")]


def test_a_login_says_what_the_registration_said() -> None:
    nested = {"type": "object", "required": ["user"], "properties": {"user": PERSON}}
    form = {
        "type": "object",
        "required": ["username", "password", "grant_type"],
        "properties": {"username": TEXT, "password": TEXT,
                       "grant_type": {"type": "string", "pattern": "^password$"}},
    }  # fmt: skip
    document = described(users=posts(nested), login=posts(form))
    known = operations(document)
    registered = body_for(document, known["POST /users"], {}, salt=4)
    assert registered == {"user": {"email": "seam5@example.com", "password": "Seam-line-5-pass"}}
    assert body_for(document, known["POST /login"], dict(leaves(registered))) == {
        "username": "seam5@example.com",
        "password": "Seam-line-5-pass",
        "grant_type": "password",
    }


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        ({"refresh_token": "r", "access_token": "a", "token_type": "Bearer"}, "#/access_token"),
        ({"user": {"email": "e", "token": "t"}}, "#/user/token"),
        ({"data": {"a/b": {"accessToken": "t"}}}, "#/data/a~1b/accessToken"),
        ({"token": None, "csrf_token": "c"}, ""),
        (["token"], ""),
        (None, ""),
    ],
)
def test_where_an_answer_holds_the_token(answer: Any, pointer: str) -> None:
    assert token_in(answer) == pointer


def test_the_document_says_where_the_token_is_and_how_it_is_sent() -> None:
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Token"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    document = described(
        schemes, login=posts(PERSON, TOKENS), notes=posts(TEXT, security=[{"key": []}])
    )
    known = operations(document)
    assert token_of_document(document, known["POST /login"]) == "#/access_token"
    assert headers_of(document, known["POST /notes"])[:2] == [
        ("X-Token", ""),
        ("X-Token", "Bearer "),
    ]
    assert headers_of(document, known["POST /login"]) == [("Authorization", "Bearer ")]

"""`seamline init` becomes somebody: accounts made through the API, tried before they are written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ..command import seamline
from .test_init import endpoints

HEAD = """
import secrets
from typing import Annotated
from urllib.parse import parse_qsl
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import APIKeyHeader, APIKeyCookie, OAuth2PasswordBearer
from pydantic import BaseModel, Field
app = FastAPI()
people, tokens = {}, {}
class Person(BaseModel):
    email: str = Field(pattern="@")
    password: str = Field(min_length=8)
@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}
def known(person):
    if people.get(person.email) != person.password:
        raise HTTPException(401)
    token = secrets.token_urlsafe(24)
    tokens[token] = person.email
    return token
def caller(sent):
    if sent not in tokens:
        raise HTTPException(401)
    return tokens[sent]
"""
REGISTER = """
@app.post("/users", status_code=201)
def sign_up(body: Person) -> dict[str, str]:
    if body.email in people:
        raise HTTPException(409)
    people[body.email] = body.password
    return {"email": body.email}
"""
FORM = """
scheme = OAuth2PasswordBearer(tokenUrl="token")
text = {"type": "string"}
form = {"type": "object", "required": ["username", "password"],
        "properties": {"username": text, "password": text}}
content = {"application/x-www-form-urlencoded": {"schema": form}}
@app.post("/token", openapi_extra={"requestBody": {"required": True, "content": content}})
async def token(request: Request) -> dict[str, str]:
    sent = dict(parse_qsl((await request.body()).decode()))
    token = known(Person(email=sent["username"], password=sent["password"]))
    return {"access_token": token, "token_type": "bearer"}
@app.get("/me")
def me(sent: Annotated[str, Depends(scheme)]) -> str:
    return caller(sent)
"""
NESTED = """
scheme = APIKeyHeader(name="Authorization")
class Login(BaseModel):
    user: Person
@app.post("/users/login")
def login(body: Login) -> dict[str, dict[str, str]]:
    return {"user": {"email": body.user.email, "token": known(body.user)}}
@app.get("/me")
def me(sent: Annotated[str, Depends(scheme)]) -> str:
    if not sent.startswith("Token "):
        raise HTTPException(401)
    return caller(sent.removeprefix("Token "))
"""
COOKIE = """
scheme = APIKeyCookie(name="sid")
@app.post("/login", status_code=204)
def login(body: Person, response: Response) -> None:
    response.set_cookie("sid", known(body), httponly=True)
@app.get("/me")
def me(sent: Annotated[str, Depends(scheme)]) -> str:
    return caller(sent)
"""
LOGINS: dict[str, tuple[str, dict[str, Any]]] = {
    "form": (
        FORM,
        {"path": "/token", "token": "#/access_token",
         "form": {"username": "seam41@example.com", "password": "{secret:user_password}"}},
    ),
    "nested": (
        NESTED,
        {"path": "/users/login", "token": "#/user/token", "header": "Authorization",
         "prefix": "Token ",
         "json": {"user": {"email": "seam41@example.com", "password": "{secret:user_password}"}}},
    ),
    "cookie": (
        COOKIE,
        {"path": "/login", "cookie": "sid",
         "json": {"email": "seam41@example.com", "password": "{secret:user_password}"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", LOGINS)
def test_identities_are_made_through_the_api_and_written(tmp_path: Path, style: str) -> None:
    source, login = LOGINS[style]
    (tmp_path / "service.py").write_text(HEAD + REGISTER + source)
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 0, printed
    assert "identities: user, other_user: made by POST /users" in printed
    assert "pass" not in printed.replace("passw", "")
    toml = tomllib.loads((tmp_path / "seamline.toml").read_text())
    assert toml["identities"]["user"]["login"] == login
    assert toml["identities"]["user"]["role"] == toml["identities"]["other_user"]["role"]
    assert "seam42@example.com" in repr(toml["identities"]["other_user"]["register"])
    assert endpoints(tmp_path)["GET /me"]["expectedStatus"] == 200
    if style == "nested":
        code, printed = seamline("run", "api", "-p", tmp_path, "-q")
        assert code == 0, printed


def test_a_toml_of_a_person_gets_lines_to_paste_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(HEAD + REGISTER + FORM)
    toml = tmp_path / "seamline.toml"
    toml.write_text(
        '[system]\ncommand = ["uvicorn", "service:app", "--port", "{port}"]\n'
        'ready = "/health"\nopenapi = "/openapi.json"\n'
    )
    before = toml.read_bytes()
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 0, printed
    assert toml.read_bytes() == before
    _, _, rest = printed.partition("paste into seamline.toml, then init --update\n")
    lines = rest.partition("\n\nNext")[0]
    toml.write_text(toml.read_text() + "\n".join(line.strip() for line in lines.split("\n")))
    code, printed = seamline("init", "-p", tmp_path, "--update")
    assert code == 0, printed
    assert endpoints(tmp_path)["GET /me"]["expectedStatus"] == 200


def test_a_registration_that_opens_nothing_is_not_written_and_said(tmp_path: Path) -> None:
    waits = REGISTER.replace("people[body.email] = body.password", "pass  # a mail is sent first")
    (tmp_path / "service.py").write_text(HEAD + waits + FORM)
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 0, printed
    assert "identities" not in tomllib.loads((tmp_path / "seamline.toml").read_text())
    assert "POST /token: answered 401 to the account that POST /users made" in printed


def test_a_login_without_a_registration_is_told_with_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(HEAD + NESTED)
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 0, printed
    assert 'login = { path = "/users/login", json = { email = "…", password = "…" }' in printed

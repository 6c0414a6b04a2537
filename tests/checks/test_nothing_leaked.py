from __future__ import annotations

import json
from typing import Any

import pytest

from seamline.checks.nothing_leaked import SECRET, secret_values

from ..hang import no_hang
from .world import applies, context, exchange, found, inserted, updated

NAME, POST = "nothingLeaked", "POST /orders"
HASH = "$2b$12$Q7h3yJtKkS0eG1sVb8xO1uWm9v/0f+AbCdEfGhIjKlMnOpQrStUv"


def details(body: Any, status: int = 500, **more: Any) -> list[str]:
    return [f.detail for f in found(NAME, exchange(POST, status, body, **more), context())]


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "/app/main.py", line 3, in f\n',
        "java.lang.NullPointerException\n\tat com.shop.Orders.find(Orders.java:42)\n",
        "at java.base/java.lang.Thread.run(Thread.java:833)",
        "TypeError: x\n    at Object.<anonymous> (/srv/app/index.js:10:3)",
        "at async Orders.find (file:///srv/app/orders.mjs:10:3)",
        "   at Shop.Orders.Find(Int32 id) in /src/Shop/Orders.cs:line 12",
        "   at System.Text.Json.ThrowHelper.ReThrow(JsonException ex)",
        "app/controllers/orders_controller.rb:12:in `create'",
        "(phoenix 1.7.2) lib/phoenix/router.ex:402: Phoenix.Router.__call__/5",
        "goroutine 12 [running]:",
        "thread 'main' panicked at src/main.rs:3:5",
        "Stack trace:\n#0 /var/www/index.php(12): run()",
    ],
)
def test_a_stack_trace_in_an_error_is_found(text: str) -> None:
    assert "a stack trace" in details(text.encode(), headers={"content-type": "text/plain"})
    assert "a stack trace" in details({"error": text})


@pytest.mark.parametrize(
    "text",
    [
        'duplicate key value violates unique constraint "users_email_key"',
        'null value in column "a" of relation "b" violates not-null constraint',
        'invalid input syntax for type uuid: "x"',
        "value too long for type character varying(10)",
        'relation "orders" does not exist',
        "SQLSTATE[23505]: Unique violation",
        "ORA-00942: table or view does not exist",
        "(psycopg.errors.UniqueViolation) x [SQL: INSERT INTO a]",
        "asyncpg.exceptions.x asyncpg.DataError: y",
        "django.db.utils.IntegrityError: x",
        "PG::UniqueViolation: ERROR",
        "ActiveRecord::RecordNotUnique",
        "could not execute statement; SQL [n/a]; constraint [uk_1]",
        "org.postgresql.util.PSQLException: x",
        "UNIQUE constraint failed: users.email",
        "Duplicate entry 'a@b.c' for key 'users.email'",
        "SELECT id, email FROM users WHERE id = 1",
        'INSERT INTO "orders" ("id") VALUES (1)',
        "UPDATE orders SET total = 1",
        "DELETE FROM orders WHERE id = 3",
        "PrismaClientKnownRequestError: \nInvalid invocation",
    ],
)
def test_sql_in_an_error_is_found(text: str) -> None:
    assert details({"error": text}) == ["SQL or a database error"]


@pytest.mark.parametrize(
    "text",
    [
        "/usr/lib/python3.11/json/decoder.py",
        "cannot read /etc/shop/settings.yaml",
        "C:\\inetpub\\wwwroot\\shop\\web.config",
        "[Errno 2] No such file or directory: '/data/x'",
        "ENOENT: no such file or directory, open '/data/x'",
        "/var/www/html/vendor/laravel/Router.php",
    ],
)
def test_a_file_path_in_an_error_is_found(text: str) -> None:
    assert "a file path" in details({"error": text})


def test_a_path_with_phps_escaped_slashes_is_found() -> None:
    assert details(b'{"file":"\\/var\\/www\\/html\\/index.php"}') == ["a file path"]


@pytest.mark.parametrize(
    "text",
    [
        "Please select one from the list",
        "update your profile and set a name",
        "Email already exists",
        "Not Found",
        "No order with this id at line 12",
        "Look at https://example.org/usr/docs/errors.py for more",
        "meet me at cafe (main street:12)",
        "/app/orders/7.json is gone",
        "value is not a valid uuid",
        "duplicate key",
        "the relation does not exist",
        "Expecting value: line 1 column 5 (char 4)",
        "deleted from the cart where it was",
    ],
)
def test_ordinary_errors_are_silent(text: str) -> None:
    assert details({"title": "Bad Request", "status": 400, "detail": text}, 400) == []


SAID = [
    "SELECT name FROM users",
    "'; DROP TABLE users; DELETE FROM users WHERE 1=1 --",
    'File "/etc/shop/passwd.conf", line 3',
    "Traceback (most recent call last)",
    'INSERT INTO "a" (b)\nVALUES (1)',
    "ünïcode SELECT a FROM b",
    "<b>SELECT a FROM b</b>",
]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize(
    "escape",
    [
        json.dumps,
        lambda s: json.dumps(s, ensure_ascii=False),
        lambda s: json.dumps(s).replace("<", "\\u003c").replace("/", "\\/"),
    ],
)
def test_what_the_request_said_itself_may_be_repeated(said: str, escape: Any) -> None:
    echo = f'{{"detail": "no", "input": {escape(said)}}}'.encode()
    typed = {"content-type": "application/json"}
    assert details(echo, 422, sent={"note": said}, headers=typed) == []
    assert (
        details(
            echo,
            404,
            headers=typed,
            target="/orders?q=" + __import__("urllib.parse").parse.quote(said),
        )
        == []
    )
    assert details(echo, 400, headers=typed, request_headers={"X-Note": said}) == []


def test_a_leak_behind_an_echo_is_found() -> None:
    body = {"input": "SELECT a FROM b", "error": "near: SELECT password_hash FROM users"}
    assert details(body, 422, sent={"note": "SELECT a FROM b"}) == ["SQL or a database error"]


def test_a_success_may_show_what_it_likes_of_that_kind() -> None:
    # An API of build logs, or of saved queries.
    assert (
        details({"log": "Traceback (most recent call last)", "sql": "SELECT a FROM b"}, 200) == []
    )


def secret(
    body: Any, *, status: int = 200, values: frozenset[str] = frozenset({HASH}), **more: Any
) -> bool:
    return bool(found(NAME, exchange(POST, status, body, **more), context(secrets=values)))


@pytest.mark.parametrize(
    "body",
    [
        {"users": [{"email": "a", "password_hash": HASH}]},
        {"dump": f"x {HASH} y"},
        f"<td>{HASH}</td>".encode(),
        json.dumps({"h": HASH}).replace("/", "\\/").encode(),  # PHP
        json.dumps({"h": HASH}).replace("+", "\\u002B").encode(),  # .NET
    ],
)
@pytest.mark.parametrize("typed", ["application/json", "text/html"])
def test_the_value_of_a_secret_column_is_found_in_any_notation(body: Any, typed: str) -> None:
    assert secret(body, headers={"content-type": typed})


def test_the_hash_of_a_row_that_this_request_wrote_is_found_and_not_repeated() -> None:
    x = exchange(
        POST, 201, {"password_hash": HASH}, changes=(inserted("users", password_hash=HASH),)
    )
    (finding,) = found(NAME, x, context())
    assert HASH not in str(finding)
    x = exchange(
        POST, 200, {"h": HASH}, changes=(updated("users", {"password_hash": HASH}, email="b"),)
    )
    assert found(NAME, x, context())


def test_a_key_that_is_shown_when_it_is_made_is_right_and_later_it_is_found() -> None:
    made = inserted("users", otp_secret="JBSWY3DPEHPK3PXP")
    assert not found(
        NAME, exchange(POST, 201, {"secret": "JBSWY3DPEHPK3PXP"}, changes=(made,)), context()
    )
    assert secret({"secret": "JBSWY3DPEHPK3PXP"}, values=frozenset({"JBSWY3DPEHPK3PXP"}))


def test_a_value_that_the_request_named_openly_may_be_repeated_and_a_password_may_not() -> None:
    zeros = frozenset({"0" * 64})
    told = {"sku": "0" * 64}
    assert not secret(told, values=zeros, sent={"items": [{"sku": "0" * 64}]})
    assert not secret(told, values=zeros, target=f"/orders/7?sku={'0' * 64}")
    assert secret(told, values=zeros, sent={"sku": "1"})
    assert secret(told, values=zeros, sent={"password": "0" * 64})


def test_an_answer_without_secrets_is_right() -> None:
    assert not secret({"email": "a@example.com", "created": "2026-01-01"})
    assert not applies(NAME, exchange(POST, 204), context())
    assert not applies(NAME, exchange(POST, 0), context())


def test_a_short_value_counts_by_itself_only_and_never_as_a_key() -> None:
    short = frozenset({"passw0rd"})
    assert secret({"p": "passw0rd"}, values=short)
    assert not secret({"passw0rd": 1}, values=short)
    assert not secret({"p": "mypassw0rds"}, values=short)


@pytest.mark.parametrize(
    "column",
    [
        "password",
        "password_hash",
        "hashed_password",
        "encrypted_password",
        "passwd",
        "pwd",
        "token_hash",
        "api_key_hash",
        "user_password",
        "passwordHash",
        "private_key",
        "otp_secret",
        "PASSWORD",
    ],
)
def test_a_column_of_that_name_is_secret(column: str) -> None:
    assert SECRET.fullmatch(column)


@pytest.mark.parametrize(
    "column",
    [
        "password_changed_at",
        "password_reset_sent_at",
        "commit_hash",
        "content_hash",
        "file_digest",
        "token",
        "api_key",
        "public_key",
        "secretary",
        "compass",
        "password_hint_count",
        "basalt",
        "email",
        "secret_santa",
    ],
)
def test_a_column_of_another_name_is_not(column: str) -> None:
    assert not SECRET.fullmatch(column)


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ({"password": "s3cr3t-99", "salt": "0a1b2c3d4e"}, {"s3cr3t-99", "0a1b2c3d4e"}),
        ({"salt": "0.5 g per 100 g", "sea_salt": "1 g per 100 g"}, set()),  # food
        ({"password_hash": "disabled"}, set()),
        ({"password_hash": "short1"}, set()),
        ({"password_hash": None, "pwd": 12345678}, set()),
        ({"password_changed_at": "2026-01-01T00:00:00", "commit_hash": "0" * 40}, set()),
    ],
)
def test_the_secret_values_of_a_row(row: dict[str, object], values: set[str]) -> None:
    assert secret_values(row) == values


@pytest.mark.parametrize(
    "piece",
    ["SELECT ", "at a", 'File "', "/usr/a", "C:\\\\a", "UPDATE a SET ", "at x(", "a" * 99 + " "],
)
def test_a_hostile_body_does_not_hang_the_search(piece: str) -> None:
    body = (piece * (65536 // len(piece))).encode()
    with no_hang():
        details(body, headers={"content-type": "text/plain"})

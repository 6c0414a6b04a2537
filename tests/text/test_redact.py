from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seamline.model.row import RowChange
from seamline.model.statement import SqlStatement
from seamline.text.redact import HIDDEN, SECRET_COLUMN, Redactor, carries_credentials

from ..hang import no_hang

NOTATIONS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda s: quote(s, safe=""),
    "percent, lower case": lambda s: "".join(
        c if c.isalnum() and c.isascii() else quote(c, safe="").lower() for c in s
    ),
    "percent, slashes left": quote,
    "form": quote_plus,
    "json": json.dumps,
    "json, not ascii": lambda s: json.dumps(s, ensure_ascii=False),
    "json of PHP": lambda s: json.dumps(s).replace("/", "\\/"),
    "json of .NET": lambda s: json.dumps(s).replace("+", "\\u002B").replace("&", "\\u0026"),
    "json in json": lambda s: json.dumps({"log": json.dumps({"x": s})}),
    "html": html.escape,
}
SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="‹›")
    | st.sampled_from("\\\"'/+& %=:é😀"),
    min_size=4,
    max_size=20,
)

AROUND = st.text(st.sampled_from(' ab1"{}:,/&=?\n'), max_size=20)


def redactor(*secrets: str) -> Redactor:
    made = Redactor()
    for number, secret in enumerate(secrets):
        made.add(f"§{number}", secret)
    return made


def usable(secret: str) -> None:
    """No secret that stands in what it is replaced by."""
    assume(
        secret not in HIDDEN
        and secret not in "‹§0›"
        and secret not in "‹jwt›"
        and secret.strip() == secret
    )


@given(SECRETS, AROUND, AROUND, st.sampled_from(sorted(NOTATIONS)))
def test_a_declared_secret_survives_in_no_notation(
    secret: str, before: str, after: str, how: str
) -> None:
    usable(secret)
    written = NOTATIONS[how](secret)
    inside = written[1:-1] if how.startswith("json") and how != "json in json" else written
    shown = redactor(secret).text(f"{before} {written} {after}")
    assert inside not in shown
    assert secret not in shown


@given(SECRETS)
def test_a_declared_secret_survives_in_no_header_row_or_key(secret: str) -> None:
    usable(secret)
    made = redactor(secret)
    headers = made.headers(
        [
            ("X-Note", f"a {secret} b"),
            ("Authorization", f"Bearer {secret}"),
            ("Cookie", f"s={secret}"),
        ]
    )
    row = made.row(
        {"note": secret, "data": {"deep": [{"x": f"a{secret}b"}], secret: 1}, "list": [secret]}
    )
    change = made.change(
        RowChange(
            table="t", op="update", key={"k": secret}, before={"a": secret}, after=None, txid=1
        )
    )
    assert secret not in str([v for _, v in headers])
    assert all(secret not in text for text in texts([row, change.key, change.before]))


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [t for k, v in value.items() for t in (*texts(k), *texts(v))]
    return [t for v in value for t in texts(v)] if isinstance(value, list) else [str(value)]


@given(SECRETS, SECRETS)
def test_no_user_and_password_survive_in_a_basic_header_or_its_echo(
    user: str, password: str
) -> None:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert pair not in Redactor().headers([("Authorization", f"Basic {pair}")])[0][1]
    assert pair not in Redactor().text(f'{{"headers": {{"x": "Basic {pair}"}}}}')


@settings(max_examples=30)
@given(st.lists(SECRETS, min_size=2, max_size=5, unique=True), AROUND)
def test_a_secret_that_holds_another_is_hidden_whole(secrets: list[str], before: str) -> None:
    longest = "".join(secrets)
    shown = redactor(*secrets, longest).text(f"{before} {longest}")
    assert longest not in shown


@given(st.text(st.sampled_from("abc \n.,;"), max_size=200))
def test_ordinary_text_stays(text: str) -> None:
    assert redactor("s3cr3t").text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "WWW-Authenticate: Bearer authentication required",
        "Basic information about basic auth",
        "Bearer of bad-news-for-everybody",
        '{"password_changed_at": "2026-01-01", "tokenType": "bearer", "token_type":"bearer"}',
        '{"secretary": "Bob", "carbon_footprint": "12 kg", "max_tokens": 100}',
        "http://localhost:8080/orders?page=2&size=10",
        "http://host:8080/a@b",
        '{"email": "ann@example.com", "total": "19.90"}',
        "DELETE /orders/7 -> 204, a=b&c=d",
        "secret",
        "no eyJ here",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password": "a\\"b", "x": 1}', f'{{"password": "{HIDDEN}", "x": 1}}'),
        ('{"userPassword":"x"}', f'{{"userPassword":"{HIDDEN}"}}'),
        ('{"password": 123456, "otp": 77}', f'{{"password": "{HIDDEN}", "otp": "{HIDDEN}"}}'),
        ('{"api_key": "tail is cut', f'{{"api_key": "{HIDDEN}"'),
        ("{'access_token': 'abc'}", f"{{'access_token': '{HIDDEN}'}}"),
        (
            '{"log": "{\\"password\\": \\"a\\\\\\"b\\", \\"x\\": 1}"}',
            f'{{"log": "{{\\"password\\": \\"{HIDDEN}\\", \\"x\\": 1}}"}}',
        ),
        ("grant=1&client_secret=abc&x=2", f"grant=1&client_secret={HIDDEN}&x=2"),
        ("postgresql://shop:pw@db/x", f"postgresql://shop:{HIDDEN}@db/x"),
        ("redis://:pw@db", f"redis://:{HIDDEN}@db"),
        ("got eyJhbGciOi.eyJzdWIiOi.x-y_z!", "got ‹jwt›!"),
        ("Authorization: Bearer 0123456789abcdef", f"Authorization: Bearer {HIDDEN}"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


def test_a_secret_of_less_than_four_characters_is_not_searched_for() -> None:
    assert redactor("abc").text("abc") == "abc"


def test_headers_that_carry_credentials_keep_their_scheme_only() -> None:
    shown = Redactor().headers(
        [
            ("authorization", "Bearer abc"),
            ("Cookie", "a=1; b=2"),
            ("X-Api-Key", "k v"),
            ("X-Shop-Token", "t"),
            ("Accept", "a/b"),
        ]
    )
    assert [v for _, v in shown] == [f"Bearer {HIDDEN}", HIDDEN, HIDDEN, HIDDEN, "a/b"]


def test_values_of_secret_columns_are_hidden_and_counters_named_like_one_are_not() -> None:
    row = {
        "password_hash": "x",
        "otp": 123456,
        "token_count": 5,
        "tokens_used": 7,
        "pwd": None,
        "api_key": ["a"],
        "secret_set": True,
        "total": Decimal("1.5"),
    }
    shown = Redactor().row(row)
    assert shown == {**row, "password_hash": HIDDEN, "otp": HIDDEN, "api_key": HIDDEN}


def test_a_declared_secret_of_digits_is_hidden_as_a_number_too() -> None:
    assert redactor("12345678").row({"pin": 12345678, "n": [12345678, 5]}) == {
        "pin": HIDDEN,
        "n": [HIDDEN, 5],
    }


@pytest.mark.parametrize(
    "column",
    [
        "password",
        "passwordHash",
        "api_key",
        "X-Api-Key",
        "otp",
        "user_otp",
        "salt",
        "access_token",
        "pwd",
        "client_secret",
    ],
)
def test_a_column_or_header_of_that_name_is_secret(column: str) -> None:
    assert SECRET_COLUMN.search(column)
    assert carries_credentials(column)


@pytest.mark.parametrize(
    "column",
    [
        "carbon_footprint",
        "basalt",
        "laptop",
        "secretary_id",
        "password_changed_at",
        "tokenType",
        "token_count",
        "email",
        "X-Tenant",
        "Accept",
    ],
)
def test_a_column_or_header_of_another_name_is_not(column: str) -> None:
    assert not SECRET_COLUMN.search(column)
    assert not carries_credentials(column)


@pytest.mark.parametrize(
    "piece",
    [
        "token",
        '"token',
        "eyJ",
        "eyJaaaaaa.",
        "a.",
        "a://b:",
        '"',
        "\\",
        '\\"',
        "basic ",
        "bearer",
        "password=",
        '"password":"',
        "'",
        "-",
        "pä/ss",
        "pä/s",
    ],
)
def test_a_hostile_text_does_not_hang_the_search(piece: str) -> None:
    made = redactor("pä/ss\\word", "0123456789")
    with no_hang():  # in quadratic time this takes many minutes
        assert made.text(piece * (2_000_000 // len(piece)))


def test_a_megabyte_of_ordinary_text_stays_as_it_is() -> None:
    made = redactor("pä/ss\\word", "0123456789")
    text = '{"id": 7, "note": "hello token world", "at": "2026-01-01"},\n' * 17_000
    with no_hang():
        assert made.text(text) == text


def statement(text: str, *params: str | None) -> SqlStatement:
    return SqlStatement(text=text, kind="write", params=params, connection=1, transaction=1)


def test_a_statement_that_names_a_secret_column_shows_no_value() -> None:
    text = "UPDATE users SET password_hash = 'abc''d', name = $1 WHERE id = $2"
    shown = Redactor().statement(statement(text, "Ada", None))
    assert shown.text == f"UPDATE users SET password_hash = '{HIDDEN}', name = $1 WHERE id = $2"
    assert shown.params == (HIDDEN, None)


def test_other_statements_show_theirs_but_for_declared_secrets() -> None:
    redactor = Redactor()
    redactor.add("key", "s3cr3t-value")
    shown = redactor.statement(statement("SELECT $1, $2, 's3cr3t-value'", "7", "s3cr3t-value"))
    assert (shown.text, shown.params) == ("SELECT $1, $2, '‹key›'", ("7", "‹key›"))

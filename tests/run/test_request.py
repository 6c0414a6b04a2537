"""What goes over the wire of a template whose references are resolved."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from seamline.errors import SpecError
from seamline.model.case import RequestTemplate
from seamline.model.exchange import Request
from seamline.run.request import build


def sent(key: str = "GET /a", base: str = "", **template: Any) -> Request:
    return build(key, RequestTemplate(**template), (("Authorization", "Bearer t"),), base)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("..", ".."),
        ("ü 🙂", "%C3%BC%20%F0%9F%99%82"),
        ("\ud800", "%ED%A0%80"),
        ("\r\nX: y", "%0D%0AX%3A%20y"),
        (7, "7"),
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        ("", ""),
    ],
)
def test_a_path_value_stays_one_segment(value: Any, written: str) -> None:
    assert sent("GET /a/{id}/b", path={"id": value}).target == f"/a/{written}/b"


@pytest.mark.parametrize(("path", "said"), [({}, "has no value"), ({"id": None}, "is null")])
def test_a_path_parameter_without_a_value_is_an_error_of_the_spec(
    path: dict[str, Any], said: str
) -> None:
    with pytest.raises(SpecError, match=rf"GET /a/{{id}}: the path parameter {{id}} {said}"):
        sent("GET /a/{id}", path=path)


def test_a_literal_path_is_sent_as_written_and_made_fit_for_http() -> None:
    assert sent("GET /a:b/c%20d/e f/ü", base="/v 1").target == "/v%201/a:b/c%20d/e%20f/%C3%BC"


def test_queries_repeat_lists_and_leave_nulls_out() -> None:
    query = {"a": [1, None, "x y"], "b": None, "c": "&=", "d": {"k": True}, "e": "\udfff"}
    assert sent(query=query).target == "/a?a=1&a=x%20y&c=%26%3D&d=%7B%22k%22%3Atrue%7D&e=%ED%BF%BF"
    assert sent(query={"a": None}).target == "/a"


def test_json_is_exact() -> None:
    request = sent("POST /a", json={"n": 10**30, "d": Decimal("0.10"), "t": "\0é"})
    assert request.body == b'{"n":1000000000000000000000000000000,"d":0.10,"t":"\\u0000\xc3\xa9"}'
    assert ("Content-Type", "application/json") in request.headers


def test_half_a_surrogate_pair_is_sent_as_an_escape() -> None:
    body = sent("POST /a", json={"t": "\ud800", "d": Decimal("0.5")}).body
    assert body is not None
    assert b"\\ud800" in body
    assert json.loads(body) == {"t": "\ud800", "d": 0.5}


def test_forms_and_bodies_have_the_type_that_is_asked_for() -> None:
    form = sent("POST /a", form={"a": ["x", "y"], "b": "\ud800"})
    assert form.body == b"a=x&a=y&b=%ED%A0%80"
    assert form.headers[-1] == ("Content-Type", "application/x-www-form-urlencoded")
    assert sent("POST /a", body="<a/>", media_type="text/xml").headers[-1] == (
        "Content-Type",
        "text/xml",
    )
    own = sent("POST /a", json={}, headers={"content-type": "application/merge-patch+json"})
    assert [v for n, v in own.headers if n.lower() == "content-type"] == [
        "application/merge-patch+json"
    ]
    assert sent("POST /a", body="x").headers == (("Authorization", "Bearer t"),)


def test_headers_of_a_case_win_over_those_of_its_identity() -> None:
    request = sent(headers={"authorization": "Other", "X-None": None, "X-N": 7, "X-U": "tschüß"})
    assert request.headers == (("authorization", "Other"), ("X-N", "7"), ("X-U", "tschüß"))


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-A": "secret\r\nX-B: y"}, "the value of the header X-A holds U+000D"),
        ({"X-A": "secret\n"}, "the value of the header X-A holds U+000A"),
        ({"X-A": "secret\0"}, "the value of the header X-A holds U+0000"),
        ({"X-A": "secret\ud800"}, "the value of the header X-A holds U+D800"),
        ({"X A": "secret"}, "'X A' cannot be the name of a header"),
        ({"": "secret"}, "'' cannot be the name of a header"),
    ],
)
def test_what_http_cannot_carry_in_a_header_is_an_error_that_shows_no_value(
    headers: dict[str, str], said: str
) -> None:
    with pytest.raises(SpecError) as caught:
        sent(headers=headers)
    assert str(caught.value).startswith(f"GET /a: {said}")
    assert "secret" not in str(caught.value)

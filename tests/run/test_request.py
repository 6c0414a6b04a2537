"""What goes over the wire of a template whose references are resolved."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from seamline.errors import SpecError
from seamline.model.case import Attachment, RequestTemplate
from seamline.model.exchange import Request
from seamline.openapi.operation import Operation, Parameter
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


def declares(
    place: str, style: str, explode: bool, kind: str = "array", media: str = ""
) -> Operation:
    parameter = Parameter(
        name="p",
        place=place,
        required=False,
        schema={"type": kind},
        style=style,
        explode=explode,
        media=media,
    )
    return Operation(
        method="GET", path="/a", operation_id="", parameters=(parameter,), answers={}, security=()
    )


LIST, OBJECT, ONE = ["x y", "b", 3], {"k": "v w", "n": 1}, "o/e"


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        # OpenAPI 3.1, 4.8.12.4 and RFC 6570
        ("simple", False, LIST, "x%20y,b,3"),
        ("simple", True, LIST, "x%20y,b,3"),
        ("simple", False, OBJECT, "k,v%20w,n,1"),
        ("simple", True, OBJECT, "k=v%20w,n=1"),
        ("label", False, ONE, ".o%2Fe"),
        ("label", False, LIST, ".x%20y,b,3"),
        ("label", True, LIST, ".x%20y.b.3"),
        ("label", False, OBJECT, ".k,v%20w,n,1"),
        ("label", True, OBJECT, ".k=v%20w.n=1"),
        ("matrix", False, ONE, ";p=o%2Fe"),
        ("matrix", False, LIST, ";p=x%20y,b,3"),
        ("matrix", True, LIST, ";p=x%20y;p=b;p=3"),
        ("matrix", False, OBJECT, ";p=k,v%20w,n,1"),
        ("matrix", True, OBJECT, ";k=v%20w;n=1"),
    ],
)
def test_path_parameters_have_the_style_that_is_declared(
    style: str, explode: bool, value: Any, written: str
) -> None:
    kind = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"
    known = declares("path", style, explode, kind)
    template = RequestTemplate(path={"p": value})
    assert build("GET /a/{p}", template, (), known=known).target == f"/a/{written}"


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("form", True, LIST, "p=x%20y&p=b&p=3"),
        ("form", False, LIST, "p=x%20y,b,3"),
        ("form", True, OBJECT, "k=v%20w&n=1"),
        ("form", False, OBJECT, "p=k,v%20w,n,1"),
        ("spaceDelimited", False, LIST, "p=x%20y%20b%203"),
        ("pipeDelimited", False, LIST, "p=x%20y%7Cb%7C3"),
        ("spaceDelimited", True, LIST, "p=x%20y&p=b&p=3"),
        ("deepObject", True, OBJECT, "p%5Bk%5D=v%20w&p%5Bn%5D=1"),
        ("deepObject", True, {"a": {"b": [1, 2]}}, "p%5Ba%5D%5Bb%5D=1&p%5Ba%5D%5Bb%5D=2"),
        ("form", True, ONE, "p=o%2Fe"),
    ],
)
def test_query_parameters_have_the_style_that_is_declared(
    style: str, explode: bool, value: Any, written: str
) -> None:
    known = declares("query", style, explode, "object" if isinstance(value, dict) else "array")
    template = RequestTemplate(query={"p": value, "other": [1, 2]})
    assert build("GET /a", template, (), known=known).target == f"/a?{written}&other=1&other=2"


def test_a_parameter_with_a_media_type_is_json() -> None:
    known = declares("query", "form", True, "object", media="application/json")
    template = RequestTemplate(query={"p": {"k": [1]}})
    assert build("GET /a", template, (), known=known).target == "/a?p=%7B%22k%22%3A%5B1%5D%7D"


def test_headers_and_cookies_have_their_styles_too() -> None:
    template = RequestTemplate(headers={"P": LIST})
    known = declares("header", "simple", False)
    assert build("GET /a", template, (), known=known).headers == (("P", "x y,b,3"),)
    credentials = (("Cookie", "session=s; p=old"), ("X", "1"))
    known = declares("cookie", "form", False)
    sent_by_ann = build("GET /a", RequestTemplate(cookies={"p": LIST}), credentials, known=known)
    assert sent_by_ann.headers == (("X", "1"), ("Cookie", "session=s; p=x%20y,b,3"))
    assert sent(cookies={"a": None}).headers == (("Authorization", "Bearer t"),)


def test_a_form_with_files_is_multipart_and_always_the_same_bytes() -> None:
    template: dict[str, Any] = {
        "form": {"title": "Zoë", "tags": ["a", "b"], "meta": {"k": 1}, "none": None},
        "files": {
            'fi"le': Attachment(name="a\n.png", media_type="image/png", base64="AAH/"),
            "text": Attachment(text="hi"),
        },
    }
    request = sent("POST /a", **template)
    media, _, boundary = request.headers[-1][1].partition("; boundary=")
    assert media == "multipart/form-data"
    assert request.body is not None
    parts = request.body.split(f"--{boundary}".encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    assert parts[1] == b'\r\nContent-Disposition: form-data; name="title"\r\n\r\nZo\xc3\xab\r\n'
    assert b'name="meta"\r\nContent-Type: application/json\r\n\r\n{"k":1}\r\n' in parts[4]
    assert b'name="fi%22le"; filename="a%0A.png"\r\nContent-Type: image/png' in parts[5]
    assert b"\r\n\r\n\x00\x01\xff\r\n" in parts[5]
    assert len(parts) == 8
    assert sent("POST /a", **template) == request
    plain = sent("POST /a", form={"a": 1}, media_type="multipart/form-data")
    assert plain.headers[-1][1].startswith("multipart/form-data; boundary=")


def test_a_file_that_is_no_base64_is_an_error_of_the_spec() -> None:
    with pytest.raises(SpecError, match="POST /a: the file 'f' is no base64"):
        sent("POST /a", files={"f": Attachment(base64="?")})

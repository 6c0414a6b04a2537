"""Content type and schema of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from .world import ORDER, abstains, answers, applies, context, exchange, found, look

TYPE, SCHEMA = "contentType", "responseSchema"
JSON = {"application/json": {"$ref": "#/components/schemas/Order"}}
GOOD: dict[str, Any] = {"id": 1, "total": "2.00"}
OK = context(answers(s200=JSON))


def typed(content_type: str) -> dict[str, str]:
    return {"content-type": content_type}


def test_html_where_json_is_documented_is_found() -> None:
    x = exchange(body=b"<p>hello</p>", headers=typed("text/html; charset=utf-8"))
    (finding,) = found(TYPE, x, OK)
    assert finding.actual == "text/html; charset=utf-8"


def test_a_body_without_content_type_is_found() -> None:
    assert found(TYPE, exchange(body=b"hello", headers={}), OK)


@pytest.mark.parametrize(
    "body", [b"{", b"", b"NaN", b"{'a': 1}", b'{"a": Infinity}', b"\xff", b"{} {}"]
)
def test_json_that_is_none_is_found(body: bytes) -> None:
    x = exchange(body=body, headers=typed("application/json"))
    assert (found(TYPE, x, OK)[0].detail == "body") if body else not applies(TYPE, x, OK)


@pytest.mark.parametrize(
    "body",
    [
        b'"\\ud83d"',
        b"1e400",
        b"123456789012345678901234567890",
        b" 1 ",
        b'{"a":1,"a":2}',
        b"[" * 300 + b"]" * 300,
    ],
)
def test_odd_json_is_json(body: bytes) -> None:
    assert not found(TYPE, exchange(body=body, headers=typed("application/json")), OK)


@pytest.mark.parametrize(
    ("documented", "sent"),
    [
        ("application/json", "application/json; charset=utf-8"),
        ("application/json; charset=utf-8", "application/json"),
        ("Application/JSON", "application/json"),
        ("application/json", "Application/Json"),
        ("*/*", "application/json"),  # springdoc
        ("application/*", "application/json"),
        ("application/*+json", "application/problem+json"),
        ("image/*", "image/png"),
        ("text/csv;charset=utf-8", "text/csv"),
    ],
)
def test_media_types_are_compared_without_case_parameters_and_by_range(
    documented: str, sent: str
) -> None:
    x = exchange(body=b"1", headers=typed(sent))
    assert not found(TYPE, x, context(answers(s200={documented: {}})))


@pytest.mark.parametrize(
    ("documented", "sent"), [("image/*", "text/html"), ("application/*+json", "application/xml")]
)
def test_a_media_type_outside_the_range_is_found(documented: str, sent: str) -> None:
    assert found(
        TYPE, exchange(body=b"1", headers=typed(sent)), context(answers(s200={documented: {}}))
    )


@pytest.mark.parametrize("responses", [answers(s200=JSON), answers(s404=None)])
def test_an_undocumented_status_or_body_is_not_judged(responses: dict[str, Any]) -> None:
    x = exchange(status=404, body={"detail": "Not Found"})
    assert abstains(TYPE, x, context(responses))
    assert abstains(SCHEMA, x, context(responses))


@pytest.mark.parametrize("key", ["s404", "s4XX", "s4xx", "sdefault"])
def test_ranges_and_default_document_a_status(key: str) -> None:
    documented = context(answers(**{key: JSON}))
    assert found(SCHEMA, exchange(status=404, body={"detail": "x"}), documented)
    assert not found(SCHEMA, exchange(status=404, body=GOOD), documented)


def test_the_exact_status_wins_over_its_range() -> None:
    documented = context(answers(s4XX=JSON, s404={"application/json": {}}))
    assert not found(SCHEMA, exchange(status=404, body={"detail": "x"}), documented)


def test_a_redirects_note_is_not_what_default_documents() -> None:
    # Django's APPEND_SLASH and Flask answer a redirect with a line of HTML.
    documented = context(answers(sdefault=JSON))
    x = exchange(status=308, body=b"<p>Moved", headers=typed("text/html"))
    assert not applies(TYPE, x, documented)
    assert not applies(SCHEMA, x, documented)
    assert found(TYPE, x, context(answers(s308=JSON)))


@pytest.mark.parametrize(
    ("key", "status"),
    [("HEAD /orders/{id}", 200), ("GET /orders/{id}", 204), ("GET /orders/{id}", 304)],
)
def test_no_body_is_asked_of_head_204_and_304(key: str, status: int) -> None:
    documented = context(answers(**{f"s{status}": JSON}), key)
    assert not applies(TYPE, exchange(key, status), documented)
    assert not applies(SCHEMA, exchange(key, status), documented)


def test_a_body_that_breaks_its_schema_is_found_once_per_place() -> None:
    many = context(answers(s200={"application/json": {"type": "array", "items": ORDER}}))
    found_in = found(SCHEMA, exchange(body=[{"id": 1}, {"id": 2}, {"id": "3", "total": "1"}]), many)
    assert [f.detail for f in found_in] == ["200 #/*", "200 #/*/id"]


def test_an_id_as_a_key_is_not_part_of_a_findings_identity() -> None:
    keyed = context(
        answers(s200={"application/json": {"additionalProperties": {"type": "integer"}}})
    )
    ids = {
        found(SCHEMA, exchange(body={key: "x"}), keyed)[0].id
        for key in ("3f2b8a54-0d8e-4a1b-9a39-3f0c12345678", "17", "507f1f77bcf86cd799439011")
    }
    assert len(ids) == 1


def test_a_body_that_keeps_to_its_schema_is_not_found() -> None:
    assert not found(SCHEMA, exchange(body=GOOD), OK)
    assert not found(SCHEMA, exchange(body={**GOOD, "more": None}), OK)


def test_an_empty_body_where_a_schema_is_promised_is_found() -> None:
    assert found(SCHEMA, exchange(body=b""), OK)[0].detail == "200 no body"


def test_an_empty_body_where_anything_is_promised_is_not_found() -> None:
    # FastAPI documents a schema `{}` for an operation that returns a bare Response.
    assert not found(SCHEMA, exchange(body=b""), context(answers(s200={"application/json": {}})))


def test_an_empty_error_is_not_judged() -> None:
    # Spring Security answers 401 without a body.
    assert abstains(SCHEMA, exchange(status=401, body=b""), context(answers(sdefault=JSON)))


@pytest.mark.parametrize(
    ("body", "headers", "more"),
    [
        (b"<p>", typed("text/html"), {}),
        (b'{"id": 1', typed("application/json"), {"cut": True}),
        (b"{", typed("application/json"), {}),
        (b'{"id":1}\n{"id":2}', typed("application/x-ndjson"), {}),
    ],
)
def test_what_cannot_be_held_against_a_schema_is_not_judged(
    body: bytes, headers: dict[str, str], more: dict[str, Any]
) -> None:
    any_json = context(answers(s200={**JSON, "application/x-ndjson": ORDER}))
    assert abstains(SCHEMA, exchange(body=body, headers=headers, **more), any_json)


@pytest.mark.parametrize(
    "ref",
    ["#/nowhere", "https://example.org/x.json", "other.yaml#/Order", "#/components/schemas/Loop"],
)
def test_a_schema_that_cannot_be_used_judges_nothing(ref: str) -> None:
    responses = answers(s200={"application/json": {"$ref": ref}})
    findings, _ = look(SCHEMA, exchange(body=GOOD), context(responses))
    assert not findings


def test_schemas_that_only_parameters_tell_apart_are_chosen_by_them_or_not_at_all() -> None:
    versions = context(
        answers(
            s200={
                "application/json;v=1": {"type": "string"},
                "application/json; v=2": {"type": "integer"},
            }
        )
    )
    assert not found(SCHEMA, exchange(body=2, headers=typed("application/json; v=2")), versions)
    assert found(SCHEMA, exchange(body=2, headers=typed("application/json;v=1")), versions)
    assert abstains(SCHEMA, exchange(body=2, headers=typed("application/json")), versions)


def test_no_document_no_judgement() -> None:
    assert not applies(TYPE, exchange(body=GOOD), context())
    assert not applies(SCHEMA, exchange(body=GOOD), context())


def test_half_a_surrogate_pair_in_a_body_breaks_no_schema() -> None:
    x = exchange(body=b'{"id": 1, "total": "\\ud83d"}', headers=typed("application/json"))
    assert not look(SCHEMA, x, OK)[0]


def one_of(*schemas: Any) -> Any:
    return context(answers(s200={"application/json": {"oneOf": list(schemas)}}))


NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def test_an_answer_that_fits_two_of_a_one_of_is_a_warning() -> None:
    """Documents made from code write `oneOf` for unions whose members do not exclude each other."""
    (finding,) = found(SCHEMA, exchange(body={"name": "a"}), one_of(NAMED, {**NAMED, "title": "B"}))
    assert finding.severity == "warning"
    assert finding.title == "200 answer fits several alternatives of a oneOf"


def test_an_answer_that_fits_none_of_a_one_of_is_an_error() -> None:
    (finding,) = found(SCHEMA, exchange(body={"name": 1}), one_of(NAMED, {"type": "integer"}))
    assert finding.severity == "error"

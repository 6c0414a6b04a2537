"""Valid input, refused and accepted; errors beside those that the document describes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.checks.valid_input_accepted import EXAMPLE
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.openapi.document import parse
from seamline.openapi.error_shape import ErrorShape, error_shape
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas

from .world import abstains, answers, applies, context, exchange, found

VALID, SHAPE = "validInputAccepted", "errorShapeConsistent"
POST = "POST /orders"
SCHEMA = {
    "type": "object",
    "properties": {
        "percent": {"type": "integer", "minimum": 1, "maximum": 90},
        "lines": {"type": "array", "items": {"properties": {"kind": {"enum": ["a", "b"]}}}},
        "code": {"type": "string", "maxLength": 3},
        "title": {"type": "string", "maxLength": 3},
        "day": {"type": "string", "format": "date", "maxLength": 3},
    },
}


def told() -> Context:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}
    node = {
        "requestBody": {"content": content},
        "parameters": [
            {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 100}}
        ],
        "responses": {},
    }
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"New": SCHEMA}},
        "paths": {"/orders": {"post": node}},
    }
    document = parse(json.dumps(raw).encode(), "openapi.json")
    known = operations(document)[POST]
    return msgspec.structs.replace(context(), operation=known, schemas=BodySchemas(document))


def refused(where: str, sent: Any, status: int = 422, body: Any = None, **more: Any) -> Exchange:
    scenario = more.pop("scenario", "valid-object")
    twist = Twist(scenario=scenario, what="x", where=where, valid=True)
    said = {"errors": [where]} if body is None else body
    return exchange(POST, status, said, sent=sent, twist=twist, **more)


@pytest.mark.parametrize(
    ("where", "sent", "bound"),
    [
        ("body/percent", {"percent": 90}, "the maximum"),
        ("body/percent", {"percent": 1}, "the minimum"),
        ("body/lines/0/kind", {"lines": [{"kind": "b"}]}, "an enum value"),
        ("body/title", {"title": "abc"}, "the longest text"),
    ],
)
def test_a_bound_that_is_refused_by_name_is_a_warning(where: str, sent: Any, bound: str) -> None:
    (finding,) = found(VALID, refused(where, sent), told())
    assert (finding.severity, finding.detail) == ("warning", f"{bound} {where}")


def test_a_bound_of_a_query_parameter_counts_too() -> None:
    x = refused("query size", {}, target="/orders?size=100")
    assert found(VALID, x, told())
    assert abstains(VALID, refused("query size", {}, target="/orders?size=99"), told())


@pytest.mark.parametrize(
    ("where", "sent", "body"),
    [
        ("body/percent", {"percent": 50}, None),
        ("body/code", {"code": "abc"}, None),
        ("body/day", {"day": "abc"}, None),
        ("body/percent", {"percent": 90}, {"detail": "not enough stock"}),
        ("body/gone", {"percent": 90}, None),
    ],
)
def test_what_may_be_refused_for_what_it_means_is_not_judged(
    where: str, sent: Any, body: Any
) -> None:
    assert abstains(VALID, refused(where, sent, body=body), told())


def test_accepted_and_conflicting_input_is_right() -> None:
    for status in (201, 401, 404, 409, 500):
        assert not found(VALID, refused("body/percent", {"percent": 90}, status), told())
    assert not applies(VALID, refused("path id", {}), told())


def test_the_own_example_of_a_document_must_be_accepted() -> None:
    (finding,) = found(VALID, refused("body", {"percent": 5}, scenario=EXAMPLE), told())
    assert finding.severity == "error"
    (finding,) = found(VALID, refused("body", {"product_id": 5}, scenario=EXAMPLE), told())
    assert finding.severity == "warning"


PROBLEM = {"type": "object", "required": ["title", "status"]}
MEDIA = "application/problem+json"


def shape_of(schemas: dict[str, Any]) -> ErrorShape | None:
    responses = {s: {"content": {m: {"schema": schema}}} for s, (m, schema) in schemas.items()}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/orders": {"post": {"responses": responses}}},
    }
    document = parse(json.dumps(raw).encode(), "openapi.json")
    return error_shape(document, operations(document).values())


def test_a_document_has_a_shape_only_where_several_statuses_share_it() -> None:
    same = dict.fromkeys(("401", "404", "409", "422"), (MEDIA, PROBLEM))
    assert shape_of(same) == ErrorShape(media=MEDIA, required=frozenset(["title", "status"]))
    assert shape_of(dict.fromkeys(("401", "422"), (MEDIA, PROBLEM))) is None
    assert shape_of({**same, "400": ("application/json", {}), "403": (MEDIA, {})}) is None
    assert shape_of(dict.fromkeys(("401", "404", "409"), (MEDIA, {"type": "object"}))) is None


def shaped() -> Context:
    shape = ErrorShape(media=MEDIA, required=frozenset(["title", "status"]))
    return context(answers(s200=None, s404={MEDIA: PROBLEM}), error_shape=shape)


def test_an_error_in_another_shape_is_a_warning_and_info_where_a_server_answers_itself() -> None:
    (finding,) = found(SHAPE, exchange(status=410, body={"error": "gone"}), shaped())
    assert finding.severity == "warning"
    (finding,) = found(SHAPE, exchange(status=405, body={"error": "no"}), shaped())
    assert finding.severity == "info"


def test_an_error_in_the_shape_is_right_and_a_described_one_is_for_other_checks() -> None:
    right = {"title": "Gone", "status": 410, "more": 1}
    assert not found(
        SHAPE, exchange(status=410, body=right, headers={"content-type": MEDIA}), shaped()
    )
    assert not applies(SHAPE, exchange(status=404, body={"error": "no"}), shaped())
    assert not applies(SHAPE, exchange(status=410, body={}), context(answers(s200=None)))

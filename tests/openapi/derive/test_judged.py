from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.openapi.derive.coverage import Sample
from seamline.openapi.derive.edit import Edit
from seamline.openapi.derive.judged import Judge
from seamline.openapi.document import parse
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas

ETAG = {"type": "string", "pattern": '^"[0-9]+"$'}


def valid(value: Any, *, required: bool = False, place: Any = "headers") -> bool | None:
    """What the document says of a value of one parameter."""
    name = "If-Match" if place == "headers" else "tag"
    parameter = {
        "name": name,
        "in": place.removesuffix("s"),
        "required": required,
        "schema": ETAG,
    }
    operation = {"parameters": [parameter], "responses": {"200": {"description": "ok"}}}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": operation}},
    }
    document = parse(msgspec.json.encode(raw), "t")
    (known,) = operations(document).values()
    edit = Edit(place=place, at=(name,), value=value, scenario="x", what="x")
    judged = Judge(BodySchemas(document, "request")).judged(known, Sample(), edit)
    assert judged is not None
    return judged.valid


@pytest.mark.parametrize("place", ["headers", "query"])
def test_a_parameter_without_a_value_may_count_as_left_out(place: Any) -> None:
    assert valid("", place=place) is None
    assert valid("", place=place, required=True) is False
    assert valid("abc", place=place) is False


def test_blanks_around_a_header_are_no_part_of_it() -> None:
    assert valid(' "7" ') is True
    assert valid(' "7" ', place="query") is False

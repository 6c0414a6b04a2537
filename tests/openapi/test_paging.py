"""Which query parameters ask for a list in parts."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.openapi.operation import Operation, Parameter
from seamline.openapi.paging import next_cursor, paging_of

INTEGER: dict[str, Any] = {"type": "integer"}


def paging(**schemas: Any) -> Any:
    parameters = tuple(
        Parameter(name=name, place="query", required=False, schema=schema)
        for name, schema in schemas.items()
    )
    return paging_of(
        Operation(
            method="GET", path="/", operation_id="", parameters=parameters, answers={}, security=()
        )
    )


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("limit", "offset"), "offset"),
        (("perPage", "page"), "page"),
        (("page_size", "page_number"), "page"),
        (("_limit", "_offset"), "offset"),
    ],
)
def test_sizes_and_places_are_known_by_name(names: tuple[str, str], kind: str) -> None:
    found = paging(**dict.fromkeys(names, INTEGER))
    assert (found.size, found.turn, found.kind) == (*names, kind)
    assert (found.least, found.most) == (1, 100)


def test_bounds_and_the_first_page_come_from_the_schema() -> None:
    found = paging(size={**INTEGER, "maximum": 5000, "minimum": 5}, page={**INTEGER, "minimum": 0})
    assert (found.least, found.most, found.first) == (5, 1000, 0)
    optional = {"anyOf": [{"type": "null"}, INTEGER]}
    assert paging(limit=optional, cursor={"type": "string"}).kind == "cursor"


def test_without_both_there_is_no_paging() -> None:
    assert paging(limit=INTEGER) is None
    assert paging(page=INTEGER) is None
    assert paging(limit={"type": "string"}, page=INTEGER) is None
    assert paging(limit={**INTEGER, "maximum": 1}, page=INTEGER) is None


def test_the_next_cursor_is_known_by_name() -> None:
    assert next_cursor(["items", "nextPageToken"]) == "nextPageToken"
    assert next_cursor(["items", "next"]) is None

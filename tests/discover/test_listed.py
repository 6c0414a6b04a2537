from __future__ import annotations

from typing import Any

from seamline.discover.choice import Choice, Filled
from seamline.discover.listed import Listed, items_of, shape
from seamline.discover.values import fill
from seamline.openapi.table.match import Match

from .world import catalog, document, only, op, path_parameter, table

# One table holds every kind of thing, as in a document store: no name and no foreign key says which.
STORE = catalog(table("objects", "id:text parent:text kind:text", key="id"))
ROWS: dict[str, list[dict[str, Any]]] = {
    "objects": [
        {"id": "attic", "parent": "", "kind": "bucket"},
        {"id": "emma", "parent": "/buckets/attic", "kind": "book"},
        {"id": "shelf", "parent": "", "kind": "bucket"},
        {"id": "ulysses", "parent": "/buckets/shelf", "kind": "book"},
    ]
}
SHELF = {"$row": "objects[2].id"}
BUCKETS = Listed(items=({"id": "shelf"}, {"id": "attic"}))
BOOKS = Listed(items=({"id": "ulysses"},), path=(SHELF,), keys=(None,))


def filled(path: str, listed: dict[str, Listed], choice: Choice | None = None) -> Filled:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    found = document({path: {"get": op(parameters=[path_parameter(n, "string") for n in names])}})
    known = choice or Choice()
    return fill(only(found), found, Match(), STORE, ROWS, {}, known, listed)


def test_a_parameter_is_what_the_list_before_it_showed() -> None:
    path = filled("/buckets/{bucket_id}/history", {"/buckets": BUCKETS}).request["path"]
    assert path == {"bucket_id": SHELF}


def test_each_try_takes_the_next_item_then_a_made_one() -> None:
    listed = {"/buckets": BUCKETS}
    second = filled("/buckets/{id}", listed, Choice(variant=1)).request["path"]
    assert second == {"id": {"$row": "objects[0].id"}}
    third = filled("/buckets/{id}", listed, Choice(variant=2)).request["path"]
    assert third["id"] not in ("shelf", "attic") and isinstance(third["id"], str)


def test_what_stands_before_an_item_is_what_stood_before_its_list() -> None:
    listed = {"/buckets": Listed(items=({"id": "attic"},)), "/buckets/{}/books": BOOKS}
    path = filled("/buckets/{bucket_id}/books/{id}", listed).request["path"]
    assert path == {"bucket_id": SHELF, "id": {"$row": "objects[3].id"}}


def test_a_name_that_no_row_holds_stands_for_itself_and_a_generated_one_for_nothing() -> None:
    listed = {"/sections": Listed(items=({"name": "core"},))}
    assert filled("/sections/{section_name}", listed).request["path"] == {"section_name": "core"}
    number = Listed(items=({"name": "5ea00000-0000-4000-8000-000000000001"},))
    made = filled("/sections/{section_name}", {"/sections": number}).request["path"]
    assert made["section_name"] != "5ea00000-0000-4000-8000-000000000001"


def test_items_of_a_list_and_of_a_page() -> None:
    rows = [{"id": 1}]
    assert items_of(rows, "/x") == items_of({"data": rows, "total": 1}, "/x") == ({"id": 1},)
    page = {"links": [{"href": "/"}], "books": rows}
    assert items_of(page, "/books") == ({"id": 1},)
    assert items_of(page, "/shelves") == items_of([], "/x") == items_of(["a"], "/x") == ()


def test_paths_are_alike_whatever_their_parameters_are_called() -> None:
    assert shape("/buckets/{id}/books/") == shape("/buckets/{bucket_id}/books")

"""One edit put into a request: what it may touch, and what it leaves alone."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from seamline.model.case import Attachment, RequestTemplate
from seamline.openapi.derive.derive import derive
from seamline.openapi.derive.edit import Edit, Place
from seamline.openapi.document import parse
from seamline.openapi.operation import operations
from seamline.run.edited import apply

from ..openapi.derive.test_kinds import DOCUMENT


def edit(place: Place, value: Any, *at: str | int) -> Edit:
    return Edit(place=place, at=at, value=value, scenario="s", what="w")


def of_people(scenario: str) -> Edit:
    read = parse(json.dumps(DOCUMENT).encode(), "d.json")
    made = derive(read, operations(read))["PUT /people/{id}"]
    return next(e for e in made if e.scenario == scenario)


BASE = RequestTemplate(
    path={"id": {"$row": "people[0].id"}},
    query={"q": "abc", "own": 1},
    headers={"X-Trace": "t", "X-Own": "o"},
    json={
        "name": {"$join": ["A", "da"]},
        "age": 36,
        "colour": "red",
        "lines": [{"sku": "A", "gift": True}, {"sku": "B"}],
    },
)


def test_a_minimal_request_keeps_the_values_of_its_base_and_what_no_document_names() -> None:
    least = apply(BASE, of_people("minimal-valid"))
    assert least is not None
    assert least.path == BASE.path
    assert least.query == {"own": 1}
    assert least.headers == {"X-Own": "o"}
    assert least.json == {
        "name": {"$join": ["A", "da"]},
        "age": 36,
        "lines": [{"sku": "A"}, {"sku": "B"}],
    }


def test_a_full_request_has_every_property_and_keeps_what_was_there() -> None:
    full = apply(BASE, of_people("full-valid"))
    assert full is not None
    assert full.json["name"] == {"$join": ["A", "da"]}
    assert full.json["colour"] == "red"
    assert {"height", "born", "secret", "mail", "note"} <= full.json.keys()
    assert "id" not in full.json
    assert full.json["lines"][0] == {"sku": "A", "gift": True}
    assert full.json["lines"][1].keys() == {"sku", "gift"}
    assert full.query["q"] == "abc"
    assert "tags" in full.query


def test_fields_of_a_form_are_edited_like_properties() -> None:
    form = RequestTemplate(form={"a": 1, "b": 2}, files={"f": Attachment(text="x")})
    changed = apply(form, edit("body", "9", "a"))
    assert changed is not None
    assert (changed.form, changed.files) == ({"a": "9", "b": 2}, form.files)
    assert apply(form, edit("body", "text", "f")) is None
    gone = apply(form, edit("body", msgspec.UNSET, "f"))
    assert gone is not None
    assert (gone.form, gone.files) == (form.form, {})


def test_what_would_not_be_sent_is_no_edit() -> None:
    nothing: tuple[Any, ...] = (None, [])
    for value in nothing:
        assert apply(BASE, edit("query", value, "q")) is None
    assert apply(BASE, edit("path", "..", "id")) is None
    assert apply(BASE, edit("query", msgspec.UNSET, "absent")) is None

"""Edits: the difference of two values, put into the first one, is the second."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from seamline.model.case import RequestTemplate
from seamline.openapi.derive.edit import Edit, difference
from seamline.openapi.derive.judged import put
from seamline.run.edited import apply

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, "", "a", "é"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


def told(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(old=values, new=values)
def test_the_difference_put_into_the_old_value_gives_the_new_one(old: Any, new: Any) -> None:
    found = difference(old, new)
    if found is None:
        assert told(old) == told(new)
    else:
        assert told(put(old, *found)) == told(new)


@given(old=st.dictionaries(st.sampled_from("abc"), values, min_size=1), new=values)
def test_an_edit_of_a_body_changes_that_place_and_leaves_the_request_itself(
    old: dict[str, Any], new: Any
) -> None:
    way, value = difference(old, new) or ((), old)
    edit = Edit(place="body", at=way, value=value, scenario="x", what="x")
    before = told(old)
    changed = apply(RequestTemplate(json=old), edit)
    assert changed is not None
    assert told(changed.json) == told(new if difference(old, new) else old)
    assert told(old) == before


@given(edits=st.lists(st.tuples(st.lists(st.sampled_from(["a", 0, "b"]), max_size=2), values)))
def test_two_edits_have_one_name_only_where_they_are_equal(
    edits: list[tuple[list[Any], Any]],
) -> None:
    made = [Edit(place="body", at=tuple(w), value=v, scenario="x", what="x") for w, v in edits]
    by_name = {e.slug: told([e.at, e.value]) for e in made}
    assert len(by_name) == len({told([e.at, e.value]) for e in made})


def test_what_has_no_place_in_a_request_changes_nothing() -> None:
    request = RequestTemplate(
        path={"id": 1}, query={"q": "x"}, json={"item": {"$row": "items[0].id"}, "tags": ["a"]}
    )

    def with_(place: Any, at: tuple[Any, ...], value: Any = msgspec.UNSET) -> Any:
        return apply(request, Edit(place=place, at=at, value=value, scenario="x", what="x"))

    assert with_("query", ("page",)) is None  # not there, cannot be left out
    assert with_("path", ("id",)) is None  # a path without its parameter is another path
    assert with_("path", ("id",), "") is None
    assert with_("path", ("id",), "..") is None
    assert with_("body", ("item", "$row"), "y") is None  # inside a reference
    assert with_("body", ("tags", 1), "b") is None
    assert with_("body", ("absent", "x"), "b") is None
    assert with_("body", ("item",), 7).json == {"item": 7, "tags": ["a"]}
    assert with_("body", ("tags", 0)).json["tags"] == []
    assert with_("query", ("q",)).query == {}
    assert with_("body", ()).json is msgspec.UNSET

"""No edit of a person is ever lost, and what nobody touched follows the new generation."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.discover.json_page import WIDTH, page
from seamline.discover.merge import merge, same

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["x", "y", 1.0]))
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=3), max_leaves=8
)


def unique(items: Any, key: Any, least: int = 0) -> Any:
    return st.lists(items, max_size=4, min_size=least, unique_by=key)


CASES = st.fixed_dictionaries({"id": NAMES}, optional={"request": VALUES, "steps": VALUES})
ENDPOINTS = st.fixed_dictionaries(
    {"endpoint": st.sampled_from(["/a", "/b", "/c"]), "method": st.sampled_from(["GET", "POST"])},
    optional={
        "expectedStatus": st.integers(200, 203),
        "columns": st.dictionaries(NAMES, SCALARS, max_size=3),
        "cases": unique(CASES, lambda c: c["id"]),
    },
)
CHECKS = st.fixed_dictionaries(
    {"check": st.sampled_from(["range", "notNull"]), "column": NAMES},
    optional={"min": st.integers(0, 3)},
)
DOCUMENTS = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "endpoints": unique(ENDPOINTS, lambda e: (e["method"], e["endpoint"])),
        "tables": st.dictionaries(
            NAMES,
            st.fixed_dictionaries(
                {"checks": unique(CHECKS, lambda c: (c["check"], c["column"]))},
                optional={"proven": st.lists(NAMES, max_size=2)},
            ),
            max_size=3,
        ),
    },
)
ANYTHING = st.one_of(DOCUMENTS, VALUES)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items if isinstance(value, dict | list) else ():
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
        else:
            found.append((*path, key))
    return found


def named(path: tuple[Any, ...], document: Any) -> tuple[Any, ...]:
    """A path whose list positions are replaced by what the item is called."""
    named_path: list[Any] = []
    for key in path:
        document = document[key]
        names = ("method", "endpoint", "id", "check", "column")
        called = tuple(document.get(n) for n in names) if isinstance(document, dict) else ()
        if isinstance(key, int) and any(called):
            named_path.append(called)
        else:
            named_path.append(key)
    return tuple(named_path)


def look_up(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        if isinstance(key, tuple):
            names = ("method", "endpoint", "id", "check", "column")
            items = [
                i for i in document if isinstance(i, dict) and tuple(i.get(n) for n in names) == key
            ]
            if not items:
                raise KeyError(key)
            (document,) = items
        else:
            document = document[key]
    return document


@given(ANYTHING, ANYTHING)
def test_nothing_new_leaves_the_persons_file(base: Any, mine: Any) -> None:
    merged = merge(base, mine, base)
    assert json.dumps(merged.value) == json.dumps(mine)  # the order of keys too
    assert merged.conflicts == ()


@given(ANYTHING, ANYTHING)
def test_an_untouched_file_becomes_what_is_new(base: Any, theirs: Any) -> None:
    merged = merge(base, base, theirs)
    assert same(merged.value, theirs)
    assert merged.conflicts == ()


@given(ANYTHING, ANYTHING, ANYTHING)
def test_merging_again_changes_nothing(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge(base, mine, theirs).value
    again = merge(theirs, merged, theirs)
    assert json.dumps(again.value) == json.dumps(merged)
    assert again.conflicts == ()


@given(ANYTHING, ANYTHING, ANYTHING)
def test_what_goes_in_is_not_changed(base: Any, mine: Any, theirs: Any) -> None:
    before = copy.deepcopy((base, mine, theirs))
    merge(base, mine, theirs)
    assert json.dumps((base, mine, theirs)) == json.dumps(before)


@given(st.data(), DOCUMENTS, DOCUMENTS)
def test_an_edited_value_survives_whatever_is_generated(
    data: st.DataObject, base: Any, theirs: Any
) -> None:
    leaves = [
        p for p in places(base) if p[-1] not in ("endpoint", "method", "id", "check", "column")
    ]
    leaves = [p for p in leaves if not isinstance(p[-1], int)]
    path = data.draw(st.sampled_from(leaves))
    if isinstance(path[-1], str) and path[-1] in ("endpoints", "cases", "checks", "tables"):
        return
    mine = copy.deepcopy(base)
    holder = mine
    for key in path[:-1]:
        holder = holder[key]
    wanted = data.draw(st.sampled_from(["edited", ["edited"], {"edited": 1}]))
    holder[path[-1]] = wanted
    where = named(path, mine)
    merged = merge(base, mine, theirs).value
    if isinstance(wanted, dict):
        assert look_up(merged, where)["edited"] == 1
    else:
        assert same(look_up(merged, where), wanted)


@given(st.data(), DOCUMENTS, DOCUMENTS)
def test_what_was_deleted_stays_deleted_and_what_was_added_stays(
    data: st.DataObject, base: Any, theirs: Any
) -> None:
    endpoints = base.get("endpoints") or []
    added = {"endpoint": "/mine", "method": "PUT", "cases": [{"id": "mine"}]}
    gone = data.draw(st.sampled_from(endpoints)) if endpoints else None
    mine = {**base, "endpoints": [*(e for e in endpoints if e is not gone), added]}
    merged = merge(base, mine, theirs).value["endpoints"]
    assert added in merged
    if gone is not None:
        keys = [(e["method"], e["endpoint"]) for e in merged]
        assert (gone["method"], gone["endpoint"]) not in keys


@given(DOCUMENTS, DOCUMENTS)
def test_additions_of_the_new_generation_come_in(base: Any, theirs: Any) -> None:
    mine = {**base, "note": "mine"}
    merged = merge(base, mine, theirs).value
    old = {(e["method"], e["endpoint"]) for e in base.get("endpoints", ())}
    for entry in theirs.get("endpoints", ()):
        if (entry["method"], entry["endpoint"]) not in old:
            assert entry in merged["endpoints"]
    assert merged["note"] == "mine"


def test_both_changed_one_value_the_persons_wins_and_it_is_said() -> None:
    def of(status: int) -> Any:
        return {"endpoints": [{"endpoint": "/a", "method": "GET", "expectedStatus": status}]}

    merged = merge(of(200), of(201), of(202))
    assert merged.value == of(201)
    assert [str(c) for c in merged.conflicts] == [
        "endpoints[0].expectedStatus: kept yours (201); newly generated: 202"
    ]


def test_a_deletion_that_meets_a_change_is_said() -> None:
    merged = merge({"a": 1}, {}, {"a": 2})
    assert merged.value == {}
    assert [str(c) for c in merged.conflicts] == ["a: kept yours (nothing); newly generated: 2"]


def test_new_items_come_where_they_stand_in_the_new_file() -> None:
    def of(*names: str) -> Any:
        return {"endpoints": [{"endpoint": n, "method": "GET"} for n in names]}

    merged = merge(of("/a", "/c"), of("/c", "/a", "/mine"), of("/a", "/b", "/c", "/d"))
    assert merged.value == of("/c", "/d", "/a", "/b", "/mine")


def test_steps_and_plain_lists_are_one_value() -> None:
    def of(*steps: str) -> Any:
        cases = [{"id": "life", "steps": [{"use": s} for s in steps]}]
        return {"endpoints": [{"endpoint": "/a", "method": "GET", "cases": cases}]}

    merged = merge(of("a"), of("a", "mine"), of("a", "b"))
    assert merged.value == of("a", "mine")
    assert len(merged.conflicts) == 1


@pytest.mark.parametrize("method", ["get", "GET"])
def test_a_method_is_the_same_in_small_letters(method: str) -> None:
    base = {"endpoints": [{"endpoint": "/a", "method": "GET"}]}
    mine = {"endpoints": [{"endpoint": "/a", "method": method, "expectedStatus": 200}]}
    theirs = {"endpoints": [{"endpoint": "/a", "method": "GET", "operationId": "readA"}]}
    (entry,) = merge(base, mine, theirs).value["endpoints"]
    assert entry == {**mine["endpoints"][0], "operationId": "readA"}


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), (0, False), ([1], [True])])
def test_values_that_python_takes_for_equal_are_different_edits(one: Any, other: Any) -> None:
    assert not same(one, other)
    merged = merge({"a": one}, {"a": other}, {"a": one}).value
    assert json.dumps(merged) == json.dumps({"a": other})


@given(ANYTHING)
def test_a_page_is_json_and_stable(value: Any) -> None:
    text = page(value)
    assert same(json.loads(text), value)
    assert page(json.loads(text)) == text


def test_a_case_that_fits_stands_on_one_line() -> None:
    case = {"id": "a", "kind": "positive", "expect": {"status": 200}}
    long = {**case, "id": "b" * WIDTH}
    text = page({"endpoints": [{"endpoint": "/a", "method": "GET", "cases": [case, long]}]})
    assert '        {"id": "a", "kind": "positive", "expect": {"status": 200}},\n' in text
    assert '          "kind": "positive",\n' in text

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from seamline.errors import SpecError
from seamline.spec.reference import (
    Lookup,
    Reference,
    ReferenceProblem,
    parse,
    references_in,
    resolve,
)


class Known(Lookup):
    """Answers every lookup with what was asked."""

    def row(self, table: str, index: int, where: Mapping[str, Any], column: str) -> Any:
        return (table, index, dict(where), column)

    def answer(self, label: str, pointer: str) -> Any:
        if label == "gone":
            raise ReferenceProblem(f"$from: the answer of 'gone' has nothing at {pointer}")
        return {"#/id": 7, "#/list": [1], "#/none": None, "#/yes": True}[pointer]

    def identity(self, name: str, column: str) -> Any:
        return f"{name}/{column}"

    def env(self, name: str) -> str:
        return f"${name}"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"$row": "products[0].sku"}, ("products", 0, {}, "sku")),
        ({"$row": "sales.products[12].id"}, ("sales.products", 12, {}, "id")),
        (
            {"$row": {"table": "t", "where": {"sku": "A1", "n": None}, "column": "id"}},
            ("t", 0, {"sku": "A1", "n": None}, "id"),
        ),
        ({"$row": {"table": "t", "index": 2, "column": "id"}}, ("t", 2, {}, "id")),
        ({"$from": "created#/id"}, 7),
        ({"$identity": "customer.id"}, "customer/id"),
        ({"$env": "HOME"}, "$HOME"),
        ({"$join": ["/o/", {"$from": "x#/id"}, "?n=", 2]}, "/o/7?n=2"),
        ({"$join": [{"$join": ["a", "b"]}, {"$from": "x#/yes"}]}, "abtrue"),
        ({"$join": []}, ""),
    ],
)
def test_a_reference_becomes_what_it_names(written: Any, found: Any) -> None:
    assert resolve(written, Known()) == found
    assert resolve({"a": [1, written], "b": None}, Known()) == {"a": [1, found], "b": None}


def test_values_without_references_stay_as_they_are() -> None:
    value = {"a": [1, "x", None, Decimal("1.5")], "b": {"c": True}}
    assert resolve(value, Known()) == value
    assert list(references_in(value)) == []


def test_references_are_found_in_order_also_inside_a_join() -> None:
    value = [{"a": {"$env": "A"}}, {"$join": ["x", {"$from": "s#"}]}]
    assert [r.kind for r in references_in(value)] == ["env", "join", "from"]
    assert parse({"$from": "s#"}) == Reference(kind="from", label="s", pointer="#")


@pytest.mark.parametrize(
    ("part", "kind"), [("none", "null"), ("list", "a list")], ids=["null", "list"]
)
def test_a_join_takes_text_only(part: str, kind: str) -> None:
    with pytest.raises(ReferenceProblem, match=f"a part is {kind}, which is no text"):
        resolve({"$join": [{"$from": f"s#/{part}"}]}, Known())


def test_a_reference_that_points_nowhere_is_a_spec_error() -> None:
    with pytest.raises(SpecError, match="the answer of 'gone' has nothing at #/id"):
        resolve({"x": {"$from": "gone#/id"}}, Known())


def test_a_malformed_reference_is_not_sent_as_a_value() -> None:
    with pytest.raises(ReferenceProblem, match=r"'\$rwo' is no kind of reference"):
        resolve({"$rwo": "x"}, Known())

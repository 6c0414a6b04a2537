"""Which two requests are sent at once, and how sure it is that they are about the same rows."""

from __future__ import annotations

from typing import Any

from seamline.explore.schedules.explorer import spread
from seamline.explore.schedules.meeting import Callers, best, closeness, together, with_itself
from seamline.explore.schedules.pair import Base, bases_of

from ...run.lab import case, step

CALLERS = Callers({})


def base(operation: str, **request: Any) -> Base:
    return Base(case="c", step=step(operation, (200,), **request))


def test_a_change_of_several_properties_meets_itself_with_half_of_them_each() -> None:
    body = {"data": {"title": "a", "year": 1}, "permissions": {}}
    pairs = with_itself(base("PATCH /books/{id}", json=body), None, {}, CALLERS)
    halves = {p.what: (p.first.request.json, p.second.request.json) for p in pairs if not p.planned}
    assert halves == {
        "each another property": ({"data": body["data"]}, {"permissions": {}}),
        "each another property of data": ({"data": {"title": "a"}}, {"data": {"year": 1}}),
    }


def test_the_same_path_is_closer_than_a_part_of_it_and_that_than_none() -> None:
    put = base("PUT /books/{id}", path={"id": 1})
    others = ("PATCH /books/{id}", "POST /books/{id}/pages", "POST /authors/{id}")
    near = [together(put, base(o, path={"id": 2}), CALLERS) for o in others]
    assert [closeness(p) for p in near if p is not None] == [4, 2, 0]


def test_a_request_of_a_sequence_that_refers_to_none_before_it_is_sent_behind_them() -> None:
    made = step("PUT /notes/{key}", (200,), path={"key": "k"})
    gone = step("DELETE /notes/{key}", (204,), path={"key": "k"})
    found = best(bases_of([case(made, gone)]))
    assert found["DELETE /notes/{key}"].arrange == (made,)


def test_an_operation_that_has_met_others_is_less_likely_to_be_the_next() -> None:
    bases = [base(f"PUT {path}") for path in ("/a", "/b", "/c", "/d")]
    pairs = [
        pair
        for number, one in enumerate(bases)
        for other in bases[number + 1 :]
        if (pair := together(one, other, CALLERS)) is not None
    ]

    def order(*likely: int) -> list[str]:
        found = spread(list(zip(likely, pairs, strict=True)))
        return [p.first.operation[-1] + p.second.operation[-1] for p in found]

    assert order(5, 5, 5, 5, 5, 5) == ["ab", "cd", "ac", "bd", "ad", "bc"]
    assert order(9, 8, 7, 1, 1, 1) == ["ab", "ac", "ad", "bc", "bd", "cd"]

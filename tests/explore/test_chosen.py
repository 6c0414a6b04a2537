"""Which requests are swept: alone where they can be, else behind what they need."""

from __future__ import annotations

import msgspec

from seamline.explore.faults.chosen import case_of, chosen
from seamline.model.case import Case

from ..run.lab import case, step

CREATE = step("POST /orders", (201,))
PAY = step("PUT /orders/{id}/paid", (200,))
READ = step("GET /orders/{id}", (200,))
GONE = step("GET /orders/{id}", (404,))
DELETE = step("DELETE /orders/{id}", (204,))


def named(name: str, one: Case) -> Case:
    return msgspec.structs.replace(one, id=name)


ALONE = named("alone", case(CREATE, kind="positive"))
LIFE = named("life", case(CREATE, READ, PAY, DELETE, GONE))
PAID = named("paid", case(CREATE, PAY))
CASES = (LIFE, ALONE, PAID)


def test_alone_where_it_can_be_else_behind_what_it_needs() -> None:
    found = {o: [c.id for c in mine] for o, mine in chosen(CASES, ()).items()}
    assert found == {
        "POST /orders": ["alone"],
        "PUT /orders/{id}/paid": ["paid", "life"],
        "DELETE /orders/{id}": ["life"],
    }
    assert set(chosen(CASES, ["DELETE /orders/{id}"])) == {"DELETE /orders/{id}"}


def test_a_sequence_ends_with_the_request_that_is_swept() -> None:
    paying = case_of(CASES, "life", "PUT /orders/{id}/paid")
    assert paying is not None
    assert paying.subject == "PUT /orders/{id}/paid"
    assert paying.steps == (CREATE, READ, PAY)
    assert case_of(CASES, "alone", "POST /orders") == ALONE
    assert case_of(CASES, "life", "POST /orders") is None


def test_behind_a_refused_request_nothing_is_swept() -> None:
    assert chosen((case(GONE, DELETE),), ()) == {}

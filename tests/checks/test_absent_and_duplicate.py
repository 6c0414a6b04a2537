"""What is not there, and what is there already."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.model.case import Twist
from seamline.model.catalog import Catalog, UniqueKey
from seamline.model.exchange import Exchange

from .world import (
    CATALOG,
    answers,
    applies,
    column,
    context,
    deleted,
    exchange,
    found,
    inserted,
    updated,
)
from .world import table as a_table

ABSENT, DUPLICATE = "absentIs404", "duplicateRefused"
NOWHERE = Twist(scenario="absent", what="what no row has", where="path id")
PROMISED = answers(s200={"application/json": None}, s404=None)
AGAIN = Twist(scenario="again", what="the same request", where="a second time")
POST = "POST /coupons"


def test_an_answer_for_what_is_not_there_is_an_error_where_the_document_says_404() -> None:
    x = exchange(status=200, body={"id": 3}, twist=NOWHERE)
    (finding,) = found(ABSENT, x, context(PROMISED))
    assert (finding.severity, finding.detail) == ("error", "path id")
    (finding,) = found(ABSENT, x, context(answers(s200={"application/json": None})))
    assert finding.severity == "warning"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_any_refusal_is_right(status: int) -> None:
    assert not found(ABSENT, exchange(status=status, twist=NOWHERE), context(PROMISED))


@pytest.mark.parametrize("body", [[], {"items": [], "total": 0}])
def test_an_empty_list_of_what_is_not_there_is_right(body: Any) -> None:
    assert not found(ABSENT, exchange(body=body, twist=NOWHERE), context(PROMISED))
    assert found(ABSENT, exchange(body=None, twist=NOWHERE), context(PROMISED))


def test_put_may_make_it_and_delete_may_find_nothing() -> None:
    put, delete = "PUT /orders/{id}", "DELETE /orders/{id}"
    made = exchange(put, 200, changes=(inserted("orders"),), twist=NOWHERE)
    assert not found(ABSENT, made, context(PROMISED, put))
    other = exchange(put, 200, changes=(updated("orders", {"total": 1}, total=2),), twist=NOWHERE)
    assert found(ABSENT, other, context(PROMISED, put))
    (gone,) = found(ABSENT, exchange(delete, 204, twist=NOWHERE), context(PROMISED, delete))
    assert gone.severity == "info"
    audited = exchange(delete, 204, changes=(inserted("audit"),), twist=NOWHERE)
    (gone,) = found(ABSENT, audited, context(PROMISED, delete))
    assert gone.severity == "info"
    another = exchange(delete, 204, changes=(deleted("orders"),), twist=NOWHERE)
    (gone,) = found(ABSENT, another, context(PROMISED, delete))
    assert gone.severity == "error"


def coupons() -> Context:
    keys = (UniqueKey(name="coupons_code", columns=("code",)),)
    table = msgspec.structs.replace(a_table("coupons", column("code"), column("note")), unique=keys)
    catalog = Catalog(engine="postgresql", version="17", tables=(*CATALOG.tables, table))
    return context(key=POST, catalog=catalog)


def twice(status: int, sent: Any, body: Any = b"", **more: Any) -> Exchange:
    first = exchange(
        POST,
        201,
        {"id": 7},
        sent=sent,
        changes=(inserted("coupons", code="SPRING", note="x"),),
    )
    return exchange(POST, status, body, sent=sent, twist=AGAIN, earlier=(first,), **more)


def test_a_duplicate_that_ends_in_a_server_error_is_found_once() -> None:
    x = twice(500, {"code": "SPRING"})
    (finding,) = found(DUPLICATE, x, coupons())
    assert "coupons.code" in finding.title
    assert not [f for f in _no_server_error(x, coupons()) if f]


def _no_server_error(x: Exchange, c: Context) -> list[Any]:
    from .world import look

    findings, abstained = look("noServerError", x, c)
    assert abstained
    return list(findings)


def test_201_for_another_thing_that_was_not_written_is_found() -> None:
    assert found(DUPLICATE, twice(201, {"code": "SPRING"}, {"id": 8}), coupons())
    assert not found(DUPLICATE, twice(201, {"code": "SPRING"}, {"id": 7}), coupons())


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refused_duplicate_is_right(status: int) -> None:
    assert not found(DUPLICATE, twice(status, {"code": "SPRING"}), coupons())


def test_an_update_of_the_row_is_right() -> None:
    changed = (updated("coupons", {"code": "SPRING", "note": "x"}, note="y"),)
    assert not found(
        DUPLICATE, twice(200, {"code": "SPRING"}, {"id": 7}, changes=changed), coupons()
    )


def test_a_key_that_the_system_chose_itself_says_nothing() -> None:
    x = twice(500, {"note": "x"})
    assert not applies(DUPLICATE, x, coupons())
    assert found("noServerError", x, coupons())

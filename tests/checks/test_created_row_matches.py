from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.model.catalog import Table
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import (
    CATALOG,
    abstains,
    applies,
    column,
    context,
    exchange,
    found,
    inserted,
    updated,
)

NAME, POST = "createdRowMatches", "POST /orders"
MAPPED = context(
    columns={"#/id": "orders.id", "#/total": "orders.total", "#/status": "orders.status"}
)
ROW = {"status": "new", "total": Decimal("2.50"), "note": "hi", "user_id": 3, "country": "DE"}
ANSWER: dict[str, Any] = {"id": 7, "total": "2.50", "status": "new", "note": "hi"}


def created(
    body: Any = None,
    sent: Any = None,
    *,
    changes: tuple[RowChange, ...] | None = (inserted("orders", **ROW),),
    **more: Any,
) -> Exchange:
    status = more.pop("status", 201)
    return exchange(
        POST,
        status,
        ANSWER if body is None else body,
        sent=sent or {"note": "hi"},
        changes=changes,
        **more,
    )


def test_a_row_that_says_what_was_answered_is_right() -> None:
    assert not found(NAME, created(), MAPPED)


@pytest.mark.parametrize(
    ("pointer", "value"), [("total", "2.51"), ("status", "paid"), ("id", 8), ("total", None)]
)
def test_a_column_that_differs_from_the_answer_is_found(pointer: str, value: Any) -> None:
    (finding,) = found(NAME, created({**ANSWER, pointer: value}), MAPPED)
    assert finding.severity == "error"
    assert finding.detail == f"orders.{pointer}"


def test_a_column_that_the_answer_or_the_image_leaves_out_is_not_judged() -> None:
    assert not found(NAME, created({"id": 7}), MAPPED)
    assert not found(NAME, created(changes=(inserted("orders"),)), MAPPED)
    assert not found(NAME, created(b"created", headers={}), MAPPED)


def test_no_value_of_a_secret_column_is_repeated() -> None:
    secret = context(columns={"#/password": "orders.password"})
    (finding,) = found(
        NAME,
        created({"password": "hunter22"}, changes=(inserted("orders", password="$2b$x"),)),
        secret,
    )
    assert "hunter22" not in finding.expected + finding.title
    assert "$2b$" not in finding.actual


@pytest.mark.parametrize(
    "changes", [(), (inserted("orders", id=7), inserted("orders", id=8)), (inserted("audit"),)]
)
def test_201_without_a_row_or_with_two_is_found(changes: tuple[RowChange, ...]) -> None:
    (finding,) = found(NAME, created(changes=changes), context())
    assert finding.detail == "orders"


def test_two_rows_are_found_although_the_order_has_two_lines() -> None:
    twice = (inserted("orders", id=7), inserted("orders", id=8))
    assert found(NAME, created(sent={"lines": [1, 2]}, changes=twice), context())


@pytest.mark.parametrize(
    ("sent", "more"),
    [
        ([{"note": "a"}, {"note": "b"}], {}),
        ({"orders": [{"note": "a"}, {"note": "b"}]}, {}),
        ({"count": 2}, {}),
        (None, {"raw": b"note\na\nb\n"}),
    ],
)
def test_creation_of_several_at_once_is_not_judged(sent: Any, more: dict[str, Any]) -> None:
    twice = (inserted("orders", id=7), inserted("orders", id=8))
    x = exchange(
        POST, 201, {"created": 2}, changes=twice, **({"sent": sent} if sent else {}), **more
    )
    assert abstains(NAME, x, context())


def test_an_upsert_that_a_person_has_reviewed_may_update() -> None:
    x = created(status=200, changes=(updated("orders", {"note": "a"}, note="hi"),))
    assert not found(NAME, x, context(effects={"orders": "insert update"}))
    assert found(NAME, x, context(effects={"orders": "insert"}))


@pytest.mark.parametrize(
    ("x", "c"),
    [
        (created(changes=None), context()),
        (created(), context(resource=None)),
        (created(status=202, changes=()), context(effects={"orders": "insert"})),
        # NestJS answers 201 to every POST: a login creates nothing.
        (created(changes=()), context(resource="users", effects={"audit": "insert"})),
        (created(status=200, changes=(), kind="sequence"), context(effects={"orders": "insert"})),
        (
            created(changes=(), kind="sequence", request_headers={"Idempotency-Key": "k"}),
            context(effects={"orders": "insert"}),
        ),
        (
            exchange(
                "PUT /orders/{id}", 200, changes=(updated("orders", {"note": "a"}, note="b"),)
            ),
            context(effects={"orders": "insert"}),
        ),
    ],
)
def test_what_may_rightly_create_no_row_is_not_judged(x: Exchange, c: Context) -> None:
    assert abstains(NAME, x, c)


def test_only_creations_are_judged() -> None:
    assert not applies(NAME, exchange(POST, 200), context())
    assert not applies(NAME, exchange(POST, 409), context(effects={"orders": "insert"}))
    assert not applies(
        NAME, exchange("PATCH /orders/{id}", 200), context(effects={"orders": "insert"})
    )


def by_name(sent: dict[str, Any], answer: Any, **row: Any) -> list[str]:
    """Details of the warnings, where only names say which property is which column."""
    findings = found(NAME, created(answer, sent, changes=(inserted("orders", **row),)), context())
    assert all(f.severity == "warning" for f in findings)
    return [f.detail for f in findings]


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ("a long description", "a long desc"),
        ("Tom & Jerry", "Tom &amp; Jerry"),
        ("naïve", "naÃ¯ve"),
        ("007", "7"),
        (" trimmed ", "trimmed"),
        ("🎉", "?"),
        ("first", "last"),
        ("Ann@Example.com", "ann@example.com"),
    ],
)
def test_what_is_asked_and_answered_and_not_stored_is_a_warning(asked: str, stored: str) -> None:
    assert by_name({"note": asked}, {"note": asked}, note=stored) == ["orders.note"]


def test_what_is_normalised_and_answered_so_is_right() -> None:
    assert not by_name(
        {"note": " Ann@Example.COM "}, {"note": "ann@example.com"}, note="ann@example.com"
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda o: {"data": o},
        lambda o: {"order": o},
        lambda o: {"data": {"attributes": o, "type": "orders"}},
    ],
)
def test_a_resource_inside_an_envelope_is_looked_at(wrap: Any) -> None:
    assert by_name(
        wrap({"note": "long text", "total": 1}),
        wrap({"note": "long text", "total": 1}),
        note="long",
        total=1,
    ) == ["orders.note"]


def test_camel_case_is_the_column_in_snake_case() -> None:
    assert by_name({"unitPrice": "9.99"}, {"unitPrice": "9.99"}, unit_price=Decimal("10")) == [
        "orders.unit_price"
    ]


@pytest.mark.parametrize(
    ("name", "asked", "stored"),
    [
        ("password", "hunter22", "$2b$12$abcdefgh"),
        ("country", "Germany", "DE"),
        ("note", "in-progress", "IN_PROGRESS"),
        ("note", "active", "ACTIVE"),
        ("note", "123-45-6789", "gAAAAABkZm9vYmFyYmF6cXV4Zm9vYmFy"),  # encrypted
        ("status", "PENDING", "new"),  # the API's own label
        ("total", 2.5, Decimal("2.50")),
        ("total", "2.5", Decimal("2.50")),
        ("placed_at", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00+00:00"),
        ("note", None, ""),
        ("note", ["a"], "a"),
        ("user_id", "ann", 3),
        ("no_column", "a", "b"),
    ],
)
def test_what_may_be_kept_in_another_notation_is_right(name: str, asked: Any, stored: Any) -> None:
    assert not by_name({name: asked}, {name: asked}, **{name: stored})


def test_a_mapped_column_is_not_judged_by_name_as_well() -> None:
    x = created(
        {"total": "2.50"}, {"total": "2.50"}, changes=(inserted("orders", total=Decimal("3")),)
    )
    assert [f.severity for f in found(NAME, x, MAPPED)] == ["error"]


def test_another_row_of_the_same_table_is_no_second_creation() -> None:
    """Prefect's first work queue brings a default pool along, and that its own default queue."""
    default = inserted("orders", id=6, note="default", status="new")
    own = inserted("orders", id=7, note="hi", status="new")
    assert not found(NAME, created(changes=(default, own)), context())
    assert not found(NAME, created(changes=(default, own)), MAPPED)
    again = inserted("orders", id=8, note="hi", status="new")
    assert found(NAME, created(changes=(own, again)), context())
    assert found(NAME, created({"note": "hi"}, changes=(default, own)), context())


UUID = "cc73c951-a76f-4646-83e3-f9685d3911aa"


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        ({"id": UUID}, inserted("audit", id=UUID)),  # the key that was answered stands there
        ({"id": 7}, inserted("audit", text="hi")),  # what was asked stands there
    ],
)
def test_a_table_known_by_the_path_alone_may_be_another(answer: Any, row: RowChange) -> None:
    """Prefect's `/v2/concurrency_limits/` writes `concurrency_limit_v2`; `concurrency_limit` exists."""
    x = created(answer, {"text": "hi"}, changes=(row,))
    assert abstains(NAME, x, context())
    assert found(NAME, x, context(effects={"orders": "insert"}))


def test_a_log_row_is_no_created_row() -> None:
    x = created({"id": 7}, {"text": "hi"}, changes=(inserted("audit", text="created 7"),))
    assert found(NAME, x, context())


THINGS = msgspec.structs.replace(
    CATALOG,
    tables=(
        Table(
            name="things",
            sql="things",
            columns=(
                *(column(n) for n in ("id", "parent", "kind", "data")),
                column("made_at", "timestamp without time zone"),
            ),
            primary_key=("id", "parent", "kind"),
        ),
    ),
)


def thing(**row: Any) -> RowChange:
    key = {n: row[n] for n in ("id", "parent", "kind")}
    return RowChange(table="things", op="insert", key=key, before=None, after=row, txid=1)


RECORD = thing(id="emma", parent="/books", kind="record", data="{}", made_at="10:00")
HISTORY = thing(id="77", parent="/", kind="history", data='{"of": "emma"}', made_at="10:00")
TWIN = thing(id="emma2", parent="/books", kind="record", data="{}", made_at="10:01")


def put(status: int, *changes: RowChange) -> Exchange:
    """Kinto's answers: what was made stands beside its permissions."""
    answer = {"data": {"id": "emma"}, "permissions": {}}
    return exchange(
        "PUT /things/{id}", status, answer, sent={"data": {"title": "E"}}, changes=changes
    )


def in_one_table(effects: str = "insert") -> Context:
    return msgspec.structs.replace(
        context(resource="things", columns={"#/data/id": "things.id"}, effects={"things": effects}),
        catalog=THINGS,
    )


def test_a_row_of_another_kind_in_the_same_table_is_no_second_resource() -> None:
    """Kinto keeps records and the entries of their history in one table, with a key of three columns."""
    assert not found(NAME, put(201, RECORD, HISTORY), in_one_table())
    assert not found(NAME, put(201, HISTORY, RECORD), in_one_table())


def test_a_second_row_of_the_same_kind_is_one() -> None:
    (finding,) = found(NAME, put(201, RECORD, TWIN), in_one_table())
    assert "2 rows inserted" in finding.title


def test_none_of_two_rows_that_the_answer_names_is_found() -> None:
    assert found(NAME, put(201, HISTORY, TWIN), in_one_table())


def test_a_part_of_the_key_that_was_answered_tells_the_row_where_nothing_is_mapped() -> None:
    unmapped = msgspec.structs.replace(in_one_table(), columns={})
    assert not found(NAME, put(201, RECORD, HISTORY), unmapped)
    assert found(NAME, put(201, RECORD, TWIN), unmapped)
    assert found(NAME, put(201, HISTORY, TWIN), unmapped)


def test_a_row_beside_the_one_that_was_replaced_is_not_taken_for_it() -> None:
    replaced = msgspec.structs.replace(
        RECORD, op="update", before={**(RECORD.after or {}), "data": "1"}
    )
    assert abstains(NAME, put(200, replaced, HISTORY), in_one_table("insert update"))
    (finding,) = found(NAME, put(201, replaced, HISTORY), in_one_table("insert update"))
    assert finding.detail == "things.id"

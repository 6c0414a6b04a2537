"""What reading and refusing may write."""

from __future__ import annotations

import pytest

from seamline.model.row import RowChange

from .world import abstains, applies, change, context, deleted, exchange, found, inserted, updated

SAFE, TRACE = "safeMethodWritesNothing", "errorLeavesNoTrace"
TOUCHED = updated("orders", {"status": "new"}, status="paid")


@pytest.mark.parametrize("key", ["GET /orders/{id}", "HEAD /orders/{id}", "OPTIONS /orders/{id}"])
@pytest.mark.parametrize(
    "changes",
    [
        (TOUCHED,),
        (inserted("orders"),),
        (deleted("orders"),),
        (updated("orders", {"updated_at": 1}, updated_at=2),),
    ],
)
def test_reading_that_writes_its_resource_is_found(
    key: str, changes: tuple[RowChange, ...]
) -> None:
    (finding,) = found(SAFE, exchange(key, changes=changes), context())
    assert finding.severity == "error"
    assert finding.detail == "orders"


def test_reading_that_writes_nothing_is_right() -> None:
    assert not found(SAFE, exchange(), context())


@pytest.mark.parametrize(
    "column",
    [
        "last_seen_at",
        "lastSeenAt",
        "last_login",
        "last_used_at",
        "view_count",
        "views",
        "accessed_at",
        "expires_at",
        "last_activity",
    ],
)
@pytest.mark.parametrize("resource", ["orders", "users", None])
def test_update_of_last_seen_by_a_get_is_told_but_fails_nothing(
    column: str, resource: str | None
) -> None:
    x = exchange(changes=(updated("users", {column: 1}, **{column: 2}),))
    (finding,) = found(SAFE, x, context(resource=resource))
    assert finding.severity == "info"


def test_a_row_of_another_table_is_told_but_fails_nothing() -> None:
    (finding,) = found(SAFE, exchange(changes=(inserted("audit"),)), context())
    assert finding.severity == "info"


def test_a_log_line_beside_an_unknown_resource_is_a_warning_and_a_changed_row_an_error() -> None:
    unknown = context(resource=None)
    assert found(SAFE, exchange(changes=(inserted("audit"),)), unknown)[0].severity == "warning"
    assert found(SAFE, exchange(changes=(TOUCHED,)), unknown)[0].severity == "error"


def test_last_seen_together_with_something_else_is_found() -> None:
    x = exchange(
        changes=(
            updated("orders", {"status": "new", "last_seen_at": 1}, status="paid", last_seen_at=2),
        )
    )
    assert found(SAFE, x, context())[0].severity == "error"


@pytest.mark.parametrize(
    "column", ["price", "status", "updated_at", "reviewed", "overview", "already", "description"]
)
def test_no_other_column_counts_as_a_readers_trail(column: str) -> None:
    x = exchange(changes=(updated("orders", {column: 1}, **{column: 2}),))
    assert found(SAFE, x, context())[0].severity == "error"


def test_reviewed_effects_of_a_get_are_legal() -> None:
    x = exchange(changes=(TOUCHED, inserted("audit")))
    reviewed = context(effects={"orders": "update", "audit": "insert"})
    assert not found(SAFE, x, reviewed)


def test_writing_methods_may_write() -> None:
    assert not applies(SAFE, exchange("POST /orders", 201), context())


@pytest.mark.parametrize("name", [SAFE, TRACE])
def test_without_captured_rows_nothing_is_judged(name: str) -> None:
    x = exchange("GET /orders" if name == SAFE else "POST /orders", 400, changes=None)
    assert abstains(name, x, context())


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 500])
def test_a_refused_request_that_left_rows_is_found_per_table(status: int) -> None:
    x = exchange(
        "POST /orders",
        status,
        changes=(inserted("orders"), inserted("order_lines"), inserted("order_lines", id=8)),
    )
    findings = found(TRACE, x, context())
    assert [f.detail for f in findings] == [f"orders {status}", f"order_lines {status}"]
    assert all(f.severity == "error" for f in findings)


def test_a_refused_request_that_left_nothing_is_right() -> None:
    assert not found(TRACE, exchange("POST /orders", 409), context())


def test_tables_that_effects_error_names_may_be_written() -> None:
    reviewed = context(error_tables=frozenset({"audit"}))
    assert not found(TRACE, exchange("POST /orders", 409, changes=(inserted("audit"),)), reviewed)
    assert found(TRACE, exchange("POST /orders", 409, changes=(inserted("orders"),)), reviewed)


def test_effects_of_a_success_are_no_excuse_for_an_error() -> None:
    reviewed = context(effects={"orders": "insert"})
    assert found(TRACE, exchange("POST /orders", 409, changes=(inserted("orders"),)), reviewed)


def test_success_and_safe_methods_are_not_its_business() -> None:
    assert not applies(TRACE, exchange("POST /orders", 201), context())
    assert not applies(TRACE, exchange("GET /orders", 404), context())
    assert not applies(TRACE, exchange("POST /orders", 0), context())


def test_what_changed_is_described_by_operation_column_and_key() -> None:
    x = exchange(
        "POST /orders", 409, changes=(TOUCHED, change("insert", "orders", None, {"id": 9}))
    )
    assert found(TRACE, x, context())[0].actual == "1 insert, 1 update of status (id=7; id=9)"


def test_an_audit_of_refusals_is_told_and_an_outbox_or_a_changed_audit_is_wrong() -> None:
    noted = exchange("POST /orders", 409, changes=(inserted("audit"),))
    assert [f.severity for f in found(TRACE, noted, context())] == ["info"]
    for change_ in (inserted("outbox"), deleted("audit"), inserted("orders")):
        x = exchange("POST /orders", 409, changes=(change_,))
        assert [f.severity for f in found(TRACE, x, context())] == ["error"]

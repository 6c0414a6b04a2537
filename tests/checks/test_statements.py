"""What the statements of a request give away: input in their text, N+1, transactions, errors."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.statement import Scan, SqlStatement
from seamline.openapi.operation import Operation, Parameter

from .sql import ANSWERED, statement, transaction
from .world import abstains, applies, context, exchange, found, inserted, updated

INPUT, GROWS, BOUNDED = "inputStaysParameter", "statementsDoNotGrow", "listIsBounded"
ONE, OPEN, TOLD = "oneWriteTransaction", "noOpenTransaction", "sqlErrorsTold"
SCANS, BUDGET = "noSequentialScan", "statementBudget"


def traced(*sql: SqlStatement, **more: Any) -> Exchange:
    return exchange(**{"sql": sql, "answered_ms": ANSWERED, **more})


def sent(word: str, *sql: SqlStatement, label: str = "last", **more: Any) -> Exchange:
    twist = Twist(scenario="marked", what=word, where="query q")
    return traced(*sql, twist=twist, label=label, **more)


def test_a_marker_in_the_text_beside_parameters_is_told() -> None:
    built = statement("SELECT * FROM p WHERE name LIKE '%seam7%' LIMIT $1", params=("20",))
    (finding,) = found(INPUT, sent("seam7", built), context())
    assert finding.severity == "warning"
    assert "seam7" in finding.actual


def test_a_marker_in_a_parameter_is_right() -> None:
    bound = statement("SELECT * FROM p WHERE name = $1", params=("SEAM7",))
    assert not found(INPUT, sent("seam7", bound), context())


def test_a_driver_that_quotes_by_itself_is_right() -> None:
    plain = sent("seam7", statement("SELECT * FROM p WHERE name = 'seam7'"), label="plain")
    quoted = sent("seam7'm", statement("SELECT * FROM p WHERE name = 'seam7''m'"), earlier=(plain,))
    assert not found(INPUT, quoted, context())


def test_a_quote_that_ends_the_text_is_an_error_for_every_driver() -> None:
    broken = statement("SELECT * FROM p WHERE name = 'seam7'm'", sqlstate="42601")
    (finding,) = found(INPUT, sent("seam7'm", broken, status=500), context())
    assert finding.severity == "error"


def test_a_comment_that_names_the_request_is_no_input_in_the_statement() -> None:
    noted = statement("SELECT * FROM p WHERE id = $1 /* GET /p?q=seam7 */", params=("seam7",))
    assert not found(INPUT, sent("seam7", noted), context())


def test_input_that_does_not_arrive_says_nothing() -> None:
    assert abstains(INPUT, sent("seam7", statement("SELECT 1")), context())
    assert abstains(INPUT, msgspec.structs.replace(sent("seam7"), sql=None), context())
    assert not applies(INPUT, sent("seam7", label="plain"), context())


LIST = Operation(
    method="GET",
    path="/orders",
    operation_id="listOrders",
    parameters=tuple(
        Parameter(name=n, place="query", required=False, schema={"type": "integer"})
        for n in ("size", "page")
    ),
    answers={},
    security=(),
)


def page(
    items: int, *sql: SqlStatement, whole: Exchange | None = None, of: str = "page"
) -> Exchange:
    """An answer with that many items; the whole list where none stands before it."""
    return traced(
        *sql,
        key="GET /orders",
        target=f"/orders?size={2 if whole else 100}",
        body={"items": [{"id": n} for n in range(items)]},
        twist=Twist(scenario=of, what="", where="") if whole else None,
        earlier=(whole,) if whole else (),
    )


LINES = statement("SELECT * FROM order_lines WHERE order_id = $1", rows=1)
ORDERS = statement("SELECT * FROM orders LIMIT $1", rows=2)


@pytest.mark.parametrize("of", ["page", "filter"])
def test_a_statement_for_each_item_is_told(of: str) -> None:
    whole = page(6, ORDERS, *[LINES] * 6)
    (finding,) = found(GROWS, page(2, ORDERS, *[LINES] * 2, whole=whole, of=of), context())
    assert "4 items more take this statement 4 times more" in finding.actual


def test_a_statement_for_each_item_is_told_whose_values_stand_in_its_text() -> None:
    lines = [statement(f"SELECT * FROM order_lines WHERE order_id = {n}") for n in range(6)]
    (finding,) = found(GROWS, page(2, ORDERS, *lines[:2], whole=page(6, ORDERS, *lines)), context())
    assert finding.actual.endswith("SELECT * FROM order_lines WHERE order_id = ?")


def test_what_a_new_connection_is_asked_is_no_growth() -> None:
    types = [statement("SELECT t.oid FROM pg_catalog.pg_type t WHERE t.oid = $1")] * 6
    assert not found(GROWS, page(2, ORDERS, whole=page(6, ORDERS, *types)), context())


def test_a_join_and_a_statement_for_all_are_right() -> None:
    whole = page(6, ORDERS, statement("SELECT * FROM order_lines WHERE order_id IN ($1, $2, $3)"))
    few = page(
        2, ORDERS, statement("SELECT * FROM order_lines WHERE order_id IN ($1)"), whole=whole
    )
    assert not found(GROWS, few, context())


def test_too_few_rows_say_nothing_of_growth() -> None:
    assert abstains(GROWS, page(2, whole=page(4, *[LINES] * 4)), context())
    assert abstains(GROWS, page(2, whole=exchange(sql=None)), context())


def test_a_page_that_reads_the_whole_list_is_told() -> None:
    every = statement("SELECT * FROM orders ORDER BY id", rows=12)
    x = page(2, every, whole=page(12, every))
    (finding,) = found(BOUNDED, x, context(operation=LIST))
    assert finding.actual.startswith("12 rows for 2 items")
    assert found(BOUNDED, x, context(operation=LIST, resource=None))


@pytest.mark.parametrize(
    "other",
    [
        statement("SELECT count(*) FROM orders", rows=1),
        statement("SELECT * FROM countries", rows=240),
        statement("SELECT * FROM orders LIMIT $1", rows=3),
    ],
)
def test_counts_words_and_a_look_ahead_are_right(other: SqlStatement) -> None:
    whole = page(12, statement("SELECT * FROM orders", rows=12))
    assert not found(BOUNDED, page(2, other, whole=whole), context(operation=LIST))


def test_a_page_of_a_join_has_several_rows_for_each_item() -> None:
    joined = (
        "SELECT * FROM (SELECT * FROM orders LIMIT $1) AS o JOIN order_lines l ON l.order_id = o.id"
    )
    whole = page(12, statement(joined, params=("100",), rows=72))
    x = page(2, statement(joined, params=("2",), rows=12), whole=whole)
    assert not found(BOUNDED, x, context(operation=LIST))


def test_a_short_list_says_nothing_of_bounds() -> None:
    whole = page(5, statement("SELECT * FROM orders", rows=5))
    assert abstains(BOUNDED, page(2, whole=whole), context(operation=LIST))


def changed(*ids: int) -> tuple[RowChange, ...]:
    tables = (inserted("orders"), inserted("audit"), updated("users", {}, last_seen_at="now"))
    return tuple(msgspec.structs.replace(c, txid=i) for c, i in zip(tables, ids, strict=False))


FIRST = transaction(1, "INSERT INTO orders VALUES (1)")
THEN = transaction(2, "INSERT INTO audit VALUES (1)")


def test_two_commits_of_one_request_are_told() -> None:
    x = traced(*FIRST, *THEN, key="POST /orders", status=201, changes=changed(1, 2))
    (finding,) = found(ONE, x, context())
    assert finding.severity == "warning"
    assert "orders, then audit" in finding.actual


def test_one_commit_and_tables_that_nobody_reviewed_are_right() -> None:
    whole = transaction(1, "INSERT INTO orders VALUES (1)", "INSERT INTO audit VALUES (1)")
    x = traced(*whole, key="POST /orders", status=201, changes=changed(1, 1))
    assert not found(ONE, x, context())
    seen = traced(*FIRST, *THEN, key="POST /orders", status=201, changes=changed(1, 1, 3))
    assert not found(ONE, seen, context(effects={"orders": "insert", "audit": "insert"}))


def test_rows_of_refused_requests_and_of_those_who_ask_have_their_own_transaction() -> None:
    x = traced(*FIRST, *THEN, key="POST /orders", status=201, changes=changed(1, 2))
    assert not found(ONE, x, context(error_tables=frozenset({"audit"})))
    seen = transaction(2, "UPDATE users SET last_seen_at = now()")
    x = traced(*FIRST, *seen, key="POST /orders", status=201, changes=changed(1, 1, 2))
    assert not found(ONE, x, context(effects={}))
    assert found(ONE, x, context(effects={"orders": "insert", "users": "update"}))


def test_what_is_committed_behind_the_answer_is_work_in_the_background() -> None:
    late = transaction(2, "INSERT INTO audit VALUES (1)", at=ANSWERED + 1)
    x = traced(*FIRST, *late, key="POST /orders", status=201, changes=changed(1, 2))
    assert abstains(ONE, x, context())
    assert abstains(ONE, msgspec.structs.replace(x, sql=None), context())


LEFT: dict[str, Any] = {"notes": ("a transaction was left open: idle in transaction",)}


def test_a_transaction_that_nothing_ends_is_told() -> None:
    x = traced(statement("BEGIN"), statement("SELECT * FROM users"), **LEFT)
    (finding,) = found(OPEN, x, context())
    assert "SELECT * FROM users" in finding.actual


def test_transactions_of_others_are_not_this_requests() -> None:
    assert abstains(OPEN, traced(*FIRST, **LEFT), context())
    late = statement("SELECT * FROM users", started_ms=ANSWERED + 1)
    assert abstains(OPEN, traced(late, **LEFT), context())
    assert abstains(OPEN, exchange(**LEFT), context())
    assert not applies(OPEN, traced(*FIRST), context())


def failed(state: str, kind: Any = "write") -> SqlStatement:
    return statement("UPDATE views SET n = n + 1", kind, sqlstate=state, message="no such table")


def test_an_error_behind_a_success_is_told() -> None:
    (finding,) = found(TOLD, traced(failed("42P01")), context())
    assert finding.severity == "error"
    (finding,) = found(TOLD, traced(failed("42P01", "read")), context())
    assert finding.severity == "warning"


def test_errors_that_are_answered_expected_or_made_good_are_right() -> None:
    again = statement("UPDATE views SET n = n + 1", started_ms=2.0)
    for sql in (
        (failed("23505"),),
        (failed("40001"),),
        (failed("42P07"),),
        (failed("53300"), again),
    ):
        assert not found(TOLD, traced(*sql), context())
    assert not applies(TOLD, traced(failed("42P01"), status=500), context())
    assert abstains(TOLD, exchange(), context())


def test_a_value_that_is_tried_behind_a_savepoint_is_right() -> None:
    bad = statement("INSERT INTO t VALUES ($1)", sqlstate="22P02", started_ms=2.0)
    back = statement("ROLLBACK TO SAVEPOINT a", "savepoint", started_ms=3.0)
    other = statement("ROLLBACK TO SAVEPOINT a", "savepoint", started_ms=3.0, connection=2)
    assert not found(TOLD, traced(bad, back), context())
    assert found(TOLD, traced(bad, other), context())
    assert found(TOLD, traced(bad), context())
    assert found(TOLD, traced(failed("42P01"), back), context())


def test_a_scan_that_an_index_would_spare_is_told() -> None:
    scan = Scan(text="SELECT", table="orders", column="user_id", rows=9, cost=90.0, indexed=9.0)
    (finding,) = found(SCANS, traced(LINES, scans=(scan,)), context())
    assert finding.severity == "warning"
    assert "10 times cheaper" in finding.actual
    near = msgspec.structs.replace(scan, indexed=80.0)
    assert not found(SCANS, traced(LINES, scans=(near,)), context())
    assert not found(SCANS, traced(LINES, scans=()), context())
    assert abstains(SCANS, traced(LINES), context())


def test_more_statements_than_the_budget_are_told() -> None:
    x = traced(ORDERS, *[LINES] * 4)
    (finding,) = found(BUDGET, x, context(statements=4))
    assert finding.actual.startswith("5 statements, of which 4: SELECT * FROM order_lines")
    assert not found(BUDGET, x, context(statements=5))
    assert abstains(BUDGET, exchange(), context(statements=4))
    assert not applies(BUDGET, x, context())


def test_what_drivers_ask_and_what_comes_later_is_not_counted() -> None:
    asked = statement("select pg_catalog.version()")
    late = statement("SELECT * FROM orders", started_ms=ANSWERED + 1)
    pings = statement("SELECT 1"), statement("select 1;"), statement(";", "other")
    x = traced(statement("BEGIN"), asked, *pings, LINES, late)
    assert not found(BUDGET, x, context(statements=1))

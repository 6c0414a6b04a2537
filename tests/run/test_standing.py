"""What is asked of a real database right after an answer, and what of the data file it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamline.checks import CHECKS, Context, judge
from seamline.data.reconcile import as_key
from seamline.errors import SpecError
from seamline.model.exchange import Exchange, Standing
from seamline.run.noise import Noise
from seamline.run.standing import Standings, standings
from seamline.spec.data import DataFramework

from ..checks.test_answer_equals_rows import PAGED
from ..checks.world import exchange
from ..engines.lab import Lab

SCHEMA = """
CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id int, status text, total numeric(12,2), at timestamptz);
CREATE TABLE lines (order_id bigint, product int, price numeric(12,2), PRIMARY KEY (order_id, product));
INSERT INTO people VALUES (1, 'ann@x'), (2, 'bob@x');
INSERT INTO orders SELECT n, 1 + n % 2, CASE WHEN n < 4 THEN 'new' ELSE 'paid' END, n, '2024-02-01 12:00+00'
  FROM generate_series(1, 6) n;
INSERT INTO lines SELECT n, 1, n FROM generate_series(1, 6) n;
"""
IDENTITIES: dict[str, Any] = {
    "ann": ("people", {"email": "ann@x"}),
    "bob": ("people", {"email": "bob@x"}),
}
LIST: dict[str, Any] = {
    "operation": "GET /orders",
    "table": "orders",
    "each": "#/items",
    "where": "user_id = :identity.id AND (:query.status IS NULL OR status = :query.status)",
    "orderBy": "id DESC",
    "total": "#/total",
    "columns": {
        "#/id": "id",
        "#/at": "at",
        "#/total": {"sql": "SELECT sum(price) FROM lines WHERE order_id = orders.id"},
    },
}
LEFT_OUT = "a list leaves out rows of orders that it must show"
ONE: dict[str, Any] = {
    "operation": "GET /orders/{id}",
    "table": "orders",
    "where": "user_id = :identity.id -- ':query.x' is 100% text",
    "columns": {"#/id": "id", "#/status": "status"},
}


async def asking(lab: Lab, *entries: dict[str, Any], source: Path | None = None) -> Standings:
    framework = msgspec.convert({"reconcile": list(entries)}, DataFramework)
    catalog = await lab.database.catalog()
    known = {"GET /orders": PAGED}
    args = (framework, "data.json", source, catalog, known, None, IDENTITIES)
    found = await standings(*args, lab.database)
    assert found is not None
    return found


async def looked(lab: Lab, asks: Standings, x: Exchange, **path: Any) -> tuple[Standing, list[str]]:
    """What stands there, and what the check says to it."""
    entries = tuple(e.said for e in asks.of(x.operation))
    known = PAGED if x.operation == "GET /orders" else None
    catalog = await lab.database.catalog()
    context = Context(catalog=catalog, operation=known, reconcile=entries)
    standing = await asks.after(lab.database, x, context, path, Noise())
    x = msgspec.structs.replace(x, standing=standing)
    findings, abstained = judge(CHECKS["answerEqualsRows"], x, context)
    return standing[0], [f.title for f in findings] or ([abstained] if abstained else [])


def listed(*keys: int, total: int, target: str = "/orders", **more: Any) -> Exchange:
    items = [{"id": k, "at": "2024-02-01T14:00:00+02:00", "total": f"{k}.00"} for k in keys]
    body = {"items": items, "total": total}
    return exchange("GET /orders", body=body, target=target, **more)


async def test_a_list_is_asked_about_in_one_query(database: Lab) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, LIST)
    right = listed(6, 4, 2, total=3)
    assert (await looked(database, asks, right))[1] == []
    page = listed(2, total=3, target="/orders?size=2&page=2")
    assert (await looked(database, asks, page))[1] == []
    new = listed(2, total=1, target="/orders?status=new")
    assert (await looked(database, asks, new))[1] == []
    hostile = listed(total=0, target="/orders?status=new'%20OR%201%3D1--")
    assert (await looked(database, asks, hostile))[1] == []


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (listed(6, 5, 4, 2, total=4), "the list shows rows of orders that ann must not see"),
        (listed(6, 2, total=3), LEFT_OUT),
        (listed(2, 4, 6, total=3), "a list is in another order than it must be"),
        (listed(6, 4, 2, total=9), "#/total is not the number of rows that the list is of"),
        (listed(99, 4, 2, total=3), "a list shows what is no row of orders"),
        (listed(4, 2, total=3, target="/orders?size=2"), LEFT_OUT),
    ],
)
async def test_what_is_wrong_with_a_list(database: Lab, answer: Exchange, title: str) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, LIST)
    msgs = (await looked(database, asks, msgspec.structs.replace(answer, identity="bob")))[1]
    assert msgs != []
    assert title in (await looked(database, asks, answer))[1]


async def test_rows_as_they_are_now_not_as_they_were(database: Lab) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, LIST)
    await database.client.run("UPDATE lines SET price = 9 WHERE order_id = 4")
    said = (await looked(database, asks, listed(6, 4, 2, total=3)))[1]
    assert len(said) == 1
    assert said[0].startswith("#/total is not what SELECT sum(price)")


async def test_one_row_and_whose_it_is(database: Lab) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, ONE)
    for key, status, said in (
        (2, "new", []),
        (2, "paid", ["#/status is not orders.status"]),
        (3, "new", ["the answer shows a row of orders that ann must not see"]),
        (99, "new", ["what is answered is no row of orders"]),
        ("abc", "new", ["#/id is written otherwise than orders.id"]),
    ):
        x = exchange(body={"id": key, "status": status})
        assert (await looked(database, asks, x))[1] == said
    unknown = exchange(body={"id": 2, "status": "new"}, identity="anonymous")
    assert (await looked(database, asks, unknown))[1] == [
        "no row is known that stands for anonymous"
    ]


async def test_a_part_of_a_key_is_enough_within_where(database: Lab) -> None:
    await database.client.run(SCHEMA)
    entry = {
        "operation": "GET /orders/{id}",
        "table": "lines",
        "each": "#/lines",
        "where": "order_id = :path.id",
        "columns": {"#/product": "product", "#/price": "price"},
    }
    asks = await asking(database, entry)
    right = exchange(body={"lines": [{"product": 1, "price": 2}]})
    assert (await looked(database, asks, right, id="2"))[1] == []
    assert (await looked(database, asks, right, id="3"))[1] == [
        "#/price is not lines.price, in 1 of 1 items"
    ]
    assert (await looked(database, asks, exchange(body={"lines": []}), id="2"))[1] == [
        "a list leaves out rows of lines that it must show"
    ]


async def test_sql_that_fails_at_run_time_is_told_and_the_rest_goes_on(database: Lab) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, {**ONE, "where": "1 / (user_id - 1) < 5"})
    said = (await looked(database, asks, exchange(body={"id": 2, "status": "new"})))[1]
    assert said == ["the database could not be asked: division by zero"]
    assert asks.errors == {("orders", "GET /orders/{id}"): "division by zero"}


NOT_SQL = "the database does not take this SQL"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "table": ({"table": "order"}, "table: 'order': no such table in the database. Did you mean"),
    "column": (
        {"columns": {"#/id": "id", "#/s": "state"}},
        "columns[\"#/s\"]: 'state' is no column of orders. Did you mean",
    ),
    "key": (
        {"columns": {"#/s": "status"}, "where": None},
        "columns: which row of orders is answered cannot be told: map id, or say `where`",
    ),
    "sql": ({"where": "user_id = = 1"}, f'where: {NOT_SQL}: syntax error at or near "="'),
    "unknown": ({"where": "user = :identity.nme"}, "where: ':identity.nme' is not known."),
    "kind": (
        {"where": "id = :body.id"},
        "where: ':body.id': only :identity.x, :path.x and :query.x",
    ),
    "write": ({"where": "true); DELETE FROM orders; SELECT (true"}, f"where: {NOT_SQL}"),
    "computed": (
        {"columns": {"#/id": "id", "#/t": {"sql": "SELECT nothing"}}},
        f'columns["#/t"].sql: {NOT_SQL}: column "nothing" does not exist',
    ),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
async def test_what_the_database_has_not_is_told_with_its_line(
    database: Lab, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    await database.client.run(SCHEMA)
    entry = {k: v for k, v in {**ONE, **change}.items() if v is not None}
    source = tmp_path / "data.json"
    source.write_bytes(msgspec.json.format(msgspec.json.encode({"reconcile": [entry]})))
    with pytest.raises(SpecError) as error:
        await asking(database, entry, source=source)
    (line,) = error.value.problems
    assert line.startswith(f"{source}:")
    assert f"reconcile[0].{said}" in line
    assert await database.rows("orders")


async def test_what_is_sent_never_becomes_sql(database: Lab) -> None:
    await database.client.run(SCHEMA)
    asks = await asking(database, LIST)

    async def of(text: str) -> list[str]:
        sent = msgspec.structs.replace(
            exchange("GET /orders", body={"items": [], "total": 0}),
            request=exchange(target=f"/orders?status={text}").request,
        )
        return (await looked(database, asks, sent))[1]

    for text in ("%27", "%25s", "x%27);DROP%20TABLE%20orders;--", "%22", "%5C", ":identity.id"):
        assert await of(text) == []
    assert len(await database.rows("orders")) == 6


@given(st.one_of(st.integers(), st.text(), st.booleans(), st.floats(), st.none()))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_key_is_read_as_its_column_reads_it_or_not_at_all(value: Any) -> None:
    for base in ("bigint", "uuid", "text", "timestamp with time zone"):
        read = as_key(value, base)
        assert read is None or str(read) == str(value) or (base == "bigint" and read == int(value))

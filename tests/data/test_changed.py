"""Rules over changed rows: what is blamed on a case and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from ..engines.lab import Lab
from .world import cases, in_whole, rules_of

ORDERS = """
CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL DEFAULT 0, code text);
CREATE TABLE lines (id int PRIMARY KEY, order_id int, price int NOT NULL DEFAULT 1);
CREATE TABLE log (order_id int, text text);
INSERT INTO orders VALUES (1, 2), (2, 0);
INSERT INTO lines VALUES (1, 1, 1), (2, 1, 1);
"""
REFERS: dict[str, Any] = {
    "check": "references",
    "column": "order_id",
    "table": "orders",
    "to": ["id"],
    "name": "refers",
}
TOTAL = (
    "SELECT o.id FROM orders o LEFT JOIN lines l ON l.order_id = o.id"
    " GROUP BY o.id HAVING o.total <> coalesce(sum(l.price), 0)"
)


def sql(text: str, name: str = "rule", **keyed: str) -> dict[str, Any]:
    return {"check": "sql", "name": name, "violations": text, "keyedBy": keyed}


async def test_rows_that_a_sequence_made_and_removed_again_break_nothing(database: Lab) -> None:
    await database.client.run(ORDERS)
    rules = await rules_of(database, {"lines": [REFERS], "log": [REFERS]})
    async with cases(database, rules) as run:
        results = await run.broken(
            "INSERT INTO orders VALUES (9)",
            "INSERT INTO lines VALUES (9, 9); INSERT INTO log VALUES (9, 'made')",
            "DELETE FROM lines WHERE id = 9; DELETE FROM log",
            "DELETE FROM orders WHERE id = 9",
        )
        assert results == []


async def test_what_a_later_step_mends_is_not_broken(database: Lab) -> None:
    await database.client.run(ORDERS)
    checks: list[dict[str, Any]] = [{"check": "range", "column": "price", "max": 5}]
    rules = await rules_of(
        database, {"lines": checks, "log": [{"check": "notNull", "column": "text"}]}
    )
    async with cases(database, rules) as run:
        assert not await run.broken(
            "UPDATE lines SET price = 9; INSERT INTO log VALUES (1, NULL)",
            "UPDATE lines SET price = 1; UPDATE log SET text = 'now'",
        )


async def test_a_deleted_parent_leaves_orphans_that_nobody_wrote(database: Lab) -> None:
    await database.client.run(ORDERS)
    rules = await rules_of(database, {"lines": [REFERS]})
    async with cases(database, rules) as run:
        assert await run.broken("DELETE FROM orders WHERE id = 2") == []
        for statement in (
            "DELETE FROM orders WHERE id = 1",
            "UPDATE orders SET id = 7 WHERE id = 1",
        ):
            (result,) = await run.broken(statement)
            assert sorted(r["id"] for r in result.samples) == [1, 2]
        (once,) = await run.broken("DELETE FROM orders WHERE id = 1; UPDATE lines SET price = 2")
        assert once.violations == 2


async def test_a_row_that_was_broken_before_and_not_touched_is_not_blamed_on_a_case(
    database: Lab,
) -> None:
    await database.client.run(ORDERS, "INSERT INTO lines VALUES (3, 77, 99)")
    checks = [
        REFERS,
        {"check": "range", "column": "price", "max": 5},
        sql("SELECT * FROM lines WHERE price > 5"),
    ]
    rules = await rules_of(database, {"lines": checks})
    assert {r.violations for r in (await in_whole(database, rules)).values()} == {1}
    async with cases(database, rules) as run:
        assert await run.broken("UPDATE lines SET price = 2 WHERE id = 1") == []
        (result,) = [
            r
            for r in await run.broken("UPDATE lines SET price = 6 WHERE id = 1")
            if r.rule.check == "sql"
        ]
        assert result.violations == 1
        assert [r["id"] for r in result.samples] == [1]


@pytest.mark.parametrize(
    "keyed", [{}, {"orders": "o.id", "lines": "l.order_id"}, {"orders": "o.id"}], ids=str
)
async def test_the_last_row_of_an_outer_join_is_missed_by_none(
    database: Lab, keyed: dict[str, str]
) -> None:
    await database.client.run(ORDERS)
    rules = await rules_of(database, {"orders": [sql(TOTAL, **keyed)]})
    async with cases(database, rules) as run:
        (result,) = await run.broken("DELETE FROM lines")
        assert [r["id"] for r in result.samples] == [1]
        assert await run.broken("DELETE FROM lines; UPDATE orders SET total = 0") == []
        assert await run.broken("INSERT INTO log VALUES (1, 'nothing to do with it')") == []


async def test_a_group_is_asked_for_as_a_whole_or_not_at_all(database: Lab) -> None:
    """One changed row of a group is not the group: by its own key alone it would seem to be right."""
    await database.client.run(ORDERS)
    twice = "SELECT o.code FROM orders o GROUP BY o.code HAVING count(*) > 1"
    late = "SELECT o.code FROM orders o GROUP BY o.code HAVING min(o.id) > 5"
    keyed = {"orders": "o.id"}
    rules = await rules_of(
        database, {"orders": [sql(twice, "twice", **keyed), sql(late, "late", **keyed)]}
    )
    await database.client.run(
        "UPDATE orders SET code = 'a' WHERE id = 1; DELETE FROM orders WHERE id = 2"
    )
    async with cases(database, rules) as run:
        (result,) = await run.broken("INSERT INTO orders VALUES (9, 0, 'a')")
        assert (result.rule.label, result.samples) == ("twice", ({"code": "a"},))


QUERIES = {
    "comment": "SELECT o.id FROM orders o WHERE o.total < 0 -- never; 100 %\n;",
    "block comment": "SELECT o.id FROM orders o /* where */ WHERE o.total < 0 /* ; */ ;;",
    "percent": "SELECT o.id FROM orders o WHERE o.total % 2 < 0 OR o.code LIKE '%;--x%' ORDER BY o.id",
    "or": "SELECT o.id FROM orders o WHERE o.total < 0 OR o.code = 'a--;' LIMIT 5",
    "with": "WITH b AS (SELECT id FROM orders WHERE total < 0) SELECT o.id FROM b JOIN orders o USING (id)",
    "union": "SELECT o.id FROM orders o WHERE o.total < 0 UNION SELECT o.id FROM orders o WHERE o.total < -5",
    "quoted": 'SELECT o."id" FROM "orders" AS o WHERE o.total < 0 AND $$;$$ <> \'\'',
    "subquery": "SELECT x.id FROM (SELECT id, total FROM orders WHERE total < 0) x",
    "window": "SELECT o.id, count(*) OVER () FROM orders o WHERE o.total < 0",
    "count": "SELECT count(*) FROM orders o WHERE o.total < 0 HAVING count(*) > 0",
    "group": "SELECT o.code FROM orders o WHERE o.total < 0 GROUP BY o.code",
    "ordinal": "SELECT o.id, sum(o.total) FROM orders o WHERE o.total < 0 GROUP BY 1 HAVING true",
    "rollup": "SELECT o.id FROM orders o WHERE o.total < 0 GROUP BY ROLLUP (o.id) HAVING o.id IS NOT NULL",
    "lateral": "SELECT o.id FROM orders o, LATERAL (SELECT o.total AS t) x WHERE x.t < 0",
    "exists": "SELECT id FROM orders o WHERE EXISTS (SELECT FROM orders i WHERE i.id = o.id AND i.total < 0)",
    "upper case": "SELECT O.ID FROM ORDERS O WHERE O.TOTAL < 0",
    "view": "SELECT o.id FROM negative o",
    "function": "SELECT o.id FROM negatives() o",
    "only": "SELECT o.id FROM ONLY (orders) o WHERE o.total < 0",
    "not parsed": "SELECT o.id FROM ROWS FROM (generate_series(2, 2)) g(x), orders o WHERE o.total < 0",
}  # fmt: skip


@pytest.mark.parametrize("key", ["o.id", "o.ID", 'o."id"', "", "nonsense(", "x.y.z"])
@pytest.mark.parametrize("query", list(QUERIES))
async def test_the_text_of_a_rule_is_its_authors(queries: Any, query: str, key: str) -> None:
    """Whatever SQL it is, and whether its key can narrow it or not, it finds the same."""
    run, rules = queries
    (rule,) = [r for r in rules if r.label == f"{query} {key}"]
    assert run.changed.error_of(rule) == ""
    assert run.found[rule.label] == 1, run.found
    assert run.changed.looked_at_by(rule) == 3


@pytest.fixture(scope="module")
async def queries(pg_server: Any) -> Any:
    """All of them on one database: one case that breaks each, and two that do not."""
    from ..engines.lab import open_lab

    async for lab in open_lab(pg_server):
        await lab.client.run(
            ORDERS,
            "CREATE VIEW negative AS SELECT id FROM orders WHERE total < 0",
            "CREATE FUNCTION negatives() RETURNS SETOF negative LANGUAGE sql AS 'TABLE negative'",
        )
        checks = [
            sql(f"/* {key} */ {text}", f"{name} {key}", **({"orders": key} if key else {}))
            for name, text in QUERIES.items()
            for key in ("o.id", "o.ID", 'o."id"', "", "nonsense(", "x.y.z")
        ]
        rules = await rules_of(lab, {"orders": checks})
        async with cases(lab, rules) as run:
            assert await run.broken("UPDATE orders SET total = 5 WHERE id = 1") == []
            results = await run.broken("UPDATE orders SET total = -1 WHERE id = 2")
            run.found = {r.rule.label: r.violations for r in results}  # type: ignore[attr-defined]
            assert await run.broken("INSERT INTO orders VALUES (8, 0, 'a')") == []
            yield run, rules


WRONG = {
    "regex": {"check": "matches", "column": "code", "pattern": "(", "name": "wrong"},
    "sql": sql("SELECT nothing FROM orders", "wrong"),
    "syntax": sql("SELEC 1", "wrong"),
    "two statements": sql("SELECT 1; DROP TABLE orders", "wrong"),
    "writes": sql("WITH x AS (DELETE FROM lines RETURNING id) SELECT id FROM x", "wrong"),
    "keyed": sql("SELECT o.id FROM orders o WHERE o.nothing", "wrong", orders="o.id"),
    "constraint": {"check": "constraint", "expression": "total > ", "name": "wrong"},
    "type": {"check": "constraint", "expression": "code > 3", "name": "wrong"},
    "divides": {"check": "constraint", "expression": "1 / total < 3", "name": "wrong"},
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_rule_that_fails_is_told_and_keeps_no_other_from_judging(
    database: Lab, kind: str
) -> None:
    await database.client.run(ORDERS)
    ranged = {"check": "range", "column": "total", "max": 5, "name": "right"}
    rules = await rules_of(database, {"orders": [WRONG[kind], ranged]})
    whole = await in_whole(database, rules)
    assert whole["wrong"].error
    assert (whole["right"].error, whole["right"].rows) == ("", 2)
    (wrong, right) = (whole[n].rule for n in ("wrong", "right"))
    async with cases(database, rules) as run:
        for _ in range(2):
            (result,) = await run.broken(
                "UPDATE orders SET total = 9 WHERE id = 2", "INSERT INTO orders VALUES (7)"
            )
            assert (result.rule, result.violations) == (right, 1)
        assert run.changed.error_of(right) == ""
        # Of a rule that only the whole table can tell the first failure has been told.
        assert run.changed.error_of(wrong) or kind in ("sql", "syntax", "two statements", "writes")
    assert len(await database.rows("lines")) == 2


async def test_a_database_that_is_gone_is_no_wrong_rule(database: Lab) -> None:
    from seamline.data.changed import ChangedRows
    from seamline.errors import TargetError
    from seamline.model.row import RowChange

    class Gone:
        async def query(self, sql: str, params: Any = None) -> Any:
            raise TargetError("gone")

    await database.client.run(ORDERS)
    rules = await rules_of(database, {"lines": [REFERS]})
    changed = ChangedRows(rules, await database.database.catalog())
    row = {"id": 1, "order_id": 1, "price": 1}
    change = RowChange(table="lines", op="update", key={"id": 1}, before=row, after=row, txid=1)
    with pytest.raises(TargetError):
        await changed.broken(Gone(), [change])
    assert not any(changed.error_of(r) for r in rules)


async def test_a_rule_that_fails_after_the_structure_changed_is_no_wrong_rule(
    database: Lab,
) -> None:
    await database.client.run(ORDERS)
    rules = await rules_of(database, {"lines": [{"check": "range", "column": "price", "max": 5}]})
    async with cases(database, rules) as run:
        await database.client.run("UPDATE lines SET price = 2")
        changes = (await run.capture.observe(2.0)).changes
        await database.client.run("ALTER TABLE lines DROP COLUMN price")
        assert await run.changed.broken(database.database, changes, same_structure=False) == []
        assert not any(run.changed.error_of(r) for r in rules)


async def test_whatever_a_schema_and_a_table_are_called(database: Lab) -> None:
    odd = 'we"ird %s Тaблица'
    name = f'"Sel%ect"."{odd.replace(chr(34), chr(34) * 2)}"'
    await database.client.run(
        'CREATE SCHEMA "Sel%ect"',
        f'CREATE TABLE {name} ("Id %" int PRIMARY KEY, "order" int, "a""b" text, "ß" int)',
        f"INSERT INTO {name} VALUES (1, 1, 'x', 1)",
    )
    checks: list[dict[str, Any]] = [
        {"check": "range", "column": "order", "min": 1},
        {"check": "unique", "columns": ["order", 'a"b']},
        {"check": "references", "column": "ß", "table": f"Sel%ect.{odd}", "to": ["Id %"]},
        {"check": "constraint", "expression": '"a""b" NOT LIKE \'%y\''},
        sql(
            f'SELECT * FROM {name} t WHERE t."order" % 7 = 3',
            "keyed",
            **{f"Sel%ect.{odd}": 't."Id %"'},
        ),
        sql(f'SELECT * FROM {name} WHERE "order" % 7 = 3', "unkeyed"),
    ]
    rules = await rules_of(database, {f"Sel%ect.{odd}": checks})
    assert {(r.violations, r.error) for r in (await in_whole(database, rules)).values()} == {
        (0, "")
    }
    async with cases(database, rules) as run:
        assert await run.broken(f"INSERT INTO {name} VALUES (2, 2, 'x', 1)") == []
        results = await run.broken(
            f"INSERT INTO {name} VALUES (2, 0, 'xy', 5), (3, 3, '', NULL), (4, 3, '', NULL)"
        )
        assert {r.rule.check: r.violations for r in results} == {
            "range": 1, "unique": 2, "references": 1, "constraint": 1, "sql": 2,
        }  # fmt: skip


async def test_rows_of_partitions_are_judged_by_the_rules_of_the_table_and_of_each(
    database: Lab,
) -> None:
    await database.client.run(
        "CREATE TABLE e (at date, n int, PRIMARY KEY (at)) PARTITION BY RANGE (at)",
        "CREATE TABLE e24 PARTITION OF e FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE e25 PARTITION OF e FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    )
    checks = {
        "e": [{"check": "range", "column": "n", "max": 9}],
        "e24": [
            {"check": "range", "column": "n", "max": 5},
            sql("SELECT * FROM e24 WHERE n > 5", e="e24.at"),
        ],
    }
    rules = await rules_of(database, checks)
    async with cases(database, rules) as run:
        assert await run.broken("INSERT INTO e VALUES ('2024-05-05', 5), ('2025-05-05', 7)") == []
        results = await run.broken("INSERT INTO e VALUES ('2024-05-05', 6)")
        assert [(r.rule.table.name, r.rule.check, r.violations) for r in results] == [
            ("e24", "range", 1),
            ("e24", "sql", 1),
        ]
        results = await run.broken("INSERT INTO e VALUES ('2025-05-05', 10)")
        assert [(r.rule.table.name, r.violations) for r in results] == [("e", 1)]


async def test_at_the_end_only_what_more_rows_break_than_before_is_new(database: Lab) -> None:
    await database.client.run(ORDERS, "INSERT INTO log VALUES (7, NULL)")
    checks: list[dict[str, Any]] = [{"check": "notNull", "column": "text"}]
    rules = await rules_of(database, {"log": checks, "lines": [REFERS]})
    async with cases(database, rules) as run:
        asked = run.changed.reading({"log"})
        assert [r.label for r in asked] == ["text is not null"]
        assert run.changed.reading({"lines", "nothing"}) != asked
        (before,) = (await in_whole(database, asked)).values()
        assert before.broken
        assert not run.changed.is_new(before)
        await database.client.run("INSERT INTO log VALUES (8, NULL)")
        (after,) = (await in_whole(database, asked)).values()
        assert run.changed.is_new(after)

"""What changed rows are said to break is what the whole tables show of them: no more, no less."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamline.data.rule import Rule
from seamline.engines.protocol import Server
from seamline.model.row import Row, RowChange

from ..engines.lab import Lab, open_lab
from .world import SETTLE_S, in_whole, rules_of
from .world import cases as open_cases

EXAMPLES = int(os.environ.get("SEAMLINE_EXAMPLES", "60"))
SCHEMA = """
CREATE TABLE p (id int PRIMARY KEY, code text, n numeric);
CREATE TABLE c (id int, part text, p int, n numeric, code text, PRIMARY KEY (part, id));
CREATE TABLE k (n numeric, code text, p int);
"""
TOTAL = "SELECT p.id FROM p LEFT JOIN c ON c.p = p.id GROUP BY p.id HAVING count(c.id) > coalesce(p.n, 2)"
LIKE = "SELECT c.id, c.part FROM c JOIN p ON c.p = p.id WHERE c.code = p.code"
UNKEYED = "SELECT * FROM k WHERE n > (SELECT coalesce(sum(n), 1) FROM p) -- %s"
CHECKS: dict[str, list[dict[str, Any]]] = {
    "p": [
        {"check": "unique", "column": "code", "name": "code"},
        {"check": "sql", "name": "total", "violations": TOTAL, "keyedBy": {"p": "p.id", "c": "c.p"}},
    ],
    "c": [
        {"check": "references", "column": "p", "table": "p", "to": ["id"], "name": "p"},
        {"check": "range", "column": "n", "max": 2, "name": "n"},
        {"check": "sql", "name": "like", "violations": LIKE, "keyedBy": {"p": "p.id", "c": "c.id"}},
    ],
    "k": [
        {"check": "unique", "columns": ["code", "n"], "name": "both"},
        {"check": "references", "columns": ["p", "code"], "table": "p", "to": ["id", "code"], "name": "far"},
        {"check": "matches", "column": "code", "pattern": "^[a-b]", "name": "form"},
        {"check": "sql", "name": "more", "violations": UNKEYED},
    ],
}  # fmt: skip

CODE = st.sampled_from(["NULL", "'a'", "'b%'", "'c''\"'"])
NUMBER = st.sampled_from(["NULL", "1", "1.00", "2", "3.5", "10000000000000000000000000.1"])
ID = st.integers(1, 3).map(str)
PART = st.sampled_from(["'x'", "'y'"])
ROWS = {
    "p": st.tuples(ID, CODE, NUMBER),
    "c": st.tuples(ID, PART, ID | st.just("NULL"), NUMBER, CODE),
    "k": st.tuples(NUMBER, CODE, ID | st.just("NULL")),
}
COLUMNS = {"p": ("id", "code", "n"), "c": ("id", "part", "p", "n", "code"), "k": ("n", "code", "p")}
VALUES = {"id": ID, "code": CODE, "n": NUMBER, "p": ID, "part": PART}


def inserts(table: str) -> st.SearchStrategy[str]:
    return ROWS[table].map(
        lambda row: f"INSERT INTO {table} VALUES ({', '.join(row)}) ON CONFLICT DO NOTHING"
    )


@st.composite
def statements(draw: st.DrawFn) -> str:
    """One statement of a system; updates of keys that collide are undone by the database."""
    table = draw(st.sampled_from(sorted(ROWS)))
    if draw(st.booleans()):
        return draw(inserts(table))
    column = draw(st.sampled_from(COLUMNS[table]))
    where = f"{column} IS NOT DISTINCT FROM {draw(VALUES[column])}"
    if draw(st.booleans()):
        return f"DELETE FROM {table} WHERE {where}"
    target = draw(st.sampled_from([c for c in COLUMNS[table] if c not in ("id", "part")]))
    return f"UPDATE {table} SET {target} = {draw(VALUES[target])} WHERE {where}"


BASE = st.lists(st.sampled_from(sorted(ROWS)).flatmap(inserts), min_size=4, max_size=12)
STEPS = st.lists(st.lists(statements(), min_size=1, max_size=4), min_size=1, max_size=3)


@pytest.fixture(scope="module")
async def shop(pg_server: Server) -> AsyncIterator[Lab]:
    """One database for all examples."""
    async for lab in open_lab(pg_server):
        await lab.client.run(*SCHEMA.strip().splitlines())
        yield lab


async def tables(lab: Lab) -> dict[str, list[Row]]:
    return {name: await lab.database.query(f"SELECT * FROM {name}") for name in ROWS}


def touched(table: str, rows: list[Row], changes: Iterable[RowChange]) -> list[Row]:
    """Rows of the table that the changes wrote."""
    mine = [c for c in changes if c.table == table]
    if table != "k":
        keys = [tuple(c.after[k] for k in c.key) for c in mine if c.after is not None]
        key = ("part", "id") if table == "c" else ("id",)
        return [r for r in rows if tuple(r[k] for k in key) in keys]
    net = Counter(text(c.after) for c in mine if c.after is not None)
    net.subtract(text(c.before) for c in mine if c.before is not None)
    return [json.loads(t) for t in net.elements()]


def text(row: Row | None) -> str:
    return json.dumps(row, default=str, sort_keys=True)


def images(table: str, changes: Iterable[RowChange], *, after: bool = True) -> list[Row]:
    mine = [c for c in changes if c.table == table]
    found = [c.before for c in mine] + ([c.after for c in mine] if after else [])
    return [i for i in found if i is not None]


def expected(
    rule: Rule, whole: list[Row], now: dict[str, list[Row]], changes: list[RowChange]
) -> list[str]:
    """Of what breaks the rule in the whole table, that which the changed rows concern."""
    name = rule.table.name
    mine = [text(r) for r in touched(name, now[name], changes)]
    if rule.label == "total":
        ids = {r["id"] for r in images("p", changes)} | {r["p"] for r in images("c", changes)}
        return [text(r) for r in whole if r["id"] in ids]
    if rule.label == "like":
        ids = {r["id"] for r in images("c", changes)}
        parents = {r["id"] for r in images("p", changes)}
        of = {(r["id"], r["part"]): r["p"] for r in now["c"]}
        return [text(r) for r in whole if r["id"] in ids or of[r["id"], r["part"]] in parents]
    if rule.check == "unique":
        groups = [{c: r[c] for c in rule.columns} for r in whole]
        return [t for t in mine if any(same(json.loads(t), g) for g in groups)]
    gone = images("p", changes, after=False) if rule.check == "references" else []
    pairs = list(zip(rule.columns, rule.to, strict=True)) if gone else []
    counted = Counter(mine)
    found = []
    for row in whole:
        if counted[text(row)] > 0:
            counted[text(row)] -= 1
            found.append(text(row))
        elif any(all(row[c] == g[t] for c, t in pairs) for g in gone):
            found.append(text(row))
    return found


def same(row: Row, group: Row) -> bool:
    """Whether a row is one of a group; 1.0 and 1.00 are one number."""
    return all(
        row[c] is not None and (float(row[c]) == float(v) if c == "n" else row[c] == v)
        for c, v in group.items()
    )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="SEAMLINE_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(base=BASE, steps=STEPS)
async def test_changed_rows_break_what_the_whole_table_shows_of_them(
    shop: Lab, base: list[str], steps: list[list[str]]
) -> None:
    await shop.client.run("TRUNCATE p, c, k", *base)
    rules = [r for r in await rules_of(shop, CHECKS) if not r.proven]
    before = await in_whole(shop, rules)
    async with open_cases(shop, rules) as run:
        changes: list[RowChange] = []
        for step in steps:
            await shop.client.run(";".join(step))
            changes += (await run.capture.observe(SETTLE_S)).changes
        results = await run.changed.broken(shop.database, changes)
        assert not any(run.changed.error_of(r) for r in rules)
        found = {(r.rule.table.name, r.rule.label): r for r in results}
        now = await tables(shop)
    for rule in rules:
        rows = await every(shop, rule)
        result = found.get((rule.table.name, rule.label))
        if rule.label == "more":
            reads = bool(images("k", changes) or images("p", changes))
            count = max(0, len(rows) - before["more"].violations) if reads else 0
            wanted = [text(r) for r in rows]
        else:
            wanted = expected(rule, rows, now, changes)
            count = len(wanted)
        said = result.violations if result else 0
        # Rows without a key that equal each other may count as one.
        assert said == count or (said and said == len(set(wanted))), (rule.label, changes)
        assert {text(r) for r in result.samples} <= set(wanted) if result else True


async def every(shop: Lab, rule: Rule) -> list[Row]:
    """All rows that break the rule in the whole table."""
    from seamline.data.compile import Params, table_sql, violations

    params = Params()
    selected = violations(rule, params, table_sql(rule.table))
    return [r["row"] for r in await shop.database.query(selected, params.values)]

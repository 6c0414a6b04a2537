"""What the rows of a real database bear out, and what they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from seamline.discover.proposal import proposals
from seamline.engines.protocol import Address, Server

from ..engines.lab import Lab, emptied

_ROWS = 40


@pytest.fixture
async def lab(pg_server: Server, reused: Address) -> AsyncIterator[Lab]:
    """An empty PostgreSQL database."""
    async for made in emptied(pg_server, reused):
        yield made


async def proposed(
    lab: Lab, columns: str, values: str, spoilt: str = "", written: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What a table `things` of so many rows bears out; `n` counts them, `spoilt` is run after."""
    await lab.client.run(
        f"CREATE TABLE things (id int PRIMARY KEY, {columns});"
        f"INSERT INTO things SELECT n, {values} FROM generate_series(1, {_ROWS}) n; {spoilt}"
    )
    rows = {"things": [written]} if written is not None else {}
    found = await proposals(lab.database, await lab.database.catalog(), rows)
    return found.get("things", [])


ALIKE = [
    pytest.param("c text", "'x' || n", "UPDATE things SET c = NULL WHERE id = 3", None, "notNull"),
    pytest.param(
        "code text NOT NULL",
        "'C' || n",
        "UPDATE things SET code = 'C1' WHERE id = 2",
        None,
        "unique",
    ),
    pytest.param(
        "status text NOT NULL",
        "(ARRAY['open', 'paid', 'gone'])[n % 3 + 1]",
        "UPDATE things SET status = 'word-' || id",
        {"status": "late"},
        "oneOf",
    ),
    pytest.param(
        "stock int NOT NULL",
        "n",
        "UPDATE things SET stock = -1 WHERE id = 7",
        {"stock": -1},
        "range",
    ),
    pytest.param(
        "email text NOT NULL",
        "'a' || n || '@b.c'",
        "UPDATE things SET email = 'nobody' WHERE id = 7",
        None,
        "matches",
    ),
    pytest.param(
        "valid_from date NOT NULL, valid_to date NOT NULL",
        "date '2026-01-01' + n, date '2026-02-01' + n",
        "UPDATE things SET valid_to = '2025-01-01' WHERE id = 7",
        None,
        "ordered",
    ),
    pytest.param(
        "owner_id int NOT NULL",
        "n % 9",
        "UPDATE things SET owner_id = 77 WHERE id = 7",
        None,
        "references",
    ),
]


@pytest.mark.parametrize(("columns", "values", "spoilt", "written", "check"), ALIKE)
async def test_what_all_rows_bear_out_is_proposed_and_one_row_refutes_it(
    lab: Lab, columns: str, values: str, spoilt: str, written: dict[str, Any] | None, check: str
) -> None:
    await lab.client.run(
        "CREATE TABLE owners (id int PRIMARY KEY); INSERT INTO owners SELECT generate_series(0, 8)"
    )
    (found,) = [c for c in await proposed(lab, columns, values) if c["check"] == check]
    assert found["severity"] == ("warning" if check == "oneOf" else "info")
    assert found["derived"] == {"rows": _ROWS, "violations": 0}
    await lab.client.run("DROP TABLE things")
    assert check not in [c["check"] for c in await proposed(lab, columns, values, spoilt)]
    if written is not None:
        await lab.client.run("DROP TABLE things")
        again = await proposed(lab, columns, values, written={"id": 99, **written})
        assert check not in [c["check"] for c in again]


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ("stock int NOT NULL CHECK (stock >= 0)", "n"),
        ("code text NOT NULL UNIQUE", "'C' || n"),
        ("code text NOT NULL", "'C' || n % 30"),
        ("status text NOT NULL", "'a word ' || n % 3"),
        ("status text NOT NULL", "'word' || n % 15"),
        ("category text NOT NULL", "'word' || n % 3"),
        ("height_id int NOT NULL", "n"),
        ("amount int NOT NULL", "n * 7"),
        ("currency text NOT NULL", "'EUR'"),
        ("owner_id int NOT NULL REFERENCES owners(id)", "n % 9"),
        ("owner_id bigint NOT NULL", "n % 9"),
        ("created date NOT NULL, changed date NOT NULL", "date '2026-01-01', date '2026-01-01'"),
    ],
)
async def test_what_is_proven_or_says_little_is_not_proposed(
    lab: Lab, columns: str, values: str
) -> None:
    await lab.client.run(
        "CREATE TABLE owners (id int PRIMARY KEY); INSERT INTO owners SELECT generate_series(0, 8)"
    )
    assert await proposed(lab, columns, values) == []


async def test_few_rows_bear_nothing_out(lab: Lab) -> None:
    few = "DELETE FROM things WHERE id > 4"
    assert await proposed(lab, "email text, stock int", "'a' || n || '@b.c', n", few) == []
    none = "DELETE FROM things"
    await lab.client.run("DROP TABLE things")
    assert await proposed(lab, "email text, stock int", "'a' || n || '@b.c', n", none) == []

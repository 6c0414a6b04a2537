"""Rows that references name: by equality as a person writes it, in one order."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.errors import SpecError
from seamline.run.session import rows_of

from ..engines.lab import Lab


@pytest.fixture
async def things(database: Lab) -> Lab:
    await database.client.run(
        'CREATE TABLE things (id int PRIMARY KEY, price numeric(12,2), f float8, "na""me %" text, ok bool,'
        " at timestamptz, kind char(3), tags text[])",
        "INSERT INTO things VALUES (2, 9.90, 0.5, '42', true, '2024-01-01T00:00:00Z', 'a', '{x}'),"
        " (1, 10, 0.1, 'b', false, NULL, 'b', '{}')",
        "CREATE TABLE heap (j json, p point, n int)",
        "INSERT INTO heap VALUES ('2', '(1,1)', 2), ('1', '(1,1)', 1)",
    )
    return database


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({}, [1, 2]),
        ({"id": 2}, [2]),
        ({"price": 9.9}, [2]),
        ({"price": 10}, [1]),
        ({"f": 0.1}, [1]),
        ({'na"me %': 42}, [2]),
        ({'na"me %': "42"}, [2]),
        ({"ok": False}, [1]),
        ({"at": None}, [1]),
        ({"at": "2024-01-01 00:00:00+00"}, [2]),
        ({"kind": "a"}, [2]),
        ({"tags": "{x}"}, [2]),
        ({"id": "1' OR true --"}, []),
        ({"id": 1, "ok": True}, []),
        ({"id": 10**30}, []),
    ],
)
async def test_equality(things: Lab, where: dict[str, Any], ids: list[int]) -> None:
    found = await rows_of(things.database, await things.database.catalog(), "things", where, 9)
    assert [r["id"] for r in found] == ids


async def test_a_table_without_a_key_has_an_order_whatever_its_types(things: Lab) -> None:
    found = await rows_of(things.database, await things.database.catalog(), "heap", {}, 9)
    assert [r["n"] for r in found] == [1, 2]


async def test_names_that_are_not_there_are_errors_of_the_spec(things: Lab) -> None:
    catalog = await things.database.catalog()
    with pytest.raises(
        SpecError, match=r"no table 'thigns' in the database. Did you mean 'things'"
    ):
        await rows_of(things.database, catalog, "thigns", {}, 1)
    with pytest.raises(SpecError, match=r"no column 'prize' in table things. Did you mean 'price'"):
        await rows_of(things.database, catalog, "things", {"prize": 1}, 1)

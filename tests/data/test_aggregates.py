"""What all rows amount to, how many rows may break a check, and how that is told."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.data.evaluate import Result
from seamline.data.finding import finding_of

from ..engines.lab import Lab
from .world import cases, in_whole, rules_of

SCHEMA = (
    "CREATE TABLE t (id int PRIMARY KEY, n int, f float8, m numeric, s text,"
    " d date, ts timestamptz, w timestamp)",
    "INSERT INTO t SELECT i, i, i / 4.0, i * 1.1, nullif('s' || i % 10, 's0'), current_date - i,"
    " now() - make_interval(hours => i), now() at time zone 'UTC' - make_interval(hours => i)"
    " FROM generate_series(1, 100) i",
    "CREATE TABLE u (t int, m numeric)",
    "INSERT INTO u SELECT id, m / 2 FROM t UNION ALL SELECT id, m / 2 FROM t",
)


def check(kind: str, column: str = "", **keys: Any) -> dict[str, Any]:
    return {"check": kind, **({"column": column} if column else {}), **keys}


async def result_of(lab: Lab, one: dict[str, Any]) -> Result:
    (result,) = (await in_whole(lab, await rules_of(lab, {"t": [one]}))).values()
    assert result.error == ""
    return result


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (check("rowCount", min=100, max=100), {"min": 101}, "there are 100 rows"),
        (check("rowCount", max=10, where="n <= 10"), {"max": 9}, "there are 10 rows"),
        (check("mean", "n", min=50.5, max=50.5), {"max": 50.4}, "the mean is 50.5"),
        (check("mean", "f", max=12.625), {"min": 13}, "the mean is 12.625"),
        (check("mean", "m", min=55.55, max=55.55), {"max": 55.54}, "the mean is 55.55"),
        (check("mean", "n", max=3, where="n < 6"), {"max": 2}, "the mean is 3"),
        (check("quantile", "n", at=0.5, min=50, max=50), {"max": 49}, "it is 50"),
        (check("quantile", "n", at=1, max=100), {"max": 99}, "it is 100"),
        (check("quantile", "m", at=0, min=1.1), {"min": 1.2}, "it is 1.1"),
        (check("quantile", "s", at=0.01, min="s1"), {"min": "s2"}, "it is s1"),
        (check("quantile", "n", at=0.5, max=5, where="n < 10"), {"max": 4}, "it is 5"),
        (check("nullShare", "s", min=0.1, max=0.1), {"max": 0.09}, "10 of 100 are null"),
        (check("nullShare", "s", max=0.1), {"min": 0.2}, "10 of 100 are null"),
        (check("freshness", "ts", maxAge="2h"), {"maxAge": "59m"}, "the newest is "),
        (check("freshness", "w", maxAge="2h"), {"maxAge": "59m"}, "the newest is "),
        (check("freshness", "d", maxAge="2d"), {"maxAge": "0h"}, "the newest is "),
        (check("freshness", "ts", maxAge="11h", where="n > 9"), {"maxAge": "9h"}, "the newest is "),
        (
            check("equalSums", sum="m", table="u", equals="m"),
            {"tableWhere": "t > 1"}, "the sums are ",
        ),
    ],
)  # fmt: skip
async def test_a_bound_holds_or_is_told_with_what_was_found(
    database: Lab, one: dict[str, Any], other: dict[str, Any], found: str
) -> None:
    await database.client.run(*SCHEMA)
    good = await result_of(database, one)
    assert not good.broken
    bad = await result_of(database, {**one, **other})
    assert bad.broken
    assert bad.found.startswith(found)
    finding = finding_of(bad, redact=lambda row: row)
    assert found in finding.title
    assert bool(finding.evidence and finding.evidence.rows) == (
        one["check"] == "nullShare" and "max" in {**one, **other} and bool(bad.samples)
    )
    await database.client.run("TRUNCATE t, u")
    empty = {k: v for k, v in one.items() if k != "min" or one["check"] != "rowCount"}
    if "max" in empty or one["check"] != "rowCount":
        assert not (await result_of(database, empty)).broken


@pytest.mark.parametrize(
    ("tolerance", "is_broken"),
    [({"rows": 29}, True), ({"rows": 30}, False), ({"share": 0.29}, True), ({"share": 0.3}, False)],
)
async def test_rows_that_are_tolerated_are_no_finding_and_are_never_blamed_on_a_case(
    database: Lab, tolerance: dict[str, Any], is_broken: bool
) -> None:
    await database.client.run(*SCHEMA)
    one = check("range", "n", max=70, tolerance=tolerance)
    rules = await rules_of(database, {"t": [one]})
    (result,) = (await in_whole(database, rules)).values()
    assert (result.broken, result.violations, result.rows) == (is_broken, 30, 100)
    assert bool(result.samples) == is_broken
    async with cases(database, rules) as run:
        assert await run.broken("INSERT INTO t (id, n) VALUES (101, 99)") == []


async def test_no_number_is_within_no_bounds(database: Lab) -> None:
    await database.client.run("CREATE TABLE t (f float8)", "INSERT INTO t VALUES (1), ('NaN')")
    assert (await result_of(database, check("mean", "f", min=0))).broken
    await database.client.run("UPDATE t SET f = 'Infinity'")
    assert (await result_of(database, check("mean", "f", max=9))).broken


async def test_a_group_that_either_side_lacks_sums_up_to_nothing(database: Lab) -> None:
    await database.client.run(*SCHEMA)
    sums = check("equalSums", sum="m", table="u", equals="m", by=["id"], to=["t"])
    assert not (await result_of(database, sums)).broken
    await database.client.run(
        "DELETE FROM u WHERE t = 3", "INSERT INTO u VALUES (200, 1), (201, 0), (NULL, 5)",
        "INSERT INTO t (id, m) VALUES (300, 0), (301, 2)",
    )  # fmt: skip
    result = await result_of(database, sums)
    assert result.violations == 3
    assert sorted(row["id"] for row in result.samples) == [3, 200, 301]

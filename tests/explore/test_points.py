"""Which statements of a trace are worth failing, and what makes two statements the same."""

from __future__ import annotations

import pytest

from seamline.explore.faults.points import points
from seamline.model.statement import SqlKind, SqlStatement
from seamline.text.statement import fingerprint
from seamline.wire.postgresql.kind import kind_of


def trace(*texts: str) -> list[SqlStatement]:
    """Statements of one connection; a COMMIT ends a transaction, `;` before a text is one by itself."""
    number, found = 1, []
    for text in texts:
        bare = text.lstrip(";")
        kind: SqlKind = kind_of(bare)
        found.append(SqlStatement(text=bare, kind=kind, connection=1, transaction=number))
        number += kind == "commit" or bare != text
    return found


def harms(*texts: str, deep: bool = False) -> list[tuple[int, str, str]]:
    return [(i.ordinal, i.harm, i.sqlstate) for i in points(trace(*texts), deep=deep)]


def test_each_write_and_the_commit_of_a_transaction() -> None:
    assert harms("BEGIN", "SELECT 1", "INSERT INTO a VALUES (1)", "COMMIT") == [
        (3, "error", "40001"),
        (3, "lost before", ""),
        (4, "refused", "40001"),
        (4, "lost after", ""),
    ]


def test_a_write_by_itself_is_its_own_commit() -> None:
    assert harms(";INSERT INTO a VALUES (1)", ";SELECT 1") == [
        (1, "error", "57014"),
        (1, "lost before", ""),
        (1, "lost after", ""),
    ]


def test_the_commit_of_what_only_reads_is_left_alone() -> None:
    found = harms("BEGIN", "SELECT 1", "COMMIT", "BEGIN", "DELETE FROM a", "COMMIT")
    assert {ordinal for ordinal, _, _ in found} == {5, 6}


def test_rows_written_behind_a_select_make_every_commit_count() -> None:
    assert harms("BEGIN", "SELECT place_order(1)", "COMMIT") == [
        (3, "refused", "40001"),
        (3, "lost after", ""),
    ]


def test_equal_statements_in_equal_states_are_tried_once() -> None:
    lines = [f"INSERT INTO lines VALUES ({n})" for n in range(20)]
    found = points(trace("BEGIN", *lines, "COMMIT"))
    assert [(i.ordinal, i.occurrence) for i in found] == [
        (2, 1), (2, 1), (3, 2), (3, 2), (22, 1), (22, 1),
    ]  # fmt: skip


def test_drivers_statements_do_not_count() -> None:
    assert harms("SET x TO 1", "BEGIN", "DEALLOCATE ALL", "DELETE FROM a", "COMMIT")[0][0] == 2


def test_deep_fails_reads_too_and_kills() -> None:
    found = harms("BEGIN", "SELECT 1", "DELETE FROM a", "COMMIT", deep=True)
    assert (2, "error", "53100") in found
    assert (1, "lost before", "") in found
    assert (4, "killed", "") in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT * FROM a WHERE b = 1", "SELECT *  FROM a WHERE b = 27"),
        ("INSERT INTO a VALUES ('it''s', 1)", "INSERT INTO a VALUES ('', 2)"),
        ("SELECT 1 WHERE x IN ($1, $2)", "SELECT 1 WHERE x IN ($1, $2, $3, $4)"),
        ("INSERT INTO a VALUES ($1, $2), ($3, $4)", "INSERT INTO a VALUES ($1, $2)"),
        ("SAVEPOINT sa_savepoint_1", "SAVEPOINT sa_savepoint_12"),
        ("ROLLBACK TO SAVEPOINT sa_savepoint_1", "ROLLBACK TO SAVEPOINT sa_savepoint_2"),
        ("SELECT 1 /* a */;", "SELECT 2 -- b"),
        ("SELECT $tag$ x $tag$", "SELECT $$ y $$"),
    ],
)
def test_the_same_statement(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('SELECT "a1" FROM t', 'SELECT "a2" FROM t'),
        ("SELECT a1 FROM t1", "SELECT a1 FROM t2"),
        ("DELETE FROM a", "DELETE FROM b"),
    ],
)
def test_another_statement(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_a_constant_among_values_is_one_of_them() -> None:
    one = fingerprint("INSERT INTO a (x, y) VALUES ('b', NULL) ")
    assert one == fingerprint("INSERT INTO a (x, y) VALUES (true, 3)")
    assert fingerprint("SELECT a WHERE b IS NULL") != fingerprint("SELECT a WHERE b IS true")

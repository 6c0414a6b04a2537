"""What a statement is for, by its words."""

from __future__ import annotations

import pytest

from seamline.wire.postgresql.kind import kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WITH n AS (SELECT id FROM jobs FOR UPDATE SKIP LOCKED) SELECT * FROM n", "read"),
        ("WITH n AS (SELECT 1) SELECT id FROM jobs FOR NO KEY UPDATE", "read"),
        ("WITH n AS (SELECT 'insert into' /* update */) SELECT * FROM n", "read"),
        ("WITH n AS (SELECT id FROM jobs FOR UPDATE) UPDATE jobs SET taken = true", "write"),
        ("WITH n AS (DELETE FROM jobs RETURNING id) SELECT * FROM n", "write"),
        ("/* next */ (SELECT 1)", "read"),
        ("ROLLBACK TO SAVEPOINT a", "savepoint"),
        ("BEGIN; SELECT 1; UPDATE jobs SET taken = true; COMMIT;", "write"),
        ("START TRANSACTION; CREATE TABLE t (a int); END", "ddl"),
        ("BEGIN; SELECT 'x; UPDATE'; COMMIT", "read"),
        ("BEGIN; UPDATE jobs SET taken = true; ROLLBACK", "begin"),
        ("BEGIN; SET LOCAL lock_timeout = 100", "begin"),
        ("BEGIN; SELECT '; COMMIT'", "begin"),
        ("BEGIN;", "begin"),
    ],
)
def test_of_a_statement(text: str, kind: str) -> None:
    assert kind_of(text) == kind

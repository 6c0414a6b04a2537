"""`seed = "auto"`: the base of a run is filled from its catalog, and the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from seamline.model.event import StageFinished
from seamline.run.setup import prepared
from seamline.spec import load_project
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor

from ..project import write_project

_SCHEMA = """
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email LIKE '%@%'),
    mood mood NOT NULL,
    friend bigint REFERENCES people
);
CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person bigint NOT NULL REFERENCES people,
    text text NOT NULL CHECK (length(text) BETWEEN 3 AND 80)
);
CREATE TABLE settings (name text PRIMARY KEY);
INSERT INTO settings VALUES ('kept as it is');
"""
_ALL = "SELECT jsonb_agg(t ORDER BY t::text) FROM {} t"


async def _rows(folder: Path) -> tuple[str, dict[str, Any]]:
    """The detail of the seed stage, and every row of the base that cases start from."""
    database = 'migrations = { kind = "sql", files = ["schema.sql"] }\nseed = "auto"'
    write_project(folder, [], migration=_SCHEMA, database=database)
    told: list[str] = []
    with workspace() as space:
        async with prepared(
            load_project(folder),
            space,
            Redactor(),
            lambda e: told.append(e.detail) if isinstance(e, StageFinished) else None,
        ) as setup:
            assert setup.base is not None
            rows = {}
            async with await psycopg.AsyncConnection.connect(setup.base.url) as connection:
                for table in ("people", "notes", "settings"):
                    cursor = await connection.execute(_ALL.format(table))
                    row = await cursor.fetchone()
                    rows[table] = row[0] if row is not None else None
            return told[-1], rows


async def test_empty_tables_are_filled_and_the_same_in_each_run(tmp_path: Path) -> None:
    said, rows = await _rows(tmp_path / "one")
    assert said.startswith("auto: ")
    assert len(rows["people"]) == len(rows["notes"]) == 12
    assert {n["person"] for n in rows["notes"]} <= {p["id"] for p in rows["people"]}
    assert rows["settings"] == [{"name": "kept as it is"}]
    assert await _rows(tmp_path / "two") == (said, rows)

"""Walks through folders of SQL files on a real server: each way of writing them, sound and with faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.migrations.walk import Policy, Walk

from .lab import Walked, legs_of_sql, told

UPS = {
    "owners": (
        "CREATE TABLE owner (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE);",
        "DROP TABLE owner;",
    ),
    "items": (
        "CREATE TABLE item (id serial PRIMARY KEY, owner_id int NOT NULL REFERENCES owner, n int);"
        "\nCREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        "  NEW.n := 2 * NEW.n; -- a semicolon; inside\n  RETURN NEW;\nEND $$;",
        "DROP TABLE item; DROP FUNCTION twice();",
    ),
    "index": ("CREATE INDEX CONCURRENTLY i ON item (n);", "DROP INDEX CONCURRENTLY i;"),
    "filled": (
        "UPDATE item SET n = 0 WHERE n IS NULL; ALTER TABLE item ALTER n SET NOT NULL;",
        "ALTER TABLE item ALTER n DROP NOT NULL;",
    ),
}
FAULTS = {
    **UPS,
    "items": (UPS["items"][0], "DROP TABLE item;"),
    "filled": ("DELETE FROM item;", "SELECT 1;"),
    "must": ("ALTER TABLE owner ADD must int NOT NULL;", "ALTER TABLE owner DROP must;"),
    "typo": ("CREATE TABLE late (id int);", "SELECT 1;\nDROP TABLE later;"),
}
CHECKS = {
    "2": ["downRestores"],
    "4": ["rowsKept"],
    "5": ["upWithRows"],
    "6": ["downRestores"],
}


def flyway(steps: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    ups = {f"V{n}__{name}.sql": up for n, (name, (up, _)) in enumerate(steps.items(), 1)}
    downs = {f"U{n}__{name}.sql": down for n, (name, (_, down)) in enumerate(steps.items(), 1)}
    return ups | downs


def golang(steps: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    ups = {f"{n}_{name}.up.sql": up for n, (name, (up, _)) in enumerate(steps.items(), 1)}
    downs = {f"{n}_{name}.down.sql": down for n, (name, (_, down)) in enumerate(steps.items(), 1)}
    return ups | downs


def goose(steps: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {
        f"{n}_{name}.sql": f"{'-- +goose NO TRANSACTION' if 'CONCURRENTLY' in up else ''}\n-- +goose Up\n"
        f"-- +goose StatementBegin\n{up}\n-- +goose StatementEnd\n-- +goose Down\n{down}\n"
        for n, (name, (up, down)) in enumerate(steps.items(), 1)
    }


def dbmate(steps: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    apart = " transaction:false"
    return {
        f"{n}_{name}.sql": f"-- migrate:up{apart if 'CONCURRENTLY' in up else ''}\n{up}\n"
        f"-- migrate:down{apart if 'CONCURRENTLY' in down else ''}\n{down}\n"
        for n, (name, (up, down)) in enumerate(steps.items(), 1)
    }


async def walked(server: Server, folder: Path, files: Mapping[str, str]) -> Walked:
    return await told(Walk(legs_of_sql(server, folder, files), Policy()))


@pytest.mark.parametrize("write", [flyway, golang, goose, dbmate])
async def test_sound_folders_are_silent_and_each_fault_is_found(
    pg_server: Server, tmp_path: Path, write: object
) -> None:
    assert callable(write)
    (tmp_path / "sound").mkdir()
    said = await walked(pg_server, tmp_path / "sound", write(UPS))
    assert said.findings == []
    assert [r.down for r in said.revisions.values()] == ["done"] * 4
    assert all(r.equal for r in said.revisions.values())
    (tmp_path / "faults").mkdir()
    said = await walked(pg_server, tmp_path / "faults", write(FAULTS))
    assert said.checks == CHECKS
    typo = next(f for f in said.findings if f.subject == "revision 6")
    assert typo.actual.startswith("db/6_typo") or typo.actual.startswith("db/U6__typo")
    assert 'table "later" does not exist' in typo.actual


async def test_a_folder_without_ways_down_is_walked_up(pg_server: Server, tmp_path: Path) -> None:
    files = {f"{n}.sql": up for n, (up, _) in enumerate(UPS.values(), 1)}
    said = await walked(pg_server, tmp_path, files)
    assert said.findings == []
    assert [r.down for r in said.revisions.values()] == ["none"] * 4
    assert said.skipped == {"models and schema": "plain SQL knows of no models here"}

"""What revisions do to full tables, measured on a real server: hazards, and the sound way to write each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.migrations.hazard.touched import above
from seamline.migrations.with_alembic import alembic_history
from seamline.model.event import RevisionMeasured

from .lab import SYNC, Step, hazards, legs, write

ENV = SYNC.replace("target_metadata=", "transaction_per_migration=True, target_metadata=")
BASE = Step(
    "CREATE TABLE owner (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(80) UNIQUE NOT NULL);"
    "CREATE TABLE item (id serial PRIMARY KEY, owner_id int NOT NULL REFERENCES owner, n int, code text,"
    " made timestamptz NOT NULL DEFAULT now()); CREATE INDEX ON item (owner_id)",
    "DROP TABLE item; DROP TABLE owner",
)
APART = "with op.get_context().autocommit_block():\n    op.execute({!r})"
ADDED = "ALTER TABLE item ADD CONSTRAINT n_is_there CHECK (n IS NOT NULL OR n IS NULL) NOT VALID"


def _each(up: str) -> str:
    """Each statement by itself, as revisions are written."""
    return (
        up
        if up.startswith("with")
        else "\n".join(f"op.execute({s.strip()!r})" for s in up.split(";"))
    )


async def measured(
    server: Server, folder: Path, ups: Mapping[str, str], **limits: object
) -> dict[str, RevisionMeasured]:
    steps = {"first": BASE, **{name: Step(_each(up), "SELECT 1") for name, up in ups.items()}}
    history = legs(server, write(folder, steps, env=ENV), alembic_history, "alembic.ini", {})
    return await hazards(history, **{"deployed": ("first",), **limits})


HAZARDS = {
    "rewrite": ("ALTER TABLE item ALTER n TYPE bigint", ["noRewriteUnderLock"]),
    "volatile": ("ALTER TABLE item ADD r float8 DEFAULT random()", ["noRewriteUnderLock"]),
    "index": ("CREATE INDEX of_n ON item (n)", ["indexBuiltConcurrently"]),
    "check": ("ALTER TABLE item ADD CHECK (made > '2000-01-01')", ["noScanUnderLock"]),
    "key": (
        "ALTER TABLE item ADD again int; ALTER TABLE item ADD FOREIGN KEY (again) REFERENCES owner",
        ["noScanUnderLock"],
    ),
    "backfill": ("UPDATE item SET code = 'x'", ["noBackfillUnderLock"]),
    "together": (
        "ALTER TABLE item ADD total int; UPDATE item SET total = 1;"
        " ALTER TABLE item ALTER total SET NOT NULL",
        ["noBackfillUnderLock", "noScanUnderLock"],
    ),
    "validated_at_once": (
        f"{ADDED}; ALTER TABLE item VALIDATE CONSTRAINT n_is_there",
        ["noScanUnderLock"],
    ),
    "unique": ("ALTER TABLE item ADD UNIQUE (code)", ["upWithRows"]),
    "unique_kept": ("CREATE UNIQUE INDEX ON owner (lower(email))", ["indexBuiltConcurrently"]),
}
SOUND = {
    "column": "ALTER TABLE item ADD a int",
    "default": "ALTER TABLE item ADD b int NOT NULL DEFAULT 3",
    "rename": "ALTER TABLE item RENAME a TO c",
    "wider": "ALTER TABLE owner ALTER email TYPE varchar(100)",
    "index": APART.format("CREATE INDEX CONCURRENTLY of_n ON item (n)"),
    "added": ADDED,
    "validated": "ALTER TABLE item VALIDATE CONSTRAINT n_is_there",
    "behind": "ALTER TABLE item ADD q int NOT NULL DEFAULT 1; ALTER TABLE item ALTER q DROP NOT NULL;"
    " ALTER TABLE item ADD CONSTRAINT q_there CHECK (q IS NOT NULL) NOT VALID",
    "behind_valid": "ALTER TABLE item VALIDATE CONSTRAINT q_there",
    "behind_set": "ALTER TABLE item ALTER q SET NOT NULL; ALTER TABLE item DROP CONSTRAINT q_there",
    "few": "UPDATE item SET code = 'x' WHERE id % 10 = 0",
    "own": "CREATE TABLE late (id int, item_id int REFERENCES item); INSERT INTO late SELECT g FROM"
    " generate_series(1, 500) g; CREATE INDEX ON late (id); UPDATE late SET item_id = NULL;"
    " ALTER TABLE late ALTER id TYPE bigint; ALTER TABLE late ALTER id SET NOT NULL",
    "own_later": "CREATE TABLE last (id int, owner_id int); ALTER TABLE last ADD FOREIGN KEY (owner_id)"
    " REFERENCES owner; CREATE INDEX ON last (owner_id)",
    "gone": "DROP TABLE late",
    "dropped": APART.format("DROP INDEX CONCURRENTLY of_n"),
}


async def test_each_hazard_is_found_by_its_check(pg_server: Server, tmp_path: Path) -> None:
    said = await measured(pg_server, tmp_path, {name: up for name, (up, _) in HAZARDS.items()})
    found = {name: sorted({f.check for f in e.findings}) for name, e in said.items()}
    assert found == {name: checks for name, (_, checks) in HAZARDS.items()}
    assert {f.severity for e in said.values() for f in e.findings} == {"warning"}
    rewrite = said["rewrite"]
    assert rewrite.rows == 2000
    assert rewrite.rewritten == ("item",)
    assert rewrite.locks == ("ACCESS EXCLUSIVE on item",)
    assert rewrite.blocks == "reads and writes"
    (finding,) = rewrite.findings
    assert finding.subject == "revision rewrite"
    assert finding.detail == "item"
    assert finding.evidence is not None
    assert finding.evidence.sql == "ALTER TABLE item ALTER n TYPE bigint"
    assert "CONCURRENTLY" in said["index"].findings[0].why
    assert said["index"].blocks == "writes"


async def test_the_sound_way_is_silent(pg_server: Server, tmp_path: Path) -> None:
    said = await measured(pg_server, tmp_path, SOUND)
    assert list(said) == list(SOUND)
    assert {n: [f.title for f in e.findings] for n, e in said.items() if e.findings} == {}
    assert said["column"].locks == ("ACCESS EXCLUSIVE on item",)
    assert said["index"].locks == ()


async def test_rows_that_a_revision_removed_do_not_come_back(
    pg_server: Server, tmp_path: Path
) -> None:
    ups = {
        "tidy": "DELETE FROM item a USING item b WHERE a.code = b.code AND a.id > b.id",
        "unique": "ALTER TABLE item ADD UNIQUE (code)",
    }
    said = await measured(pg_server, tmp_path, ups)
    assert [f.check for f in said["unique"].findings] == ["noScanUnderLock"]
    assert 100 <= said["unique"].rows < 2000


async def test_an_index_of_a_large_table_is_built_by_one_process(
    pg_server: Server, tmp_path: Path
) -> None:
    """Where others help, each counts for itself what it reads: half of it would be missed."""
    up = "CREATE TABLE wide (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, d char(900) NOT NULL)"
    ups = {"wide": up} | {f"i{n}": f"CREATE INDEX ON wide (n, ({n}))" for n in range(4)}
    said = await measured(pg_server, tmp_path, ups, rows=40_000)
    found = {name: [f.check for f in e.findings] for name, e in said.items()}
    assert found == {"wide": []} | {f"i{n}": ["indexBuiltConcurrently"] for n in range(4)}


async def test_what_is_deployed_is_history(pg_server: Server, tmp_path: Path) -> None:
    ups = {"old": "CREATE INDEX of_n ON item (n)", "new": "CREATE INDEX of_code ON item (code)"}
    said = await measured(pg_server, tmp_path, ups, deployed=("old",))
    assert list(said) == ["new"]
    said = await measured(pg_server, tmp_path, ups, deployed=None)
    assert {f.severity for e in said.values() for f in e.findings} == {"info"}
    assert len(said) == 3


HOSTILE = {
    "narrow": ("ALTER TABLE item ALTER code TYPE varchar(20)", "a text of 10,000 characters"),
    "small": ("ALTER TABLE item ALTER n TYPE smallint", "item.n: -2147483648"),
    "cast": (
        "ALTER TABLE item ADD v int; UPDATE item SET v = length(code) / n",
        "division by zero",
    ),
    "positive": ("ALTER TABLE item ADD CHECK (n > -1000)", "violated by some row"),
    "there": ("ALTER TABLE item ALTER code SET NOT NULL", "contains null values"),
}


async def test_what_depends_on_the_rows_is_told(pg_server: Server, tmp_path: Path) -> None:
    ups = {name: up for name, (up, _) in HOSTILE.items()}
    ups["wide"] = "ALTER TABLE item ALTER n TYPE bigint"
    said = await measured(pg_server, tmp_path, ups)
    for name, (_, words) in HOSTILE.items():
        assert any(words in note for note in said[name].notes), (name, said[name].notes)
        assert len(said[name].notes) == 1
        assert "upWithRows" not in {f.check for f in said[name].findings}
    assert said["wide"].notes == ()
    again = await measured(pg_server, tmp_path, {"narrow": ups["narrow"]}, refused={"narrow"})
    assert again["narrow"].notes == ()


async def test_time_counts_only_where_there_is_a_budget(pg_server: Server, tmp_path: Path) -> None:
    ups = {"slow": "ALTER TABLE item ADD a int; SELECT pg_sleep(0.2); ALTER TABLE item ADD b int"}
    assert not (await measured(pg_server, tmp_path, ups))["slow"].findings
    event = (await measured(pg_server, tmp_path, ups, budget_ms=50))["slow"]
    assert [f.check for f in event.findings] == ["withinLockBudget"]
    assert not (await measured(pg_server, tmp_path, ups, budget_ms=60_000))["slow"].findings


LOCK = "LOCK TABLE item IN ACCESS EXCLUSIVE MODE"


async def test_a_lock_that_is_all_a_revision_does_is_seen(
    pg_server: Server, tmp_path: Path
) -> None:
    ups = {
        "locks": LOCK,
        "waits": f"{LOCK}; SELECT pg_sleep(0.2)",
        "rows": "SELECT * FROM item FOR UPDATE",
        "adds": f"{LOCK}; ALTER TABLE item ADD a int; SELECT pg_sleep(0.2)",
    }
    said = await measured(pg_server, tmp_path, ups, budget_ms=100)
    for name in ("locks", "waits", "adds"):
        assert said[name].locks == ("ACCESS EXCLUSIVE on item",)
        assert said[name].blocks == "reads and writes"
    checks = {name: [f.check for f in e.findings] for name, e in said.items()}
    assert checks == {"locks": [], "waits": [], "rows": [], "adds": ["withinLockBudget"]}
    # When it was taken nobody tells: at the start, or at the very end.
    (waits,) = said["waits"].notes
    assert waits.startswith("withinLockBudget: item is locked by a statement of which the server")
    (rows,) = said["rows"].notes
    assert rows.startswith("item: rows of it are locked one by one (ROW SHARE")


@pytest.mark.parametrize(
    ("deployed", "new"),
    [((), "abcde"), (("a",), "bcde"), (("d",), "e"), (("b", "c"), "de"), (("other",), "abcde")],
)
def test_above_what_is_deployed(deployed: tuple[str, ...], new: str) -> None:
    below = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ("d",)}
    assert above(deployed, below) == frozenset(new)

"""Walks through histories of Alembic: a sound one is silent, each planted fault is found where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.errors import TargetError
from seamline.migrations.walk import Policy

from .lab import ASYNC, SYNC, Step, walked, write

ALONE = "with op.get_context().autocommit_block():\n    "
OWNERS = Step(
    "CREATE TABLE owner (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE)",
    "DROP TABLE owner",
)
SOUND = {
    "owner": OWNERS,
    "item": Step(
        "CREATE TABLE item (id serial PRIMARY KEY, owner_id int NOT NULL REFERENCES owner,"
        " title varchar(40) NOT NULL DEFAULT 'new', qty int, born timestamptz DEFAULT now())",
        "DROP TABLE item",
    ),
    "mood": Step(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE item ADD mood mood DEFAULT 'ok'",
        "ALTER TABLE item DROP mood; DROP TYPE mood",
    ),
    "backfill": Step(
        "UPDATE item SET qty = 0 WHERE qty IS NULL; ALTER TABLE item ALTER qty SET NOT NULL",
        "ALTER TABLE item ALTER qty DROP NOT NULL",
    ),
    "check": Step(
        "ALTER TABLE item ADD CONSTRAINT item_qty CHECK (qty < 2000000000) NOT VALID",
        "ALTER TABLE item DROP CONSTRAINT item_qty",
    ),
    "concurrently": Step(
        f'{ALONE}op.execute("CREATE INDEX CONCURRENTLY i ON item (title)")',
        f'{ALONE}op.execute("DROP INDEX CONCURRENTLY i")',
    ),
    "enum": Step(
        "op.create_table('e', sa.Column('k', sa.Enum('a', 'b', name='kind')))",
        "op.drop_table('e')\nop.execute('DROP TYPE kind')",
    ),
    "view": Step("CREATE VIEW titles AS SELECT title FROM item", "DROP VIEW titles"),
    "view2": Step(
        "CREATE OR REPLACE VIEW titles AS SELECT title, 1 AS n FROM item",
        "DROP VIEW titles; CREATE VIEW titles AS SELECT title FROM item",
    ),
    "function": Step(
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        " GRANT SELECT ON item TO PUBLIC; COMMENT ON TABLE item IS 'things'",
        "DROP FUNCTION one(); REVOKE SELECT ON item FROM PUBLIC; COMMENT ON TABLE item IS NULL",
    ),
    "rename": Step(
        "ALTER TABLE item RENAME title TO name", "ALTER TABLE item RENAME name TO title"
    ),
    "drop": Step(
        "ALTER TABLE item DROP born", "ALTER TABLE item ADD born timestamptz DEFAULT now()"
    ),
    "never": Step("ALTER TABLE owner ADD note text", "raise NotImplementedError"),
    "label": Step("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'great'", ""),
    "wide": Step("ALTER TABLE item ALTER qty TYPE bigint", "ALTER TABLE item ALTER qty TYPE int"),
}


async def test_a_sound_history_is_silent(pg_server: Server, tmp_path: Path) -> None:
    said = await walked(pg_server, write(tmp_path, SOUND))
    assert said.findings == []
    assert list(said.revisions) == list(SOUND)
    assert all(r.equal for n, r in said.revisions.items() if n != "never")
    assert said.revisions["label"].notes == ("after the downgrade type mood is another",)
    never = said.revisions["never"]
    assert (never.down, never.notes) == (
        "none", ("irreversible: its downgrade raises NotImplementedError",),
    )  # fmt: skip
    assert all(r.rows >= 3 for r in list(said.revisions.values())[1:])
    assert said.skipped == {"models and schema": "Alembic knows of no models here"}
    assert said.history is not None
    assert said.history.heads == ("wide",)


async def test_each_fault_is_found_at_its_revision(pg_server: Server, tmp_path: Path) -> None:
    more = {
        "default": Step(
            "ALTER TABLE item ALTER name SET DEFAULT 'other'",
            "ALTER TABLE item ALTER name DROP DEFAULT",
        ),
        "atOnce": Step("ALTER TABLE item ADD must int NOT NULL", "ALTER TABLE item DROP must"),
        "empties": Step("DELETE FROM item", ""),
        "changes": Step("SELECT 1", "UPDATE owner SET email = 'x' || email"),
        "loses": Step("SELECT 1", "DELETE FROM item"),
        "other": Step("CREATE TABLE IF NOT EXISTS log (id int)", "ALTER TABLE log ADD late int"),
        "typo": Step("CREATE TABLE ok (id int)", "DROP TABLE okay"),
        "last": Step("CREATE TABLE last (id int)", "DROP TABLE last"),
    }
    faults = {
        **SOUND,
        "mood": SOUND["mood"]._replace(down="ALTER TABLE item DROP mood"),
        "check": SOUND["check"]._replace(down="SELECT 1"),
        "concurrently": SOUND["concurrently"]._replace(down="SELECT 1"),
        "view2": SOUND["view2"]._replace(down="DROP VIEW titles"),
        "function": SOUND["function"]._replace(
            down="DROP FUNCTION one(); COMMENT ON TABLE item IS NULL"
        ),
        **more,
    }
    said = await walked(pg_server, write(tmp_path, faults))
    assert said.checks == {
        "mood": ["downRestores"],
        "check": ["downRestores"],
        "concurrently": ["downRestores"],
        "view2": ["downRestores"],
        "function": ["downRestores"],
        "default": ["downRestores"],
        "atOnce": ["upWithRows"],
        "empties": ["rowsKept"],
        "changes": ["rowsKept"],
        "loses": ["rowsKept"],
        "other": ["downRestores"],
        "typo": ["downRestores"],
    }
    assert list(said.revisions) == list(faults)
    by = {f.subject.removeprefix("revision "): f for f in said.findings}
    evidence = by["function"].evidence
    assert evidence is not None
    assert evidence.diff == "- table item\n+ table item: GRANT public=SELECT"
    assert by["typo"].actual.startswith("migrations/versions/typo.py:")
    assert by["empties"].title == "the upgrade loses 3 of 3 rows of item"


async def test_two_heads_are_found_and_declared_branches_are_not(
    pg_server: Server, tmp_path: Path
) -> None:
    two = {
        "a": OWNERS,
        "b": Step("CREATE TABLE b (id int)", "DROP TABLE b"),
        "c": Step("CREATE TABLE c (id int)", "DROP TABLE c", on="a"),
    }
    said = await walked(pg_server, write(tmp_path / "two", two))
    assert said.checks == {"the history": ["oneHead"]}
    assert set(said.revisions) == {"a", "b", "c"}
    merged = {**two, "m": Step("", "", on=("b", "c"))}
    said = await walked(pg_server, write(tmp_path / "merged", merged))
    assert (said.findings, len(said.revisions)) == ([], 4)
    declared = {
        "a": OWNERS,
        "b": two["b"]._replace(labels=("shop",)),
        "c": two["c"]._replace(labels=("stock",)),
    }
    assert (await walked(pg_server, write(tmp_path / "declared", declared))).findings == []


async def test_an_async_environment_is_walked(pg_server: Server, tmp_path: Path) -> None:
    said = await walked(pg_server, write(tmp_path, SOUND, env=ASYNC))
    assert (said.findings, len(said.revisions)) == ([], len(SOUND))


async def test_a_declared_irreversible_revision_is_not_taken_back(
    pg_server: Server, tmp_path: Path
) -> None:
    steps = {"a": OWNERS, "b": Step("ALTER TABLE owner ADD x int", "SELECT 1"), "c": Step("", None)}
    folder = write(tmp_path, steps)
    assert (await walked(pg_server, folder)).checks == {"b": ["downRestores"]}
    said = await walked(pg_server, folder, Policy(irreversible={"b"}))
    assert said.findings == []
    assert said.revisions["b"].notes == ("declared irreversible",)
    assert said.revisions["c"].notes == ("it has no function downgrade",)


async def test_rows_that_a_revision_removes_on_purpose_are_told(
    pg_server: Server, tmp_path: Path
) -> None:
    steps = {
        "a": OWNERS,
        "b": Step("DELETE FROM owner", ""),
        "c": Step("SELECT 1", "DELETE FROM owner"),
    }
    folder = write(tmp_path, steps)
    reasons = {"b": "nobody owns anything", "c": "the same"}
    said = await walked(pg_server, folder, Policy(loses=reasons))
    up, down = said.findings
    assert (up.severity, up.subject) == ("info", "revision b")
    assert up.why == "declared in migrations.loses: nobody owns anything"
    assert (down.severity, down.subject) == (
        "error",
        "revision c",
    )  # that of the way down is no purpose
    assert not said.revisions["b"].rows_kept


async def test_a_downgrade_that_the_role_may_not_do_is_no_fault(
    pg_server: Server, tmp_path: Path
) -> None:
    steps = {"a": OWNERS, "b": Step("SELECT 1", "DROP EXTENSION plpgsql")}
    said = await walked(pg_server, write(tmp_path, steps))
    assert said.findings == []
    assert said.revisions["b"].notes[0].startswith("the system's own role may not take it back")


async def test_revisions_in_a_circle_are_told(pg_server: Server, tmp_path: Path) -> None:
    steps = {"a": OWNERS._replace(on="b"), "b": Step("SELECT 1", on="a")}
    named = (
        r"versions/a\.py, \S+/b\.py: Cycle is detected in revisions.*Let the down_revision of one"
    )
    with pytest.raises(TargetError, match=named):
        await walked(pg_server, write(tmp_path / "circle", steps))
    steps = {"a": OWNERS, "b": Step("SELECT 1", on="gone")}
    named = r"versions/b\.py: its down_revision 'gone' is no revision of this history: name one"
    with pytest.raises(TargetError, match=named):
        await walked(pg_server, write(tmp_path / "gone", steps))


async def test_a_history_that_cannot_be_applied_says_where(
    pg_server: Server, tmp_path: Path
) -> None:
    steps = {"a": OWNERS, "b": Step("SELECT 1/0"), "c": Step("SELECT 1")}
    said = await walked(pg_server, write(tmp_path, steps))
    assert said.checks == {"b": ["upFromEmpty"]}
    assert said.skipped == {"revision c": "the history cannot be applied beyond revision b"}


async def test_a_connection_to_another_database_is_refused_before_it_is_made(
    pg_server: Server, tmp_path: Path
) -> None:
    elsewhere = "postgresql://nobody:none@192.0.2.1:5432/production"
    folder = write(tmp_path, {"a": OWNERS})
    with pytest.raises(TargetError, match=r"'production' at '192\.0\.2\.1'.*not the one made"):
        await walked(pg_server, folder, DATABASE_URL=elsewhere)


async def test_revisions_may_import_what_only_env_py_finds(
    pg_server: Server, tmp_path: Path
) -> None:
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "only_here.py").write_text("TABLE = 'CREATE TABLE owner (id int)'\n")
    env = f"import sys; sys.path.insert(0, {str(tmp_path / 'apart')!r})\n{SYNC}"
    folder = write(
        tmp_path, {"a": Step("op.execute(only_here.TABLE)", "DROP TABLE owner")}, env=env
    )
    script = folder / "migrations" / "versions" / "a.py"
    script.write_text(f"import only_here\n{script.read_text()}")
    assert (await walked(pg_server, folder)).findings == []


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ("raise RuntimeError('no settings')", "no settings"),
        ("import nothing_like_it", "nothing_like_it"),
        ("pass", "it calls no run_migrations"),
    ],
)
async def test_an_environment_that_fails_says_so(
    pg_server: Server, tmp_path: Path, env: str, said: str
) -> None:
    folder = write(tmp_path, {"a": OWNERS}, env=env)
    with pytest.raises(TargetError, match=said):
        await walked(pg_server, folder)


MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("owner", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String))
"""


async def test_models_that_differ_are_told(pg_server: Server, tmp_path: Path) -> None:
    steps = {"a": Step("CREATE TABLE owner (id int PRIMARY KEY, email text)", "DROP TABLE owner")}
    env = f"{MODELS}{SYNC}"
    same = write(tmp_path / "same", steps, env=env, metadata="metadata")
    assert (await walked(pg_server, same)).findings == []  # text and varchar are one type
    late = "metadata.tables['owner'].append_column(sa.Column('late', sa.Integer))\n"
    env = f"{MODELS}{late}{SYNC}"
    said = await walked(pg_server, write(tmp_path / "other", steps, env=env, metadata="metadata"))
    assert said.checks == {"owner": ["modelsMatchSchema"]}
    assert said.findings[0].title == "the column late is in the models only"


async def test_a_rewritten_revision_is_told(pg_server: Server, tmp_path: Path) -> None:
    folder = write(tmp_path, {"a": OWNERS, "b": Step("SELECT 1", "SELECT 1")})
    policy = Policy(known={"a": "another", "gone": "x"})
    said = await walked(pg_server, folder, policy)
    assert said.checks == {"a": ["historyKept"]}

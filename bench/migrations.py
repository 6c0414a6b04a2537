"""A walk through 60 and through 120 generated revisions, with rows, against the six tests of pytest-alembic
on the same; and what a revision costs in a history of 120, against one of 60.

Both run in the peer's environment under .bench/ (its Alembic, its SQLAlchemy) and on one server; the time
of either is that of the whole, its own start included. The tests are pytest-alembic's four and two of its
experimental ones; it looks at neither rows nor anything that autogenerate does not see.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import islice
from pathlib import Path

from measure import Measure, in_turn, measure

from seamline.engines.protocol import Address, Server
from seamline.engines.registry import engine_for
from seamline.migrations.history import History
from seamline.migrations.leg import Legs
from seamline.migrations.walk import Policy, Walk
from seamline.migrations.with_alembic import alembic_history
from seamline.model.event import RevisionChecked, findings_of
from seamline.system.workspace import workspace

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".bench" / "pytest-alembic"
PACKAGES = ("pytest-alembic==0.12.1", "alembic==1.20.1", "sqlalchemy==2.1.9", "psycopg[binary]")
REVISIONS = (60, 120)
ROUNDS = 3
GOAL = 1 / 8
LINEAR = 1.1
"""A revision more costs what one costs, however many there are."""
_ENV = """
import os, sys
from alembic import context
from sqlalchemy import create_engine, pool
sys.path.insert(0, os.path.dirname(os.path.dirname(__file__)))
from models import metadata

engine = context.config.attributes.get("connection")
if engine is None:
    url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
_CONFTEST = """
import os, pytest, sqlalchemy as sa

URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")

@pytest.fixture
def alembic_config():
    return {"file": os.path.join(os.path.dirname(__file__), "alembic.ini")}

@pytest.fixture
def alembic_engine():
    engine = sa.create_engine(URL, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return engine
"""
_TESTS = """
from pytest_alembic.tests import (
    test_model_definitions_match_ddl, test_single_head_revision, test_up_down_consistency, test_upgrade,
)
from pytest_alembic.tests.experimental import (
    test_all_models_register_on_metadata, test_downgrade_leaves_no_trace,
)
"""


async def run() -> list[Measure]:
    """The measures of this file."""
    _install()
    measures = []
    with workspace() as space, tempfile.TemporaryDirectory() as name:
        private = engine_for("postgresql").private(space.subfolder("database"), space.record)
        async with private as server:
            folders = {count: write(Path(name) / str(count), count) for count in REVISIONS}
            for count, folder in folders.items():
                peer = await server.create(f"peer_{count}")
                ours, theirs = await in_turn(
                    partial(_walked, server, folder, count), partial(_tested, peer, folder), ROUNDS
                )
                label = f"migrations-{count}-vs-pytest-alembic"
                measures.append(measure(label, GOAL, ours, theirs))
            few, many = (partial(_walked, server, folders[n], n) for n in REVISIONS)
            long, short = await in_turn(many, few, ROUNDS)
            measures.append(measure("migrations-120-vs-60", LINEAR, *_each(long, short)))
    return measures


def _each(long: list[float], short: list[float]) -> tuple[list[float], list[float]]:
    """Seconds of a revision."""
    most, few = max(REVISIONS), min(REVISIONS)
    return [s / most for s in long], [s / few for s in short]


def _install() -> None:
    if not (PEER / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
        pip = [str(PEER / "bin" / "python"), "-m", "pip", "install", "-q", *PACKAGES]
        subprocess.run(pip, check=True)
        (PEER / "installed").touch()


async def _walked(server: Server, folder: Path, count: int) -> None:
    """A walk that finds nothing, every revision up, down and up with rows."""

    def bind(address: Address) -> AbstractAsyncContextManager[History]:
        return alembic_history(
            "alembic.ini",
            address,
            python=str(PEER / "bin" / "python"),
            env={"DATABASE_URL": address.url, "PYTHONDONTWRITEBYTECODE": ""},
            cwd=folder,
            log=folder / "walk.log",
            started=lambda pid: None,
        )

    walk = Walk(Legs(server, bind, f"walk_{secrets.token_hex(4)}"), Policy())
    events = [event async for event in walk.events()]
    walked = [e for e in events if isinstance(e, RevisionChecked) and e.equal]
    found = [f.title for e in events for f in findings_of(e)]
    assert len(walked) == count, found
    assert not found, found


async def _tested(address: Address, folder: Path) -> None:
    command = (PEER / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", folder)
    path = f"{PEER / 'bin'}{os.pathsep}{os.environ['PATH']}"  # one test starts a `python`
    env = os.environ | {"DATABASE_URL": address.url, "PYTHONDONTWRITEBYTECODE": "", "PATH": path}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if "6 passed" not in done.stdout:
        raise RuntimeError(f"pytest-alembic:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def write(folder: Path, count: int) -> Path:
    """An environment of Alembic with `count` revisions, and the models that they amount to."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
    )
    (folder / "migrations" / "env.py").write_text(_ENV)
    (folder / "conftest.py").write_text(_CONFTEST)
    (folder / "test_migrations.py").write_text(_TESTS)
    steps = list(islice(_steps(), count))
    for number, (up, down) in enumerate(steps, 1):
        before = repr(f"r{number - 1:04}") if number > 1 else None
        text = f'"""Step {number}."""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        text += f"revision = 'r{number:04}'\ndown_revision = {before}\n"
        text += f"def upgrade():\n    {up}\ndef downgrade():\n    {down}\n"
        (versions / f"r{number:04}.py").write_text(text)
    tables = count // 10
    models = "".join(_model(n) for n in range(tables))
    (folder / "models.py").write_text(
        f"import sqlalchemy as sa\nmetadata = sa.MetaData()\n{models}"
    )
    return folder


def _steps() -> Iterator[tuple[str, str]]:
    """What a table goes through in ten revisions, table after table."""
    number = 0
    while True:
        t, c = f"'thing{number}'", "sa.Column"
        yield (
            f"op.create_table({t}, {c}('id', sa.BigInteger, primary_key=True),"
            f" {c}('name', sa.String(50), nullable=False), {c}('amount', sa.Integer),"
            f" {c}('status', sa.String(20)), {c}('made', sa.DateTime, server_default=sa.func.now()))",
            f"op.drop_table({t})",
        )
        yield f"op.add_column({t}, {c}('email', sa.Text))", f"op.drop_column({t}, 'email')"
        index = f"'ix_thing{number}_email'"
        yield f"op.create_index({index}, {t}, ['email'])", f"op.drop_index({index})"
        yield (
            f"op.add_column({t}, {c}('qty', sa.Integer, server_default='0', nullable=False))",
            f"op.drop_column({t}, 'qty')",
        )
        yield (
            f"op.alter_column({t}, 'amount', type_=sa.BigInteger)",
            f"op.alter_column({t}, 'amount', type_=sa.Integer)",
        )
        unique = f"'uq_thing{number}_name'"
        yield (
            f"op.create_unique_constraint({unique}, {t}, ['name'])",
            f"op.drop_constraint({unique}, {t})",
        )
        yield (
            f"op.execute(\"UPDATE thing{number} SET status = 'new' WHERE status IS NULL\");"
            f" op.alter_column({t}, 'status', nullable=False)",
            f"op.alter_column({t}, 'status', nullable=True)",
        )
        check = f"'ck_thing{number}_qty'"
        yield (
            f"op.create_check_constraint({check}, {t}, 'qty > -1000')",
            f"op.drop_constraint({check}, {t})",
        )
        key = f"'fk_thing{number}_parent'"
        parent = f"'thing{max(0, number - 1)}'"
        yield (
            f"op.add_column({t}, {c}('parent_id', sa.BigInteger));"
            f" op.create_foreign_key({key}, {t}, {parent}, ['parent_id'], ['id'])",
            f"op.drop_constraint({key}, {t}); op.drop_column({t}, 'parent_id')",
        )
        yield (
            f"op.drop_column({t}, 'made')",
            f"op.add_column({t}, {c}('made', sa.DateTime, server_default=sa.func.now()))",
        )
        number += 1


def _model(number: int) -> str:
    name, parent = f"thing{number}", f"thing{max(0, number - 1)}"
    return f"""
sa.Table(
    "{name}", metadata, sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False), sa.Column("amount", sa.BigInteger),
    sa.Column("status", sa.String(20), nullable=False), sa.Column("email", sa.Text),
    sa.Column("qty", sa.Integer, server_default="0", nullable=False),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("{parent}.id", name="fk_{name}_parent")),
    sa.UniqueConstraint("name", name="uq_{name}_name"),
    sa.CheckConstraint("qty > -1000", name="ck_{name}_qty"), sa.Index("ix_{name}_email", "email"),
)
"""

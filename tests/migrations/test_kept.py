"""After a step that went wrong the walk goes on from a copy of what stood before it: by the count of steps
carried out, nothing below is applied again."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from seamline.engines.protocol import Address, Server
from seamline.errors import TargetError
from seamline.migrations.history import History
from seamline.migrations.history import Step as Tried
from seamline.migrations.leg import Kept, Leg, Legs
from seamline.migrations.walk import Policy, Walk
from seamline.migrations.with_alembic import alembic_history

from .lab import ASYNC, SYNC, Step, Walked, legs, legs_of_sql, told, write

COUNT = 8
FAILS, STUCK = "r04", "r06"
TABLE = "CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int)"
MADE = "CREATE INDEX CONCURRENTLY i_{} ON item (n)"
GONE = "DROP INDEX CONCURRENTLY i_{}"
MUST = "ALTER TABLE item ADD must int NOT NULL"
NONE = "DROP TABLE nothing_like_it"
POOLED = SYNC.replace("poolclass=pool.NullPool", "pool_size=1").replace(
    "with create_engine(", "engine = create_engine("
).replace(").connect() as connection:", ")\nwith engine.connect() as connection:")  # fmt: skip


def statements(name: str) -> tuple[list[str], list[str]]:
    """Up and down, statement by statement, of which each is committed by itself."""
    up, down = [MADE.format(name)], [GONE.format(name)]
    if name == FAILS:
        return [*up, MUST], [*down, "ALTER TABLE item DROP must"]
    return up, [*down, NONE] if name == STUCK else down


NAMES = [f"r{n:02}" for n in range(1, COUNT)]


def in_alembic(server: Server, folder: Path, env: str) -> Legs:
    def apart(sql: list[str]) -> str:
        lines = "".join(f"\n    op.execute({s!r})" for s in sql)
        return f"with op.get_context().autocommit_block():{lines}"

    steps = {"r00": Step(TABLE, "DROP TABLE item")}
    for name in NAMES:
        up, down = statements(name)
        steps[name] = Step(apart(up), apart(down))
    return alembic(server, write(folder, steps, env=env))


def alembic(server: Server, folder: Path) -> Legs:
    return legs(server, folder, alembic_history, "alembic.ini", {})


def in_sql(server: Server, folder: Path) -> Legs:
    files = {"00_r00.sql": f"-- migrate:up\n{TABLE};\n-- migrate:down\nDROP TABLE item;\n"}
    for number, name in enumerate(NAMES, 1):
        up, down = (";\n".join(s) for s in statements(name))
        files[f"{number:02}_{name}.sql"] = (
            f"-- migrate:up transaction:false\n{up};\n-- migrate:down transaction:false\n{down};\n"
        )
    return legs_of_sql(server, folder, files)


def added(columns: int) -> dict[str, Step]:
    return {
        f"b{n}": Step(f"ALTER TABLE item ADD c{n} int", f"ALTER TABLE item DROP c{n}")
        for n in range(columns)
    }


@asynccontextmanager
async def counted(
    bind: Callable[[Address], AbstractAsyncContextManager[History]],
    steps: Counter[str],
    address: Address,
) -> AsyncIterator[History]:
    """The history, each of whose steps is counted."""

    def counting(way: str, plain: Callable[[str], Awaitable[Tried]]) -> object:
        def step(revision: str) -> Awaitable[Tried]:
            steps[f"{way} {revision}"] += 1
            return plain(revision)

        return step

    async with bind(address) as history:
        setattr(history, "up", counting("up", history.up))  # noqa: B010
        setattr(history, "down", counting("down", history.down))  # noqa: B010
        yield history


async def walked(legs: Legs) -> tuple[Walked, Counter[str]]:
    steps: Counter[str] = Counter()
    legs._bind = partial(counted, legs._bind, steps)
    return await told(Walk(legs, Policy())), steps


def by_name(found: Walked) -> dict[str, list[str]]:
    return {name[-2:].rjust(3, "r"): checks for name, checks in found.checks.items()}


@pytest.mark.parametrize(
    "history",
    [
        partial(in_alembic, env=SYNC),
        partial(in_alembic, env=ASYNC),
        partial(in_alembic, env=POOLED),
        in_sql,
    ],
    ids=("alembic", "async", "pooled", "sql"),
)
async def test_nothing_is_applied_again_where_steps_are_not_rolled_back(
    pg_server: Server, tmp_path: Path, history: Callable[[Server, Path], Legs]
) -> None:
    said, steps = await walked(history(pg_server, tmp_path))
    assert by_name(said) == {FAILS: ["upWithRows"], STUCK: ["downRestores"]}
    assert len(said.revisions) == COUNT
    assert all(r.equal for r in said.revisions.values() if not r.findings)
    # One more for the upgrade that failed with rows; the one whose downgrade failed is not taken up once
    # more to compare, but to go on from there.
    assert steps.total() == 3 * COUNT + 1
    more = {name for name, count in steps.items() if count > (2 if name.startswith("up") else 1)}
    assert {name[-2:] for name in more} == {FAILS[-2:]}


async def test_what_is_rolled_back_is_tried_again_where_it_is(
    pg_server: Server, tmp_path: Path
) -> None:
    steps = {"a": Step(TABLE, "DROP TABLE item"), **added(4)}
    below = set(steps)
    steps |= {"c": Step(MUST, "ALTER TABLE item DROP must"), "d": Step("SELECT 1/0")}
    said, done = await walked(alembic(pg_server, write(tmp_path, steps)))
    assert said.checks == {"c": ["upWithRows"], "d": ["upFromEmpty"]}
    assert all((done[f"up {name}"], done[f"down {name}"]) == (2, 1) for name in below)
    assert (done["up c"], done["down c"]) == (3, 1)
    assert done["up d"] == 2


async def test_what_has_to_be_applied_again_is_so_once(pg_server: Server, tmp_path: Path) -> None:
    """The state behind an upgrade is gone where its downgrade spoilt it: each revision goes up for that once
    at most, however many do so."""
    steps = {"a": Step(TABLE, "DROP TABLE item"), **added(9)}
    for name in ("b3", "b6", "b8"):
        steps[name] = steps[name]._replace(down="SELECT 1")
    said, done = await walked(alembic(pg_server, write(tmp_path, steps)))
    assert said.checks == {name: ["downRestores"] for name in ("b3", "b6", "b8")}
    assert max(done.values()) == 3
    assert done.total() == 4 * len(steps)


async def test_where_no_copy_can_be_had_all_is_applied_again(
    pg_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Legs, leg: Leg, done: int) -> Kept:
        raise TargetError("no")

    monkeypatch.setattr(Legs, "keep", refuse)
    said, steps = await walked(in_sql(pg_server, tmp_path))
    assert by_name(said) == {FAILS: ["upWithRows"], STUCK: ["downRestores"]}
    assert steps["up 00"] == 4

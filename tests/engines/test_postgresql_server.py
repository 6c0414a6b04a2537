from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from seamline.engines.postgresql import rootless
from seamline.engines.postgresql.cluster import Cluster
from seamline.engines.postgresql.server import private_server
from seamline.engines.protocol import Server
from seamline.errors import TargetError

from .lab import Lab


def processes(folder: Path) -> list[str]:
    """Command lines of processes that work in `folder`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


async def until(condition: object) -> None:
    """Wait until `condition()` holds, at most 30 s."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_private_server_is_our_child_on_loopback_and_gone_at_the_end(
    tmp_path: Path,
) -> None:
    pids: list[int] = []
    async with private_server(tmp_path, pids.append) as server:
        (pid,) = pids
        assert os.getpgid(pid) == pid
        assert server.version in server.origin
        address = await server.create("shop")
        assert address.host == "127.0.0.1"
        async with server.open(address) as database:
            settings = await database.query(
                "SELECT name, setting FROM pg_settings WHERE name IN "
                "('fsync', 'listen_addresses', 'unix_socket_directories', 'jit', 'server_encoding')"
            )
            assert {s["name"]: s["setting"] for s in settings} == {
                "fsync": "off",
                "jit": "off",
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "server_encoding": "UTF8",
            }
    assert not processes(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("program", ["initdb", "postgres"])
async def test_nothing_is_left_when_cancelled(tmp_path: Path, program: str) -> None:
    async def run() -> None:
        async with private_server(tmp_path, lambda pid: None):
            await asyncio.sleep(60)

    task = asyncio.create_task(run())
    await until(lambda: any(f"/{program} " in line for line in processes(tmp_path)))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not processes(tmp_path)


async def test_an_exception_stops_the_server(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with private_server(tmp_path, lambda pid: None):
            raise ZeroDivisionError
    assert not processes(tmp_path)


async def test_a_server_that_dies_is_reported_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "initdb").write_text('#!/bin/sh\nmkdir "$2" && touch "$2/pg_hba.conf"\n')
    (folder / "postgres").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "postgres (PostgreSQL) 16.4" && exit 0\n'
        'echo "FATAL: the moon is full" >&2\nexit 1\n'
    )
    monkeypatch.setenv("SEAMLINE_POSTGRES", str(folder))
    with pytest.raises(TargetError, match="the moon is full"):
        async with private_server(tmp_path, lambda pid: None):
            pass


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
async def test_root_without_namespaces_becomes_nobody(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rootless, "_namespace", lambda: None)
    pids: list[int] = []
    try:
        async with private_server(open_folder, pids.append):
            assert Path(f"/proc/{pids[0]}").stat().st_uid == 65534
    except TargetError as error:
        if "cannot reach" not in str(error):
            raise
        pytest.skip("needs server programs that every account may reach")


async def test_the_system_is_an_ordinary_role_that_owns_its_database(database: Lab) -> None:
    address = database.database.address
    async with await psycopg.AsyncConnection.connect(address.url, autocommit=True) as connection:
        cursor = await connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert await cursor.fetchone() == ("seam_app", False, False, False)
        await connection.execute("CREATE TABLE t (name citext)")
        await connection.execute("DROP SCHEMA public CASCADE")
        cursor = await connection.execute("SELECT lower('ÄÖ'), 'b' < 'ä', 'B' < 'a'")
        assert await cursor.fetchone() == ("äö", True, True)


async def test_an_extension_that_is_not_there_is_named(pg_server: Server) -> None:
    try:
        with pytest.raises(TargetError, match="no_such_thing"):
            await pg_server.create("t_extension", ["no_such_thing"])
    finally:
        await pg_server.drop("t_extension")


async def test_create_refuses_a_name_that_is_taken(database: Lab) -> None:
    with pytest.raises(TargetError, match="already exists"):
        await database.server.create(database.database.address.name)


async def test_drop_leaves_databases_that_are_not_ours(pg_server: Server, database: Lab) -> None:
    await database.database.query("CREATE DATABASE somebody_elses")
    await pg_server.drop("somebody_elses")
    found = await database.database.query(
        "SELECT 1 AS n FROM pg_database WHERE datname = 'somebody_elses'"
    )
    await database.database.query("DROP DATABASE somebody_elses")
    assert found == [{"n": 1}]


async def test_query_errors_are_told_in_the_servers_words(database: Lab) -> None:
    query = database.database.query
    with pytest.raises(TargetError, match='relation "nowhere" does not exist'):
        await query("SELECT * FROM nowhere")
    with pytest.raises(TargetError, match="division by zero"):
        await query("WITH x AS (SELECT 1 / 0 AS n) SELECT n FROM x")
    await query("CREATE TABLE t (id int)")
    assert await query("WITH x AS (INSERT INTO t VALUES (1) RETURNING id) SELECT id FROM x") == [
        {"id": 1}
    ]
    assert await query("/* c */ -- d\n SELECT 0.5::float8 AS f, now() IS NULL AS t;") == [
        {"f": Decimal("0.5"), "t": False}
    ]


async def test_the_system_gets_in_without_working_for_it(database: Lab) -> None:
    address = database.database.address
    kept = "SELECT left(rolpassword, 3) AS kept FROM pg_authid WHERE rolname = 'seam_app'"
    assert await database.database.query(kept) == [{"kept": "md5"}]
    wrong = address.url.replace(address.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await psycopg.AsyncConnection.connect(wrong)


async def test_where_md5_is_not_allowed_the_system_gets_in_by_scram(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Cluster._execute

    async def refuse(self: Cluster, statement: str, *names: str) -> None:
        if "md5" in statement:
            raise TargetError("could not encrypt password: unsupported")
        await whole(self, statement, *names)

    monkeypatch.setattr(Cluster, "_execute", refuse)
    async with private_server(open_folder, lambda pid: None) as server:
        address = await server.create("some")
        async with await psycopg.AsyncConnection.connect(address.url) as connection:
            assert connection.info.user == "seam_app"
        async with server.open(address) as database:
            kept = "SELECT left(rolpassword, 5) AS kept FROM pg_authid WHERE rolname = 'seam_app'"
            assert await database.query(kept) == [{"kept": "SCRAM"}]

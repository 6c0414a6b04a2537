from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from seamline.engines.postgresql.existing import existing_server, mark_for_tests
from seamline.engines.protocol import Address
from seamline.engines.registry import engine_for
from seamline.errors import RefusedError, TargetError, UndoImpossible

from .lab import Lab


class Other:
    """A server that somebody else runs: a database and URLs of two roles."""

    def __init__(self, lab: Lab, superuser: str, maker: str) -> None:
        self.lab = lab
        self.superuser = superuser
        self.maker = maker


@pytest.fixture
async def other(database: Lab) -> AsyncIterator[Other]:
    address = database.database.address
    roles = {f"{address.name}_boss": "SUPERUSER", f"{address.name}_maker": "CREATEDB"}
    urls = []
    for role, right in roles.items():
        await database.database.query(f"CREATE ROLE {role} LOGIN {right} PASSWORD 'a b/c'")
        urls.append(f"postgresql://{role}:a%20b%2Fc@{address.host}:{address.port}/{address.name}")
    await database.database.query(
        f"GRANT CREATE ON DATABASE {address.name} TO {address.name}_maker"
    )
    yield Other(database, *urls)
    for role in roles:
        await database.database.query(f"DROP OWNED BY {role}")
        await database.database.query(
            f"REVOKE SET ON PARAMETER session_replication_role FROM {role}"
        )
        await database.database.query(f"DROP ROLE {role}")


async def state(lab: Lab) -> list[dict[str, object]]:
    return await lab.database.query(
        "SELECT 'database ' || datname AS what FROM pg_database WHERE datname NOT LIKE 't\\_%' "
        "UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_t' "
        "UNION ALL SELECT 'role ' || rolname FROM pg_roles "
        "UNION ALL SELECT 'relation ' || relname FROM pg_class "
        "WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_t') ORDER BY 1"
    )


async def test_an_unmarked_database_is_refused_and_nothing_is_written(other: Other) -> None:
    before = await state(other.lab)
    with pytest.raises(RefusedError, match="disposable = true"):
        async with engine_for("postgresql").existing(other.superuser, disposable=False):
            pass
    assert await state(other.lab) == before


async def test_a_marked_database_is_used_and_all_that_was_made_is_removed(other: Other) -> None:
    await mark_for_tests(other.superuser)
    await mark_for_tests(other.superuser)
    before = await state(other.lab)
    async with engine_for("postgresql").existing(other.superuser, disposable=False) as server:
        address = await server.create("shop")
        assert address.name.startswith("seam_")
        assert address.user.startswith("seam_")
        await server.run_script(address, "CREATE TABLE t (id int PRIMARY KEY)", "a.sql")
        copy = await server.clone(address.name, "copy")
        async with server.open(copy) as database, database.capture() as capture:
            await database.query("SELECT 1 AS n")
            assert [t.name for t in (await database.catalog()).tables] == ["t"]
            assert await capture.undo() == 0
        await server.drop(other.lab.database.address.name)
    assert await state(other.lab) == before


async def test_a_mark_that_was_copied_does_not_count(other: Other) -> None:
    await mark_for_tests(other.superuser)
    (mark,) = await other.lab.database.query("SELECT * FROM seamline.mark_of_test_database")
    name = other.lab.database.address.name + "_copy"
    address = await other.lab.server.create(name)
    dump = (
        "CREATE SCHEMA seamline; CREATE TABLE seamline.mark_of_test_database "
        "(system_identifier bigint, database_oid bigint); INSERT INTO seamline.mark_of_test_database "
        f"VALUES ({mark['system_identifier']}, {mark['database_oid']});"
    )
    try:
        await other.lab.server.run_script(address, dump, "dump.sql")
        with pytest.raises(RefusedError):
            async with existing_server(other.superuser + "_copy", disposable=False):
                pass
    finally:
        await other.lab.server.drop(name)


async def test_somebody_elses_connections_are_left_alone(other: Other) -> None:
    async with existing_server(other.superuser, disposable=True) as server:
        connection = await other.lab.client.connect()
        with pytest.raises(TargetError, match="being accessed by other users"):
            await server.clone(other.lab.database.address.name, "copy")
        await connection.execute("SELECT 1")


async def test_a_role_that_may_not_create_databases_is_told_so(other: Other) -> None:
    with pytest.raises(TargetError, match="CREATEDB"):
        async with existing_server(other.lab.database.address.url, disposable=True):
            pass


async def test_capture_without_a_superuser(other: Other) -> None:
    async with existing_server(other.maker, disposable=True) as server:
        address: Address = await server.create("shop")
        assert address.user == server.address.user
        await server.run_script(address, "CREATE TABLE t (id int PRIMARY KEY)", "a.sql")
        async with server.open(address) as database:
            with pytest.raises(TargetError, match="GRANT SET ON PARAMETER"):
                async with database.capture():
                    pass
            await other.lab.database.query(
                f"GRANT SET ON PARAMETER session_replication_role TO {address.user}"
            )
            async with database.capture() as capture:
                await server.run_script(address, "INSERT INTO t VALUES (1)", "b.sql")
                assert [c.op for c in (await capture.observe(1.0)).changes] == ["insert"]
                assert await capture.undo() == 1
                await server.run_script(address, "ALTER TABLE t ADD n int", "c.sql")
                assert (await capture.observe(1.0)).structure_changed
                with pytest.raises(UndoImpossible):
                    await capture.undo()


async def test_a_wrong_url_is_told_without_its_password() -> None:
    with pytest.raises(TargetError) as caught:
        async with existing_server("postgresql://u:hush@127.0.0.1:1/x", disposable=True):
            pass
    assert "hush" not in str(caught.value)

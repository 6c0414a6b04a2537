"""A database made of a schema and filled by the row maker, and what it then holds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from seamline.engines.protocol import Address, Server
from seamline.model.catalog import Catalog
from seamline.rows.load import load
from seamline.rows.maker import Made, Variant


class Filled:
    """What was made, how many rows the database holds per table, and the answer to a question."""

    def __init__(
        self, catalog: Catalog, made: Made, held: dict[str, int], asked: list[dict[str, Any]]
    ):
        self.catalog, self.made, self.held, self.asked = catalog, made, held, asked

    def column(self, table: str, column: str) -> list[Any]:
        """The values of one column as they were made."""
        return [row[column] for row in self.made.rows[table]]


class Filler:
    """Makes a schema in the one database of the tests and fills it; the last one's is dropped before."""

    def __init__(self, server: Server, address: Address) -> None:
        self.server, self.address = server, address

    async def __call__(
        self,
        schema: str,
        counts: Mapping[str, int] | int = 12,
        seed: int = 1,
        *,
        variant: Variant = "plausible",
        then: str = "SELECT 1",
    ) -> Filled:
        await self.server.run_script(
            self.address, "DROP OWNED BY CURRENT_USER CASCADE;" + schema, "schema.sql"
        )
        async with self.server.open(self.address) as database:
            catalog = await database.catalog()
            async with self.server.writer(self.address, catalog) as writer:
                made = await load(writer, catalog, counts, seed, variant=variant)
            held = {}
            for table in catalog.tables:
                if table.partition_of is None:
                    found = await database.query(f"SELECT count(*) AS n FROM {table.sql}")
                    held[table.name] = found[0]["n"]
            return Filled(catalog, made, held, await database.query(then))


async def filler(server: Server) -> Filler:
    """A `Filler` with a database of its own."""
    extensions = ("citext", "btree_gist")
    return Filler(server, await server.create(f"t_{secrets.token_hex(4)}", extensions))

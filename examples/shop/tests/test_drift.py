"""The defects in which database and document part ways: a narrowed column, or a word left out."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError

from shop.defects import chosen
from tests.client import Client

TABLE = (
    "CREATE TABLE products (stock integer, name varchar(120), price numeric(12,2), category text)"
)
KIND = text(
    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = to_regclass('products') AND attname = :name"
)


@pytest.fixture
def apart(database_url: str) -> Iterator[Connection]:
    """A connection that sees a schema of its own, with a table like the shop's and no other."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, connect_args={"options": "-csearch_path=apart"})
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA apart"))
        connection.execute(text(TABLE))
        connection.commit()
        yield connection
        connection.rollback()
        connection.execute(text("DROP SCHEMA apart CASCADE"))
        connection.commit()
    engine.dispose()


@pytest.mark.parametrize(
    ("defect", "column", "kind"),
    [
        ("stockIsSmall", "stock", "smallint"),
        ("nameColumnIsShort", "name", "character varying(100)"),
        ("priceIsRounded", "price", "numeric(12,1)"),
    ],
)
def test_a_column_is_narrowed(apart: Connection, defect: str, column: str, kind: str) -> None:
    (known,) = chosen(defect)
    for _ in range(2):
        known.module.migrate(apart)
        assert apart.scalar(KIND, {"name": column}) == kind
    apart.execute(text("DROP TABLE products"))
    known.module.migrate(apart)  # before the table is there


@pytest.mark.parametrize(
    ("defect", "table", "right", "wrong"),
    [
        ("categoriesAreListed", "products (category)", "'kitchen'", "'music'"),
    ],
)
def test_a_check_is_added(
    apart: Connection, defect: str, table: str, right: str, wrong: str
) -> None:
    (known,) = chosen(defect)
    for _ in range(2):
        known.module.migrate(apart)
    apart.execute(text(f"INSERT INTO {table} VALUES ({right})"))
    with pytest.raises(IntegrityError):
        apart.execute(text(f"INSERT INTO {table} VALUES ({wrong})"))
    apart.rollback()
    apart.execute(text(f"DROP TABLE {table.partition(' ')[0]}"))
    known.module.migrate(apart)  # before the table is there


def test_taken_code_is_unsaid(broken_shop: Client, shop: Client) -> None:
    for client, named in ((shop, True), (broken_shop, False)):
        paths = client.send("GET", "/openapi.json").body["paths"]
        assert ("409" in paths["/coupons"]["post"]["responses"]) is named

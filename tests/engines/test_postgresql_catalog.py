from __future__ import annotations

import msgspec

from seamline.model.catalog import (
    CheckConstraint,
    Column,
    Exclusion,
    Field,
    ForeignKey,
    Type,
    UniqueKey,
)

from .lab import Lab

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN code AS varchar(12) NOT NULL DEFAULT 'x' CHECK (VALUE ~ '^[a-z]+$');
CREATE DOMAIN short_code AS code CHECK (length(VALUE) < 5) CHECK (VALUE <> 'the VALUE');
CREATE TABLE a (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, name varchar(40) NOT NULL,
    fixed char(3), price numeric(12,2) DEFAULT 0.00, "when" timestamptz DEFAULT now(), m mood,
    c short_code, email citext, tags text[], low text GENERATED ALWAYS AS (lower(name)) STORED,
    CONSTRAINT price_positive CHECK (price >= 0)
);
ALTER TABLE a DROP COLUMN fixed;
CREATE UNIQUE INDEX a_email ON a (email) WHERE m = 'ok';
CREATE UNIQUE INDEX a_lower ON a (lower(name), n);
CREATE UNIQUE INDEX a_pair ON a (name, n) INCLUDE (price) NULLS NOT DISTINCT;
ALTER TABLE a ADD CONSTRAINT small CHECK (n < 9) NOT VALID;
CREATE TABLE b (x int, y int, a_id bigint, PRIMARY KEY (y, x));
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a ON DELETE SET NULL NOT VALID;
CREATE TABLE part (id int, r int, b_y int, b_x int, PRIMARY KEY (id, r),
    FOREIGN KEY (b_y, b_x) REFERENCES b (y, x)) PARTITION BY RANGE (r);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (9);
CREATE TABLE to_part (id int, r int, CONSTRAINT to_part_fk FOREIGN KEY (id, r) REFERENCES part);
CREATE SCHEMA "Other";
CREATE TABLE "Other"."Odd ""T" ("Col" int REFERENCES b_missing);
"""


async def test_the_catalog_tells_all(database: Lab) -> None:
    script = SCHEMA.replace(" REFERENCES b_missing", "")
    await database.server.run_script(database.database.address, script, "a.sql")
    catalog = await database.database.catalog()
    assert (catalog.engine, catalog.version) == ("postgresql", database.server.version)
    assert [t.name for t in catalog.tables] == [
        'Other.Odd "T',
        "a",
        "b",
        "part",
        "part_1",
        "to_part",
    ]
    tables = catalog.by_name
    assert tables['Other.Odd "T'].sql == '"Other"."Odd ""T"'
    assert tables["b"].primary_key == ("y", "x")
    assert tables["part_1"].partition_of == "part"
    assert tables["part_1"].foreign_keys == tuple(
        msgspec.structs.replace(f, name=tables["part_1"].foreign_keys[0].name)
        for f in tables["part"].foreign_keys
    )
    assert tables["b"].foreign_keys == (
        ForeignKey(
            name="b_a",
            columns=("a_id",),
            table="a",
            to=("id",),
            on_delete="set null",
            validated=False,
        ),
    )
    assert tables["to_part"].foreign_keys == (
        ForeignKey(name="to_part_fk", columns=("id", "r"), table="part", to=("id", "r")),
    )


async def test_columns_checks_and_keys_of_a_table(database: Lab) -> None:
    script = SCHEMA.replace(" REFERENCES b_missing", "")
    await database.server.run_script(database.database.address, script, "a.sql")
    table = (await database.database.catalog()).by_name["a"]
    assert table.columns == (
        Column(name="id", type="bigint", base="bigint", nullable=False, identity=True),
        Column(
            name="n", type="integer", base="integer", nullable=False, default="nextval('a_n_seq'::regclass)"
        ),
        Column(
            name="name", type="character varying(40)", base="character varying", nullable=False, max_length=40
        ),
        Column(name="price", type="numeric(12,2)", base="numeric", nullable=True, default="0.00"),
        Column(
            name="when", type="timestamp with time zone", base="timestamp with time zone", nullable=True,
            default="now()",
        ),
        Column(name="m", type="mood", base="mood", nullable=True, enum=("sad", "ok", "happy")),
        Column(
            name="c", type="short_code", base="character varying", nullable=False, max_length=12,
            default="'x'::character varying",
        ),
        Column(name="email", type="citext", base="citext", nullable=True),
        Column(name="tags", type="text[]", base="text[]", nullable=True),
        Column(name="low", type="text", base="text", nullable=True, generated=True),
    )  # fmt: skip
    assert table.unique == (
        UniqueKey(name="a_pkey", columns=("id",), primary=True),
        UniqueKey(name="a_email", columns=("email",), predicate="(m = 'ok'::mood)"),
        UniqueKey(name="a_lower", columns=("n",), plain=False, expressions=("lower(name::text)",)),
        UniqueKey(name="a_pair", columns=("name", "n"), nulls_distinct=False),
    )
    assert table.checks == (
        CheckConstraint(name="c.code_check", expression="((c)::text ~ '^[a-z]+$'::text)"),
        CheckConstraint(name="c.short_code_check", expression="(length((c)::text) < 5)"),
        CheckConstraint(name="price_positive", expression="(price >= (0)::numeric)"),
        CheckConstraint(name="small", expression="(n < 9)", validated=False),
    )


async def test_what_the_row_maker_needs_to_know(database: Lab) -> None:
    script = """
    CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (x int, y numeric(5,2)[]);
    CREATE DOMAIN grade AS numeric(4,1) NOT NULL CHECK (VALUE > 0);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE TABLE a (id int PRIMARY KEY, during int4range, low int, high int,
        CONSTRAINT apart EXCLUDE USING gist (during WITH &&, int4range(low, high) WITH &&) WHERE (low > 0),
        up int CONSTRAINT late REFERENCES a MATCH FULL DEFERRABLE);
    CREATE TABLE p (r int) PARTITION BY RANGE (r);
    CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (9);
    """
    await database.server.run_script(database.database.address, script, "a.sql")
    catalog = await database.database.catalog()
    assert catalog.by_name["a"].exclusions == (
        Exclusion(
            name="apart",
            columns=("during",),
            operators=("&&", "&&"),
            expressions=("int4range(low, high)",),
            predicate="(low > 0)",
        ),
    )
    key = catalog.by_name["a"].foreign_keys[0]
    assert (key.name, key.deferrable, key.match_full) == ("late", True, True)
    assert (catalog.by_name["p"].partitioned, catalog.by_name["p"].bound) == (True, None)
    assert catalog.by_name["p_1"].bound == "((r IS NOT NULL) AND (r >= 0) AND (r < 9))"
    types = catalog.by_type
    assert types["mood"] == Type(name="mood", kind="enum", labels=("sad", "ok"))
    fields = (Field(name="x", type="integer"), Field(name="y", type="numeric(5,2)[]"))
    assert types["pair"] == Type(name="pair", kind="composite", fields=fields)
    assert types["grade"] == Type(
        name="grade",
        kind="domain",
        of="numeric(4,1)",
        checks=("(VALUE > (0)::numeric)",),
        not_null=True,
    )
    assert types["span"] == Type(name="span", kind="range", of="double precision")
    assert types["int4multirange"] == Type(name="int4multirange", kind="multirange", of="int4range")

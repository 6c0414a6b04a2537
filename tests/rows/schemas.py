"""Schemas drawn at random, for which as many rows exist as are asked for."""

from __future__ import annotations

from hypothesis import strategies as st

ROWS = 8
TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN grade AS int CHECK (VALUE BETWEEN 1 AND 60);
CREATE DOMAIN code AS varchar(9) CHECK (VALUE ~ '^[A-Z]{2}[0-9]{1,5}$');
"""
_WIDE = (
    "smallint", "int", "bigint", "numeric", "numeric(9,2)", "real", "double precision", "money", "text",
    "varchar(12)", "varchar(80)", "char(6)", "citext", "uuid", "date", "time", "timetz", "timestamp",
    "timestamptz", "interval", "bytea", "inet", "cidr", "macaddr", "int4range", "tstzrange", "daterange",
    "datemultirange", "tsvector", "bit(12)", "varbit", "code", "text[]", "int[]", "jsonb",
)  # fmt: skip
_NARROW = (
    "boolean",
    "mood",
    "grade",
    "bit(2)",
    "pair",
    "json",
    "xml",
    "point",
    "mood[]",
    "code[]",
    "pair[]",
)
_NAMES = (
    "name", "email", "title", "status", "price", "quantity", "created_at", "updated_at", "slug", "note",
    "country", "is_active", "deleted_at", "url", "a", "B c", "value", "order",
)  # fmt: skip
_CHECKS = {
    "int": ("{c} > 0", "{c} BETWEEN -5 AND 40", "{c} <> 3 AND {c} < 1000", "{c} % 5 = 0",
            "{c} IS NOT NULL OR {c} IS NULL", "{c} > 10 OR {c} < -10", "NOT ({c} >= 0 AND {c} < 7)"),
    "numeric(9,2)": ("{c} >= 0", "{c} > 0.5 AND {c} <= 99.95", "{c} < -1.5"),
    "text": ("length({c}) BETWEEN 3 AND 12", "{c} ~ '^[a-z]+-[0-9]{{2,}}$'", "{c} LIKE 'ab%'", "{c} <> ''",
             "{c} = lower({c})", "char_length(btrim({c})) > 20"),
    "varchar(12)": ("{c} IN ('a','b','c','d','e','f','g','h','i')", "{c} !~ '[0-9]'", "{c} = upper({c})"),
    "date": ("{c} >= '2031-05-01'", "{c} < '1999-01-01'", "{c} BETWEEN '2020-01-01' AND '2020-02-15'"),
    "timestamptz": ("{c} > now()", "{c} < now()", "{c} >= '2020-01-01' AND {c} < '2020-01-02'"),
    "text[]": ("cardinality({c}) BETWEEN 1 AND 3",),
    "jsonb": ("jsonb_typeof({c}) = 'array'",),
}  # fmt: skip
_KEYS = (
    "id serial PRIMARY KEY",
    "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "id uuid PRIMARY KEY",
    "id int PRIMARY KEY",
    "id text PRIMARY KEY",
)
_INDEXED = ("int", "bigint", "text", "varchar(80)", "uuid", "date", "timestamptz")
_PARTS = ("{c} IS NOT NULL", "id IS NOT NULL", "{c} IS NULL")
_ORDERED = ("int", "numeric(9,2)", "date", "timestamptz")


@st.composite
def tables(draw: st.DrawFn, number: int) -> str:
    """CREATE TABLE for table `number`, which may refer to itself and to those before it."""
    lines = [draw(st.sampled_from(_KEYS))]
    typed: list[tuple[str, str]] = []
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=7, unique=True)):
        kind = draw(st.sampled_from(_WIDE + _NARROW + tuple(_CHECKS)))
        line = f'"{name}" {kind}' + draw(st.sampled_from(("", " NOT NULL")))
        wide = kind in _WIDE
        if kind in _CHECKS and draw(st.booleans()):
            line += " CHECK (" + draw(st.sampled_from(_CHECKS[kind])).format(c=f'"{name}"') + ")"
            wide = False
        elif kind not in ("smallint",) and wide and draw(st.integers(0, 4)) == 0:
            line += draw(st.sampled_from((" UNIQUE", " UNIQUE NULLS NOT DISTINCT")))
        else:
            typed.append((name, kind))
        lines.append(line)
    pairs = [
        (a, b) for a, k in typed for b, other in typed if a < b and k == other and k in _ORDERED
    ]
    if pairs:
        a, b = draw(st.sampled_from(pairs))
        lines.append(f'CHECK ("{a}" {draw(st.sampled_from(("<", "<=", ">", "<>", "=")))} "{b}")')
    if len(typed) > 1 and draw(st.booleans()):
        lines.append(f'CHECK (num_nonnulls("{typed[0][0]}", "{typed[1][0]}") >= 1)')
    of_text = [n for n, k in typed if k in ("text", "varchar(80)")]
    if draw(st.booleans()) and of_text:
        lines.append(f'g text GENERATED ALWAYS AS (lower("{of_text[0]}")) STORED')
    made = [f"CREATE TABLE t{number} ({', '.join(lines)});"]
    for name, kind in typed:
        if kind in _WIDE and kind in _INDEXED and draw(st.integers(0, 2)) == 0:
            part = draw(st.sampled_from(_PARTS)).format(c=f'"{name}"')
            made.append(f'CREATE UNIQUE INDEX ON t{number} ("{name}") WHERE {part};')
    return "\n".join(made)


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """Tables, then references between any of them: nullable ones and deferrable ones in circles."""
    count = draw(st.integers(1, 4))
    made = [draw(tables(n)) for n in range(count)]
    alters: list[str] = []
    types = [_key_type(t) for t in made]
    for n in range(count):
        for place, target in enumerate(draw(st.lists(st.integers(0, count - 1), max_size=2))):
            kinds = ["", " UNIQUE"] + (["NOT NULL", "NOT NULL UNIQUE"] if target < n else [])
            kind = draw(st.sampled_from(kinds))
            late = ""
            if target > n and draw(st.booleans()):
                kind, late = "NOT NULL", " DEFERRABLE INITIALLY DEFERRED"
            alters.append(
                f"ALTER TABLE t{n} ADD COLUMN r{place} {types[target]} {kind} REFERENCES t{target}{late};"
            )
        if n > 1 and draw(st.booleans()):
            alters.append(
                f"CREATE TABLE j{n} (a {types[0]} REFERENCES t0, b {types[n]} REFERENCES t{n}, m mood,"
                f" PRIMARY KEY ({draw(st.sampled_from(('a, b', 'b, a', 'a, b, m')))}));"
            )
    return TYPES + "\n".join([*made, *alters])


def _key_type(table: str) -> str:
    kind = table.partition("(id ")[2].partition(" ")[0]
    return {"serial": "int"}.get(kind, kind)

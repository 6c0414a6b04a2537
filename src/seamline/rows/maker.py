"""Rows for the tables of a catalog: the same for the same catalog, counts and seed.

`making` is a generator that does no I/O: it yields an `Offer`, whoever drives it says what the database
made of it (`Told`), and refused rows are followed by other candidates. `make` drives it without a
database and believes every row.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Literal

import msgspec

from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row
from seamline.rows.filling import Ask, Filling, Offer, Part, Told
from seamline.rows.plan import Step, plan
from seamline.rows.recipe import Setting
from seamline.rows.table import TableRows
from seamline.rows.vocabulary import words
from seamline.rows.way import Opaque

Variant = Literal["plausible", "hostile"]

BOOKKEEPING = frozenset(
    words("""alembic_version django_migrations schema_migrations ar_internal_metadata
        flyway_schema_history databasechangelog databasechangeloglock knex_migrations
        knex_migrations_lock _prisma_migrations goose_db_version gorp_migrations
        __efmigrationshistory sequelizemeta __diesel_schema_migrations _sqlx_migrations migrations
        schema_version spatial_ref_sys""")
)
"""Tables in which migration tools keep what has run: a row too many there breaks the next migration."""

_PARENTS = 12


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by table, in an order in which they can be written.

    `left_empty` says why a table has none, `short` why it has fewer than asked for. `kept` tables had rows
    before, which were left as they are.
    """

    rows: dict[str, tuple[Row, ...]]
    left_empty: dict[str, str] = {}
    short: dict[str, str] = {}
    kept: tuple[str, ...] = ()


def in_words(made: Made) -> str:
    """How many rows there are, and which tables have none or too few and why, in one line."""
    rows = sum(map(len, made.rows.values()))
    parts = [f"{rows} rows in {len(made.rows)} tables"]
    if made.kept:
        parts.append(f"kept as they were: {', '.join(made.kept)}")
    for title, told in (("left empty", made.left_empty), ("short", made.short)):
        if told:
            parts.append(
                f"{title}: " + ", ".join(f"{t} ({why})" for t, why in sorted(told.items()))
            )
    return "; ".join(parts)


Making = Generator[Offer | Ask, Told, Made]


def make(
    catalog: Catalog,
    counts: Mapping[str, int] | int,
    seed: int = 0,
    *,
    variant: Variant = "plausible",
) -> Made:
    """Rows for the tables of `counts` (a number: of all tables) and for those that they must refer to.

    What could not be read from the catalog (CHECKs beyond comparisons, triggers) is not tried here; `load`
    tries it.
    """
    work = making(catalog, counts, seed, variant=variant)
    try:
        offer = next(work)
        while True:
            known = 0 if isinstance(offer, Ask) else len(offer.parts[0].rows)
            offer = work.send(Told(refused=("",) * known))
    except StopIteration as done:
        made: Made = done.value
        return made


def making(
    catalog: Catalog,
    counts: Mapping[str, int] | int,
    seed: int = 0,
    *,
    variant: Variant = "plausible",
    existing: Mapping[str, Sequence[Row]] | None = None,
) -> Making:
    """As `make`, with a database at the other end; `existing` are the rows that tables have already."""
    order = plan(catalog)
    present = existing or {}
    state = _State(
        catalog, Setting(types=catalog.by_type, seed=seed, is_hostile=variant == "hostile")
    )
    state.made.update({name: tuple(rows) for name, rows in present.items() if rows})
    state.left_empty.update({p.table: p.reason for p in order.problems})
    wanted = _wanted(catalog, counts)
    for group in order.groups:
        steps = [
            s for s in group if not present.get(s.table.name) and wanted.get(s.table.name, 0) > 0
        ]
        bookkeeping = [s for s in steps if _is_bookkeeping(s.table)]
        for step in bookkeeping:
            state.left_empty[step.table.name] = "it belongs to the migration tool"
        steps = [s for s in steps if s not in bookkeeping]
        if len(steps) == 1:
            yield from _one(state, steps[0], wanted[steps[0].table.name])
        elif steps:
            yield from _together(state, steps, wanted)
    return Made(
        rows={n: rows for n, rows in state.made.items() if not present.get(n)},
        left_empty=state.left_empty,
        short=state.short,
        kept=tuple(sorted(n for n, rows in present.items() if rows)),
    )


class _State:
    def __init__(self, catalog: Catalog, setting: Setting) -> None:
        self.catalog, self.setting = catalog, setting
        self.made: dict[str, tuple[Row, ...]] = {}
        self.left_empty: dict[str, str] = {}
        self.short: dict[str, str] = {}
        self.referred: dict[str, set[str]] = {}
        for table in catalog.tables:
            for key in table.foreign_keys:
                self.referred.setdefault(key.table, set()).update(key.to)

    def rows_of(self, step: Step, count: int, setting: Setting | None = None) -> TableRows:
        return TableRows(self.catalog, step, count, self.made, setting or self.setting)

    def empty(self, table: str, reason: str) -> None:
        """Say why; a table that lacks another's rows is told that one's reason too."""
        for other, why in self.left_empty.items():
            if reason == f"it refers to {other}, which has no rows":
                reason += f" ({why})" if "which has no rows" not in why else ""
        self.left_empty[table] = reason


def _wanted(catalog: Catalog, counts: Mapping[str, int] | int) -> dict[str, int]:
    """How many rows each table gets: those that others cannot do without get some too."""
    roots = [t for t in catalog.tables if t.partition_of is None]
    if isinstance(counts, int):
        return {t.name: counts for t in roots}
    wanted = dict(counts)
    open_tables = [n for n, count in wanted.items() if count > 0]
    while open_tables:
        table = catalog.by_name.get(open_tables.pop())
        for key in table.foreign_keys if table is not None else ():
            must = table is not None and not any(table.by_column[c].nullable for c in key.columns)
            if must and key.table not in wanted:
                wanted[key.table] = _PARENTS
                open_tables.append(key.table)
    return wanted


def _is_bookkeeping(table: Table) -> bool:
    return table.name.rpartition(".")[2].lower() in BOOKKEEPING and not table.foreign_keys


def _one(
    state: _State, step: Step, count: int, plain: Setting | None = None
) -> Generator[Offer | Ask, Told, None]:
    """Fill one table: as many candidates as it takes, within reason."""
    name, maker = step.table.name, state.rows_of(step, count, plain)
    if maker.problem:
        state.empty(name, maker.problem)
        return
    yield from _ask(maker)
    read_back = bool(state.referred.get(name, set()) - set(maker.columns))
    filling = Filling(maker)
    while (rows := filling.candidates()) is not None:
        if rows:
            part = Part(table=step.table, columns=maker.columns, rows=rows)
            told = yield Offer(parts=(part,), enough=filling.missing, read_back=read_back)
            filling.told(rows, told)
    found = filling.actual or tuple(maker.accepted)
    if not found and state.setting.is_hostile and plain is None:
        # No extreme row is taken: better an ordinary one than none.
        plain = msgspec.structs.replace(state.setting, is_hostile=False)
        yield from _one(state, step, count, plain)
        return
    if not found:
        state.empty(name, filling.why)
        return
    state.made[name] = found
    if filling.missing:
        state.short[name] = f"{len(maker.accepted)} of {count}: {filling.why}"


def _ask(maker: TableRows) -> Generator[Offer | Ask, Told, None]:
    """Have the database judge what was not understood of the table's CHECKs."""
    found: dict[int, list[tuple[Opaque, list[Row]]]] = {}
    for place, claim, rows in list(maker.questions()):
        told = yield Ask(table=maker.table, condition=claim.sql, rows=rows)
        holding = [row for row, why in zip(rows, told.refused, strict=False) if not why]
        if holding:
            found.setdefault(place, []).append((claim, holding))
    maker.answered(found)


def _together(
    state: _State, steps: Sequence[Step], wanted: Mapping[str, int]
) -> Generator[Offer | Ask, Told, None]:
    """Fill tables that need one another: their rows first, then the references, then all at once."""
    makers: list[tuple[TableRows, list[Row]]] = []
    problem = ""
    for step in steps:
        count = wanted[step.table.name]
        maker = state.rows_of(step, count)
        yield from _ask(maker)
        rows = [] if maker.problem else maker.block(0, count)
        problem = problem or maker.problem or ("" if rows else "no rows are possible")
        makers.append((maker, rows))
        state.made[step.table.name] = tuple(rows)
    for maker, rows in makers:
        problem = problem or maker.fill_late(rows, state.made)
    if not problem:
        parts = tuple(Part(table=m.table, columns=m.columns, rows=rows) for m, rows in makers)
        told = yield Offer(parts=parts, enough=len(parts[0].rows))
        problem = next((w for w in told.refused if w), "")
    for maker, rows in makers:
        name = maker.table.name
        if problem:
            del state.made[name]
            state.left_empty[name] = problem
        elif len(rows) < maker.count:
            state.short[name] = (
                f"{len(rows)} of {maker.count}: its keys ({maker.keys}) allow no more"
            )

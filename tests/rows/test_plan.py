"""The order of tables, and how circles are broken."""

from __future__ import annotations

from seamline.model.catalog import Catalog, Column, ForeignKey, Table
from seamline.rows.plan import plan


def table(name: str, *keys: ForeignKey, nullable: bool = False) -> Table:
    columns = tuple(
        Column(name=c, type="integer", base="integer", nullable=nullable)
        for c in ("id", *(k.columns[0] for k in keys))
    )
    return Table(name=name, sql=name, columns=columns, foreign_keys=keys)


def to(target: str, *, deferrable: bool = False) -> ForeignKey:
    return ForeignKey(
        name=f"to_{target}",
        columns=(f"{target}_id",),
        table=target,
        to=("id",),
        deferrable=deferrable,
    )


def order(*tables: Table) -> list[list[str]]:
    made = plan(Catalog(engine="x", version="1", tables=tables))
    return [[s.table.name for s in group] for group in made.groups]


def test_those_referred_to_come_first() -> None:
    assert order(table("a", to("b")), table("b", to("c")), table("c", to("c"))) == [
        ["c"],
        ["b"],
        ["a"],
    ]


def test_a_circle_is_broken_where_null_is_allowed() -> None:
    a, b = table("a", to("b")), table("b", to("a"), nullable=True)
    made = plan(Catalog(engine="x", version="1", tables=(a, b)))
    assert [(s.table.name, set(s.nulled)) for g in made.groups for s in g] == [
        ("b", {"to_a"}),
        ("a", set()),
    ]


def test_tables_of_a_deferrable_circle_go_together() -> None:
    assert order(
        table("a", to("b", deferrable=True)), table("b", to("a")), table("c", to("b"))
    ) == [
        ["a", "b"],
        ["c"],
    ]


def test_a_circle_that_cannot_be_broken_is_a_problem() -> None:
    made = plan(
        Catalog(
            engine="x", version="1", tables=(table("a", to("b")), table("b", to("a")), table("c"))
        )
    )
    assert [p.table for p in made.problems] == ["a", "b"]
    assert [[s.table.name for s in g] for g in made.groups] == [["c"]]

"""What the catalog itself promises of its rows, and which of it the database does not guarantee."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.data.rule import Rule
from seamline.model.catalog import Catalog, ForeignKey, Table, UniqueKey


def derived(catalog: Catalog) -> Iterator[Rule]:
    """A rule per NOT NULL, unique key, foreign key and CHECK, in catalog order.

    What the engine enforces and has validated carries its constraint's name in `proven`; the rest
    (NOT VALID constraints, invalid indexes) has to be looked up in the rows.
    """
    for table in catalog.tables:
        for column in table.columns:
            if not column.nullable:
                yield Rule(
                    table=table,
                    check="notNull",
                    label=f"{column.name} is not null",
                    columns=(column.name,),
                    proven="NOT NULL",
                )
        yield from (_unique(table, key) for key in table.unique if key.plain and key.columns)
        for key in table.foreign_keys:
            target = catalog.by_name.get(key.table)
            if target is not None:
                yield _references(table, key, target)
        for constraint in table.checks:
            yield Rule(
                table=table,
                check="constraint",
                label=f"{constraint.name}: {constraint.expression}",
                sql=constraint.expression,
                proven=constraint.name if constraint.validated else "",
            )


def _unique(table: Table, key: UniqueKey) -> Rule:
    where = f" where {key.predicate}" if key.predicate else ""
    return Rule(
        table=table,
        check="unique",
        label=f"{', '.join(key.columns)} {'is' if len(key.columns) == 1 else 'are'} unique{where}",
        columns=key.columns,
        where=key.predicate or "",
        proven=key.name if key.valid else "",
    )


def _references(table: Table, key: ForeignKey, target: Table) -> Rule:
    return Rule(
        table=table,
        check="references",
        label=f"{', '.join(key.columns)} references {target.name}({', '.join(key.to)})",
        columns=key.columns,
        target=target,
        to=key.to,
        proven=key.name if key.validated else "",
    )

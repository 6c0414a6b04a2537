"""The declared checks of Data_Validation_Framework, with names held against the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from seamline.data.narrow import bare
from seamline.data.rule import Rule
from seamline.errors import SpecError
from seamline.model.catalog import Catalog, Table
from seamline.spec import data as written
from seamline.text.suggest import did_you_mean


def declared(framework: written.DataFramework, catalog: Catalog, label: str) -> list[Rule]:
    """Rules of the file, in file order.

    Raises `SpecError` with every table and column name that the catalog does not have: a check of a
    name that does not exist must not pass.
    """
    rules: list[Rule] = []
    problems: list[str] = []
    for name, checks in framework.tables.items():
        where = f"{label}: tables.{name}"
        table = catalog.by_name.get(name)
        if table is None:
            problems.append(
                f"{where}: no such table in the database.{did_you_mean(name, list(catalog.by_name))}"
            )
            continue
        mine: dict[tuple[str, str], Rule] = {}
        for i, check in enumerate(checks.checks):
            found = list(_problems(check, table, catalog, f"{where}.checks[{i}]"))
            if not found:
                rule = _rule(check, table, catalog)
                if mine.setdefault((rule.check, rule.label), rule) != rule:
                    found = [f"{where}.checks[{i}]: another check is called {rule.label!r} already"]
            problems += found
        rules += mine.values()
    if problems:
        raise SpecError(problems)
    return rules


def without_twins(derived: Iterable[Rule], declared_rules: Iterable[Rule]) -> list[Rule]:
    """Derived and declared rules by table; what a derived one says already is not asked twice.

    A declared rule that the catalog proves is kept, marked as proven by the same constraint.
    """
    merged: dict[tuple[str, str, tuple[str, ...], str], Rule] = {}
    for rule in (*derived, *declared_rules):
        key = (rule.table.name, rule.check, rule.columns, _rest(rule))
        twin = merged.get(key)
        if twin is None:
            merged[key] = rule
        elif rule.origin != twin.origin:
            merged[key] = msgspec.structs.replace(
                twin, severity=rule.severity, label=rule.label, origin=rule.origin
            )
    return sorted(merged.values(), key=lambda r: r.table.name)


def _rest(rule: Rule) -> str:
    if rule.check in ("notNull", "unique"):
        return rule.sql
    target = rule.target.name if rule.target is not None else ""
    return f"{rule.sql}|{rule.pattern}|{rule.low}|{rule.high}|{rule.values}|{target}{rule.to}|{rule.share}"


def _problems(check: Any, table: Table, catalog: Catalog, where: str) -> Iterator[str]:
    for column in _columns(check):
        if column not in table.by_column:
            hint = did_you_mean(column, list(table.by_column))
            yield f"{where}: {column!r} is no column of {table.name}.{hint}"
    if isinstance(check, written.References):
        target = catalog.by_name.get(check.table)
        if target is None:
            hint = did_you_mean(check.table, list(catalog.by_name))
            yield f"{where}.table: {check.table!r} is no table of the database.{hint}"
        else:
            for column in check.to:
                if column not in target.by_column:
                    hint = did_you_mean(column, list(target.by_column))
                    yield f"{where}.to: {column!r} is no column of {target.name}.{hint}"
        if len(check.to) != len(check.columns):
            yield f"{where}.to: {len(check.to)} columns for {len(check.columns)} in `columns`"
    if isinstance(check, written.Sql):
        for name in check.keyed_by:
            if name not in catalog.by_name:
                hint = did_you_mean(name, list(catalog.by_name))
                yield f"{where}.keyedBy: {name!r} is no table of the database.{hint}"


def _columns(check: Any) -> tuple[str, ...]:
    if isinstance(check, written.Unique | written.References | written.Ordered):
        return check.columns
    column = getattr(check, "column", None)
    return (column,) if isinstance(column, str) else ()


def _rule(check: Any, table: Table, catalog: Catalog) -> Rule:
    base = Rule(
        table=table,
        check=type(check).__struct_config__.tag,
        label=check.name or _label(check),
        severity=check.severity,
        columns=_columns(check),
        origin="Data_Validation_Framework",
    )
    change = msgspec.structs.replace
    match check:
        case written.Range():
            return change(base, low=check.min, high=check.max)
        case written.Matches():
            return change(base, pattern=check.pattern)
        case written.OneOf():
            return change(base, values=check.values)
        case written.References():
            return change(base, target=catalog.by_name[check.table], to=check.to)
        case written.NullShare():
            return change(base, share=check.max)
        case written.Constraint():
            return change(base, sql=check.expression)
        case written.Sql():
            return change(base, sql=bare(check.violations), keyed_by=check.keyed_by)
    return base


def _label(check: Any) -> str:
    match check:
        case written.NotNull():
            return f"{check.column} is not null"
        case written.Range():
            low = f" from {check.min}" if check.min is not None else ""
            high = f" to {check.max}" if check.max is not None else ""
            return f"{check.column} is in range{low}{high}"
        case written.Matches():
            return f"{check.column} matches {check.pattern}"
        case written.OneOf():
            return f"{check.column} is one of {', '.join(map(str, check.values))}"
        case written.Unique():
            columns = ", ".join(check.columns)
            return f"{columns} {'is' if len(check.columns) == 1 else 'are'} unique"
        case written.References():
            return f"{', '.join(check.columns)} references {check.table}({', '.join(check.to)})"
        case written.Ordered():
            return f"{' <= '.join(check.columns)}"
        case written.NullShare():
            return f"at most {check.max:.0%} of {check.column} is null"
        case written.Constraint():
            return str(check.expression)
    return str(check.name)

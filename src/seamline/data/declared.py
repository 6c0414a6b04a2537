"""The declared checks of Data_Validation_Framework, with names and types held against the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from seamline.data.fit import unfit
from seamline.data.label import label_of
from seamline.data.narrow import bare
from seamline.data.prove import proven
from seamline.data.rule import Rule
from seamline.errors import SpecError
from seamline.model.catalog import Catalog, Table
from seamline.spec import data_check as written
from seamline.spec.data import DataFramework
from seamline.spec.loader import placed
from seamline.spec.position import KeyPath, Problem, path_text
from seamline.text.suggest import did_you_mean

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A declared check that the database cannot answer: what it names is not there, or of another type."""

    table: str
    check: str
    label: str
    problem: Problem


def declared(
    framework: DataFramework, catalog: Catalog, label: str, file: Path | None = None
) -> list[Rule]:
    """Rules of the file, in file order.

    Raises `SpecError` with every check of the file that does not fit the catalog: a check of a name
    that does not exist must not pass.
    """
    rules, misfits = resolved(framework, catalog)
    if misfits:
        raise SpecError(told(misfits, label, file))
    return rules


def told(misfits: Iterable[Misfit], label: str, file: Path | None) -> list[str]:
    """The misfits a line each, with line and column where the file is at hand."""
    problems = [m.problem for m in misfits]
    if file is not None:
        return placed(file, problems, name=label)
    return [f"{label}: {path_text(p.path)}: {p.text}" for p in problems]


def resolved(framework: DataFramework, catalog: Catalog) -> tuple[list[Rule], list[Misfit]]:
    """Rules of the checks that fit the catalog, in file order, and the checks that do not."""
    rules: list[Rule] = []
    misfits: list[Misfit] = []
    for name, checks in framework.tables.items():
        path = ("tables", name)
        table = catalog.by_name.get(name)
        if table is None:
            hint = did_you_mean(name, list(catalog.by_name))
            text = f"no such table in the database.{hint}"
            problem = Problem(path=path, text=text, on_key=True)
            mine = [_misfit(name, check, problem) for check in checks.checks]
            misfits += mine or [Misfit(table=name, check="", label=name, problem=problem)]
            continue
        by_label: dict[tuple[str, str], Rule] = {}
        for i, check in enumerate(checks.checks):
            place = (*path, "checks", i)
            wrong = list(_problems(check, table, catalog, place))
            if not wrong:
                rule = _rule(check, table, catalog, place)
                first = by_label.setdefault((rule.check, rule.label), rule)
                if msgspec.structs.replace(first, path=place) != rule:
                    text = f"another check is called {rule.label!r} already"
                    wrong = [Problem(path=place, text=text)]
            misfits += [_misfit(name, check, problem) for problem in wrong]
        rules += by_label.values()
    return rules, misfits


def _misfit(table: str, check: written.Check, problem: Problem) -> Misfit:
    label = check.name or label_of(check)
    return Misfit(table=table, check=_kind(check), label=label, problem=problem)


def _kind(check: written.Check) -> str:
    return str(type(check).__struct_config__.tag)


def without_twins(derived: Iterable[Rule], declared_rules: Iterable[Rule]) -> list[Rule]:
    """Derived and declared rules by table; what a derived one says already is not asked twice.

    A declared rule that the catalog proves is kept, marked as proven by the same constraint.
    """
    merged: dict[tuple[Any, ...], Rule] = {}
    for rule in (*derived, *proven(declared_rules)):
        key = (rule.table.name, rule.check, rule.columns, _rest(rule))
        twin = merged.get(key)
        if twin is None:
            merged[key] = rule
        elif rule.origin != twin.origin:
            merged[key] = msgspec.structs.replace(
                twin, severity=rule.severity, label=rule.label, origin=rule.origin, path=rule.path
            )
    return sorted(merged.values(), key=lambda r: r.table.name)


def _rest(rule: Rule) -> str:
    """What else makes it another rule: all that is not its words, its weight and its proof."""
    if rule.check in ("notNull", "unique") and not rule.tolerant:
        return rule.where
    target = rule.target.name if rule.target is not None else ""
    same = msgspec.structs.replace(
        rule,
        table=_NO_TABLE,
        target=None,
        label="",
        severity="error",
        proven="",
        path=(),
        origin="",
    )
    return f"{target}|{same!r}"


_NO_TABLE = Table(name="", sql="", columns=())


def _problems(
    check: written.Check, table: Table, catalog: Catalog, path: KeyPath
) -> Iterator[Problem]:
    wrong = False
    for key, column in _columns(check):
        if column not in table.by_column:
            wrong = True
            hint = did_you_mean(column, list(table.by_column))
            text = f"{column!r} is no column of {table.name}.{hint}"
            yield Problem(path=(*path, key), text=text)
    target: Table | None = None
    if isinstance(check, written.References | written.EqualSums):
        target = catalog.by_name.get(check.table)
        if target is None:
            hint = did_you_mean(check.table, list(catalog.by_name))
            text = f"{check.table!r} is no table of the database.{hint}"
            yield Problem(path=(*path, "table"), text=text)
            return
        for column in check.to:
            if column not in target.by_column:
                wrong = True
                hint = did_you_mean(column, list(target.by_column))
                text = f"{column!r} is no column of {target.name}.{hint}"
                yield Problem(path=(*path, "to"), text=text)
    if isinstance(check, written.Sql):
        for name in check.keyed_by:
            if name not in catalog.by_name:
                hint = did_you_mean(name, list(catalog.by_name))
                text = f"{name!r} is no table of the database.{hint}"
                yield Problem(path=(*path, "keyedBy"), text=text)
    if not wrong:
        for key, text in unfit(check, table, target):
            yield Problem(path=(*path, key), text=text)


def _columns(check: written.Check) -> list[tuple[str, str]]:
    """The columns of its own table that a check names, each with the key that names it."""
    if isinstance(check, written.Unique | written.References | written.Ordered):
        return [("columns", c) for c in check.columns]
    if isinstance(check, written.EqualSums):
        return [("by", c) for c in check.by]
    column = getattr(check, "column", None)
    return [("column", column)] if isinstance(column, str) else []


def _rule(check: written.Check, table: Table, catalog: Catalog, path: KeyPath) -> Rule:
    tolerance = getattr(check, "tolerance", None) or written.Tolerance()
    base = Rule(
        table=table,
        check=_kind(check),
        label=check.name or label_of(check),
        severity=check.severity,
        columns=tuple(c for _, c in _columns(check)),
        where=getattr(check, "where", None) or "",
        low=getattr(check, "min", None),
        high=getattr(check, "max", None),
        allowed_rows=tolerance.rows,
        allowed_share=tolerance.share,
        path=path,
        origin="Data_Validation_Framework",
    )
    return msgspec.structs.replace(base, **_own(check, catalog))


def _own(check: written.Check, catalog: Catalog) -> dict[str, Any]:
    """The fields that only rules of this kind have."""
    match check:
        case written.Matches():
            return {"pattern": check.pattern}
        case written.OneOf():
            return {"values": check.values}
        case written.References():
            return {"target": catalog.by_name[check.table], "to": check.to}
        case written.Constraint():
            return {"sql": check.expression}
        case written.Sql():
            return {"sql": bare(check.violations), "keyed_by": check.keyed_by}
        case written.Quantile():
            return {"at": check.at}
        case written.Freshness():
            return {"max_age_s": int(check.max_age[:-1]) * _SECONDS[check.max_age[-1]]}
        case written.EqualSums():
            return {
                "target": catalog.by_name[check.table], "to": check.to, "sql": check.sum,
                "other_sql": check.equals, "other_where": check.table_where or "",
                "within": check.within,
            }  # fmt: skip
    return {}

"""What the types of a data file cannot say: keys of a check that need or exclude one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.spec.endpoint_rules import entries
from seamline.spec.position import KeyPath, Problem

_BOUNDED = frozenset(("range", "length", "nullShare", "rowCount", "mean", "quantile"))


def data_problems(document: Any) -> Iterator[Problem]:
    """Every broken rule of a data validation document."""
    tables = document.get("tables") if isinstance(document, dict) else None
    for table, checks in tables.items() if isinstance(tables, dict) else ():
        for index, check in entries(checks, "checks"):
            yield from _check_problems(check, ("tables", table, "checks", index))
    for index, entry in entries(document, "reconcile"):
        yield from _reconcile_problems(entry, ("reconcile", index))


def _reconcile_problems(entry: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    operation = entry.get("operation")
    if isinstance(operation, str) and operation[:1].isalpha() and not operation.startswith("GET "):
        text = "only what a GET answers is held against rows"
        yield Problem(path=(*path, "operation"), text=f"{text}, found {operation!r}")
    if entry.get("columns") == {}:
        yield Problem(path=(*path, "columns"), text="needs one pointer or more")
    for key in ("orderBy", "total"):
        needed = next((k for k in ("each", "where") if k not in entry), None)
        if key in entry and needed is not None:
            text = f"{key!r} is about the rows of a list: it needs {needed!r}"
            yield Problem(path=(*path, key), text=text, on_key=True)


def _check_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    kind = check.get("check")
    if isinstance(kind, str) and kind in _BOUNDED:
        yield from _bound_problems(check, path)
    match kind:
        case "unique" | "references":
            yield from _column_problems(check, path)
        case "oneOf" if check.get("values") == []:
            yield Problem(path=(*path, "values"), text="no value could be one of none")
        case "equalSums":
            yield from _sum_problems(check, path)
    tolerance = check.get("tolerance")
    if isinstance(tolerance, dict) and ("rows" in tolerance) == ("share" in tolerance):
        text = "a tolerance is either a number of 'rows' or a 'share' of them: {\"rows\": 5}"
        yield Problem(path=(*path, "tolerance"), text=text)


def _bound_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    low, high = check.get("min"), check.get("max")
    if low is None and high is None:
        yield Problem(path=path, text=f"a {check['check']} needs 'min', 'max' or both")
    elif isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield Problem(path=(*path, "min"), text=f"'min' is more than 'max', {high}")


def _column_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    columns = check.get("columns")
    if "column" in check and "columns" in check:
        text = "a check has either 'column' or 'columns', not both"
        yield Problem(path=(*path, "column"), text=text, on_key=True)
        return
    if not columns and "column" not in check:
        yield Problem(path=path, text="the key 'columns' is missing or empty")
        return
    yield from _pair_problems(check, path, len(columns) if isinstance(columns, list) else 1)


def _sum_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    by = check.get("by", [])
    if "by" not in check and "to" in check:
        text = "the key 'by' is missing: the columns here that 'to' names there"
        yield Problem(path=path, text=text)
    elif isinstance(by, list):
        yield from _pair_problems({"to": [], **check}, path, len(by))
    if not by and "tolerance" in check:
        text = "sums of whole tables are one, of which none can be tolerated; use 'within'"
        yield Problem(path=(*path, "tolerance"), text=text, on_key=True)
    within = check.get("within")
    if isinstance(within, int | float) and within < 0:
        yield Problem(path=(*path, "within"), text="must not be negative")


def _pair_problems(check: dict[str, Any], path: KeyPath, count: int) -> Iterator[Problem]:
    to = check.get("to")
    if isinstance(to, list) and len(to) != count:
        text = f"the check has {count} columns, these are {len(to)}"
        yield Problem(path=(*path, "to"), text=text)

"""What the types of a data file cannot say: keys of a check that need or exclude one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.spec.endpoint_rules import entries
from seamline.spec.position import KeyPath, Problem


def data_problems(document: Any) -> Iterator[Problem]:
    """Every broken rule of a data validation document."""
    tables = document.get("tables") if isinstance(document, dict) else None
    for table, checks in tables.items() if isinstance(tables, dict) else ():
        for index, check in entries(checks, "checks"):
            yield from _check_problems(check, ("tables", table, "checks", index))


def _check_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    match check.get("check"):
        case "unique" | "references":
            yield from _column_problems(check, path)
        case "range":
            low, high = check.get("min"), check.get("max")
            if low is None and high is None:
                yield Problem(path=path, text="a range needs 'min', 'max' or both")
            elif isinstance(low, int | float) and isinstance(high, int | float) and low > high:
                yield Problem(path=(*path, "min"), text=f"'min' is more than 'max', {high}")
        case "oneOf" if check.get("values") == []:
            yield Problem(path=(*path, "values"), text="no value could be one of none")


def _column_problems(check: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    columns = check.get("columns")
    if "column" in check and "columns" in check:
        text = "a check has either 'column' or 'columns', not both"
        yield Problem(path=(*path, "column"), text=text, on_key=True)
        return
    if not columns and "column" not in check:
        yield Problem(path=path, text="the key 'columns' is missing or empty")
        return
    count = len(columns) if isinstance(columns, list) else 1
    to = check.get("to")
    if isinstance(to, list) and len(to) != count:
        text = f"the check has {count} columns, these are {len(to)}"
        yield Problem(path=(*path, "to"), text=text)

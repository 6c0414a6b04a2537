"""A declared check in words: its identity within the table, where its author gave it no name."""

from __future__ import annotations

from typing import Any

from seamline.spec import data_check as written


def label_of(check: written.Check) -> str:
    """What the check claims, with the rows that it is about and how many may break it."""
    where = getattr(check, "where", None)
    tolerance = getattr(check, "tolerance", None)
    said = _claim(check) + (f" where {where}" if where else "")
    if tolerance is None:
        return said
    much = tolerance.rows if tolerance.share is None else f"{tolerance.share:.6g} of the"
    return f"{said}, but for {much} rows"


def _claim(check: written.Check) -> str:
    match check:
        case written.NotNull():
            return f"{check.column} is not null"
        case written.Range():
            return f"{check.column} is in range{_bounds(check)}"
        case written.Length():
            return f"{check.column} has {_amount(check)} characters"
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
        case written.Constraint():
            return str(check.expression)
        case written.Sql():
            return str(check.name)
        case written.EqualSums():
            return _sums(check)
    return _of_table(check)


def _of_table(check: Any) -> str:
    match check:
        case written.NullShare() if check.min is None:
            return f"at most {check.max:.6g} of {check.column} is null"
        case written.NullShare():
            return f"the null share of {check.column} is {_amount(check)}"
        case written.RowCount():
            return f"there are {_amount(check)} rows"
        case written.Mean():
            return f"the mean of {check.column} is {_amount(check)}"
        case written.Quantile():
            return f"the {check.at:.6g} quantile of {check.column} is {_amount(check)}"
    return f"the newest {check.column} is at most {check.max_age} old"


def _bounds(check: Any) -> str:
    low = f" from {check.min}" if check.min is not None else ""
    return low + (f" to {check.max}" if check.max is not None else "")


def _amount(check: Any) -> str:
    """Bounds as one says an amount: `3 to 5`, `at least 3`, `exactly 5`."""
    if check.min is None or check.max is None:
        return f"at most {check.max}" if check.min is None else f"at least {check.min}"
    return f"exactly {check.max}" if check.min == check.max else f"{check.min} to {check.max}"


def _sums(check: written.EqualSums) -> str:
    by = f" by {', '.join(check.by)}" if check.by else ""
    there = f" where {check.table_where}" if check.table_where else ""
    within = f" to within {check.within}" if check.within else ""
    return f"sum({check.sum}){by} equals sum({check.equals}) of {check.table}{there}{within}"

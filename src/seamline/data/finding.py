"""What a broken rule looks like as a finding."""

from __future__ import annotations

from collections.abc import Callable

from seamline.data.evaluate import Result
from seamline.model.finding import Evidence, Finding
from seamline.model.row import Row


def finding_of(
    result: Result,
    *,
    redact: Callable[[Row], Row],
    case: str = "",
    step: int = 0,
    subject: str = "",
) -> Finding:
    """A finding about the rule's table; `case` and `subject` name the case and operation that broke it."""
    rule = result.rule
    count = result.violations
    breaks = f"{count} row breaks it" if count == 1 else f"{count} rows break it"
    if rule.of_table:
        breaks = result.found
    after = f" after {subject}" if subject else ""
    return Finding(
        check=rule.check,
        severity=rule.severity,
        subject=rule.table.name,
        title=f"{rule.label}: {breaks}{after}",
        expected=rule.label,
        actual=breaks if case or rule.of_table else f"{breaks}, of {result.rows}",
        detail=rule.label,
        why=f"Rows keep what {rule.origin} says of them.",
        case=case,
        step=step,
        evidence=Evidence(sql=rule.sql, rows=tuple(redact(r) for r in result.samples)),
    )

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
    found = (
        f"{result.violations} of {result.rows} rows" if not case else f"{result.violations} rows"
    )
    after = f" after {subject}" if subject else ""
    return Finding(
        check=rule.check,
        severity=rule.severity,
        subject=rule.table.name,
        title=f"{rule.label}: {result.violations} row{'s' * (result.violations != 1)} break it{after}",
        expected=rule.label,
        actual=f"{found} break it",
        detail=rule.label,
        why=f"Rows keep what {rule.origin} says of them.",
        case=case,
        step=step,
        evidence=Evidence(sql=rule.sql, rows=tuple(redact(r) for r in result.samples)),
    )

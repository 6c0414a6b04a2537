"""Rules over whole tables as events: what each found, or the line of the file that cannot be evaluated."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from seamline.data.evaluate import Result
from seamline.data.finding import finding_of
from seamline.model.event import DataChecked
from seamline.spec.loader import placed
from seamline.spec.position import Problem
from seamline.text.redact import Redactor


def checked(result: Result, redactor: Redactor, file: Path | None) -> DataChecked:
    """The event of one result; a finding is confirmed, as the rows stand there to be looked at again."""
    finding = None
    if result.broken:
        found = finding_of(result, redact=redactor.row)
        finding = msgspec.structs.replace(found, verdict="confirmed")
    rule = result.rule
    error = redactor.text(result.error)
    if error and rule.path and file is not None:
        (error,) = placed(file, [Problem(path=rule.path, text=error)], name=file.name)
    return DataChecked(
        at=time.time(),
        table=rule.table.name,
        check=rule.check,
        label=rule.label,
        proven=rule.proven,
        rows=result.rows,
        violations=result.violations if result.broken else 0,
        tolerated=0 if result.broken else result.violations,
        error=error,
        finding=finding,
    )


def left(event: DataChecked) -> DataChecked:
    """The event of a result that came to be behind the last case, told and failing nothing.

    The rows of the last cases had been put back by then: what wrote late may have meant them.
    """
    if event.finding is None:
        return event
    change = msgspec.structs.replace
    finding = change(
        event.finding,
        severity="info",
        title=f"{event.finding.title} after the last case, written by what no request waits for",
        detail=f"{event.finding.detail}, left behind",
    )
    return change(event, finding=finding)

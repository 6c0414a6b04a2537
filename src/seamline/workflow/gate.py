"""What makes a run pass: the one place that decides, from what the events amount to."""

from __future__ import annotations

from seamline.model.event import EndReason
from seamline.model.vocabulary import Part
from seamline.report.sections import part_of_check
from seamline.report.summary import Summary
from seamline.spec.project import Gate

CLEAN, FINDINGS, INTERRUPTED = 0, 1, 130


def verdicts(summary: Summary, gate: Gate, reason: EndReason) -> dict[Part, str]:
    """Per part of the run an empty text when it passed, else why it did not."""
    return {part: _reason(part, summary, gate, reason) for part in summary.parts}


def exit_code(passed: dict[Part, str], summary: Summary, gate: Gate, reason: EndReason) -> int:
    """0 when every part passed, 130 when interrupted, else 1.

    A part that did not run is tolerated where the gate says `unexecuted = "warn"` or `"ignore"`.
    """
    if reason == "interrupted":
        return INTERRUPTED
    failed = [
        part
        for part, why in passed.items()
        if why and not (why.startswith("not run") and gate.unexecuted != "fail")
    ]
    return FINDINGS if failed or summary.errored_count else CLEAN


def _reason(part: Part, summary: Summary, gate: Gate, reason: EndReason) -> str:
    findings = [
        seen
        for seen in summary.findings
        if part_of_check(seen.finding.check) == part
        and seen.finding.severity in gate.fail_on
        and seen.counts
    ]
    count = len(findings) + sum(
        n
        for (of, severity), n in summary.findings.left_out.items()
        if of == part and severity in gate.fail_on
    )
    if count:
        return f"{count} finding{'s' * (count != 1)}"
    if (over := _over_budget(part, summary, gate)) and reason == "completed":
        return over
    if reason != "completed":
        return "the run was interrupted" if reason == "interrupted" else "the run did not complete"
    if summary.errored_count:
        count = summary.errored_count
        return f"{count} case{'s' * (count != 1)} could not be carried out"
    if part == "api":
        return _api(summary, gate)
    if short := _unwritten(summary, gate):
        return short
    rollout = summary.rollout
    if rollout is not None and rollout.error:
        said = rollout.error.partition("\n")[0]
        return f"old and new could not be run side by side: {said}"
    broken = [d for d in summary.data.values() if d.error]
    if broken:
        return f"{len(broken)} data check{'s' * (len(broken) != 1)} could not be evaluated"
    if (
        summary.data_evaluated
        or summary.sweeps
        or summary.pairs
        or summary.history is not None
        or rollout is not None
    ):
        return ""
    return "not run: no data check was evaluated"


def _over_budget(part: Part, summary: Summary, gate: Gate) -> str:
    """What the budgets say: each part answers for its own warnings, the first one for the time."""
    mine = [f for f in summary.findings.of_part(part) if f.finding.severity == "warning"]
    warnings = sum(f.counts for f in mine)
    if gate.max_warnings is not None and warnings > gate.max_warnings:
        return f"{warnings} warnings, the gate allows {gate.max_warnings}"
    took = max(0.0, summary.at - summary.started.at) if summary.started else 0.0
    if gate.max_seconds is not None and part == summary.parts[0] and took > gate.max_seconds:
        return f"the run took {took:.1f} s, the gate allows {gate.max_seconds:g} s"
    return ""


def _unwritten(summary: Summary, gate: Gate) -> str:
    """Of too many tables no request has changed a row; a selected part is not held to that."""
    started = summary.started
    if started is None or not started.tables or not gate.tables_written or started.selected:
        return ""
    if not summary.captured:
        return "not run: rows were not watched, and the gate wants tables written"
    share = len(summary.rows) / started.tables
    if share < gate.tables_written:
        return (
            f"requests changed rows of {len(summary.rows)} of {started.tables} tables ({share:.0%}),"
            f" the gate wants {gate.tables_written:.0%}"
        )
    return ""


def _api(summary: Summary, gate: Gate) -> str:
    if not summary.cases:
        return "not run: no case was sent"
    wanted = summary.started.operations if summary.started else ()
    is_part = summary.started is not None and summary.started.selected
    if not wanted or not gate.operations_reached or is_part:
        return ""
    reached = sum(
        1 for name in wanted if name in summary.operations and summary.operations[name].succeeded
    )
    share = reached / len(wanted)
    if share < gate.operations_reached:
        return (
            f"{reached} of {len(wanted)} operations had a 2xx ({share:.0%}),"
            f" the gate wants {gate.operations_reached:.0%}"
        )
    return ""

"""A work order carried out: both subtasks, its artifacts at its paths, its checklist ticked with evidence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

import msgspec

from seamline.errors import SpecError, UsageError
from seamline.model.vocabulary import Part
from seamline.report.atomic import replacing
from seamline.report.markdown.escape import prose
from seamline.report.sections import sections_of
from seamline.report.summary import Summary
from seamline.report.verdict import PARTS
from seamline.report.words import count
from seamline.spec import DATA, ENDPOINTS, find_spec, json_text, yaml_text
from seamline.spec.order import ARTIFACTS, Box, Order
from seamline.spec.project import Project
from seamline.workflow.artifacts import reports_folder
from seamline.workflow.attempts import Ended, attempted
from seamline.workflow.escalate import NAME, addresses, escalate
from seamline.workflow.gate import INTERRUPTED
from seamline.workflow.job import Job

Outcome = Literal["SUCCEEDED", "FAILED"]
_SPECS = {f"{name}.json": name for name in (ENDPOINTS, DATA)}
_NO_WORDS = ("testing", "validation")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How a work order ended. `reasons` say why it failed, `said` what stands behind each path."""

    outcome: Outcome
    reasons: tuple[str, ...]
    said: dict[str, str]
    attempts: int
    told: tuple[str, ...] = ()
    """Owners to whom it was escalated."""


def carry_out_task(
    order: Order,
    job: Job,
    stream: TextIO,
    *,
    root: Path,
    state: Path | None = None,
    quiet: bool = False,
) -> int:
    """Run both subtasks, write the artifacts, tick the order, append its result; 0 or 1, or 130.

    Paths of the order are below `root`. `state` is a JSON file that gets the task's id, how it ended and
    the next task. Raises `SeamlineError` for a project or state file that is wrong, before anything is run.
    """
    known = _read_state(state)
    addresses(job.project)
    ended = attempted(job, stream, _attempts(order, job.project), quiet=quiet)
    if ended.exit_code == INTERRUPTED:  # nothing is known: the order stays as it is
        return INTERRUPTED
    folder = reports_folder(job.project)
    reasons = _reasons(order, ended)
    said = {
        box.path: _written(box, job.project, folder, root, ended.summary) for box in order.boxes
    }
    reasons += [f"{path}: {why}" for path, why in said.items() if not why.startswith("written")]
    told = escalate(job.project, ended, folder, order.owners) if ended.exit_code else []
    done = Done(
        outcome="FAILED" if reasons else "SUCCEEDED",
        reasons=tuple(reasons),
        said=said,
        attempts=len(ended.attempts),
        told=tuple(t.owner or PARTS[t.part] for t in told),
    )
    now = datetime.now(UTC)
    boxes = {b.line: _box(b, done) for b in order.boxes}
    with replacing(order.path) as file:
        file.write(order.ticked(boxes, _result(order, ended, done, now)))
    if state is not None:
        _write_state(state, known, order, done, now)
    _print(order, done, folder, stream)
    if ended.error is not None:
        raise ended.error
    return 1 if reasons else 0


def _attempts(order: Order, project: Project) -> int:
    return project.escalation.attempts if project.escalation is not None else order.attempts


def _reasons(order: Order, ended: Ended) -> list[str]:
    last = ended.attempts[-1]
    reasons = [last.error.partition("\n")[0]] if last.error else []
    reasons += [v.line for v in last.verdicts if v.state != "passed"]
    for subtask in order.subtasks:
        if subtask.part is not None:
            reasons += _uncovered(subtask.part, " ".join(subtask.criteria), ended.summary)
    return reasons


def _uncovered(part: Part, criteria: str, s: Summary) -> list[str]:
    """Sections that the criteria name and in which nothing was judged."""
    return [
        f"{section.title}: the order asks for it, and no check of it was applied"
        for section in sections_of(part)
        if _stem(section.title) in criteria.lower() and not _applied(section.checks, s)[0]
    ]


def _stem(title: str) -> str:
    return " ".join(w for w in title.lower().split() if w not in _NO_WORDS)


def _applied(checks: dict[str, str], s: Summary) -> tuple[int, int]:
    """How often the checks were applied, and how often they failed."""
    rows = [d for d in s.data.values() if d.check in checks]
    tallies = [s.check(name) for name in checks]
    applied = sum(t.applied for t in tallies) + len(rows)
    return applied, sum(t.failed for t in tallies) + sum(bool(d.finding) for d in rows)


def _written(box: Box, project: Project, folder: Path, root: Path, s: Summary) -> str:
    """Write the artifact of a box to its path; what there is to say of it: `written, …`, or why not."""
    goal = root / box.path
    if box.name in _SPECS:
        source = find_spec(project.path(project.paths.specs), _SPECS[box.name])
        if source is None:
            return f"not written: the project has no {_SPECS[box.name]}; seamline init makes one"
        text = _as_json(source)
    else:
        source = folder / box.name
        if not source.is_file():
            return "not written: the run has not come so far"
        text = source.read_text(encoding="utf-8")
    if goal.resolve() != source.resolve():
        with replacing(goal) as file:
            file.write(text)
    return f"written, {_evidence(box.name, s)}"


def _as_json(source: Path) -> str:
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".json":
        return text
    return json.dumps(yaml_text.decode(text).value, indent=2, ensure_ascii=False) + "\n"


def _evidence(name: str, s: Summary) -> str:
    found = [f for f in s.findings.of_part(ARTIFACTS[name]) if f.counts]
    findings = count(sum(f.finding.severity == "error" for f in found), "finding")
    operations = count(s.operations_tested, "operation")
    tables = count(len({d.table for d in s.data.values()}), "table")
    match name:
        case "API_Integration_Testing.md":
            return f"{operations}, {count(s.requests, 'request')}, {findings}"
        case "Endpoint_Validation_Specs.json":
            return f"{operations}, {count(s.cases, 'case')}"
        case "Database_Integration_Testing.md":
            revisions = count(s.revisions_count, "revision")
            return f"{tables}, {revisions}, {findings}"
    return f"{count(len(s.data), 'check')} of {tables}"


def _box(box: Box, done: Done) -> str:
    """Nothing is ticked unless all of the order has passed: that is its quality gate."""
    succeeded = done.outcome == "SUCCEEDED"
    said = done.said[box.path] if succeeded else f"{done.said[box.path]}; the order has not passed"
    return box.written(ticked=succeeded, said=said)


def _result(order: Order, ended: Ended, done: Done, now: datetime) -> str:
    lines = [f"# Result of {now:%Y-%m-%d %H:%M:%S} UTC: {done.outcome}", ""]
    for subtask in order.subtasks:
        lines += [f"## {prose(subtask.title)}", ""]
        lines += [f"- {prose(criterion)}" for criterion in subtask.criteria]
        lines += [f"    - {said}" for said in _proof(subtask.part, ended)]
        lines.append("")
    lines += ["## Gate", ""]
    lines += [f"- {prose(gate)}: {'yes' if not done.reasons else 'no'}" for gate in order.gates]
    lines.append(f"- {count(done.attempts, 'attempt')}")
    lines += [f"- {prose(reason)}" for reason in done.reasons]
    if done.told:
        lines.append(f"- escalated to {', '.join(map(prose, done.told))}: {NAME}")
    lines += ["", f"Next: {prose(_next(order, done))}"]
    return "\n".join(lines)


def _proof(part: Part | None, ended: Ended) -> list[str]:
    if part is None:
        return []
    said = []
    for section in sections_of(part):
        applied, failed = _applied(section.checks, ended.summary)
        if applied:
            said.append(f"{section.title}: applied {count(applied, 'time')}, failed {failed:,}")
    return said + [v.line for v in ended.attempts[-1].verdicts if v.part == part]


def _next(order: Order, done: Done) -> str:
    if done.outcome == "SUCCEEDED":
        return order.afterwards or order.next_task or "nothing: the order names no next task"
    steps = "; ".join(order.rollback) or order.next_action
    return f"{steps} (seamline show, seamline replay, seamline rollback)" if steps else "mend it"


def _print(order: Order, done: Done, folder: Path, stream: TextIO) -> None:
    lines = ["", f"{order.task} {done.outcome}"]
    lines += [f"  {reason}" for reason in done.reasons]
    if done.told:
        lines.append(f"  escalated to {', '.join(done.told)}: {folder / NAME}")
    lines.append(f"Next action: {_next(order, done)}")
    stream.write("\n".join(lines) + "\n")


def _read_state(path: Path | None) -> dict[str, Any]:
    if path is None or not path.exists():
        return {}
    try:
        found = json_text.decode(path.read_text(encoding="utf-8")).value
    except Exception as exc:
        raise UsageError(f"{path}: cannot be read as a JSON object: {exc}") from None
    if not isinstance(found, dict):
        raise SpecError(f"{path}:1:1: must be a JSON object: other keys of it are kept")
    return found


def _write_state(
    path: Path, known: dict[str, Any], order: Order, done: Done, now: datetime
) -> None:
    mine = {
        "task_id": order.task,
        "status": done.outcome,
        "next_task": order.next_task,
        "finished_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
    with replacing(path) as file:
        file.write(json.dumps(known | mine, indent=2, ensure_ascii=False) + "\n")

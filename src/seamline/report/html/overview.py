"""A run as a whole, from its summary: what the page needs before anything of it is opened."""

from __future__ import annotations

from typing import Any

from seamline.model.vocabulary import Part
from seamline.report.html.data import line, text
from seamline.report.html.tables import data_checks, migrations
from seamline.report.html.transactions import transactions
from seamline.report.sections import SECTIONS, part_of_check
from seamline.report.summary import Gap, Summary
from seamline.report.tally import FindingSeen, OperationTally, Reasons
from seamline.report.verdict import PARTS, verdict
from seamline.report.words import last_line, moment

_GAPS = 200
_REASONS = 10


def overview(s: Summary) -> dict[str, Any]:
    """Everything but the cases and the evidence."""
    return {
        "run": _run(s),
        "parts": [_part(part, s) for part in PARTS],
        "counts": _counts(s),
        "stages": [[line(g.stage, 80), line(g.detail), g.seconds, g.ok] for g in s.stages],
        "sections": _sections(s),
        "operations": [_operation(name, tally) for name, tally in s.operations.items()],
        "findings": [_finding(seen) for seen in s.findings],
        "leftOut": sum(s.findings.left_out.values()),
        "acceptances": _acceptances(s),
        "gaps": [_gap(g) for g in _by_weight(s)[:_GAPS]],
        "gapsLeftOut": sum(g.total for g in _by_weight(s)[_GAPS:]) + s.gaps_left_out,
        "errored": [
            [line(e.subject), line(e.case), text(last_line(e.message, 600)), e.is_bug]
            for e in s.errored
        ],
        "erroredCount": s.errored_count,
        "notes": sorted([text(n, 600), times] for n, times in s.notes.counts.items()),
        "rows": {line(t, 100): ops for t, ops in sorted(s.rows.items())},
        "data": data_checks(s),
        "transactions": transactions(s),
        "migrations": migrations(s),
    }


def _run(s: Summary) -> dict[str, Any]:
    """What was tested, and how the run ended."""
    told: dict[str, Any] = {
        "ended": s.finished.reason if s.finished else "cut off",
        "message": text(s.finished.message, 1_000) if s.finished else "",
        "seconds": s.seconds,
    }
    if (started := s.started) is not None:
        told |= {
            "project": line(started.project, 100),
            "system": line(started.system),
            "document": line(started.document),
            "engine": line(started.engine, 100),
            "tables": started.tables,
            "seed": started.seed,
            "seamline": line(started.seamline, 40),
            "started": moment(started.at),
            "selected": line(started.selected, 400),
            "source": line(started.source),
            "planned": started.cases,
        }
    return told


def _part(part: Part, s: Summary) -> dict[str, str]:
    ended = verdict(part, s)
    return {"part": part, "name": PARTS[part], "state": ended.state, "reason": ended.reason}


def _counts(s: Summary) -> dict[str, Any]:
    return {
        "cases": s.cases,
        "listed": s.cases + s.errored_count,
        "kinds": dict(sorted(s.kinds.items())),
        "requests": s.requests,
        "operations": s.operations_tested,
        "captured": s.captured,
        "changes": s.row_changes,
        "back": s.put_back,
        "data": len(s.data),
        "revisions": s.revisions_count,
    }


def _sections(s: Summary) -> list[dict[str, Any]]:
    """The work order's headings, each with the checks of it that judged, failed or could not judge."""
    found = {seen.finding.check for seen in s.findings}
    used = s.check_names | found
    known = {name for section in SECTIONS for name in section.checks}
    told = [
        {
            "part": section.part,
            "title": section.title,
            "checks": [_check(n, claim, s) for n, claim in section.checks.items() if n in used],
        }
        for section in SECTIONS
    ]
    others = [_check(name, "", s) for name in sorted(used - known)]
    return told + ([{"part": "api", "title": "Other checks", "checks": others}] if others else [])


def _check(name: str, claim: str, s: Summary) -> dict[str, Any]:
    tally = s.check(name)
    return {
        "name": line(name, 100),
        "claim": claim,
        "applied": tally.applied,
        "failed": tally.failed,
        "abstained": _reasons(s.abstained[name]) if name in s.abstained else [],
    }


def _reasons(reasons: Reasons) -> list[list[Any]]:
    """The most frequent ones, then how many there were beside."""
    ordered = sorted(reasons.counts.items(), key=lambda kv: (-kv[1], kv[0]))
    shown: list[list[Any]] = [[text(why, 300), n] for why, n in ordered[:_REASONS]]
    rest = reasons.total - sum(n for _, n in ordered[:_REASONS])
    return shown + ([["other reasons", rest]] if rest else [])


def _operation(name: str, tally: OperationTally) -> dict[str, Any]:
    spent = tally.latency
    checks = {
        line(check, 100): [t.applied, t.failed, tally.abstained.get(check, 0)]
        for check, t in tally.checks.items()
    }
    for check, times in tally.abstained.items():
        checks.setdefault(line(check, 100), [0, 0, times])
    return {
        "name": line(name),
        "cases": tally.cases,
        "requests": tally.requests,
        "statuses": sorted([status, n] for status, n in tally.statuses.items()),
        "ms": [spent.quantile(0.5), spent.quantile(0.95), spent.max] if spent.count else [],
        "checks": checks,
    }


def _finding(seen: FindingSeen) -> dict[str, Any]:
    f = seen.finding
    return {
        "id": f.id,
        "check": line(f.check, 100),
        "part": part_of_check(f.check),
        "severity": f.severity,
        "verdict": f.verdict,
        "accepted": text(f.accepted),
        "subject": line(f.subject),
        "detail": line(f.detail),
        "kind": line(f.kind, 100),
        "title": text(f.title),
        "expected": text(f.expected),
        "actual": text(f.actual),
        "why": text(f.why),
        "case": line(f.case),
        "step": f.step,
        "seen": seen.seen,
    }


def _acceptances(s: Summary) -> dict[str, Any] | None:
    told = s.acceptances
    if told is None:
        return None
    return {
        "accepted": told.accepted,
        "expired": [text(t, 600) for t in told.expired],
        "unneeded": [text(t, 600) for t in told.unneeded],
    }


def _by_weight(s: Summary) -> list[Gap]:
    return sorted(s.gaps.values(), key=lambda g: (-g.total, g.reason, g.remedy))


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "subjects": [line(name) for name in gap.subjects],
        "total": gap.total,
        "reason": text(gap.reason),
        "remedy": text(gap.remedy),
    }

"""The summary that a person reads at the end of a run, as lines of styled words."""

from __future__ import annotations

from itertools import groupby

from seamline.model.finding import Finding, Transcript
from seamline.report.page import Page, Span
from seamline.report.summary import Gap, Summary
from seamline.report.tally import FindingSeen
from seamline.report.verdict import PARTS, PartVerdict, verdict
from seamline.report.words import (
    brief_change,
    count,
    last_line,
    pairs,
    rollout_in_words,
    seconds,
)
from seamline.text.plain import one_line

IN_FULL = 20
"""Findings shown with expectation, rows and request; the next ones get a line each."""
_IN_BRIEF = 80
_GAPS = 8
_ERRORS = 8
_CHANGES = 5
_ROWS = 3
_LINES = 6
_CURL = 600
"""A longer one is shown by its beginning: a padded header fills a screen."""

SIGNS = {"error": "✗", "warning": "!", "info": "·"}
STYLES = {"error": "red", "warning": "yellow", "info": "cyan"}
_STATES = {"passed": "bold green", "failed": "bold red", "not run": "bold yellow"}


def recap(summary: Summary, page: Page, report: str = "") -> None:
    """Everything, the verdicts last; `report` is the file that shows it all."""
    _tested(summary, page)
    _findings(summary, page)
    _unstable(summary, page)
    _acceptances(summary, page)
    _errored(summary, page)
    _gaps(summary, page)
    if report:
        page.blank()
        page.labelled("Report", one_line(report, 400))
    verdicts(summary, page)


def verdicts(summary: Summary, page: Page) -> None:
    """The last lines: one per part."""
    page.blank()
    finished = summary.finished
    if finished is None:
        page.text("The run was cut off before its end.", style="yellow")
    elif finished.message:
        page.text(one_line(finished.message.strip().partition("\n")[0], 300), style="yellow")
    for part in PARTS:
        ended: PartVerdict = verdict(part, summary)
        page.add(Span(ended.line, _STATES[ended.state]))


def headline(finding: Finding) -> str:
    """One line that names a finding."""
    title = one_line(finding.title, 160)
    said = f" (accepted {one_line(finding.accepted, 160)})" if finding.accepted else ""
    return f"{finding.id} {finding.severity}: {one_line(finding.subject, 80)}: {title}{said}"


def _tested(s: Summary, page: Page) -> None:
    page.add()
    page.rule()
    operations = count(s.operations_tested, "operation")
    if s.operations_tested < len(s.operations):
        operations = f"{s.operations_tested:,} of {count(len(s.operations), 'operation')}"
    page.labelled(
        "Tested", f"{operations}, {count(s.cases, 'case')}, {count(s.requests, 'request')}"
    )
    if s.captured:
        text = f"{count(s.row_changes, 'change')} seen"
        if s.rows:
            text += f" in {count(len(s.rows), 'table')}"
        if s.put_back is not None:
            text += f", {count(s.put_back, 'row')} put back"
        page.labelled("Rows", text)
    elif s.cases:
        page.labelled("Rows", "not watched: no database")
    if s.data:
        proven = sum(1 for d in s.data.values() if d.proven)
        tables = len({d.table for d in s.data.values()})
        text = f"{count(len(s.data), 'check')} of {count(tables, 'table')}"
        page.labelled("Data", text + (f", {proven:,} proven by constraints" if proven else ""))
    if s.history is not None:
        tried = count(s.revisions_count, "revision")
        down = sum(1 for r in s.revisions if r.down == "done")
        page.labelled("Migrations", f"{tried} up, {down:,} of them down and up again, on rows")
    if s.sweeps:
        faults = sum(e.faults for e in s.sweeps)
        operations = count(len({e.operation for e in s.sweeps if e.faults}), "operation")
        page.labelled("Transactions", f"{count(faults, 'fault')} at statements of {operations}")
    at_once = [p for p in s.pairs if p.schedules]
    if at_once:
        schedules = count(sum(p.schedules for p in at_once), "schedule")
        page.labelled("At once", f"{count(len(at_once), 'pair')} of requests in {schedules}")
    if s.rollout is not None:
        page.labelled("Rollout", rollout_in_words(s.rollout))
    page.labelled("Time", seconds(s.seconds))


def _findings(s: Summary, page: Page) -> None:
    firm = [f for f in s.findings if not f.unstable]
    page.blank()
    left_out = sum(s.findings.left_out.values())
    if not firm and not left_out:
        if s.cases or s.data or s.sweeps or s.pairs or s.history is not None:
            page.text("No findings.", style="green")
        return
    numbers = [(sum(f.finding.severity == k for f in firm), k) for k in SIGNS]
    said = [count(n, k, "info" if k == "info" else "") for n, k in numbers if n]
    page.add(Span("Findings", "bold"), Span(f"  {', '.join(said)}"))
    for subject, group in groupby(firm[:IN_FULL], lambda f: f.finding.subject):
        page.blank()
        page.text(one_line(subject, 200), style="bold")
        for seen in group:
            _finding(seen, page)
    rest = firm[IN_FULL:]
    if rest:
        page.blank()
        page.text(f"{len(rest):,} more", style="bold")
    for seen in rest[:_IN_BRIEF]:
        page.text(headline(seen.finding), indent=2, style=STYLES[seen.finding.severity])
    unnamed = max(0, len(rest) - _IN_BRIEF)
    if unnamed or left_out:
        text = f"and {unnamed:,} more" if unnamed else "and"
        also = f", and {left_out:,} sightings of others that were only counted" if left_out else ""
        page.text(f"{text}{also}".replace("and, and", "and"), indent=2)


def _finding(seen: FindingSeen, page: Page) -> None:
    f = seen.finding
    style = STYLES[f.severity]
    facts = [f.severity, f.verdict, one_line(f.check, 60)]
    if seen.seen > 1:
        facts.append(f"seen {seen.seen:,}×")
    page.add(
        Span(f"  {SIGNS[f.severity]} ", style),
        Span(f.id, f"bold {style}"),
        Span("  " + " · ".join(facts), "dim"),
    )
    page.text(one_line(f.title, 400), indent=4)
    for label, text in (("where", f.detail), ("expected", f.expected), ("actual", f.actual)):
        if text:
            page.labelled(label, one_line(text, 400), indent=4)
    if f.evidence is None:
        return
    judged = next((t for t in f.evidence.exchanges if t.step == f.step), None)
    judged = judged or (f.evidence.exchanges[-1] if f.evidence.exchanges else None)
    if judged is not None:
        _exchange(judged, f.id, len(f.evidence.exchanges), page)
    for number, row in enumerate(f.evidence.rows[:_ROWS]):
        page.labelled("" if number else "rows", one_line(pairs(row), 300), indent=4)
    more = len(f.evidence.rows) - _ROWS
    if more > 0:
        page.labelled("", f"… {more:,} more", indent=4)
    lines = f.evidence.diff.splitlines()
    for line in lines[:_LINES]:
        page.text(one_line(line, 300), indent=6)
    if len(lines) > _LINES:
        page.text(f"… {len(lines) - _LINES:,} more", indent=6)


def _exchange(judged: Transcript, name: str, exchanges: int, page: Page) -> None:
    changes = judged.changes or ()
    for number, change in enumerate(changes[:_CHANGES]):
        page.labelled("" if number else "rows", one_line(brief_change(change), 300), indent=4)
    if len(changes) > _CHANGES:
        page.labelled("", f"… {len(changes) - _CHANGES:,} more", indent=4)
    if judged.changes == ():
        page.labelled("rows", "none changed", indent=4)
    if exchanges > 1:
        text = f"request {exchanges} of this case; the report shows those before it"
        page.labelled("after", text, indent=4)
    if judged.curl:
        curl = one_line(judged.curl, _CURL)
        page.add(Span(" " * 4), Span("try".ljust(10), "dim"), Span(curl))
        if len(judged.curl) > _CURL:
            page.labelled("", f"the whole of it: seamline show {name}", indent=4)


def _unstable(s: Summary, page: Page) -> None:
    shaky = [f for f in s.findings if f.unstable]
    if not shaky:
        return
    page.blank()
    page.add(Span("Unstable", "bold"), Span("  seen, but not again when tried alone", "dim"))
    for seen in shaky[:IN_FULL]:
        page.text(headline(seen.finding), indent=2, style="yellow")
    if len(shaky) > IN_FULL:
        page.text(f"and {len(shaky) - IN_FULL:,} more", indent=2)


def _acceptances(s: Summary, page: Page) -> None:
    judged = s.acceptances
    if judged is None or not (judged.expired or judged.unneeded):
        return
    page.blank()
    page.add(Span("Accepted findings", "bold"), Span("  seamline.accepted.json", "dim"))
    for line in (*judged.expired, *judged.unneeded):
        page.text(one_line(line, 300), indent=2, style="yellow")


def _errored(s: Summary, page: Page) -> None:
    if not s.errored_count:
        return
    page.blank()
    number = count(s.errored_count, "case could", "cases could")
    page.text(f"{number} not be carried out or judged", style="bold red")
    for event in s.errored[:_ERRORS]:
        name = " ".join(t for t in (one_line(event.subject, 80), one_line(event.case, 80)) if t)
        bug = "a bug of Seamline: " if event.is_bug else ""
        page.text(f"{name}: {bug}{last_line(event.message)}", indent=2)
    if s.errored_count > _ERRORS:
        page.text(f"and {s.errored_count - _ERRORS:,} more", indent=2)


def _gaps(s: Summary, page: Page) -> None:
    if not s.gaps:
        return
    page.blank()
    total = sum(g.total for g in s.gaps.values()) + s.gaps_left_out
    page.add(Span("Not covered", "bold"), Span(f"  {count(total, 'item')}"))
    ordered = sorted(s.gaps.values(), key=lambda g: -g.total)
    for gap in ordered[:_GAPS]:
        page.text(f"{_subjects(gap)}: {one_line(gap.reason, 300)}", indent=2)
        if gap.remedy:
            page.labelled("→", one_line(gap.remedy, 300), indent=4, label_width=2)
    if len(ordered) > _GAPS:
        rest = total - sum(g.total for g in ordered[:_GAPS])
        page.text(f"and {count(rest, 'item')} for other reasons", indent=2)


def _subjects(gap: Gap) -> str:
    names = [one_line(n, 60) for n in list(gap.subjects)[:3]]
    more = gap.total - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")

"""What both documents have: the verdict, what was tested and how, tables of checks, what was not covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from seamline.model.vocabulary import Part, Verdict
from seamline.report.markdown.escape import code, fence, prose
from seamline.report.markdown.evidence import ids
from seamline.report.markdown.page import Document
from seamline.report.sections import Section, part_of_check
from seamline.report.summary import Gap, Summary
from seamline.report.tally import FindingSeen
from seamline.report.verdict import verdict
from seamline.report.words import count, last_line, moment, seconds

_GAPS = 100
_NAMES = 12
_BUGS = 5
_VERDICTS: tuple[Verdict, ...] = ("confirmed", "unconfirmed", "unstable")
EARNED = (
    "A check says what an answer or a row should be and where that is written; what it cannot judge "
    "it leaves out and says why. A finding is *confirmed* when the same request, sent again alone on a "
    "fresh copy of the database to a freshly started system, fails in the same way; it is *unstable* when "
    "it does not, and *unconfirmed* when it could not be tried again."
)


def write_head(doc: Document, title: str, part: Part, s: Summary) -> None:
    """Title and verdict."""
    doc.heading(1, title)
    ended = verdict(part, s)
    doc.block(f"**{prose(ended.line)}**")
    if s.finished is None:
        doc.block("The run was cut off before its end; what follows is what it had seen by then.")
    elif s.finished.message:
        doc.block(prose(s.finished.message, 1000))


def write_setting(doc: Document, part: Part, s: Summary) -> None:
    """What was tested and how."""
    doc.heading(2, "What was tested and how")
    doc.table(["Setting", "Value"], (*_setting(s), *_outcome(part, s)))
    doc.block(EARNED)
    if s.stages:
        doc.block("Preparation:")
        rows = [
            (
                prose(g.stage, 80),
                prose(g.detail, 300),
                seconds(g.seconds),
                "done" if g.ok else "**failed**",
            )
            for g in s.stages
        ]
        doc.table(["Stage", "What happened", "Time", "Result"], rows, numbers=(2,))


def _setting(s: Summary) -> Iterator[tuple[str, str]]:
    started = s.started
    if started is not None:
        project = prose(started.project) or "–"
        yield "Project", project
        if started.system:
            yield "System", code(started.system)
        if started.document or started.operations:
            operations = count(len(started.operations), "operation")
            document = code(started.document) if started.document else "none"
            yield "Document", f"{document}, {operations}"
        tables = f", {count(started.tables, 'table')}" if started.tables or started.system else ""
        engine = f"{prose(started.engine)}{tables}"
        yield "Database", engine if started.engine else "none: rows were not watched"
        if started.selected:
            yield "Selected", prose(started.selected, 400)
        yield "Seed", str(started.seed)
        yield "Tested by", f"Seamline {prose(started.seamline)}"
        if at := moment(started.at):
            yield "Started", at
    kinds = ", ".join(f"{n:,} {k}" for k, n in sorted(s.kinds.items()))
    planned = f" of {started.cases:,} planned" if started and started.cases != s.cases else ""
    yield "Cases", f"{s.cases:,}{planned}" + (f" ({kinds})" if kinds else "")
    yield "Requests", f"{s.requests:,}"
    if s.captured:
        back = "" if s.put_back is None else f", {count(s.put_back, 'row')} put back"
        yield (
            "Rows",
            f"{count(s.row_changes, 'change')} seen in {count(len(s.rows), 'table')}{back}",
        )
    if s.data:
        yield "Data checks", f"{len(s.data):,}"
    if s.revisions_count:
        yield "Revisions", f"{s.revisions_count:,}"
    yield "Time", seconds(s.seconds)


def _outcome(part: Part, s: Summary) -> Iterator[tuple[str, str]]:
    """How many findings the part has by verdict, and how often its checks could not judge."""
    verdicts = Counter(f.finding.verdict for f in s.findings.of_part(part))
    said = [f"{verdicts[v]:,} {v}" for v in _VERDICTS if verdicts[v]]
    left_out = sum(n for (of, _), n in s.findings.left_out.items() if of == part)
    said += [f"{left_out:,} more sightings"] if left_out else []
    yield "Findings", ", ".join(said) or "none"
    abstained = {c: r.total for c, r in s.abstained.items() if part_of_check(c) == part}
    times, by = count(sum(abstained.values()), "time"), count(len(abstained), "check")
    yield "Could not judge", f"{times}, {by}: why stands beside each" if abstained else "nothing"


def write_checks(doc: Document, section: Section, s: Summary) -> None:
    """A table of the checks of a section: applied = passed + failed."""
    rows = [_check_row(n, claim, s) for n, claim in section.checks.items() if _used(n, s)]
    head = ["Check", "What it claims", "Applied", "Passed", "Failed", "Findings", "Could not judge"]
    if rows:
        doc.table(head, rows, numbers=(2, 3, 4))
    else:
        doc.block("No check of this section was applied in this run.")
    idle = [n for n in section.checks if not _used(n, s)]
    if idle and rows:
        doc.block(f"Not applied in this run: {', '.join(code(n) for n in idle)}.")


def _used(name: str, s: Summary) -> bool:
    return name in s.check_names or any(f.finding.check == name for f in s.findings)


def _check_row(name: str, claim: str, s: Summary) -> tuple[str, ...]:
    tally = s.check(name)
    found = [f for f in s.findings if f.finding.check == name]
    numbers = (f"{tally.applied:,}", f"{tally.passed:,}", f"{tally.failed:,}")
    return (code(name), prose(claim), *numbers, ids(found) or "none", _abstained(name, s))


def _abstained(name: str, s: Summary) -> str:
    abstained = s.abstained.get(name)
    if abstained is None:
        return "–"
    ordered = sorted(abstained.counts.items(), key=lambda kv: (-kv[1], kv[0]))
    shown = [f"{n:,}×: {prose(reason, 160)}" for reason, n in ordered[:3]]
    rest = abstained.total - sum(n for _, n in ordered[:3])
    return "; ".join(shown) + (f"; {rest:,}× for other reasons" if rest else "")


def of_section(section: Section, findings: Sequence[FindingSeen]) -> list[FindingSeen]:
    """The findings of a section's checks."""
    return [f for f in findings if f.finding.check in section.checks]


def write_rest(doc: Document, s: Summary) -> None:
    """What could not be carried out, what was not covered and why, notes."""
    doc.heading(2, "What was not covered and why")
    if not s.gaps and not s.errored_count and not s.gaps_left_out:
        doc.block("Nothing was left out by this run.")
    if s.errored_count:
        doc.block(
            f"{count(s.errored_count, 'case', 'cases')} could not be carried out or judged; "
            "nothing is known of what they test:"
        )
        rows = [
            (
                code(e.subject),
                code(e.case) if e.case else "–",
                ("a bug of Seamline: " if e.is_bug else "") + prose(last_line(e.message, 400), 400),
            )
            for e in s.errored
        ]
        doc.table(["What", "Case", "Why"], rows)
        for bug in [e for e in s.errored if e.is_bug][:_BUGS]:
            doc.block(fence(bug.message))
        if s.errored_count > len(s.errored):
            doc.block(f"and {s.errored_count - len(s.errored):,} more.")
    ordered = sorted(s.gaps.values(), key=lambda g: (-g.total, g.reason, g.remedy))
    rows = [(_names(g), prose(g.reason), prose(g.remedy) or "–") for g in ordered[:_GAPS]]
    doc.table(["Not covered", "Why", "What can be done"], rows)
    rest = sum(g.total for g in ordered[_GAPS:]) + s.gaps_left_out
    if rest:
        doc.block(f"and {count(rest, 'item')} for other reasons.")
    if s.notes.counts:
        doc.block("Notes of the run:")
        doc.bullets(f"{n:,}×: {prose(t, 300)}" for t, n in sorted(s.notes.counts.items()))


def _names(gap: Gap) -> str:
    shown = ", ".join(code(n, 100) for n in list(gap.subjects)[:_NAMES])
    more = gap.total - min(len(gap.subjects), _NAMES)
    return shown + (f" and {more:,} more" if more else "")

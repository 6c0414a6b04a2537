"""Database_Integration_Testing.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from seamline.report.markdown.common import of_section, write_checks, write_head, write_rest
from seamline.report.markdown.common import write_setting as _setting
from seamline.report.markdown.escape import code, prose
from seamline.report.markdown.evidence import ids, left_out, write_findings
from seamline.report.markdown.page import Document
from seamline.report.markdown.rollout import write_rollout
from seamline.report.markdown.schedules import write_schedules
from seamline.report.markdown.transactions import write_sweeps
from seamline.report.sections import Section, sections_of
from seamline.report.summary import Summary
from seamline.report.tally import SHARPNESS, DataTally
from seamline.report.words import count, milliseconds, seconds

NAME = "Database_Integration_Testing.md"


def write_database(file: TextIO, s: Summary) -> None:
    """The whole document."""
    doc = Document(file)
    write_head(doc, "Database Integration Testing", "database", s)
    _setting(doc, "database", s)
    for section in sections_of("database"):
        doc.heading(2, section.title)
        _WRITERS[section.title](doc, section, s)
    left_out(doc, s)
    write_rest(doc, s)


def _integrity(doc: Document, section: Section, s: Summary) -> None:
    if not s.data:
        doc.block("No check of a table's rows was evaluated in this run.")
    else:
        _kinds(doc, section, s)
        _tables(doc, s)
    findings = of_section(section, s.findings.of_part("database"))
    if findings:
        doc.heading(3, "Findings of data integrity testing")
        write_findings(doc, findings)


def _kinds(doc: Document, section: Section, s: Summary) -> None:
    """A line per check name: over how many columns or rules, with what result."""
    rows = []
    for check, claim in section.checks.items():
        mine = [d for d in s.data.values() if d.check == check]
        if not mine:
            continue
        broken = sum(1 for d in mine if d.violations)
        errors = sum(1 for d in mine if d.error)
        found = [f for f in s.findings if f.finding.check == check]
        rows.append(
            (
                code(check),
                claim,
                f"{len(mine):,}",
                f"{len(mine) - broken - errors:,}",
                f"{broken:,}",
                f"{errors:,}",
                f"{sum(1 for d in mine if d.proven):,}",
                ids(found) or "none",
            )
        )
    head = ["Check", "What it claims", "Applied", "Passed", "Failed", "Could not judge", "Proven"]
    doc.table([*head, "Findings"], rows, numbers=(2, 3, 4, 5, 6))
    doc.block(
        "*Applied* counts rules, *Proven* those among them that a constraint of the database enforces: "
        "they need no query."
    )


def _tables(doc: Document, s: Summary) -> None:
    doc.heading(3, "Tables")
    ordered = sorted(s.data.values(), key=lambda d: (d.table, d.check, d.label))
    head = ["Table", "Rule", "Check", "Rows looked at", "Violations", "Result"]
    rows = [(code(d.table), prose(d.label) or "–", code(d.check), *_measured(d)) for d in ordered]
    doc.table(head, rows, numbers=(3, 4))


def _measured(d: DataTally) -> tuple[str, str, str]:
    looked = [f"{d.rows['table']:,}"] if d.evaluated["table"] and not d.proven else []
    if d.evaluated["changes"] and not d.proven:
        looked.append(f"{d.rows['changes']:,} changed")
    rows = " + ".join(looked) or "–"
    if d.error:
        return rows, "–", f"could not be judged: {prose(d.error, 300)}"
    if d.violations:
        return rows, f"{d.violations:,}", f"failed {code(d.finding)}" if d.finding else "failed"
    if d.proven:
        return rows, "–", f"proven by {code(d.proven)}"
    return rows, "0", "passed"


def _transactions(doc: Document, section: Section, s: Summary) -> None:
    write_sweeps(doc, s)
    write_schedules(doc, s)
    write_checks(doc, section, s)
    doc.heading(3, "Rows of each request")
    if not s.captured:
        doc.block("No undisturbed request of this run was watched in the database.")
        return
    doc.block(
        f"The rows of {count(s.captured, 'request')} were watched from before the request until no "
        "transaction was open any more."
    )
    of_requests = s.findings.of_part("api")
    if of_section(section, of_requests):
        doc.block("The evidence of these findings is in `API_Integration_Testing.md`.")
    head = ["Table", "Rows inserted", "Rows updated", "Rows deleted"]
    rows = [
        (code(t), *(f"{ops.get(op, 0):,}" for op in ("insert", "update", "delete")))
        for t, ops in sorted(s.rows.items())
    ]
    if rows:
        doc.block("Rows changed by the requests of this run:")
    doc.table(head, rows, numbers=(1, 2, 3))


def _migrations(doc: Document, section: Section, s: Summary) -> None:
    stages = [g for g in s.stages if "migrat" in g.stage.lower()]
    if stages:
        doc.block("The migrations were applied to an empty database before the tests:")
        rows = [
            (prose(g.detail, 300), seconds(g.seconds), "done" if g.ok else "**failed**")
            for g in stages
        ]
        doc.table(["What happened", "Time", "Result"], rows, numbers=(1,))
    if s.revisions:
        _revisions(doc, s)
        write_checks(doc, section, s)
    else:
        doc.block("No revision was tried on its own in this run.")
    write_rollout(doc, s)
    findings = of_section(section, s.findings.of_part("database"))
    if findings:
        doc.heading(3, "Findings of migration validation")
        write_findings(doc, findings)


def _revisions(doc: Document, s: Summary) -> None:
    """A line per revision, and what is worth knowing of them."""
    history = s.history
    if history is not None:
        doc.block(
            f"{prose(history.tool)}, {count(history.revisions, 'revision')}, at "
            f"{', '.join(code(h) for h in history.heads) or 'no head'}: each was applied, taken back and "
            "applied again with rows in all tables, made from the catalog at that revision. *Equal*: after "
            "the way down everything was defined as before, after the way up as the first time."
        )
    head = [
        "Revision",
        "What",
        "Up",
        "Down",
        "Equal",
        "Rows",
        "Rows kept",
        "Up",
        "Down",
        "Up again",
        *(("Lock", "Rewrites", "Up on full tables") if s.measured else ()),
        *(("Old version",) if s.rollout is not None else ()),
    ]
    rows = [
        (
            code(r.revision),
            prose(r.message, 120) or "–",
            _WORDS[r.up],
            _WORDS[r.down],
            _YES[r.equal],
            f"{r.rows:,}",
            _YES[r.rows_kept],
            *(milliseconds(r.ms[n]) if n < len(r.ms) else "–" for n in range(3)),
            *_on_full_tables(s, r.revision),
            *_old_version(s, r.file),
        )
        for r in s.revisions
    ]
    doc.table(head, rows, numbers=(5, 7, 8, 9, *((12,) if s.measured else ())))
    if s.measured:
        most = max(m.rows for m in s.measured.values())
        doc.block(
            f"*Lock* is the strongest that a revision took on a table that stood before and was full (up to "
            f"{count(most, 'row')}), *Rewrites* names those that it wrote anew. Revisions that are deployed,"
            " and those that touch no such table, have neither. The others were also tried on hostile rows"
            " (extremes, long and empty texts, nulls and repeated values where they may be): what they fail"
            " on is told below."
        )
    if s.rollout is not None:
        doc.block(
            "*Old version*: how the previous release fares over all revisions that are new, together."
        )
    if s.revisions_count > len(s.revisions):
        doc.block(f"and {s.revisions_count - len(s.revisions):,} more.")
    told = [(r.revision, r.notes) for r in s.revisions]
    told += [(m.revision, m.notes) for m in s.measured.values()]
    notes = [f"{code(name)}: {prose(n, 300)}" for name, said in told for n in said]
    notes += [prose(n, 300) for n in (history.notes if history is not None else ())]
    if notes:
        doc.block("No faults, and worth knowing:")
        doc.bullets(notes)


def _on_full_tables(s: Summary, revision: str) -> tuple[str, ...]:
    """Cells of the strongest lock, rewritten tables, and the time."""
    if not s.measured:
        return ()
    seen = s.measured.get(revision)
    if seen is None or not seen.rows:
        return ("–", "–", "–")
    rewritten = ", ".join(map(code, seen.rewritten))
    return prose("; ".join(seen.locks), 120) or "none", rewritten or "none", milliseconds(seen.ms)


def _old_version(s: Summary, file: str) -> tuple[str, ...]:
    """The cell that says if the previous release works over a revision that it does not have."""
    if s.rollout is None:
        return ()
    if file not in s.rollout.files or not s.rollouts:
        return ("–",)
    sides = {o.old_on_new for o in s.rollouts.values()}
    return ("**breaks**" if "breaks" in sides else "works" if "works" in sides else "not tried",)


_WORDS = {"done": "done", "failed": "**failed**", "none": "no way down"}
_YES = {True: "yes", False: "**no**", None: "–"}


def _performance(doc: Document, section: Section, s: Summary) -> None:
    doc.block(
        "Durations are measured, and judged where an operation has a budget. Each is from the first byte "
        "sent to the last received, one request at a time, in every kind of case together; "
        f"medians and percentiles are exact to {SHARPNESS}."
    )
    rows = list(_durations(s))
    head = ["Operation", "Requests", "Median", "95th percentile", "Longest"]
    if rows:
        doc.table(head, rows, numbers=(1, 2, 3, 4))
    else:
        doc.block("No request was sent in this run.")


def _durations(s: Summary) -> Iterator[tuple[str, ...]]:
    for name, tally in s.operations.items():
        spent = tally.latency
        if spent.count:
            times = (spent.quantile(0.5), spent.quantile(0.95), spent.max)
            yield code(name), f"{spent.count:,}", *(milliseconds(t) for t in times)


_WRITERS = {
    "Data integrity testing": _integrity,
    "Transaction testing": _transactions,
    "Migration validation": _migrations,
    "Performance": _performance,
}

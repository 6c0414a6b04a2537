"""Of Database_Integration_Testing.md: what became of each writing operation while its statements failed."""

from __future__ import annotations

from seamline.model.event import SweepFinished
from seamline.model.vocabulary import SWEEP_CHECKS
from seamline.report.markdown.escape import code, prose
from seamline.report.markdown.evidence import ids, write_findings
from seamline.report.markdown.page import Document
from seamline.report.summary import Summary
from seamline.report.words import count, seconds


def write_sweeps(doc: Document, s: Summary) -> None:
    """The part, or the line that says that there was none."""
    doc.heading(3, "Statements that fail")
    swept = [e for e in s.sweeps if e.faults]
    if not swept:
        doc.block("No statement was made to fail in this run.")
    else:
        faults = sum(e.faults for e in swept)
        spent = sum(e.seconds for e in swept)
        doc.block(
            f"{count(len(swept), 'accepted write')} sent again and again, each time with one fault: a write "
            "that fails, a connection that is lost, a COMMIT that is refused, or done and its answer lost. "
            f"{count(faults, 'fault')} in {seconds(spent)}. After each the rows have to be as before or as "
            "without the fault, the answer has to agree, and the same request has to work again."
        )
        head = ["Operation", "Case", "Statements", "Struck", "Faults", "Rows as before"]
        head += ["All rows", "Anything else", "Findings"]
        doc.table(head, [_row(e, s) for e in swept], numbers=(2, 3, 4, 5, 6, 7))
    for event in s.sweeps:
        if event.reason:
            doc.block(f"{code(event.operation)} was not tried: {prose(event.reason, 300)}.")
    found = [f for f in s.findings if f.finding.check in SWEEP_CHECKS]
    if found:
        doc.heading(3, "Findings of statements that fail")
        write_findings(doc, found)


def _row(event: SweepFinished, s: Summary) -> tuple[str, ...]:
    mine = {f.fingerprint for f in event.findings}
    found = ids([seen for seen in s.findings if seen.finding.fingerprint in mine])
    numbers = (event.statements, event.struck, event.faults)
    rows = (event.unchanged, event.complete, event.torn)
    cells = (f"{n:,}" for n in (*numbers, *rows))
    return (code(event.operation), code(event.case), *cells, found or "none")

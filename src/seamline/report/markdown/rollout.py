"""Of Database_Integration_Testing.md: what each operation does while two versions run side by side."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.model.event import RolloutChecked, RolloutFinished
from seamline.report.markdown.escape import code, fence, prose
from seamline.report.markdown.evidence import ids
from seamline.report.markdown.page import Document
from seamline.report.summary import Summary
from seamline.report.words import rollout_in_words, seconds


def write_rollout(doc: Document, s: Summary) -> None:
    """The section, or the line that says how to have one."""
    doc.heading(3, "Old and new side by side")
    event = s.rollout
    if event is None:
        doc.block(
            "Not compared in this run: `migrations.previous` of the data file names the release that runs"
            " beside the new one during a deployment."
        )
        return
    doc.block(f"**{prose(rollout_in_words(event), 400)}**")
    if event.error:
        doc.block(fence(event.error))
        return
    if event.idle:
        return
    doc.block(
        "The cases of the spec file of each version were sent to it over the schema of the other one, in"
        f" {seconds(event.seconds)}. What goes wrong there and not over its own schema is a finding; it was"
        " sent again, alone, to a fresh system on a fresh copy."
    )
    doc.bullets(_changes(event))
    head = ["Operation", "Cases", "Old version, new schema", "New version, old schema", "Verdict"]
    doc.table([*head, "Findings"], [_row(o, s) for o in s.rollouts.values()], numbers=(1,))


def _changes(event: RolloutFinished) -> Iterator[str]:
    if not event.changes:
        yield "Tables, columns and constraints of both schemas are the same."
    for line in event.changes[:50]:
        yield prose(line, 200)
    if len(event.changes) > 50:
        yield f"and {len(event.changes) - 50:,} more"


def _row(event: RolloutChecked, s: Summary) -> tuple[str, ...]:
    mine = {f.fingerprint for f in event.findings}
    found = ids([seen for seen in s.findings if seen.finding.fingerprint in mine])
    sides = ("–" if side == "absent" else side for side in (event.old_on_new, event.new_on_old))
    return (code(event.operation), f"{event.cases:,}", *sides, event.verdict, found or "none")

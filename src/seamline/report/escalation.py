"""What the owner of a part gets to read when it still fails: findings, what was tried, how to try again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TextIO

import msgspec

from seamline.model.finding import Finding
from seamline.model.vocabulary import Part
from seamline.report.markdown.escape import code, prose
from seamline.report.markdown.evidence import write_finding
from seamline.report.markdown.page import Document
from seamline.report.recap import headline
from seamline.report.sections import part_of_check
from seamline.report.verdict import PARTS, PartVerdict
from seamline.report.words import count, seconds
from seamline.text.plain import one_line

_IN_FULL = 20
_IN_MESSAGE = 10


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A part that failed: whom it concerns, the gate's word, and whether a message went out."""

    part: Part
    owner: str
    line: str
    is_sent: bool


class Tried(Protocol):
    """One attempt."""

    @property
    def number(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def error(self) -> str: ...
    @property
    def verdicts(self) -> tuple[PartVerdict, ...]: ...
    @property
    def findings(self) -> dict[str, Finding]: ...


def write_escalation(
    file: TextIO, project: str, told: Iterable[Told], attempts: Sequence[Tried]
) -> None:
    """The file: a part each, with its findings in full."""
    doc = Document(file)
    doc.heading(1, f"Escalation: {prose(project)}")
    doc.block(f"{count(len(attempts), 'attempt')} failed, each on a fresh database and system.")
    rows = [
        (str(a.number), *(prose(v.line) for v in a.verdicts), seconds(a.seconds), prose(a.error))
        for a in attempts
    ]
    doc.table(["Attempt", *PARTS.values(), "Time", "Ended by"], rows, numbers=(0,))
    for one in told:
        doc.heading(2, prose(one.line))
        doc.block(f"For {code(one.owner)}." if one.owner else "Nobody is named for this part.")
        findings = _of(one.part, attempts[-1])
        for finding in findings[:_IN_FULL]:
            write_finding(doc, finding, len(attempts))
            doc.block(f"Again: {code(f'seamline replay {finding.id}')}")
        if len(findings) > _IN_FULL:
            doc.block(f"{count(len(findings) - _IN_FULL, 'further finding')} stand in the reports.")


def message(project: str, told: Told, attempts: Sequence[Tried]) -> tuple[str, str]:
    """Title and text of a message: names and headlines, no request and no row."""
    findings = _of(told.part, attempts[-1])
    lines = [
        f"{told.line}, {count(len(attempts), 'attempt')}, each on a fresh database and system."
    ]
    lines += [one_line(attempts[-1].error, 300)] if attempts[-1].error else []
    lines += [headline(f) for f in findings[:_IN_MESSAGE]]
    if len(findings) > _IN_MESSAGE:
        lines.append(f"and {len(findings) - _IN_MESSAGE} more")
    lines += [f"seamline replay {f.id}" for f in findings[:1]]
    lines += ["The evidence stands in escalation.md."]
    return f"{project}: {PARTS[told.part]} failed", "\n".join(lines)


def _of(part: Part, attempt: Tried) -> list[Finding]:
    mine = (f for f in attempt.findings.values() if part_of_check(f.check) == part)
    return sorted(mine, key=lambda f: (f.subject, f.check, f.fingerprint))

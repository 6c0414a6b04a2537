"""Every case that a run would send and why it exists, for a terminal or as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TextIO

import msgspec

from seamline.model.case import Case
from seamline.report.page import Page, Span
from seamline.report.stream import SafeStream
from seamline.report.words import count
from seamline.text.plain import one_line


def show_cases(cases: Iterable[Case], stream: TextIO, width: int) -> None:
    """Print the cases under their operations."""
    page = Page(width)
    total = 0
    for subject, group in groupby(cases, lambda c: c.subject):
        listed = list(group)
        total += len(listed)
        page.add(Span(one_line(subject, 80), "bold"), Span(f"  {count(len(listed), 'case')}"))
        for case in listed:
            page.text(f"{case.id}: {case.kind}, {_why(case)}", indent=2)
        page.blank()
    page.add(Span(count(total, "case")))
    out = SafeStream(stream)
    out.write("\n".join("".join(s.text for s in line) for line in page.lines) + "\n")
    out.flush()


def write_cases(cases: Iterable[Case], stream: TextIO) -> None:
    """One JSON object a line, with the request as a spec file writes it."""
    for case in cases:
        stream.write(msgspec.json.encode(case).decode() + "\n")


def _why(case: Case) -> str:
    if case.origin != "spec":
        return case.origin
    steps = f" of {len(case.steps)} steps" if len(case.steps) > 1 else ""
    return f"in the spec file{steps}"

"""Every case that a run would send and why it exists, for a terminal or as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TextIO

import msgspec

from seamline.model.case import Case, Step
from seamline.report.page import Page, Span
from seamline.report.stream import SafeStream
from seamline.report.words import count
from seamline.text.plain import one_line

_LONGEST = 20_000
"""Characters of a body that a list of cases shows."""


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
    """One JSON object a line, with the request as a spec file writes it; megabytes of padding are cut."""
    for case in cases:
        steps = tuple(_cut(step) for step in case.steps)
        stream.write(
            msgspec.json.encode(msgspec.structs.replace(case, steps=steps)).decode() + "\n"
        )


def _cut(step: Step) -> Step:
    body = step.request.body
    if body is None or len(body) <= _LONGEST:
        return step
    said = f"{body[:_LONGEST]}… ({len(body)} characters)"
    return msgspec.structs.replace(step, request=msgspec.structs.replace(step.request, body=said))


def _why(case: Case) -> str:
    if case.origin != "spec":
        return case.origin
    steps = f" of {len(case.steps)} steps" if len(case.steps) > 1 else ""
    return f"in the spec file{steps}"

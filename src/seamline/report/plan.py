"""What a run would do, for a terminal: per operation its cases, and what cannot be tested and why."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TextIO

import msgspec

from seamline.model.case import Case, Plan
from seamline.report.page import Page, Span
from seamline.report.stream import SafeStream
from seamline.report.words import count
from seamline.text.plain import one_line


class Abilities(msgspec.Struct, frozen=True, kw_only=True):
    """What this project lets Seamline do; each text says no more than `yes`, or why not."""

    answers: str
    rows: str
    confirm: str
    faults: str
    migrations: str
    beside: str


def show_plan(plan: Plan, abilities: Abilities, stream: TextIO, width: int) -> None:
    """Print the plan."""
    page = Page(width)
    page.add(Span("What this project lets Seamline do"))
    for label, said in (
        ("answers", abilities.answers),
        ("rows, undo", abilities.rows),
        ("confirm", abilities.confirm),
        ("faults", abilities.faults),
        ("migrations", abilities.migrations),
        ("old and new", abilities.beside),
    ):
        page.labelled(label, said, indent=2, label_width=13)
    page.blank()
    operations = len({c.subject for c in plan.cases})
    page.add(
        Span(f"{count(len(plan.cases), 'case')} of {count(operations, 'operation')}, in order")
    )
    for subject, group in groupby(plan.cases, lambda c: c.subject):
        cases = list(group)
        kinds = Counter(c.kind for c in cases)
        page.labelled(
            one_line(subject, 60), ", ".join(f"{n} {k}" for k, n in kinds.items()), indent=2
        )
        derived = [c for c in cases if c.steps[0].twist is not None]
        for case in cases:
            if case.steps[0].twist is None:
                page.text(_brief(case), indent=6)
        if derived:
            page.text(f"{len(derived)} that follow from the document: seamline cases", indent=6)
    if plan.not_covered:
        page.blank()
        page.add(Span("Not covered"))
    for item in plan.not_covered:
        remedy = f" ({item.remedy})" if item.remedy else ""
        page.text(f"{one_line(item.subject, 60)}: {item.reason}{remedy}", indent=2)
    out = SafeStream(stream)
    out.write("\n".join("".join(s.text for s in line) for line in page.lines) + "\n")
    out.flush()


def _brief(case: Case) -> str:
    first = case.steps[0]
    who = first.identity if first.credentials == "valid" else f"{first.credentials} credentials"
    status = " or ".join(map(str, first.status))
    if len(case.steps) > 1:
        return f"{case.id}: {len(case.steps)} steps, as {who}"
    return f"{case.id}: as {who}" + (f", {status}" if status else "")

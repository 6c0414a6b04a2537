"""The history of a project for a terminal, and what two of its runs differ in."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from seamline.report.page import Page, Span
from seamline.report.words import count, seconds
from seamline.text.plain import one_line

_STATES = {True: ("passed", "green"), False: ("failed", "red")}


class Met(Protocol):
    """A finding of a run."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def headline(self) -> str: ...
    @property
    def severity(self) -> str: ...


class Run(Protocol):
    """A run of the history."""

    @property
    def id(self) -> int: ...
    @property
    def started(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def exit_code(self) -> int: ...
    @property
    def selected(self) -> str: ...
    @property
    def cases(self) -> int: ...
    @property
    def passed(self) -> bool: ...
    def count(self, severity: str) -> int: ...


def runs(entries: Sequence[Run], page: Page) -> None:
    """A line a run, newest first."""
    if not entries:
        page.text("No run is known yet.")
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.started))
        state, style = _STATES[entry.exit_code == 0]
        found = [(entry.count(s), s) for s in ("error", "warning")]
        said = ", ".join(count(n, s) for n, s in found if n) or "no findings"
        what = one_line(entry.selected, 60) or "whole"
        text = f"  {said}, {count(entry.cases, 'case')}, {seconds(entry.seconds)}, {what}"
        page.add(
            Span(f"#{entry.id}".ljust(6), "bold"), Span(f"{when}  "), Span(state, style), Span(text)
        )


def difference(
    groups: Iterable[tuple[str, str, Sequence[Met]]], before: int, after: int, page: Page
) -> None:
    """The findings of two runs in groups: a word, its style, and the findings of that kind."""
    page.add(Span(f"Run #{before} to run #{after}", "bold"))
    for word, style, found in groups:
        page.blank()
        page.add(Span(word, "bold"), Span(f"  {len(found)}", "dim"))
        for met in found:
            line = f"F-{met.fingerprint[:8]} {met.severity}: {one_line(met.headline, 200)}"
            page.text(line, indent=2, style=style)

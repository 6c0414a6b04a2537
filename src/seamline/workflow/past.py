"""The history, acceptances and spec files of a project, as the commands ask for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

from seamline.errors import UsageError
from seamline.report.page import Page
from seamline.report.past import difference
from seamline.report.stream import SafeStream
from seamline.spec import load_project
from seamline.workflow.accepted import accept
from seamline.workflow.artifacts import reports_folder
from seamline.workflow.history import History, Met, history_path, spec_files
from seamline.workflow.replay import find
from seamline.workflow.reported import RECORD
from seamline.workflow.rollback import Rollback, rollback

_MOST_WIDE = 120


def printed(draw: Callable[[Page], None], stream: TextIO) -> None:
    """Print a page as wide as the terminal."""
    page = Page(min(shutil.get_terminal_size().columns, _MOST_WIDE))
    draw(page)
    out = SafeStream(stream)
    out.write("\n".join("".join(s.text for s in line) for line in page.lines) + "\n")
    out.flush()


def history_of(toml: Path) -> History:
    """The history of the project."""
    return History(history_path(load_project(toml)))


def compared(toml: Path, before: str | None, after: str | None) -> Callable[[Page], None]:
    """What two runs differ in: the last two, or one and the last. Raises `UsageError` for an unknown one.

    A run of a part, or one that was cut off, does not show that what it has not found is fixed.
    """
    history = history_of(toml)
    if before is None:
        known = history.runs(2)
        if len(known) < 2:
            raise UsageError("there are no two runs yet: seamline history lists those there are")
        new, old = known
    else:
        old, new = history.run(before), history.run(after or "last")
    was, now = ({k: f for k, f in e.findings.items() if f.is_firm} for e in (old, new))
    gone = {k: f for k, f in was.items() if k not in now}
    groups = (
        ("New" if old.looked_everywhere else "Only now", "red", _without(now, was)),
        ("Fixed" if new.looked_everywhere else "Not seen", "green", _without(gone, new.findings)),
        ("Accepted or unstable", "yellow", [f for k, f in gone.items() if k in new.findings]),
        ("Still there", "yellow", [f for k, f in now.items() if k in was]),
    )
    return lambda page: difference(groups, old.id, new.id, page)


def _without(findings: Mapping[str, Met], others: Mapping[str, Met]) -> list[Met]:
    return [f for k, f in findings.items() if k not in others]


def accept_finding(toml: Path, wanted: str, reason: str, until: date) -> str:
    """Accept a finding of the last run; what was done, in words. Raises `UsageError`."""
    project = load_project(toml)
    finding = find(reports_folder(project) / RECORD, wanted)
    accept(project, finding, reason, until, datetime.now(UTC).date())
    return f"{finding.id} is accepted until {until}: {finding.check} on {finding.subject}"


def rollback_of(toml: Path, wanted: str) -> Rollback:
    """What leads back to a run that passed."""
    project = load_project(toml)
    folder = project.path(project.paths.specs)
    return rollback(folder, spec_files(project), History(history_path(project)), wanted)

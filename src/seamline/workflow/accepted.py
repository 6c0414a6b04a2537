"""Which findings are accepted, until when, and which acceptances are no longer needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from seamline.errors import UsageError
from seamline.model.event import AcceptancesJudged, Event, with_findings
from seamline.model.finding import Finding
from seamline.report.atomic import replacing
from seamline.spec.accepted import ACCEPTED, Acceptance, AcceptedFile, load_accepted, written
from seamline.spec.project import Project


class Acceptances:
    """Marks the findings of a run that are accepted; knows afterwards what came of each acceptance."""

    def __init__(self, accepted: Iterable[Acceptance], today: date) -> None:
        self._accepted = tuple(accepted)
        self._today = today
        self._met: set[str] = set()

    def apply(self, event: Event) -> Event:
        """The event with its accepted findings marked."""
        return with_findings(event, self._marked) if self._accepted else event

    def _marked(self, finding: Finding) -> Finding:
        mine = next((a for a in self._accepted if _is_of(a, finding)), None)
        if mine is None:
            return finding
        self._met.add(mine.finding)
        if self._today > mine.until:
            return finding
        return msgspec.structs.replace(finding, accepted=f"until {mine.until}: {mine.reason}")

    def tolerates(self, finding: Finding) -> bool:
        """Whether it may stay: it need not be tried again."""
        return bool(self._marked(finding).accepted)

    def judged(self, at: float, *, is_whole: bool) -> AcceptancesJudged | None:
        """What came of them; None where there are none.

        Only a whole run can tell that one is no longer needed.
        """
        if not self._accepted:
            return None
        expired = [a for a in self._accepted if self._today > a.until and a.finding in self._met]
        missed = [a for a in self._accepted if a.finding not in self._met] if is_whole else []
        return AcceptancesJudged(
            at=at,
            accepted=len(self._accepted),
            expired=tuple(f"{a.finding} expired on {a.until}: {_words(a)}" for a in expired),
            unneeded=tuple(f"{a.finding} is no longer needed: {_words(a)}" for a in missed),
        )


def _is_of(acceptance: Acceptance, finding: Finding) -> bool:
    return finding.fingerprint.startswith(acceptance.finding.removeprefix("F-"))


def _words(acceptance: Acceptance) -> str:
    return f"{acceptance.check} on {acceptance.subject} ({acceptance.reason})"


def accept(project: Project, finding: Finding, reason: str, until: date, today: date) -> None:
    """Write the acceptance beside the toml; another one of the same finding is replaced.

    Raises `UsageError` for an empty reason or a day that is over.
    """
    if not reason.strip():
        raise UsageError("--reason says in words why the finding may stay; it must not be empty")
    if until < today:
        raise UsageError(f"--until {until} is over already: an acceptance ends in the future")
    known = load_accepted(project.folder)
    mine = Acceptance(
        finding=finding.id,
        check=finding.check,
        subject=finding.subject or finding.check,
        title=finding.title,
        reason=reason.strip(),
        until=until,
    )
    others = tuple(a for a in known.accepted if not _is_of(a, finding))
    with replacing(project.folder / ACCEPTED) as file:
        file.write(written(AcceptedFile(version=known.version, accepted=(*others, mine))))

"""What does not fail in each attempt is unstable: told, never dropped, and it fails nothing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seamline.model.event import Event, findings_of, with_findings
from seamline.model.finding import Finding


class Steady:
    """Marks the findings of an attempt. `earlier` are those of each attempt before it, by fingerprint."""

    def __init__(self, earlier: Sequence[dict[str, Finding]] = ()) -> None:
        self._earlier = earlier
        self._seen: set[str] = set()

    def apply(self, event: Event) -> Event:
        """The event, with errors that an earlier attempt did not have marked as unstable."""
        if not self._earlier:
            return event
        self._seen.update(f.fingerprint for f in findings_of(event))
        return with_findings(event, self._marked)

    def missing(self) -> list[Finding]:
        """What earlier attempts have found and this one, at its end, has not."""
        gone = {k: f for found in self._earlier for k, f in found.items() if k not in self._seen}
        return [_unstable(gone[k]) for k in sorted(gone)]

    def _marked(self, finding: Finding) -> Finding:
        matters = finding.severity == "error" and not finding.accepted
        if matters and not all(finding.fingerprint in found for found in self._earlier):
            return _unstable(finding)
        return finding


def _unstable(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, verdict="unstable")

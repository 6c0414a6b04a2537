"""report.html: one file that a browser opens without a network, drawn from data by a small script."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seamline.model.event import Event, FindingConfirmed, findings_of, with_findings
from seamline.model.finding import Finding
from seamline.report.atomic import replacing
from seamline.report.html.page import write_page
from seamline.report.html.store import Store
from seamline.report.summary import Summary


class HtmlReporter:
    """Writes `path` at close, whole or not at all. Cases and evidence wait on disk until then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._summary = Summary()
        self._store = Store()

    def on(self, event: Event) -> None:
        """Fold one event in."""
        for finding in findings_of(event):
            self._store.evidence(finding, newer=isinstance(event, FindingConfirmed))
        self._store.case(event)
        self._summary.on(with_findings(event, _bare))

    def close(self) -> None:
        """Write the file."""
        try:
            with replacing(self._path) as file:
                write_page(file, self._summary, self._store)
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget everything; no file is written."""
        self._store.close()


def _bare(finding: Finding) -> Finding:
    """The finding without what waits on disk."""
    return msgspec.structs.replace(finding, evidence=None)

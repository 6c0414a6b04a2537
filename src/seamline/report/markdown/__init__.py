"""The two documents of the work order, written from the summary of a run."""

from __future__ import annotations

from pathlib import Path

from seamline.model.event import Event
from seamline.report.atomic import replacing
from seamline.report.markdown import api, database
from seamline.report.summary import Summary


class MarkdownReporter:
    """Writes both documents into `folder` at close, each whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._summary = Summary()

    def on(self, event: Event) -> None:
        """Fold one event in."""
        self._summary.on(event)

    def close(self) -> None:
        """Write the documents."""
        with replacing(self._folder / api.NAME) as file:
            api.write_api(file, self._summary)
        with replacing(self._folder / database.NAME) as file:
            database.write_database(file, self._summary)

"""What grows with a run, on disk until the page is written: a line a case, and the evidence of findings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from seamline.model.event import CaseFinished, Errored, Event
from seamline.model.finding import Finding
from seamline.report.html.cases import Names, errored, finished
from seamline.report.html.data import dumped
from seamline.report.html.evidence import shown

CHUNK = 250
"""Cases whose details stand in one block of the page: what is read when one of them is opened."""
_BATCH = 200
_SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE cases (line TEXT, detail TEXT);
CREATE TABLE evidence (fingerprint TEXT PRIMARY KEY, shown TEXT);
"""


class Store:
    """A temporary database that goes with its connection."""

    def __init__(self) -> None:
        # An empty name is a temporary database on disk.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._pending: list[tuple[str, str]] = []
        self.names = Names()

    def case(self, event: Event) -> None:
        """Keep a case that was carried out, or could not be; other events are no cases."""
        match event:
            case CaseFinished():
                line, detail = finished(event, self.names)
            case Errored():
                line, detail = errored(event, self.names)
            case _:
                return
        self._pending.append((dumped(line), dumped(detail)))
        if len(self._pending) >= _BATCH:
            self._flush()

    def evidence(self, finding: Finding, *, newer: bool) -> None:
        """Keep what a finding rests on: what was seen first, or `newer` where it was tried again."""
        if finding.evidence is None:
            return
        name = finding.fingerprint
        if newer or not self._asked("SELECT 1 FROM evidence WHERE fingerprint = ?", name):
            row = (name, dumped(shown(finding.evidence, finding.step)))
            self._db.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?)", row)

    def evidence_of(self, fingerprint: str) -> str:
        """The JSON of a finding's evidence, or nothing."""
        row = self._asked("SELECT shown FROM evidence WHERE fingerprint = ?", fingerprint)
        return str(row[0]) if row else ""

    def lines(self) -> Iterator[str]:
        """The JSON of each case in brief, in the order in which they were carried out."""
        self._flush()
        for (line,) in self._db.execute("SELECT line FROM cases ORDER BY rowid"):
            yield line

    def details(self) -> Iterator[list[str]]:
        """The JSON of each case in full, `CHUNK` at a time."""
        self._flush()
        chunk: list[str] = []
        for (detail,) in self._db.execute("SELECT detail FROM cases ORDER BY rowid"):
            chunk.append(detail)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def _asked(self, sql: str, name: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, (name,)).fetchone()
        return row

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO cases VALUES (?, ?)", self._pending)
        self._db.execute("COMMIT")
        self._pending.clear()

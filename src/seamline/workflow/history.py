"""Every run of a project: its counts, its findings, and the spec files with which it passed.

A SQLite file in `.seamline/` beside the spec files, out of version control. Texts of spec files are
kept once each, by digest.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from seamline.errors import UsageError
from seamline.model.event import Event
from seamline.model.finding import Finding
from seamline.report.summary import Summary
from seamline.report.verdict import PARTS, verdict
from seamline.spec import DATA, ENDPOINTS, find_spec
from seamline.spec.project import Project
from seamline.workflow.keep import FOLDER, ignored

NAME = "history.db"
KEPT = 500
"""Runs kept; older ones go, but for the last that passed."""
_WAIT_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, started REAL NOT NULL, seconds REAL NOT NULL,
    ended TEXT NOT NULL, exit_code INTEGER NOT NULL, selected TEXT NOT NULL, is_whole INTEGER NOT NULL,
    seed INTEGER NOT NULL, cases INTEGER NOT NULL, requests INTEGER NOT NULL, verdicts BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS findings (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, fingerprint TEXT NOT NULL, severity TEXT NOT NULL,
    verdict TEXT NOT NULL, accepted TEXT NOT NULL, headline TEXT NOT NULL, PRIMARY KEY (run, fingerprint)
);
CREATE TABLE IF NOT EXISTS texts (digest TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS specs (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (run, name)
);
"""


_PASSED = "SELECT max(id) FROM runs WHERE is_whole AND exit_code = 0 AND ended = 'completed'"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One run as the history has it; `findings` by fingerprint, `specs` the digests of its files by name."""

    id: int
    started: float
    seconds: float
    ended: str
    exit_code: int
    selected: str
    is_whole: bool
    seed: int
    cases: int
    requests: int
    verdicts: dict[str, str]
    findings: dict[str, Met] = {}
    specs: dict[str, str] = {}

    @property
    def looked_everywhere(self) -> bool:
        """Whether everything was asked for, and the run came to its end."""
        return self.is_whole and self.ended == "completed"

    @property
    def passed(self) -> bool:
        """Whether everything was asked for, and all of it passed."""
        return self.looked_everywhere and self.exit_code == 0

    def count(self, severity: str) -> int:
        """Findings of that severity that are neither unstable nor accepted."""
        return sum(f.severity == severity and f.is_firm for f in self.findings.values())


class Met(msgspec.Struct, frozen=True):
    """A finding of a run in one line."""

    fingerprint: str
    severity: str
    verdict: str
    accepted: str
    headline: str

    @property
    def is_firm(self) -> bool:
        """Whether it counts: it came again, or could not be tried, and nobody has accepted it."""
        return self.verdict != "unstable" and not self.accepted


class History:
    """The runs of one project. Raises `UsageError` where the file is none of ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.executescript(_SCHEMA)
                with connection:
                    yield connection
        except sqlite3.Error as exc:
            raise UsageError(
                f"{self.path} cannot be used: {exc}. Delete it to begin a new history"
            ) from None

    def add(self, entry: Entry, texts: Mapping[str, str]) -> int:
        """Keep a run with its findings, and with its spec files where it passed; its number."""
        with self._open() as c:
            cursor = c.execute(
                "INSERT INTO runs (started, seconds, ended, exit_code, selected, is_whole, seed, cases,"
                " requests, verdicts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entry.started,
                    entry.seconds,
                    entry.ended,
                    entry.exit_code,
                    entry.selected,
                    entry.is_whole,
                    entry.seed,
                    entry.cases,
                    entry.requests,
                    msgspec.json.encode(entry.verdicts),
                ),
            )
            run = int(cursor.lastrowid or 0)
            c.executemany(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (run, f.fingerprint, f.severity, f.verdict, f.accepted, f.headline)
                    for f in entry.findings.values()
                ],
            )
            for name, text in texts.items():
                c.execute("INSERT INTO specs VALUES (?, ?, ?)", (run, name, digest(text)))
                if entry.passed:
                    c.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (digest(text), text))
            _forget(c)
        return run

    def runs(self, most: int = KEPT) -> list[Entry]:
        """The runs, newest first."""
        if not self.path.is_file():
            return []
        with self._open() as c:
            rows = c.execute("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (most,)).fetchall()
            return [_entry(c, row) for row in rows]

    def run(self, wanted: str) -> Entry:
        """The run of a number (`12`, `#12`), or `last`. Raises `UsageError` where there is none."""
        known = self.runs()
        if wanted == "last" and known:
            return known[0]
        number = wanted.removeprefix("#")
        for entry in known:
            if number == str(entry.id):
                return entry
        ids = ", ".join(f"#{e.id}" for e in known[:10]) or "none"
        raise UsageError(f"no run {wanted} in the history. The last ones: {ids}")

    def last_passed(self) -> Entry | None:
        """The last run in which everything passed, however long ago."""
        if not self.path.is_file():
            return None
        with self._open() as c:
            row = c.execute(f"SELECT * FROM runs WHERE id = ({_PASSED})").fetchone()
            return _entry(c, row) if row is not None else None

    def texts(self, entry: Entry) -> dict[str, str]:
        """The spec files of a run that passed, by name."""
        with self._open() as c:
            rows = c.execute(
                "SELECT name, text FROM specs JOIN texts USING (digest) WHERE run = ? ORDER BY name",
                (entry.id,),
            )
            return dict(rows.fetchall())


def history_path(project: Project) -> Path:
    """Where the runs of a project are kept."""
    return project.path(project.paths.specs) / FOLDER / NAME


def spec_files(project: Project) -> dict[str, Path]:
    """The spec files that there are, by name."""
    folder = project.path(project.paths.specs)
    found = (find_spec(folder, name) for name in (ENDPOINTS, DATA))
    return {path.name: path for path in found if path is not None}


def texts_of(project: Project) -> dict[str, str]:
    """What stands in the spec files, by name; what cannot be read is left out."""
    texts = {}
    for name, path in spec_files(project).items():
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return texts


def digest(text: str) -> str:
    """What tells two texts of a spec file apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _forget(c: sqlite3.Connection) -> None:
    c.execute(
        f"DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ? AND id IS NOT ({_PASSED})",
        (KEPT,),
    )
    c.execute("DELETE FROM texts WHERE digest NOT IN (SELECT digest FROM specs)")


def _entry(c: sqlite3.Connection, row: tuple[Any, ...]) -> Entry:
    names = [f for f in Entry.__struct_fields__ if f not in ("findings", "specs")]
    fields = dict(zip(names, row, strict=True))
    fields["is_whole"] = bool(fields["is_whole"])
    fields["verdicts"] = msgspec.json.decode(fields["verdicts"])
    found = c.execute(
        "SELECT fingerprint, severity, verdict, accepted, headline FROM findings WHERE run = ?"
        " ORDER BY fingerprint",
        (fields["id"],),
    )
    specs = c.execute("SELECT name, digest FROM specs WHERE run = ?", (fields["id"],))
    met = {line[0]: Met(*line) for line in found}
    return msgspec.convert(fields | {"findings": met, "specs": dict(specs.fetchall())}, Entry)


def _met(finding: Finding) -> Met:
    return Met(
        finding.fingerprint,
        finding.severity,
        finding.verdict,
        finding.accepted,
        f"{finding.check} on {finding.subject}: {finding.title}"[:400],
    )


class HistoryReporter:
    """Keeps a run in the history at close. `texts` are its spec files as they were read."""

    def __init__(self, path: Path, texts: Mapping[str, str], *, is_whole: bool) -> None:
        self._path, self._texts, self._is_whole = path, texts, is_whole
        self._summary = Summary()
        self.number = 0

    def on(self, event: Event) -> None:
        """Fold one event in."""
        self._summary.on(event)

    def close(self) -> None:
        """Write the run. One that never started is none."""
        s = self._summary
        if s.started is None or s.finished is None or not ignored(self._path):
            return
        entry = Entry(
            id=0,
            started=s.started.at,
            seconds=s.finished.seconds,
            ended=s.finished.reason,
            exit_code=s.finished.exit_code,
            selected=s.started.selected or ("" if self._is_whole else "a part"),
            is_whole=self._is_whole,
            seed=s.started.seed,
            cases=s.cases,
            requests=s.requests,
            verdicts={part: verdict(part, s).line for part in PARTS},
            findings={f.finding.fingerprint: _met(f.finding) for f in s.findings},
            specs={name: digest(text) for name, text in self._texts.items()},
        )
        self.number = History(self._path).add(entry, self._texts)

"""junit.xml: a testsuite per operation and table, a testcase per case, written at the end.

A CI server wants the cases of one suite together and their number first, while a run sends them in
any order: they wait in a temporary database on disk, so that memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

import msgspec

from seamline.model.event import (
    CaseFinished,
    ContractCompared,
    DataChecked,
    DocumentChecked,
    Errored,
    Event,
    FindingConfirmed,
    HistoryChecked,
    PairExplored,
    RevisionChecked,
    RevisionMeasured,
    RolloutChecked,
    RolloutFinished,
    RunStarted,
    Skipped,
    SweepFinished,
)
from seamline.model.finding import Finding
from seamline.report.atomic import replacing
from seamline.text.plain import clip, one_line, visible

_BATCH = 200
_TEXT = 8_000
_SCHEMA = """
PRAGMA journal_mode = OFF;
CREATE TABLE tests (suite TEXT, name TEXT, seconds REAL, result BLOB);
CREATE TABLE verdicts (fingerprint TEXT PRIMARY KEY, verdict TEXT);
"""


class _Seen(msgspec.Struct, array_like=True):
    """What a testcase says of one finding."""

    fingerprint: str
    severity: str
    verdict: str
    check: str
    message: str
    text: str
    accepted: str = ""


class _Result(msgspec.Struct, array_like=True):
    """What a testcase says beside its name."""

    findings: list[_Seen] = []
    error: str = ""
    skipped: str = ""


_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(_Result).decode
_PASSED = _ENCODE(_Result())


class JunitReporter:
    """Writes `path` at close, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # An empty name is a temporary database on disk that goes with its connection.
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._store.executescript(_SCHEMA)
        self._pending: list[tuple[str, str, float, bytes]] = []
        self._once: set[tuple[str, str]] = set()
        self._project = "seamline"

    def on(self, event: Event) -> None:  # noqa: PLR0912 - a branch a kind of event
        """Note one testcase, or the later verdict on a finding."""
        match event:
            case CaseFinished():
                spent = sum(s.ms for s in event.steps) / 1000
                self._add(event.subject, event.case, spent, _judged(event.findings))
            case DataChecked():
                self._data(event)
            case DocumentChecked():
                self._add("the document", "documentSound", 0.0, _judged(event.findings))
            case ContractCompared():
                self._add("the document", "contractDrift", 0.0, _judged(event.findings))
            case RevisionChecked() | RevisionMeasured() | HistoryChecked():
                self._migrations(event)
            case RolloutChecked():
                self._add(event.operation, "old and new side by side", 0.0, _rolled(event))
            case RolloutFinished():
                result = _errored(event.error) if event.error else _judged(event.findings)
                self._add("the rollout", event.ref, event.seconds, result)
            case PairExplored():
                name = f"{event.second} at once: {event.what}"
                self._add(event.first, name, event.seconds, _judged(event.findings))
            case SweepFinished():
                self._add(
                    event.operation, f"{event.case} with faults", event.seconds, _swept(event)
                )
            case Errored():
                self._add(event.subject, event.case or event.subject, 0.0, _errored(event.message))
            case Skipped():
                item = event.item
                why = f"{item.reason} {item.remedy}".strip()
                self._add(item.subject, "not covered", 0.0, _Result(skipped=clip(why, _TEXT)))
            case FindingConfirmed():
                row = (event.finding.fingerprint, event.finding.verdict)
                self._store.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", row)
            case RunStarted():
                self._project = event.project or self._project

    def close(self) -> None:
        """Write the file."""
        try:
            self._flush()
            with replacing(self._path) as file:
                self._write(file)
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget everything; no file is written."""
        self._store.close()

    def _migrations(self, event: RevisionChecked | RevisionMeasured | HistoryChecked) -> None:
        match event:
            case RevisionChecked():
                name, spent = f"{event.revision} {event.message}".strip(), sum(event.ms) / 1000
            case RevisionMeasured():
                name, spent = f"{event.revision} on full tables", event.ms / 1000
            case HistoryChecked():
                name, spent = "the history", event.seconds
        self._add("migrations", name, spent, _judged(event.findings))

    def _data(self, event: DataChecked) -> None:
        """A check of a table is one testcase; it comes again only when a later evaluation failed."""
        key = (event.table, f"{event.check}: {event.label}" if event.label else event.check)
        result = _errored(event.error) if event.error else _judged(_one(event.finding))
        if key in self._once and not result.findings and not result.error:
            return
        self._once.add(key)
        self._add(*key, 0.0, result)

    def _add(self, suite: str, name: str, seconds: float, result: _Result) -> None:
        plain = not (result.findings or result.error or result.skipped)
        row = (
            one_line(suite, 300),
            one_line(name, 300),
            seconds,
            _PASSED if plain else _ENCODE(result),
        )
        self._pending.append(row)
        if len(self._pending) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._store.execute("BEGIN")
        self._store.executemany("INSERT INTO tests VALUES (?, ?, ?, ?)", self._pending)
        self._store.execute("COMMIT")
        self._pending.clear()

    def _write(self, file: TextIO) -> None:
        self._store.execute("CREATE INDEX by_suite ON tests (suite)")
        names = [
            row[0] for row in self._store.execute("SELECT DISTINCT suite FROM tests ORDER BY 1")
        ]
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f"<testsuites name={_attr(self._project)}>\n")
        for name in names:
            self._suite(file, name)
        file.write("</testsuites>\n")

    def _suite(self, file: TextIO, suite: str) -> None:
        numbers = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        total = 0.0
        for _, seconds, result in self._tests(suite):
            total += seconds
            numbers["tests"] += 1
            numbers["failures"] += any(_fails(f) for f in result.findings)
            numbers["errors"] += bool(result.error)
            numbers["skipped"] += bool(result.skipped)
        counts = " ".join(f'{k}="{v}"' for k, v in numbers.items())
        file.write(f'  <testsuite name={_attr(suite)} {counts} time="{total:.3f}">\n')
        for name, seconds, result in self._tests(suite):
            head = f'    <testcase classname={_attr(suite)} name={_attr(name)} time="{seconds:.3f}"'
            body = "".join(_children(result))
            file.write(f"{head}>\n{body}    </testcase>\n" if body else f"{head}/>\n")
        file.write("  </testsuite>\n")

    def _tests(self, suite: str) -> Iterator[tuple[str, float, _Result]]:
        sql = "SELECT name, seconds, result FROM tests WHERE suite = ? ORDER BY rowid"
        for name, seconds, blob in self._store.execute(sql, (suite,)):
            result = _DECODE(blob)
            for finding in result.findings:
                finding.verdict = self._verdict(finding)
            yield name, seconds, result

    def _verdict(self, finding: _Seen) -> str:
        sql = "SELECT verdict FROM verdicts WHERE fingerprint = ?"
        row: tuple[Any, ...] | None = self._store.execute(sql, (finding.fingerprint,)).fetchone()
        return str(row[0]) if row else finding.verdict


def _one(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)


def _judged(findings: tuple[Finding, ...]) -> _Result:
    return _Result(findings=[_seen(f) for f in findings]) if findings else _Result()


def _swept(event: SweepFinished) -> _Result:
    return _Result(skipped=clip(event.reason, _TEXT)) if event.reason else _judged(event.findings)


def _rolled(event: RolloutChecked) -> _Result:
    if event.findings or event.verdict != "not known":
        return _judged(event.findings)
    return _Result(skipped=clip("; ".join(event.notes), _TEXT) or "not known")


def _errored(message: str) -> _Result:
    return _Result(error=clip(message, _TEXT) or "could not be carried out")


def _seen(finding: Finding) -> _Seen:
    lines = [
        f"{name}: {text}"
        for name, text in (
            ("expected", clip(finding.expected, 2000)),
            ("actual", clip(finding.actual, 2000)),
            ("where", clip(finding.detail, 500)),
            ("why", clip(finding.why, 2000)),
        )
        if text
    ]
    if (evidence := finding.evidence) is not None and evidence.exchanges:
        lines.append(clip(evidence.exchanges[-1].curl, 2000))
    if evidence is not None and evidence.diff:
        lines.append(clip(evidence.diff, 2000))
    return _Seen(
        finding.fingerprint,
        finding.severity,
        finding.verdict,
        visible(finding.check),
        f"{finding.id} {one_line(finding.title, 400)}",
        "\n".join(lines),
        finding.accepted,
    )


def _fails(finding: _Seen) -> bool:
    """Errors that are neither unstable nor accepted; the rest is told, but breaks no build."""
    is_firm = finding.verdict != "unstable" and not finding.accepted
    return finding.severity == "error" and is_firm


def _children(result: _Result) -> Iterator[str]:
    if result.skipped:
        yield f"      <skipped message={_attr(one_line(result.skipped, 1000))}/>\n"
    if result.error:
        message = _attr(one_line(result.error, 300))
        yield f"      <error message={message}>{escape(result.error)}</error>\n"
    told = []
    for f in result.findings:
        if _fails(f):
            attributes = f"message={_attr(f.message)} type={_attr(f.check)}"
            text = escape(f"{f.verdict}\n{f.text}")
            yield f"      <failure {attributes}>{text}</failure>\n"
        else:
            said = f", accepted {f.accepted}" if f.accepted else ""
            told.append(f"{f.severity}, {f.verdict}{said}: {f.check}: {f.message}\n{f.text}")
    if told:
        text = escape("\n\n".join(told))
        yield f"      <system-out>{text}</system-out>\n"


def _attr(text: str) -> str:
    return quoteattr(visible(text))

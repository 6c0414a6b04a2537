"""One thing that is wrong, with what is needed to see it."""

from __future__ import annotations

import hashlib

import msgspec

from seamline.model.injection import Injection
from seamline.model.row import RowChange
from seamline.model.schedule import Witness
from seamline.model.statement import SqlStatement
from seamline.model.vocabulary import Severity, Verdict


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange made fit to show: secrets redacted, bodies as bounded text."""

    step: int
    label: str
    operation: str
    identity: str
    request: str
    curl: str
    response: str
    status: int
    changes: tuple[RowChange, ...] | None = None
    notes: tuple[str, ...] = ()
    sql: tuple[SqlStatement, ...] | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding rests on: its case's exchanges up to the one judged, rows of a table, or what two
    structures of a database differ in, a line a definition, `-` before and `+` after. `injection` is the
    fault under which the request was sent."""

    exchanges: tuple[Transcript, ...] = ()
    sql: str = ""
    diff: str = ""
    rows: tuple[dict[str, object], ...] = ()
    injection: Injection | None = None
    schedule: Witness | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    `subject` is the operation, table or revision; `detail` the column or pointer within it.
    `case` and `step` say where it was seen (`case` is empty for a finding of a table's rows).
    `accepted` says until when and why it may stay, where a person has said so.
    """

    check: str
    severity: Severity
    subject: str
    title: str
    expected: str = ""
    actual: str = ""
    detail: str = ""
    kind: str = ""
    why: str = ""
    case: str = ""
    step: int = 0
    verdict: Verdict = "unconfirmed"
    accepted: str = ""
    evidence: Evidence | None = None

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of what makes it the same finding next week, no random value."""
        text = "\n".join((self.check, self.subject, self.detail, self.kind))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def id(self) -> str:
        """The id that a person types: `F-3c91ab04`."""
        return "F-" + self.fingerprint[:8]

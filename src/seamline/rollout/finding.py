"""A break as a finding: what answers wrong while both versions run, and what it answers otherwise."""

from __future__ import annotations

from typing import Literal

import msgspec

from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange
from seamline.model.finding import Finding
from seamline.model.vocabulary import Severity, Verdict
from seamline.rollout.ground import Grounds
from seamline.rollout.judge import Break
from seamline.rollout.release import Release
from seamline.run.evidence import with_evidence
from seamline.text.redact import Redactor

START = "start of the system"
"""The subject of a finding where a version does not even start over the other one's schema."""

Way = Literal["oldCodeOnNewSchema", "newCodeOnOldSchema"]
_SHOWN = 6


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How a way is told."""

    who: str
    over: str
    why: str


def finding_of(
    way: Way, broke: Break, verdict: Verdict, others: int, release: Release, ground: Grounds,
    redactor: Redactor,
) -> Finding:  # fmt: skip
    """The finding of an operation. `others` are the further cases that break as it does."""
    words = _words(way, release, ground)
    more = f"; so do {others} more case{'s' * (others != 1)}" if others else ""
    found = Finding(
        check=way,
        severity=_severity(way, ground),
        subject=broke.at.operation,
        title=f"{words.who} does not work over {words.over}: {broke.mixed.fault}",
        expected=f"over its own schema: {_answer(broke.own)}",
        actual=f"{_answer(broke.at)} {excerpt(broke.at)}".strip() + more,
        why=words.why,
        case=broke.mixed.case.id,
        step=broke.mixed.step,
        verdict=verdict,
    )
    return with_evidence(found, broke.mixed.exchanges, redactor)


def start_finding(way: Way, said: str, release: Release, ground: Grounds) -> Finding:
    """The finding where there is no system to send anything to, tried twice."""
    words = _words(way, release, ground)
    return Finding(
        check=way,
        severity=_severity(way, ground),
        subject=START,
        title=f"{words.who} does not start, or lets nobody log in, over {words.over}",
        expected="it starts and identities log in, as over its own schema",
        actual=said,
        why=words.why,
        verdict="confirmed",
    )


def _answer(x: Exchange) -> str:
    return name_of(x.status) if x.response is not None else f"no answer ({x.failure})"


def _severity(way: Way, ground: Grounds) -> Severity:
    if way == "newCodeOnOldSchema":
        return "info"
    # Where the schemas do not follow one another the rows are others too, and may have a part in it.
    return "warning" if ground.rows == "apart" else "error"


def _words(way: Way, release: Release, ground: Grounds) -> Words:
    differs = in_short(ground.changes)
    if way == "oldCodeOnNewSchema":
        return Words(
            who=f"the version of {release.ref}",
            over="the present schema",
            why=f"It serves requests until its last instance is replaced, over the migrated schema."
            f" What is others there: {differs}. Change the schema in two releases: add first, and"
            " take away when nothing uses it any more.",
        )
    return Words(
        who="the present version",
        over=f"the schema of {release.ref}",
        why=f"It may be deployed only when the migrations are through. What they change: {differs}.",
    )


def in_short(changes: tuple[str, ...]) -> str:
    """The first differences of the schemas, and how many more there are."""
    if not changes:
        return "nothing that tables and columns show"
    more = len(changes) - _SHOWN
    return "; ".join(changes[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")

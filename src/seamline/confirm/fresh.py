"""A finding is one that recurs when its case is sent alone on a fresh clone with a fresh system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from seamline.errors import TargetError
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.model.vocabulary import Verdict
from seamline.run.case import run_case
from seamline.run.session import Rules, Session
from seamline.run.setup import Setup


async def confirm(
    setup: Setup, rules: Rules, found: Sequence[Finding], cases: Mapping[str, Case], limit: int
) -> AsyncIterator[Finding]:
    """Each distinct finding of a case with its verdict: `confirmed` when it recurs, else `unstable`.

    One fresh target serves all findings of a case. What is beyond `limit` cases, or cannot be tried
    again, stays `unconfirmed`. When a finding was seen in several cases the first one stands for it.
    """
    by_case: dict[str, dict[str, Finding]] = {}
    seen: set[str] = set()
    for finding in found:
        if finding.fingerprint not in seen and finding.case in cases:
            seen.add(finding.fingerprint)
            by_case.setdefault(finding.case, {})[finding.fingerprint] = finding
    for number, (case, findings) in enumerate(by_case.items()):
        if number >= limit or not setup.can_clone:
            continue
        again = await _again(setup, rules, cases[case])
        for fingerprint, finding in findings.items():
            yield _judged(finding, again, fingerprint)


async def _again(setup: Setup, rules: Rules, case: Case) -> Mapping[str, Finding] | None:
    """The findings of the case sent alone, by fingerprint; None when no target could be started."""
    try:
        async with setup.target(quiet=True) as target:
            session = Session(target=target, rules=rules, redactor=setup.redactor)
            outcome = await run_case(session, case)
    except TargetError:
        return None
    return None if outcome.error else {f.fingerprint: f for f in outcome.findings}


def _judged(finding: Finding, again: Mapping[str, Finding] | None, fingerprint: str) -> Finding:
    if again is None:
        return finding
    verdict: Verdict = "confirmed" if fingerprint in again else "unstable"
    return msgspec.structs.replace(again.get(fingerprint, finding), verdict=verdict)

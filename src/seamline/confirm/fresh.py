"""A finding is one that recurs when its case is sent alone on a fresh clone with a fresh system."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.run.case import Outcome, run_case
from seamline.run.session import Rules, Session
from seamline.run.setup import Setup


async def confirm(
    setup: Setup, rules: Rules, found: Sequence[Finding], cases: Mapping[str, Case], limit: int
) -> AsyncIterator[Finding]:
    """Each distinct finding of a case with its verdict: `confirmed` when it recurs, else `unstable`.

    One fresh target serves all findings of a case. What is beyond `limit` cases, or cannot be tried
    again, stays `unconfirmed`. When a finding was seen in several cases the first one stands for it.
    Each check has its turn: a limit leaves out the tenth finding of one before the first of another.
    """
    by_case: dict[str, dict[str, Finding]] = {}
    seen: set[str] = set()
    for finding in found:
        if finding.fingerprint not in seen and finding.case in cases:
            seen.add(finding.fingerprint)
            by_case.setdefault(finding.case, {})[finding.fingerprint] = finding
    for number, (case, findings) in enumerate(_in_turn(by_case)):
        if number >= limit or not setup.can_clone:
            continue
        outcome = await _again(setup, rules, cases[case])
        for fingerprint, finding in findings.items():
            yield _judged(finding, outcome, fingerprint)


def _in_turn(
    by_case: Mapping[str, Mapping[str, Finding]],
) -> list[tuple[str, Mapping[str, Finding]]]:
    """The cases, first those that show something of a check that no case before has shown, and so on."""
    turns: Counter[str] = Counter()
    keyed = []
    for case, findings in by_case.items():
        checks = {f.check for f in findings.values()}
        keyed.append((min(turns[c] for c in checks), case))
        turns.update(checks)
    return [(case, by_case[case]) for _, case in sorted(keyed, key=lambda pair: pair[0])]


async def _again(setup: Setup, rules: Rules, case: Case) -> Outcome | None:
    """The case sent alone; None when it could not be."""
    try:
        async with setup.target(quiet=True) as target:
            session = Session(target=target, rules=rules, redactor=setup.redactor)
            return await run_case(session, case)
    except SeamlineError:
        return None


def _judged(finding: Finding, outcome: Outcome | None, fingerprint: str) -> Finding:
    """A case that could not be carried out to its end disproves nothing."""
    again = {f.fingerprint: f for f in outcome.findings} if outcome is not None else {}
    if fingerprint in again:
        return msgspec.structs.replace(again[fingerprint], verdict="confirmed")
    if outcome is None or outcome.error:
        return finding
    return msgspec.structs.replace(finding, verdict="unstable")

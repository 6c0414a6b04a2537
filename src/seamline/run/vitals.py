"""Is the system still what it was? Requests that are known to work tell, when something looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.run.case import Outcome, run_case
from seamline.run.session import Session

_NOT_ALLOWED = frozenset({401, 403})


class Vitals(msgspec.Struct, kw_only=True):
    """Per identity a case of one safe request that was answered 2xx on a sound system."""

    known: dict[str, Case] = {}

    def learn(self, outcome: Outcome) -> None:
        """Keep a case by which to tell later whether its sender can still be served."""
        case = outcome.case
        if not is_vital(case) or outcome.stale or outcome.error or outcome.findings:
            return
        if all(x.succeeded for x in outcome.exchanges):
            self.known.setdefault(case.steps[0].identity, case)

    async def ailment(self, session: Session, identities: Sequence[str]) -> str:
        """What is wrong with the target, in words; empty where it serves these identities as before."""
        process = session.target.process
        if process is not None and process.exit_code is not None:
            return f"the system ended (exit {process.exit_code})"
        for identity in dict.fromkeys((*identities, *self.known)):
            case = self.known.get(identity)
            if case is None:
                continue
            try:
                outcome = await run_case(session, case)
            except SeamlineError as exc:
                return session.redactor.text(str(exc))
            last = outcome.exchanges[-1] if outcome.exchanges else None
            if last is None or not last.succeeded:
                said = f"answers {last.status}" if last is not None and last.status else "no answer"
                return f"{case.subject} as {identity}, which worked before: {said}"
            if outcome.stale:
                return outcome.stale
        return ""


def is_vital(case: Case) -> bool:
    """Whether a case is one safe request that should succeed."""
    return case.is_accepted and not may_spoil(case)


def looks_wrong(outcome: Outcome) -> list[str]:
    """The identities whose requests were answered as if the system or their account had gone.

    What a case expects looks like nothing; nobody's credentials cannot fail.
    """
    found: dict[str, None] = {}
    for x in outcome.exchanges:
        if x.status in x.expected and x.status:
            continue
        refused = x.status in _NOT_ALLOWED and x.credentials == "valid" and x.identity != ANONYMOUS
        if x.response is None or x.status >= 500 or refused:
            found[x.identity] = None
    if not found and any(f.severity == "error" for f in outcome.findings):
        found = dict.fromkeys(x.identity for x in outcome.exchanges)
    return list(found)


def may_spoil(case: Case) -> bool:
    """Whether a case sends anything but safe requests."""
    return any(s.operation.partition(" ")[0] not in SAFE_METHODS for s in case.steps)


def by_identity(cases: Sequence[Case]) -> Mapping[str, Case]:
    """The first vital case of each identity."""
    found: dict[str, Case] = {}
    for case in cases:
        if is_vital(case):
            found.setdefault(case.steps[0].identity, case)
    return found

"""Which requests are swept: each operation's accepted writes, behind the requests that they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from seamline.explore.schedules.pair import is_accepted
from seamline.model.case import Case
from seamline.model.vocabulary import SAFE_METHODS
from seamline.run.double import is_doubled


def chosen(cases: Sequence[Case], atomic: Sequence[str]) -> dict[str, list[Case]]:
    """The accepted writes, by operation: of those that the data file names, or of all.

    An operation with no case of one request is swept at the end of a sequence, up to its request.
    """
    alone = [c for c in cases if is_doubled(c)]
    own = {c.subject for c in alone}
    behind = [(case, part) for case in cases for part in _within(case) if part.subject not in own]
    behind.sort(
        key=lambda both: both[0].subject != both[1].subject
    )  # its own before others' that have it
    found: dict[str, list[Case]] = {}
    for case in (*alone, *(part for _, part in behind)):
        if not atomic or case.subject in atomic:
            found.setdefault(case.subject, []).append(case)
    return found


def case_of(cases: Sequence[Case], case: str, operation: str) -> Case | None:
    """The case of that id as it is swept for an operation."""
    known = chosen(cases, ()).get(operation, ())
    return next((c for c in known if c.id == case), None)


def _within(case: Case) -> Iterator[Case]:
    """A case of several requests, cut off behind each first write of an operation."""
    if case.kind not in ("positive", "sequence") or len(case.steps) < 2:
        return
    seen: set[str] = set()
    for number, step in enumerate(case.steps):
        operation = step.operation
        if not is_accepted(step) or step.credentials != "valid":
            return
        if operation not in seen and operation.partition(" ")[0] not in SAFE_METHODS:
            steps = case.steps[: number + 1]
            yield msgspec.structs.replace(case, subject=operation, steps=steps)
        seen.add(operation)

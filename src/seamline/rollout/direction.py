"""One direction of a comparison: a version over the other schema, its own as the control."""

from __future__ import annotations

from collections import Counter

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case
from seamline.model.vocabulary import Side, Verdict
from seamline.rollout.ground import Rows
from seamline.rollout.judge import Break, broken, is_doubtful
from seamline.rollout.trial import TIME_IS_UP, Bench, Trial, alone, tried


class NotTried(Exception):
    """Nothing can be said: the version does not run over its own schema either, or over other rows."""


class Direction(msgspec.Struct, kw_only=True):
    """What came of it. `breaks` are by the operation that answered wrong, `cases` counts those sent about
    an operation. `start` says why the system did not start at all. `seen` holds what came again, alone."""

    cases: Counter[str] = msgspec.field(default_factory=Counter)
    well: Counter[str] = msgspec.field(default_factory=Counter)
    breaks: dict[str, list[Break]] = {}
    seen: dict[str, tuple[Break, Verdict]] = {}
    untried: dict[str, str] = {}
    start: str = ""

    def side(self, operation: str) -> Side:
        """How the version's operation fares."""
        if self.start:
            return "breaks"
        if operation in self.breaks:
            found = self.seen.get(operation)
            return "unstable" if found is not None and found[1] == "unstable" else "breaks"
        if self.well[operation]:
            return "works"
        return "not tried" if self.cases[operation] or operation in self.untried else "absent"


async def tried_over(mixed: Bench, control: Bench, rows: Rows) -> Direction:
    """Send a version's cases over the other schema; those that go wrong also over its own.

    Raises `NotTried` where the version does not run over its own schema, or over rows that are not its
    own: nobody may be able to log in there.
    """
    result = Direction()
    try:
        trials = await tried(mixed)
    except SeamlineError:
        await _starts(control)
        try:
            trials = await tried(mixed)
        except SeamlineError as exc:
            if rows != "same":
                raise NotTried(f"it does not start over the present seed's rows: {exc}") from None
            result.start = mixed.setup.redactor.text(str(exc))
            return result
    control.setup.document = mixed.setup.document
    doubtful = [t.case for t in trials.values() if is_doubtful(t)]
    controls = await _controls(control, doubtful)
    for trial in trials.values():
        _count(result, trial, controls.get(trial.case.id), rows)
    return result


async def _starts(control: Bench) -> None:
    try:
        async with control.session():
            return
    except SeamlineError as exc:
        raise NotTried(f"it does not run over its own schema: {exc}") from None


async def _controls(control: Bench, cases: list[Case]) -> dict[str, Trial]:
    try:
        return await tried(control, cases) if cases else {}
    except SeamlineError as exc:
        raise NotTried(f"it does not run over its own schema: {exc}") from None


def _count(result: Direction, trial: Trial, control: Trial | None, rows: Rows) -> None:
    operation = trial.case.subject
    result.cases[operation] += 1
    if trial.error:
        result.untried.setdefault(operation, trial.error)
        return
    if not is_doubtful(trial):
        result.well[operation] += 1
        return
    found = broken(trial, control, rows)
    if found is not None:
        result.breaks.setdefault(found.at.operation, []).append(found)
    elif control is not None and control.went_well and not trial.fault:
        result.well[operation] += 1
    elif control is not None and control.went_well:
        reason = "it goes wrong over other rows, which may be why"
        result.untried.setdefault(operation, reason)
    elif control is not None and control.error == TIME_IS_UP:
        result.untried.setdefault(operation, TIME_IS_UP)
    else:
        why = (control.fault or control.error) if control is not None else ""
        result.untried.setdefault(operation, f"it goes wrong over its own schema too: {why}")


async def confirm_alone(result: Direction, mixed: Bench, rows: Rows, limit: int) -> None:
    """The first break of each operation once more, alone on a fresh clone with a fresh system."""
    for number, (operation, breaks) in enumerate(result.breaks.items()):
        again = await alone(mixed, breaks[0].mixed.case) if number < limit else None
        result.seen[operation] = _seen(breaks[0], again, rows, "confirmed")


async def see_again(result: Direction, mixed: Bench, rows: Rows) -> None:
    """The same on one fresh system for all: enough for what fails no run."""
    wanted = {breaks[0].mixed.case.id: breaks[0].mixed.case for breaks in result.breaks.values()}
    try:
        again = await tried(mixed, list(wanted.values())) if wanted else {}
    except SeamlineError:
        again = {}
    for operation, breaks in result.breaks.items():
        trial = again.get(breaks[0].mixed.case.id)
        result.seen[operation] = _seen(breaks[0], trial, rows, "unconfirmed")


def _seen(first: Break, again: Trial | None, rows: Rows, verdict: Verdict) -> tuple[Break, Verdict]:
    """The break as it came again, with the verdict that this deserves."""
    if again is None or again.error:
        return first, "unconfirmed"
    found = broken(again, first.control, rows)
    if found is not None and found.mixed.step == first.mixed.step:
        return found, verdict
    return first, "unstable"

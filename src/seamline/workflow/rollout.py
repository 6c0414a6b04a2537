"""Old and new side by side within a run, where the data file names a previous release."""

from __future__ import annotations

import time
from collections.abc import Callable

from seamline.model.case import NotCovered
from seamline.model.event import Event, RolloutChecked, Skipped
from seamline.model.vocabulary import ROLLOUT_CHECKS
from seamline.rollout.compare import Comparison
from seamline.run.setup import Setup
from seamline.spec.data import PreviousRelease
from seamline.workflow.job import Job


def previous_of(job: Job) -> PreviousRelease | None:
    """The release that the job is asked to compare with; None where it is not."""
    wanted = not job.checks or job.checks.intersection(ROLLOUT_CHECKS)
    return job.files.data.migrations.previous if wanted and "database" in job.parts else None


async def side_by_side(job: Job, setup: Setup, emit: Callable[[Event], None]) -> None:
    """Compare, where that is asked for; what could not be tried is told as not covered."""
    previous = previous_of(job)
    if previous is None:
        return
    async for event in Comparison(setup, job.files, previous, job.select, job.time_s).events():
        emit(event)
        subject = f"the rollout from {previous.ref}"
        if isinstance(event, RolloutChecked):
            subject = event.operation
        for note in event.notes:
            reason = f"old and new side by side: {note}"
            emit(Skipped(at=time.time(), item=NotCovered(subject=subject, reason=reason)))

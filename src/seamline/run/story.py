"""A request that needs others before it: a sequence whose last step is the operation, accepted.

What is derived of the last step alone is sent behind the steps before it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from seamline.model.case import Case


def story_of(subject: str, cases: Iterable[Case]) -> Case | None:
    """The first sequence that ends in the operation, with a 2xx for each of its steps."""
    return next((c for c in cases if c.subject == subject and _is_story(c, subject)), None)


def _is_story(case: Case, subject: str) -> bool:
    return (
        len(case.steps) > 1
        and case.steps[-1].operation == subject
        and all(s.status and max(s.status) < 300 and s.twist is None for s in case.steps)
    )


def last_alone(story: Case) -> Case:
    """Its last step, as if it could be sent by itself."""
    return msgspec.structs.replace(story, kind="positive", steps=story.steps[-1:])


def behind_story(story: Case, derived: Case) -> Case:
    """What was derived of the last step, behind the steps that it needs."""
    return msgspec.structs.replace(derived, steps=(*story.steps[:-1], *derived.steps))

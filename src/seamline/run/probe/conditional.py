"""The accepted request under a condition: with the tag that was sent, with another, with a stale one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.conditional_requests import OTHER, SAME, STALE
from seamline.model.case import Case, Step, Twist
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, name_of

_FOREIGN = '"no-tag-of-this-system"'


def conditional(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Reads wherever the document speaks of tags, writes where it takes If-Match or knows 412."""
    step = base.steps[0]
    headers = {p.name.lower() for p in known.parameters if p.place == "header"}
    steps: tuple[Step, ...]
    if known.method == "GET" and _has_tag(known, headers):
        label = msgspec.structs.replace(step, label="first")
        tag = {"$from": "first@headers#/etag"}
        steps = (
            label,
            _step(step, "If-None-Match", tag, SAME, "second"),
            _step(step, "If-None-Match", _FOREIGN, OTHER, "third"),
        )
    elif known.method in ("PUT", "PATCH", "DELETE") and (
        "if-match" in headers or known.documents(412)
    ):
        steps = (_step(step, "If-Match", _FOREIGN, STALE, step.label),)
    else:
        return
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "conditional"),
        kind="sequence" if len(steps) > 1 else "negative",
        steps=steps,
        origin=f"derived: {base.id} under a condition",
    )


def _has_tag(known: Operation, headers: set[str]) -> bool:
    answers = known.answers.values()
    return (
        "if-none-match" in headers
        or known.documents(304)
        or any(h.name.lower() == "etag" for a in answers for h in a.headers)
    )


def _step(step: Step, name: str, value: object, scenario: str, label: str) -> Step:
    own = {n: v for n, v in step.request.headers.items() if n.lower() != name.lower()}
    request = msgspec.structs.replace(step.request, headers={**own, name: value})
    twist = Twist(
        scenario=scenario, what=scenario.replace("-", " "), where=f"header {name}", valid=None
    )
    return msgspec.structs.replace(step, request=request, label=label, status=(), twist=twist)

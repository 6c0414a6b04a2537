"""Cases that follow from the document: an accepted request of the spec file, changed in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Twist
from seamline.model.vocabulary import SAFE_METHODS, CaseKind
from seamline.openapi.derive.edit import Edit
from seamline.openapi.derive.whole import EXAMPLE
from seamline.openapi.operation import Operation
from seamline.run.edited import apply
from seamline.run.probe import World, arranged, probed
from seamline.run.probe.drift import drift
from seamline.run.story import behind_story, last_alone, story_of
from seamline.spec.reference import is_reference

_UNASKED = SAFE_METHODS | {"CONNECT"}
"""Methods that frameworks answer by themselves, rightly, or that proxies keep for themselves."""


def with_derived(
    cases: Sequence[Case], edits: Mapping[str, Sequence[Edit]], world: World
) -> tuple[Case, ...]:
    """The cases, and behind the last one of each operation those derived for it."""
    every = tuple(world.operations.values())
    last = {case.subject: number for number, case in enumerate(cases)}
    world = with_bases(world, cases)
    bases = world.bases
    taken = {case.id for case in cases}
    found: list[Case] = []
    for number, case in enumerate(cases):
        found.append(case)
        if last[case.subject] != number:
            continue
        base, known = bases.get(case.subject), world.operations.get(case.subject)
        if known is None:
            continue
        own = edits.get(case.subject, ())
        methods = {o.method for o in every if _covers(o.path, known.path)}
        more: Iterable[Case] = ()
        if base is not None:
            more = (*probed(base, known, world), *_derived(base, known, own, methods))
        elif (story := story_of(case.subject, cases)) is not None:
            more = _arranged(story, known, world, _derived(last_alone(story), known, own, methods))
        for derived in more:
            if derived.id not in taken:
                taken.add(derived.id)
                found.append(derived)
    return tuple(found)


def _arranged(
    story: Case, known: Operation, world: World, edited: Iterator[Case]
) -> Iterator[Case]:
    """What is derived of a request that needs others before it: they are sent first, each time."""
    yield from drift(story, known, world)
    for derived in (*arranged(last_alone(story), known, world), *edited):
        yield behind_story(story, derived)


def _covers(template: str, path: str) -> bool:
    """Whether a request for a path may be meant for another: `/runs/{id}/log` for `/runs/{run}/{index}`."""
    theirs, own = template.rstrip("/").split("/"), path.rstrip("/").split("/")
    return len(theirs) == len(own) and all(
        t == o or "{" in t for t, o in zip(theirs, own, strict=True)
    )


def with_bases(world: World, cases: Sequence[Case]) -> World:
    """The world with the planned cases, and each operation's base among them."""
    subjects = dict.fromkeys(case.subject for case in cases)
    bases = {key: base for key in subjects if (base := _base(key, cases)) is not None}
    return msgspec.structs.replace(world, cases=cases, bases=bases)


def _base(subject: str, cases: Sequence[Case]) -> Case | None:
    """The operation's accepted request of one step that says most."""
    fitting = [
        c
        for c in cases
        if c.subject == subject
        and c.kind == "positive"
        and len(c.steps) == 1
        and c.steps[0].operation == subject
        and (not c.steps[0].status or min(c.steps[0].status) < 300)
    ]
    return max(fitting, key=lambda c: _size(c.steps[0].request), default=None)


def _size(template: RequestTemplate) -> int:
    return len(template.query) + _leaves(template.json)


def _leaves(node: Any) -> int:
    if isinstance(node, dict) and not is_reference(node):
        return sum(map(_leaves, node.values())) + 1
    return sum(map(_leaves, node)) + 1 if isinstance(node, list) else 1


def _derived(
    base: Case, known: Operation, edits: Sequence[Edit], methods: Collection[str]
) -> Iterator[Case]:
    """A case for each edit that the base's request has a place for."""
    step = base.steps[0]
    for edit in edits:
        operation = step.operation
        if edit.place == "method":
            if edit.value in _UNASKED or edit.value in methods:
                continue
            operation = f"{edit.value} {known.path}"
        request = apply(step.request, edit)
        if request is None or (request == step.request and edit.place != "method"):
            continue
        twist = Twist(scenario=edit.scenario, what=edit.what, where=edit.where, valid=edit.valid)
        changed = msgspec.structs.replace(
            step, operation=operation, request=request, status=(), twist=twist
        )
        yield msgspec.structs.replace(
            base,
            id=f"{known.operation_id or known.key}~{edit.slug}",
            kind=_kind(edit, known.method),
            steps=(changed,),
            origin=f"derived: {base.id} with {edit.what}"
            + ("" if edit.place in ("trim", "fill") else f" at {edit.where}"),
        )


def _kind(edit: Edit, method: str) -> CaseKind:
    """A whole request that the document allows is no edge; what is deleted by it is not known."""
    if edit.valid is False or edit.place == "method":
        return "negative"
    is_whole = edit.place in ("trim", "fill") or (edit.scenario == EXAMPLE and edit.place == "body")
    return "positive" if is_whole and method != "DELETE" else "boundary"

"""Cases that follow from the document: an accepted request of the spec file, changed in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Twist
from seamline.model.vocabulary import SAFE_METHODS
from seamline.openapi.derive.edit import Edit
from seamline.openapi.operation import Operation
from seamline.run.probe import World, probed
from seamline.spec.reference import is_reference

_UNASKED = SAFE_METHODS | {"CONNECT", "QUERY"}
"""Methods that frameworks answer by themselves, rightly, or that proxies keep for themselves."""


def with_derived(
    cases: Sequence[Case], edits: Mapping[str, Sequence[Edit]], world: World
) -> tuple[Case, ...]:
    """The cases, and behind the last one of each operation those derived for it."""
    methods: dict[str, set[str]] = {}
    for operation in world.operations.values():
        methods.setdefault(operation.path, set()).add(operation.method)
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
        if base is None or known is None:
            continue
        own = edits.get(case.subject, ())
        for derived in (
            *probed(base, known, world),
            *_derived(base, known, own, methods[known.path]),
        ):
            if derived.id not in taken:
                taken.add(derived.id)
                found.append(derived)
    return tuple(found)


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
            kind="negative" if edit.valid is False or edit.place == "method" else "boundary",
            steps=(changed,),
            origin=f"derived: {base.id} with {edit.what} at {edit.where}",
        )


def apply(template: RequestTemplate, edit: Edit) -> RequestTemplate | None:
    """The changed request; None where it has no such place to change, or nothing to take away."""
    if edit.place == "method":
        return template
    if edit.place == "raw":
        return msgspec.structs.replace(
            template, json=msgspec.UNSET, form=None, body=edit.value, media_type=edit.media or None
        )
    if edit.place == "body":
        return _in_body(template, edit)
    values: dict[str, Any] = dict(getattr(template, edit.place))
    name = str(edit.at[0]) if edit.at else ""
    if edit.value is msgspec.UNSET:
        if name not in values or edit.place == "path":
            return None
        del values[name]
    elif edit.place == "path" and edit.value in ("", ".", ".."):
        return None  # another path
    else:
        values |= {name: edit.value, **edit.beside}
    changed: RequestTemplate = msgspec.structs.replace(template, **{edit.place: values})
    return changed


def _in_body(template: RequestTemplate, edit: Edit) -> RequestTemplate | None:
    if template.json is msgspec.UNSET:
        return None
    if not edit.at:
        return msgspec.structs.replace(template, json=edit.value)
    changed = _put(template.json, edit.at, edit.value)
    return None if changed is None else msgspec.structs.replace(template, json=changed)


def _put(node: Any, way: Sequence[str | int], value: Any) -> Any:
    """A copy of `node` with the value at the way; None where the way leads nowhere."""
    step, rest = way[0], way[1:]
    copy: Any
    if isinstance(node, dict) and isinstance(step, str) and not is_reference(node):
        copy, there = dict(node), step in node
    elif isinstance(node, list) and isinstance(step, int):
        copy, there = list(node), 0 <= step < len(node)
    else:
        return None
    if not there and (rest or value is msgspec.UNSET or isinstance(node, list)):
        return None
    if rest:
        inner = _put(copy[step], rest, value)
        if inner is None:
            return None
        copy[step] = inner
    elif value is msgspec.UNSET:
        del copy[step]
    else:
        copy[step] = value
    return copy

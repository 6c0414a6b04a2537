"""Two requests that are sent at once, and what stands before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.vocabulary import SAFE_METHODS
from seamline.spec.reference import is_reference, references_in


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted request: `step`, behind the steps that it needs."""

    case: str
    step: Step
    arrange: tuple[Step, ...] = ()

    @property
    def operation(self) -> str:
        """What it is a request of."""
        return self.step.operation

    @property
    def is_safe(self) -> bool:
        """Whether its method only reads."""
        return self.operation.partition(" ")[0] in SAFE_METHODS


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two requests at once behind `arrange`; `what` says in words in which way they meet.

    `planned` is false where a request differs from the one planned, and may be none that is accepted.
    """

    arrange: tuple[Step, ...]
    first: Step
    second: Step
    what: str
    planned: bool = True

    @property
    def id(self) -> str:
        """The same from run to run."""
        return f"{self.first.operation} | {self.second.operation} | {self.what}"


def bases_of(cases: Sequence[Case]) -> list[Base]:
    """Each operation's accepted requests; of sequences those that operations have nowhere else."""
    found: dict[str, list[Base]] = {}
    for case in cases:
        if case.is_accepted and case.origin in ("spec", _MINIMAL):
            base = Base(case=case.id, step=case.steps[0])
            found.setdefault(base.operation, []).append(base)
    for case in cases:
        if case.kind not in ("positive", "sequence") or case.origin != "spec":
            continue
        for base in _within(case):
            found.setdefault(base.operation, []).append(base)
    return [base for bases in found.values() for base in bases]


_MINIMAL = "derived: the operation without anything optional"


def _within(case: Case) -> Iterator[Base]:
    """The requests of a sequence, each behind those before it that it refers to."""
    seen: set[str] = set()
    for number, step in enumerate(case.steps):
        if not is_accepted(step):
            break
        before = case.steps[:number]
        if step.operation not in seen and before and step.credentials == "valid":
            needed = _needed(step, before)
            if needed is None and step.operation == case.subject:
                needed = before  # it names by a value of its own what they have made
            if needed is not None:
                yield Base(case=case.id, step=step, arrange=needed)
        seen.add(step.operation)


def is_accepted(step: Step) -> bool:
    """Whether the system should take it."""
    return step.twist is None and bool(step.status) and max(step.status) < 300


def _needed(step: Step, before: Sequence[Step]) -> tuple[Step, ...] | None:
    """The steps that it refers to, directly or not; None where it refers to none of them."""
    wanted = _labels(step)
    kept: list[Step] = []
    for one in reversed(before):
        if one.label in wanted:
            wanted |= _labels(one)
            kept.insert(0, one)
    return tuple(kept) or None


def _labels(step: Step) -> set[str]:
    written = references_in(msgspec.structs.asdict(step.request))
    return {r.label.partition("@")[0] for r in written if r.kind == "from"}


def weight(base: Base) -> int:
    """How much a request says: its values, counted."""
    request = base.step.request
    parts: list[Any] = [request.path, request.query, request.headers]
    if request.json is not msgspec.UNSET:
        parts.append(request.json)
    return sum(map(_leaves, parts))


def _leaves(value: Any) -> int:
    if is_reference(value):
        return 1
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


def with_request(step: Step, **changes: Any) -> Step:
    """The step with a request that differs in these parts."""
    request: RequestTemplate = msgspec.structs.replace(step.request, **changes)
    return msgspec.structs.replace(step, request=request)


def behind(base: Base, other: Base) -> tuple[tuple[Step, ...], Step]:
    """The other base's step behind the first one's arranging steps, and what it still needs of its own.

    Steps that are the same but for their label are sent once, so that both mean the same rows.
    """
    arrange = list(base.arrange)
    renamed: dict[str, str] = {}
    for step in other.arrange:
        moved = _relabelled(step, renamed)
        same = next((s for s in base.arrange if _alike(s, moved)), None)
        if same is None:
            label = f"other-{step.label}"
            arrange.append(msgspec.structs.replace(moved, label=label))
            renamed[step.label] = label
        else:
            renamed[step.label] = same.label
    return tuple(arrange), _relabelled(other.step, renamed)


def _alike(one: Step, other: Step) -> bool:
    """Whether two steps make the same kind of thing for the same caller: the first one serves for both."""
    return (one.operation, one.identity) == (other.operation, other.identity)


def _relabelled(step: Step, renamed: dict[str, str]) -> Step:
    if not renamed:
        return step
    request = step.request
    parts = {n: _renamed(getattr(request, n), renamed) for n in ("path", "query", "headers")}
    body = request.json if request.json is msgspec.UNSET else _renamed(request.json, renamed)
    return with_request(step, **parts, json=body)


def _renamed(value: Any, renamed: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$from"} and isinstance(value["$from"], str):
            label, hash_, pointer = value["$from"].partition("#")
            own, at, rest = label.partition("@")
            return {"$from": renamed.get(own, own) + at + rest + hash_ + pointer}
        return {k: _renamed(v, renamed) for k, v in value.items()}
    return [_renamed(v, renamed) for v in value] if isinstance(value, list) else value

"""Somebody's accepted request for a thing of theirs, sent by another identity of the same role."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, NotCovered, Step, Twist
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.openapi.operation import Operation
from seamline.run.address import Address, addresses, named_in_body, way_to_owner
from seamline.run.probe.world import World, name_of, without_credentials

CHECK = "foreignObjectProtected"


def foreign(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """What each of the two sees in the list of such things, what is the first one's, then the theft.

    Lists tell whether such things belong to somebody at all: what all see there is shared.
    """
    address = _owned(base, known, world)
    own = without_credentials(base.steps[0])
    other = _fellow(own.identity, world)
    if address is None or other is None or not world.contexts[known.key].requires_auth:
        return
    listing = _listing(address, world)
    steps: list[Step] = []
    if listing is not None:
        steps.append(_as(listing, own.identity, "own list"))
        steps.append(_as(listing, other, "other's list"))
    if known.method in SAFE_METHODS:
        steps.append(_as(own, own.identity, "own"))
    twist = Twist(
        scenario=CHECK,
        what=f"a thing of {own.identity}'s",
        where=address.parameter,
    )
    steps.append(msgspec.structs.replace(_as(own, other, "other"), twist=twist))
    yield msgspec.structs.replace(
        base,
        id=name_of(known, f"of-{own.identity}"),
        kind="credentials",
        steps=tuple(steps),
        validations=None if base.validations is None else base.validations | {CHECK},
        origin=f"derived: {base.id} as {other}, who is not its owner",
    )


def foreign_not_covered(world: World) -> Iterator[NotCovered]:
    """Said once where nobody could be somebody else."""
    locked = [c for c in world.contexts.values() if c.requires_auth]
    if locked and not any(_fellow(identity, world) for identity in world.roles):
        yield NotCovered(
            subject=CHECK,
            reason="no two identities of one role whose rows are known: nothing is somebody else's",
            remedy="add a second identity of the same role to seamline.toml, each with its `row`",
        )


def _as(step: Step, identity: str, label: str) -> Step:
    return msgspec.structs.replace(step, identity=identity, label=label, status=(), twist=None)


def _owned(base: Case, known: Operation, world: World) -> Address | None:
    """The row that path or body name whose table leads to the identities' rows."""
    if world.catalog is None or known.key not in world.contexts:
        return None
    own, body = world.contexts[known.key], base.steps[0].request.json
    for address in (
        *addresses(known.path, world.contexts, world.catalog),
        *named_in_body(body, own, world.contexts, world.catalog),
    ):
        for people in dict.fromkeys(world.people.values()):
            if way_to_owner(address.table, people, world.catalog) is not None:
                return address
    return None


def _fellow(identity: str, world: World) -> str | None:
    """Another identity of the same role, both of whose rows are known."""
    role = world.roles.get(identity)
    if identity == ANONYMOUS or identity not in world.people or role is None:
        return None
    others = (
        n for n, r in world.roles.items() if r == role and n != identity and n in world.people
    )
    return next(others, None)


def _listing(address: Address, world: World) -> Step | None:
    """The request for all such things, with nothing that narrows it."""
    key = f"GET {address.collection}"
    base, known = world.bases.get(key), world.operations.get(key)
    if base is None or known is None:
        return None
    step = without_credentials(base.steps[0])
    needed = {p.name for p in known.parameters if p.place == "query" and p.required}
    query = {n: v for n, v in step.request.query.items() if n in needed}
    request = msgspec.structs.replace(step.request, query=query)
    return msgspec.structs.replace(step, request=request)

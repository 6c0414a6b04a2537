"""An operation's accepted request, sent by an identity of each other role."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, NotCovered, Twist
from seamline.model.vocabulary import ANONYMOUS
from seamline.openapi.operation import Operation
from seamline.run.access import doubts
from seamline.run.probe.world import World, name_of, without_credentials

CHECK = "roleMatrix"
MAY, MAY_NOT = "may", "may not"


def roles(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """One case per role but the base's own. Who sends no credentials is authRequired's."""
    context = world.contexts.get(known.key)
    if context is None or context.access is None or ANONYMOUS in context.access:
        return
    own = without_credentials(base.steps[0])
    done = {_role(own.identity, world)}
    for identity in world.roles:
        role = _role(identity, world)
        if role in done or own.identity == ANONYMOUS:
            continue
        done.add(role)
        may = role in context.access or identity in context.access
        twist = Twist(scenario=CHECK, what=f"sent by the role {role}", where=role)
        step = msgspec.structs.replace(own, identity=identity, status=(), twist=twist)
        yield msgspec.structs.replace(
            base,
            id=name_of(known, f"as-{identity}"),
            kind="credentials",
            steps=(step,),
            validations=None if base.validations is None else base.validations | {CHECK},
            origin=f"derived: {base.id} as {identity}, who {MAY if may else MAY_NOT}",
        )


def roles_not_covered(world: World) -> Iterator[NotCovered]:
    """What was learnt of who may, and looks wrong."""
    for operation, doubt in doubts(world.operations, world.contexts).items():
        yield NotCovered(
            subject=operation,
            reason=f"{CHECK}: nobody has reviewed who may, and what was learnt looks wrong: {doubt}",
            remedy=f"review `access` of {operation}, then take `learned` out",
        )


def _role(identity: str, world: World) -> str:
    return world.roles.get(identity) or identity

"""Log in, use it, log out, and use it again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, NotCovered, RequestTemplate, Twist
from seamline.model.vocabulary import ANONYMOUS
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, name_of, without_credentials

CHECK = "loggedOutTokenRefused"
_LOGOUT = re.compile(
    r"(?:^|-)(?:(?:log|sign)-?(?:out|off)|revoke-(?:token|session)|end-session)(?:-|$)"
)
_BETWEEN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def logged_out(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """With a login for this case alone, so that the one of all other cases lives on."""
    if not _is_logout(known) or not _names_nothing(base.steps[0].request):
        return
    identity = base.steps[0].identity
    reading = world.readings.get(identity)
    if identity not in world.logins or reading is None:
        return
    fresh = {"credentials": "fresh", "twist": None}
    use = msgspec.structs.replace(
        without_credentials(reading.steps[0]), label="use", identity=identity, **fresh
    )
    out = msgspec.structs.replace(without_credentials(base.steps[0]), label="logout", **fresh)
    twist = Twist(scenario=CHECK, what=f"what {known.key} ended", where=known.key)
    again = msgspec.structs.replace(use, label="again", status=(), twist=twist)
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "then-use"),
        kind="sequence",
        steps=(use, out, again),
        validations=None if base.validations is None else base.validations | {CHECK},
        origin=f"derived: {base.id} with a login of its own, which is used before and after",
    )


def logged_out_not_covered(world: World) -> Iterator[NotCovered]:
    """Where an operation logs out and nobody can be logged in for it alone."""
    for key, base in world.bases.items():
        known, identity = world.operations.get(key), base.steps[0].identity
        if known is None or not _is_logout(known) or identity == ANONYMOUS:
            continue
        reading = world.readings.get(identity)
        why = "" if identity in world.logins else f"{identity} does not log in by a request"
        if not why and reading is None:
            why = f"no accepted GET of {identity}'s that needs credentials"
        if not why and not _names_nothing(base.steps[0].request):
            why = "its request names what to end, which is not the login of the case"
        if why:
            yield NotCovered(subject=key, reason=f"{CHECK}: {why}")


def _is_logout(known: Operation) -> bool:
    words = [w for w in known.path.split("/") if w and not w.startswith("{")]
    named = (words[-1] if words else "", known.operation_id)
    return known.method in ("POST", "DELETE") and any(
        _LOGOUT.search(_BETWEEN.sub("-", n).lower()) for n in named
    )


def _names_nothing(request: RequestTemplate) -> bool:
    """A token in its body or path would be what it ends, and not the one that it is sent with."""
    bodies = (request.form, request.body)
    return not request.path and bodies == (None, None) and request.json in (msgspec.UNSET, {}, None)

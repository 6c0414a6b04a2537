"""Requests with forged tokens, for one operation of each kind that may have a guard of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, NotCovered, Step, Twist
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, name_of, without_credentials
from seamline.system.token import CLAIM, FORGED, RESIGNED, SECRET_NEEDED, WHAT

CHECK = "forgedTokenRefused"
Group = tuple[str, bool, tuple[tuple[str, ...], ...]]


def forged(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Per kind of forgery: garbage (is it a lock at all?), a sound token (signed anew where the forgery
    is, to see whether the key is the right one), then the forged one."""
    if not _is_locked(known.key, world) or not _stands_for_its_group(known, world):
        return
    own = without_credentials(base.steps[0])
    claims = world.claims[own.identity]
    for kind in FORGED:
        signs = kind in SECRET_NEEDED
        if (signs and not world.signs) or (kind in CLAIM and CLAIM[kind] not in claims):
            continue
        proof = without_credentials(world.readings.get(own.identity, base).steps[0])
        twist = Twist(scenario=CHECK, what=WHAT[kind], where=kind)
        steps = (
            _with(own, "malformed", "garbage"),
            _with(proof, RESIGNED if signs else "valid", "sound"),
            msgspec.structs.replace(_with(own, kind, "forged"), twist=twist),
        )
        yield msgspec.structs.replace(
            base,
            id=name_of(known, kind.replace("_", "-")),
            kind="credentials",
            steps=steps,
            validations=None if base.validations is None else base.validations | {CHECK},
            origin=f"derived: {base.id} with {WHAT[kind]}",
        )


def forged_not_covered(world: World) -> Iterator[NotCovered]:
    """Why tokens are not forged, or not in every way: said once."""
    locked = [key for key in world.bases if _needs_credentials(key, world)]
    if not locked:
        return
    senders = {world.bases[key].steps[0].identity for key in locked}
    if not senders & world.claims.keys():
        yield NotCovered(
            subject=CHECK,
            reason="no identity brings a JSON Web Token: none can be forged",
        )
    elif not world.signs:
        yield NotCovered(
            subject=CHECK,
            reason="tokens that are expired, not valid yet or for another audience are not forged: "
            + (world.no_signing or "the secret that signs them is not known"),
            remedy="give [tokens] secret and algorithm in seamline.toml",
        )


def _with(step: Step, credentials: str, label: str) -> Step:
    return msgspec.structs.replace(
        step, credentials=credentials, label=label, status=(), twist=None
    )


def _needs_credentials(key: str, world: World) -> bool:
    context = world.contexts.get(key)
    base = world.bases.get(key)
    if context is None or base is None or CHECK not in context.validations:
        return False
    return context.requires_auth and base.steps[0].identity != ANONYMOUS


def _is_locked(key: str, world: World) -> bool:
    return _needs_credentials(key, world) and world.bases[key].steps[0].identity in world.claims


def _stands_for_its_group(known: Operation, world: World) -> bool:
    """Whether it is the first of the operations that one guard is likely to stand before.

    A check that was forgotten is forgotten in a router or in a way of asking for credentials, and
    rarely in one function: so one of those that read and one of those that write, per first word of
    the path and per security.
    """
    fellows = (k for k, o in world.operations.items() if _group(o) == _group(known))
    return next((k for k in fellows if _is_locked(k, world)), None) == known.key


def _group(known: Operation) -> Group:
    words = [w for w in known.path.split("/") if w and not w.startswith("{")]
    versionless = [w for w in words if not (w[0] == "v" and w[1:].isdecimal()) and w != "api"]
    return (versionless or [""])[0], known.method in SAFE_METHODS, known.security

"""What probes may know: everything that stands before the first request is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from seamline.checks import Context
from seamline.model.case import Case, Twist
from seamline.model.catalog import Catalog
from seamline.model.vocabulary import CaseKind
from seamline.openapi.operation import Operation


class World(msgspec.Struct, frozen=True, kw_only=True):
    """The operations of the document, what is known of each, who may call, and all planned cases.

    `bases` holds each operation's accepted request that says most; `roles` maps the toml's identities,
    in its order, to their roles; `rows` names those whose row in the database is known.
    """

    operations: Mapping[str, Operation]
    contexts: Mapping[str, Context] = {}
    cases: Sequence[Case] = ()
    bases: Mapping[str, Case] = {}
    catalog: Catalog | None = None
    roles: Mapping[str, str | None] = {}
    rows: frozenset[str] = frozenset()
    has_token_secret: bool = False


Probe = Callable[[Case, Operation, World], Iterator[Case]]


def name_of(known: Operation, slug: str) -> str:
    """The id of a derived case: `createOrder~twice`."""
    return f"{known.operation_id or known.key}~{slug}"


def behind(
    base: Case,
    known: Operation,
    *,
    slug: str,
    what: str,
    where: str,
    kind: CaseKind = "sequence",
    origin: str = "",
    valid: bool | None = None,
) -> Case:
    """The base's request sent twice, the second one with a twist of that scenario (`slug`).

    A probe changes the second step to what it wants to know.
    """
    first = msgspec.structs.replace(base.steps[0], label="first")
    twist = Twist(scenario=slug, what=what, where=where, valid=valid)
    second = msgspec.structs.replace(first, label="second", status=(), twist=twist)
    return msgspec.structs.replace(
        base,
        id=name_of(known, slug),
        kind=kind,
        steps=(first, second),
        origin=origin or f"derived: {base.id}, then {what}",
    )


def alone(
    base: Case,
    known: Operation,
    *,
    slug: str,
    what: str,
    where: str,
    kind: CaseKind,
    valid: bool | None = None,
) -> Case:
    """The base's request with a twist of that scenario (`slug`), nothing else changed of it yet."""
    twist = Twist(scenario=slug, what=what, where=where, valid=valid)
    step = msgspec.structs.replace(base.steps[0], status=(), twist=twist)
    return msgspec.structs.replace(
        base,
        id=name_of(known, slug),
        kind=kind,
        steps=(step,),
        origin=f"derived: {base.id} with {what} at {where}",
    )

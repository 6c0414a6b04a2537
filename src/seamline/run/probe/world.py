"""What probes may know: everything that stands before the first request is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from seamline.checks import Context
from seamline.model.case import Case, Step, Twist
from seamline.model.catalog import Catalog
from seamline.model.vocabulary import CaseKind
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.text.redact import carries_credentials


class World(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The operations of the document, what is known of each, who may call, and all planned cases.

    `bases` holds each operation's accepted request that says most; `roles` maps the toml's identities,
    in its order, to their roles; `rows` names those whose row in the database is known, `people` the
    table that it stands in, `logins` those that log in by a request. `claims` are the names of the
    claims of those whose credentials are a token (JWT); `signs` says whether such tokens can be signed,
    else `no_signing` may say why not.
    """

    operations: Mapping[str, Operation]
    contexts: Mapping[str, Context] = {}
    cases: Sequence[Case] = ()
    bases: Mapping[str, Case] = {}
    catalog: Catalog | None = None
    document: Document | None = None
    roles: Mapping[str, str | None] = {}
    rows: frozenset[str] = frozenset()
    people: Mapping[str, str] = {}
    logins: frozenset[str] = frozenset()
    claims: Mapping[str, frozenset[str]] = {}
    signs: bool = False
    no_signing: str = ""

    @cached_property
    def readings(self) -> Mapping[str, Case]:
        """Per identity the first accepted request of a safe method that needs credentials."""
        found: dict[str, Case] = {}
        for key, base in self.bases.items():
            context = self.contexts.get(key)
            if key.partition(" ")[0] == "GET" and context is not None and context.requires_auth:
                found.setdefault(base.steps[0].identity, base)
        return found


Probe = Callable[[Case, Operation, World], Iterator[Case]]


def name_of(known: Operation, slug: str) -> str:
    """The id of a derived case: `createOrder~twice`."""
    return f"{known.operation_id or known.key}~{slug}"


def without_credentials(step: Step) -> Step:
    """The step without what its request itself carries: who sends it says only the identity."""
    request = step.request
    headers = {n: v for n, v in request.headers.items() if not carries_credentials(n)}
    query = {n: v for n, v in request.query.items() if not carries_credentials(n)}
    request = msgspec.structs.replace(request, headers=headers, query=query)
    return msgspec.structs.replace(step, request=request)


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

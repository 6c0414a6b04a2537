"""What looks wrong in what was learnt of who may call which operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seamline.checks import Context
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.openapi.operation import Operation

_OPEN = re.compile(
    r"log_?-?(in|on|out)|sign_?-?(in|up|out)|register|registration|token|auth|oauth|session|refresh"
    r"|password|verif|confirm|activat|invit|webhook|callback|contact|subscri|feedback|health",
    re.IGNORECASE,
)
"""What strangers are meant to send."""
_FEWEST = 2
"""So many neighbours must agree before one that differs is odd."""


def doubts(operations: Mapping[str, Operation], contexts: Mapping[str, Context]) -> dict[str, str]:
    """Per operation whose access was learnt what looks wrong in it, in words."""
    learned = {
        key: context.access
        for key in operations
        if (context := contexts.get(key)) is not None
        and context.access_from == "learned"
        and context.access is not None
    }
    return doubts_of(operations, learned)


def doubts_of(
    operations: Mapping[str, Operation], learned: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """The same of roles by operation."""
    found: dict[str, str] = {}
    is_guarded = any(o.secured for o in operations.values()) or any(
        ANONYMOUS not in roles for roles in learned.values()
    )
    for key, roles in learned.items():
        # Where nothing asks who is calling, an open door is no odd one out.
        strange = _stranger(operations[key], roles) if is_guarded else ()
        said = [*strange, *_odd(key, operations, learned)]
        if said:
            found[key] = "; ".join(said)
    return found


def _stranger(operation: Operation, roles: frozenset[str]) -> Iterator[str]:
    writes = operation.method not in SAFE_METHODS
    if ANONYMOUS in roles and writes and not _OPEN.search(operation.key + operation.operation_id):
        yield "anonymous may write"


def _odd(
    key: str, operations: Mapping[str, Operation], learned: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """Roles that may call this one and none of its neighbours."""
    own = operations[key]
    around = [
        roles
        for other, roles in learned.items()
        if other != key and _are_neighbours(own, operations[other]) and ANONYMOUS not in roles
    ]
    if len(around) < _FEWEST or ANONYMOUS in learned[key]:
        return
    for role in sorted(learned[key]):
        if not any(role in roles for roles in around):
            yield f"{role} may, and calls none of the {len(around)} operations beside it"


def _are_neighbours(one: Operation, other: Operation) -> bool:
    """Under one path or tag, and both reading or both writing."""
    if (one.method in SAFE_METHODS) != (other.method in SAFE_METHODS):
        return False
    if one.tags and other.tags:
        return one.tags[0] == other.tags[0]
    return _place(one) == _place(other)


def _place(operation: Operation) -> list[str]:
    words = [w for w in operation.path.split("/") if w]
    fixed = [w for w in words if not w.startswith("{")]
    return fixed[:1] if not fixed or not re.fullmatch(r"api|v\d+", fixed[0]) else fixed[:2]

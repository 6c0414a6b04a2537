"""What is wrong with a document itself, as far as that is no question of taste."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from seamline.openapi.document import Document
from seamline.openapi.fault.examples import misfits
from seamline.openapi.fault.fault import Fault
from seamline.openapi.fault.references import dangling
from seamline.openapi.fault.schemas import unsound
from seamline.openapi.fault.structure import structure
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas

__all__ = ["MOST_OF_A_KIND", "Fault", "faults"]

MOST_OF_A_KIND = 20
"""So many faults of one kind are told one by one; the rest is counted."""
_MOST = 5_000


def faults(
    document: Document, operations: Mapping[str, Operation], answers: BodySchemas
) -> Iterator[Fault]:
    """Every fault once, in the order of the document; `answers` are its schemas as answers see them."""
    found = itertools.chain(
        dangling(document),
        structure(document, operations),
        unsound(document, operations, answers.mapped),
        misfits(document, operations, answers),
    )
    counts: Counter[str] = Counter()
    for fault in itertools.islice(found, _MOST):
        counts[fault.kind] += 1
        if counts[fault.kind] <= MOST_OF_A_KIND:
            yield fault
    for kind, number in counts.items():
        if number > MOST_OF_A_KIND:
            more = number - MOST_OF_A_KIND
            yield Fault(kind=kind, pointer="…", says=f"{more} more of this kind: {kind}")

"""From a document to the changes of requests that its operations are tried with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seamline.openapi.derive.coverage import Sample, samples
from seamline.openapi.derive.edges import edges
from seamline.openapi.derive.edit import Edit
from seamline.openapi.derive.judged import Judge
from seamline.openapi.derive.probe import probes
from seamline.openapi.derive.ranges import ranges
from seamline.openapi.derive.whole import wholes
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas

VERSION = 4
"""Raised when other edits come out of the same document: what was kept of it is then made anew."""


def derive(document: Document, operations: Mapping[str, Operation]) -> dict[str, tuple[Edit, ...]]:
    """Per operation its edits, in an order that does not change. Raises `NotInstalled`."""
    judge = Judge(BodySchemas(document, "request"))
    found: dict[str, tuple[Edit, ...]] = {}
    made_up = dict(samples(document))
    for key, operation in operations.items():
        sample = made_up.get(key) or _nothing(operation)
        made = (
            *wholes(document, operation, sample),
            *sample.edits,
            *probes(operation, sample),
            *ranges(operation),
            *edges(document, operation, sample),
        )
        found[key] = _distinct(judge.judged(operation, sample, edit) for edit in made)
    return found


def _nothing(operation: Operation) -> Sample:
    """For an operation that the generator cannot read: its own schemas say something all the same."""
    media = next((m for m in operation.bodies if "json" in m), next(iter(operation.bodies), ""))
    return Sample(media=media)


def _distinct(edits: Iterable[Edit | None]) -> tuple[Edit, ...]:
    """Each change once, under the name that it got first."""
    known: dict[bytes, Edit] = {}
    names: set[str] = set()
    for edit in edits:
        if edit is not None and edit.slug not in names:
            names.add(known.setdefault(edit.sends, edit).slug)
    return tuple(known.values())

"""From a document to the changes of requests that its operations are tried with."""

from __future__ import annotations

from collections.abc import Mapping

from seamline.openapi.derive.coverage import samples
from seamline.openapi.derive.edit import Edit
from seamline.openapi.derive.judged import Judge
from seamline.openapi.derive.probe import probes
from seamline.openapi.derive.ranges import ranges
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas

VERSION = 2
"""Raised when other edits come out of the same document: what was kept of it is then made anew."""


def derive(document: Document, operations: Mapping[str, Operation]) -> dict[str, tuple[Edit, ...]]:
    """Per operation its edits, in an order that does not change. Raises `NotInstalled`."""
    judge = Judge(BodySchemas(document, "request"))
    found: dict[str, tuple[Edit, ...]] = {}
    for key, sample in samples(document):
        operation = operations.get(key)
        if operation is None:
            continue
        edits: dict[str, Edit] = {}
        for edit in (*sample.edits, *probes(operation, sample), *ranges(operation)):
            judged = judge.judged(operation, sample, edit)
            if judged is not None:
                edits.setdefault(judged.slug, judged)
        found[key] = tuple(edits.values())
    return found

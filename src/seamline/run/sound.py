"""The faults of the OpenAPI document as findings: `documentSound`."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.model.finding import Finding
from seamline.openapi.document import Document
from seamline.openapi.fault import faults
from seamline.openapi.validate import BodySchemas
from seamline.run.rules import Judging

SUBJECT = "the document"
_WHY = (
    "What a document refers to exists, its names are told apart, its schemas are schemas, and its examples"
    " fit them. Source: the OpenAPI Specification."
)


def document_findings(document: Document, judged: Judging) -> Iterator[Finding]:
    """Each fault once. What stands in a file is no chance: reading it again gives the same."""
    for fault in faults(document, judged.operations, judged.schemas or BodySchemas(document)):
        yield Finding(
            check="documentSound",
            severity="info" if fault.is_minor else "warning",
            subject=SUBJECT,
            title=fault.says,
            expected="a document that says what the system does, and nothing that it does not hold",
            actual=f"{document.source}{fault.pointer}",
            detail=f"{fault.kind} {fault.pointer}",
            why=_WHY,
            verdict="confirmed",
        )

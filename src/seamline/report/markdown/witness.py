"""The schedule that shows a finding, in two columns."""

from __future__ import annotations

from seamline.model.schedule import Witness
from seamline.report.markdown.escape import code, fence, prose
from seamline.report.markdown.page import Document
from seamline.report.schedule import endings, statement


def write_witness(doc: Document, witness: Witness) -> None:
    """The schedule that shows a finding, in two columns, and the orders it is held against."""
    for name, request in (("A", witness.first), ("B", witness.second)):
        doc.block(f"Request {name}:")
        doc.block(fence(request, "sh"))
    doc.block("The statements in the order in which they ran:")
    rows = [
        (code(statement(t)), "") if t.side == "A" else ("", code(statement(t)))
        for t in witness.turns
    ]
    doc.table(["A", "B"], rows)
    for order, told in endings(witness):
        doc.block(f"{order}:")
        doc.bullets(f"{label or 'and'}: {prose(text, 400)}" for label, text in told)

"""The edits of a document, kept beside the project: making them anew takes seconds, reading them none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from seamline.model.case import NotCovered
from seamline.openapi.derive.coverage import NotInstalled
from seamline.openapi.derive.derive import VERSION, derive
from seamline.openapi.derive.edit import Edit
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.workflow.keep import keep as keep_file

KEPT = Path(".seamline") / "derived.json"
_MEANS_NOTHING = ("info", "servers", "tags", "externalDocs")
"""Parts of a document that differ from start to start, or say nothing of requests."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    digest: str
    edits: dict[str, tuple[Edit, ...]]


def edits_of(
    folder: Path, document: Document, operations: Mapping[str, Operation], *, keep: bool = True
) -> tuple[Mapping[str, tuple[Edit, ...]], tuple[NotCovered, ...]]:
    """Per operation its edits, and what cannot be derived; kept in the `folder` of the spec files.

    `keep=False` reads what is kept there and writes nothing.
    """
    path = folder / KEPT
    digest = _digest(document)
    kept = _read(path)
    if kept is not None and kept.digest == digest:
        return kept.edits, ()
    try:
        edits = derive(document, operations)
    except NotInstalled:
        item = NotCovered(
            subject="derived cases",
            reason="boundary values and invalid input are not sent: schemathesis is not installed",
            remedy="pip install 'seamline[derive]'",
        )
        return {}, (item,)
    if keep:
        keep_file(path, msgspec.json.encode(_Kept(digest=digest, edits=edits)))
    return edits, ()


def _digest(document: Document) -> str:
    said = {k: v for k, v in document.raw.items() if k not in _MEANS_NOTHING}
    try:
        maker = version("schemathesis")
    except PackageNotFoundError:
        maker = ""
    text = msgspec.json.encode([VERSION, maker, document.version, said], order="deterministic")
    return hashlib.sha256(text).hexdigest()


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None

"""What a document's error answers have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.plain import plain
from seamline.text.pointer import ABSENT, at_pointer

_SHARE = 0.8
_STATUSES = 3
"""A shape of one or two statuses only is that of a framework's own answers, not of the system."""


class ErrorShape(msgspec.Struct, frozen=True, kw_only=True):
    """The media type and the required properties of nearly all documented error answers."""

    media: str
    required: frozenset[str]


def error_shape(document: Document, operations: Iterable[Operation]) -> ErrorShape | None:
    """The shape of four in five error answers that have a schema; None where they share none."""
    found = list(_errors(document, operations))
    media = Counter(m for _, m, _ in found).most_common(1)
    if not media or media[0][1] < len(found) * _SHARE:
        return None
    statuses: dict[str, set[str]] = {}
    names: Counter[str] = Counter()
    for status, _, required in found:
        for name in required:
            names[name] += 1
            statuses.setdefault(name, set()).add(status)
    common = frozenset(
        n for n, c in names.items() if c >= len(found) * _SHARE and len(statuses[n]) >= _STATUSES
    )
    return ErrorShape(media=media[0][0], required=common) if common else None


def _errors(
    document: Document, operations: Iterable[Operation]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    for operation in operations:
        for status, answer in operation.answers.items():
            if status[:1] not in ("4", "5"):
                continue
            for media, pointer in answer.media.items():
                node = at_pointer(document.raw, pointer) if pointer is not None else ABSENT
                if node is not ABSENT and "json" in media:
                    required = plain(document, node).get("required") or ()
                    yield status, media.partition(";")[0], frozenset(map(str, required))

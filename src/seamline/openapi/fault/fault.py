"""One fault of a document."""

from __future__ import annotations

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is a slug, `pointer` where it stands, `says` what is wrong.

    `is_minor` where everybody reads the document rightly all the same.
    """

    kind: str
    pointer: str
    says: str
    is_minor: bool = False

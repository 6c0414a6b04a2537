"""Types of the texts that the files share: methods, operations, pointers, names of checks.

Each carries its rule twice: as a pattern, which the decoder enforces, and as words, which messages use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec

from seamline.model.vocabulary import API_CHECKS, METHODS

_END = (
    r"(?![\s\S])"  # the end of the text in every dialect; Python's `$` stops before a last newline
)


def one_of(words: Sequence[str], *, also: Sequence[str] = ()) -> msgspec.Meta:
    """Text that is one of `words`; those of `also` are accepted but not advertised."""
    accepted = [*words, *also]
    return msgspec.Meta(
        pattern=f"^({'|'.join(map(re.escape, accepted))}){_END}",
        extra={"words": tuple(words)},
        extra_json_schema={"enum": accepted},
    )


def must(say: str, pattern: str) -> msgspec.Meta:
    """Text that matches `pattern`, which `say` puts in words: `start with '/'`."""
    return msgspec.Meta(pattern=pattern, extra={"must": f"must {say}"})


_ANY_METHOD = "|".join(METHODS)

Method = Annotated[str, one_of(METHODS, also=[m.lower() for m in METHODS])]
Operation = Annotated[
    str, must("be a method and a path such as 'GET /orders/{id}'", f"^({_ANY_METHOD}) /")
]
Endpoint = Annotated[str, must("start with '/'", "^/")]
Pointer = Annotated[
    str, must("be a JSON Pointer such as '#/id' ('#' is the whole)", f"^#(/([^~]|~[01])*)?{_END}")
]
ColumnName = Annotated[
    str, must("name a table and a column such as 'orders.id'", rf"^[^.]+(\.[^.]+){{1,2}}{_END}")
]
Name = Annotated[str, must("not be empty", r"^[\s\S]")]
ApiCheck = Annotated[str, one_of(API_CHECKS)]
Status = Annotated[int, msgspec.Meta(ge=100, le=599, extra={"must": "must be from 100 to 599"})]
Share = Annotated[float, msgspec.Meta(ge=0, le=1, extra={"must": "must be from 0 to 1"})]
Count = Annotated[int, msgspec.Meta(ge=0, extra={"must": "must not be negative"})]
Positive = Annotated[float, msgspec.Meta(gt=0, extra={"must": "must be more than 0"})]

Scalar = str | int | float | bool | None
"""A value of one column as a file writes it."""

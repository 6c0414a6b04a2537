"""Parameters are text: what a value of one can be read as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def readings(value: Any) -> Iterator[Any]:
    """The value, and each other one that a server may take it for."""
    yield value
    if isinstance(value, list):
        yield ",".join(map(str, value))
        yield [next(reversed(list(readings(v)))) for v in value]
        if value:  # a server that takes the last, or the first, of several
            yield from readings(value[0])
            yield from readings(value[-1])
    elif isinstance(value, str):
        yield [value]
        yield value.split(",")
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return
        yield found
        yield [found]
        if isinstance(found, bool | int) or found is None:
            yield str(found)
        if isinstance(found, int) and found in (0, 1):
            yield bool(found)

"""The headers of an answer against the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.openapi.operation import Header
from seamline.openapi.validate import BodySchemas, SchemaProblem


def _applies(x: Exchange, context: Context) -> bool:
    if x.response is None or context.operation is None:
        return False
    answer = context.operation.answer_for(x.status)
    return answer is not None and bool(answer.headers)


@check(source="the OpenAPI document", applies=_applies)
def documented_headers(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The headers that the document promises for this status are there and fit their schemas."""
    assert x.response is not None and context.operation is not None
    answer = context.operation.answer_for(x.status)
    for header in answer.headers if answer is not None else ():
        values = [v for n, v in x.response.headers if n == header.name.lower()]
        if not values and header.required:
            yield Fault(
                title=f"{x.status} answer without its header {header.name}",
                expected=f"{header.name}, which the document requires",
                actual="no such header",
                detail=f"{x.status} {header.name.lower()}",
            )
        elif values and context.schemas is not None:
            yield from _fits(x.status, header, ", ".join(values), context.schemas)


def _fits(
    status: int, header: Header, value: str, schemas: BodySchemas
) -> Iterator[Fault | Abstain]:
    if header.pointer is None:
        return
    try:
        found = [schemas.violations(header.pointer, reading) for reading in _readings(value)]
    except SchemaProblem as problem:
        yield Abstain(str(problem))
        return
    if all(found):
        yield Fault(
            title=f"the header {header.name} breaks its schema",
            expected=f"the schema of {header.name} at {status}",
            actual=f"{value[:200]!r}: {found[0][0].message}",
            detail=f"{status} {header.name.lower()} schema",
        )


def _readings(value: str) -> Iterator[Any]:
    """A header is text: whatever it can be read as counts (OpenAPI's style `simple`)."""
    yield value
    parts = [p.strip() for p in value.split(",")]
    yield parts
    read = [_read(p) for p in parts]
    yield from (*(read if len(read) == 1 else ()), read)


def _read(part: str) -> Any:
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return part

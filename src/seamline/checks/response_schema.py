"""The body of an answer against the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.content_type import is_redirect_note
from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import NOT_JSON, Exchange, Response
from seamline.openapi.operation import Answer
from seamline.openapi.validate import SchemaProblem

_INDEX = re.compile(r"/(?:\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-f]{24,})(?=/|$)")
"""Steps of a pointer that differ from run to run: positions, and ids as keys."""


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.response is not None
        and x.request.method != "HEAD"
        and x.status not in (204, 205, 304)
        and not is_redirect_note(x, context)
        and context.operation is not None
    )


@check(source="the OpenAPI document", applies=_applies)
def response_schema(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The answer's body keeps to the schema that the document gives for this status and media type."""
    assert x.response is not None and context.operation is not None
    answer = context.operation.answer_for(x.status)
    if answer is None:
        yield Abstain(f"the document does not name status {x.status}")
        return
    pointer = _schema_for(x.response, answer)
    if pointer is None or context.schemas is None:
        yield Abstain("the document gives no schema for this status and media type")
        return
    if x.response.cut:
        yield Abstain("the body is longer than [limits] body_bytes")
        return
    body = x.response.json if x.response.body else None
    if body is NOT_JSON:
        yield Abstain("the body is not JSON")
        return
    try:
        violations = context.schemas.violations(pointer, body)
    except SchemaProblem as problem:
        yield Abstain(str(problem))
        return
    if violations and not x.response.body:
        yield Fault(
            title=f"{x.status} answer without a body",
            expected=f"the schema of {context.operation.key} {x.status}",
            actual="no body",
            detail=f"{x.status} no body",
        )
        return
    if violations and context.schemas.fits_several(pointer, body):
        yield Fault(
            title=f"{x.status} answer fits several alternatives of a oneOf",
            expected=f"exactly one of them, by the schema of {context.operation.key} {x.status}",
            actual=violations[0].message,
            detail=f"{x.status} several",
            severity="warning",
        )
        return
    seen = set()
    for violation in violations:
        where = _INDEX.sub("/*", violation.pointer)
        if where in seen:  # the next item of a list, most likely with the same fault
            continue
        seen.add(where)
        yield Fault(
            title=f"{x.status} answer breaks its schema at {violation.pointer}",
            expected=f"the schema of {context.operation.key} {x.status}",
            actual=violation.message,
            detail=f"{x.status} {where}",
        )


def _schema_for(response: Response, answer: Answer) -> str | None:
    """The pointer of the schema, or None where there is none or the document leaves open which."""
    if not response.body and 200 <= response.status < 300 and len(answer.media) == 1:
        # Nothing came where one JSON schema is promised: it is held against the schema as null, so
        # that one which accepts anything accepts nothing as well.
        (name,) = answer.media
        return answer.media[name] if "json" in name else None
    names = answer.covering(response.header("content-type"))
    return answer.media[names[0]] if len(names) == 1 and "json" in response.media_type else None

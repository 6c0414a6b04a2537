"""The body of an answer against the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.openapi.validate import SchemaProblem

_INDEX = re.compile(r"/\d+(?=/|$)")


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.response is not None
        and x.request.method != "HEAD"
        and x.status not in (204, 304)
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
    pointer = _schema_for(x.response.media_type, answer.media)
    if pointer is None or context.schemas is None:
        yield Abstain("the document gives no schema for this status and media type")
        return
    if x.response.cut:
        yield Abstain("the body is longer than [limits] body_bytes")
        return
    if x.response.json is NOT_JSON:
        yield Abstain("the body is not JSON")
        return
    try:
        violations = context.schemas.violations(pointer, x.response.json)
    except SchemaProblem as problem:
        yield Abstain(str(problem))
        return
    for violation in violations:
        where = _INDEX.sub("/*", violation.pointer)
        yield Fault(
            title=f"{x.status} answer breaks its schema at {violation.pointer}",
            expected=f"the schema of {context.operation.key} {x.status}",
            actual=violation.message,
            detail=f"{x.status} {where}",
        )


def _schema_for(media_type: str, media: dict[str, str | None]) -> str | None:
    if "json" not in media_type:
        return None
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in media:
            return media[name]
    bare = {n.partition(";")[0].strip(): p for n, p in media.items()}
    return bare.get(media_type)

"""The media type of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import NOT_JSON, Exchange


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.response is not None
        and bool(x.response.body)
        and context.operation is not None
        and not is_redirect_note(x, context)
    )


def is_redirect_note(x: Exchange, context: Context) -> bool:
    """Whether the body is a redirect's short note (RFC 9110, 15.4), which `default` is not about."""
    operation = context.operation
    return 300 <= x.status < 400 and operation is not None and not operation.documents(x.status)


@check(source="the OpenAPI document; RFC 9110, 8.3", applies=_applies)
def content_type(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The answer's media type is one that the document names for this status, and true of the body."""
    assert x.response is not None and context.operation is not None
    response = x.response
    if response.is_json and not response.cut and response.json is NOT_JSON:
        yield Fault(
            title="says it is JSON and is not",
            expected=f"a JSON document, as Content-Type {response.media_type} says",
            actual=response.body[:120].decode("utf-8", "replace"),
            detail="body",
        )
    answer = context.operation.answer_for(x.status)
    if answer is None:
        yield Abstain(f"the document does not name status {x.status}")
    elif not answer.media:
        yield Abstain("the document names no media type for this status")
    elif not answer.covering(response.header("content-type")):
        yield Fault(
            title=f"{x.status} sent as {response.media_type or 'nothing'}",
            expected=" or ".join(answer.media),
            actual=response.header("content-type") or "no Content-Type",
            detail=str(x.status),
        )

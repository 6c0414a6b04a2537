"""Error answers of which the document says nothing, beside those of which it does."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.checks.status_documented import ANY_SERVER
from seamline.model.exchange import Exchange


def _applies(x: Exchange, context: Context) -> bool:
    if x.response is None or context.operation is None or context.error_shape is None:
        return False
    answer = context.operation.answer_for(x.status)
    is_described = answer is not None and any(answer.media.values())
    return 400 <= x.status < 600 and x.request.method != "HEAD" and not is_described


@check(source="RFC 9457; the document's other error answers", applies=_applies, severity="warning")
def error_shape_consistent(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An error answer that the document leaves open has the shape of those that it describes."""
    assert x.response is not None and context.error_shape is not None
    shape, response = context.error_shape, x.response
    if response.cut:
        yield Abstain("the body is longer than [limits] body_bytes")
        return
    body = response.json if response.body else None
    names = set(body) if isinstance(body, dict) else set()
    if response.media_type == shape.media and names >= shape.required:
        return
    yield Fault(
        title=f"{name_of(x.status)} has another shape than the document's other errors",
        expected=f"{shape.media} with {', '.join(sorted(shape.required))}",
        actual=f"{response.media_type or 'no Content-Type'}"
        + (f" with {', '.join(sorted(names))[:200]}" if names else " without properties"),
        detail=str(x.status),
        # Parsers, routers and proxies answer these before the system does.
        severity="info" if x.status in ANY_SERVER or x.status >= 500 else None,
    )

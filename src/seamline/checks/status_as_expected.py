"""The status code of a case."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange


def name_of(status: int) -> str:
    """`409 Conflict`, or the bare number."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def excerpt(exchange: Exchange, length: int = 200) -> str:
    """The start of the answer's body on one line."""
    body = exchange.response.body if exchange.response is not None else b""
    return " ".join(body[: length * 2].decode("utf-8", "replace").split())[:length]


def is_for_no_server_error(x: Exchange, context: Context) -> bool:
    """Whether a broken answer is reported there, so that it is reported once."""
    return "noServerError" in context.validations and not any(s >= 500 for s in x.expected)


def _applies(x: Exchange, context: Context) -> bool:
    broken = x.status == 0 or x.status >= 500
    return (
        bool(x.expected)
        and x.kind != "credentials"
        and not (broken and is_for_no_server_error(x, context))
    )


@check(source="the case's own expectation", applies=_applies)
def status_as_expected(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The answer's status is the one that the case expects."""
    if x.status in x.expected:
        return
    if x.status == 429:
        yield Abstain("the system limits the rate of requests")
        return
    yield Fault(
        title=f"answered {name_of(x.status) if x.status else 'nothing'}",
        expected=" or ".join(name_of(s) for s in x.expected),
        actual=f"{name_of(x.status)}: {excerpt(x)}" if x.status else x.failure,
        detail=f"{'|'.join(map(str, x.expected))}->{x.status}",
    )

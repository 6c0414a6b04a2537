"""HEAD beside GET."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange

HEAD = "head-of-get"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == HEAD and bool(x.earlier)


@check(source="RFC 9110, 9.3.2", applies=_applies)
def head_equals_get(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """HEAD answers with the status and the headers of GET."""
    get = x.earlier[-1].response
    if x.response is None or get is None or 429 in (x.status, get.status):
        yield Abstain("no answer to judge")
    elif x.status >= 500 or get.status >= 500:
        yield Abstain("noServerError tells of it")
    elif x.status != get.status:
        yield Fault(
            title=f"HEAD answers {name_of(x.status)} where GET answers {name_of(get.status)}",
            expected=name_of(get.status),
            actual=name_of(x.status),
            detail="status",
        )
    elif x.response.media_type and x.response.media_type != get.media_type:
        yield Fault(
            title="HEAD has another Content-Type than GET",
            expected=get.header("content-type"),
            actual=x.response.header("content-type"),
            detail="content-type",
        )
    elif _length(x) not in ("", get.header("content-length") or _length(x)):
        # The length may be left out (RFC 9110, 9.3.2); bodies that change in length are rare.
        yield Fault(
            title="HEAD has another Content-Length than GET",
            expected=get.header("content-length"),
            actual=_length(x),
            detail="content-length",
            severity="warning",
        )


def _length(x: Exchange) -> str:
    return x.response.header("content-length") if x.response is not None else ""

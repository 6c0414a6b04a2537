"""What a client cannot read, where the document has an answer for that."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange

UNKNOWN_TYPE = "unknown-accept"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == UNKNOWN_TYPE


@check(source="RFC 9110, 15.5.7", applies=_applies, severity="warning")
def not_acceptable(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """Where 406 is documented, it answers a request whose Accept excludes all that there is.

    Elsewhere a server may disregard Accept (RFC 9110, 12.5.1), and nothing is sent.
    """
    if x.response is None or x.status == 429:
        yield Abstain("no answer to judge")
    elif x.status >= 500:
        yield Abstain("noServerError tells of it")
    elif x.status != 406:
        yield Fault(
            title=f"a media type that nobody has is asked for and answered {name_of(x.status)}",
            expected="406 Not Acceptable, as documented",
            actual=f"{name_of(x.status)} {x.response.media_type}: {excerpt(x)}",
            detail=f"{x.status}",
        )

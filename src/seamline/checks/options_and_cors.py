"""Which other sites' pages may call the system in the name of whoever is logged in."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange

CORS = "foreign-origin"
ORIGIN = "https://nobody-knows-this.example"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == CORS and x.response is not None


@check(source="the Fetch standard, CORS protocol; OWASP WSTG-CLNT-07", applies=_applies)
def options_and_cors(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An origin that the system cannot know is not allowed to send credentials."""
    assert x.response is not None
    origin = x.response.header("access-control-allow-origin")
    if x.response.header("access-control-allow-credentials").lower() != "true":
        return
    if origin == ORIGIN:
        yield Fault(
            title="any origin may send requests with credentials",
            expected="no Access-Control-Allow-Origin for an origin that nobody listed",
            actual="the origin is repeated, with Access-Control-Allow-Credentials: true",
            detail="credentials",
        )
    elif origin == "*":
        yield Fault(
            title="Access-Control-Allow-Credentials beside `*`",
            expected="one or the other: browsers refuse both together",
            actual="Access-Control-Allow-Origin: *",
            detail="star",
            severity="info",
        )

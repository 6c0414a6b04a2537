"""Tokens that nobody issued, or not for now, or not for here."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange

_NAME = "forgedTokenRefused"
_HINT = {
    "valid": "",
    "resigned": " when it is signed with [tokens] secret: is that the system's secret and algorithm?",
}


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == _NAME


@check(source="RFC 7519, 7.2 and 4.1; RFC 8725, 3.1 and 3.3", applies=_applies)
def forged_token_refused(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A token that is expired, not valid yet, for others, altered or signed by nobody is refused."""
    assert x.twist is not None
    if x.status in (401, 403):
        return
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
        return
    for before in x.earlier:
        if before.credentials == "malformed" and before.succeeded:
            yield Abstain("it answers whatever the credentials: authRequired tells so")
            return
        if before.label == "sound" and not before.succeeded:
            yield Abstain(f"a sound token is answered {before.status}{_HINT[before.credentials]}")
            return
    if x.succeeded:
        yield Fault(
            title=f"{x.twist.what} was accepted: {name_of(x.status)}",
            expected="401 Unauthorized",
            actual=f"{name_of(x.status)}: {excerpt(x)}"
            + (f"; {describe(list(x.changes))}" if x.changes else ""),
            detail=x.twist.where,
        )
    else:
        # Some libraries refuse a token by 422, and some systems look for the row before the caller.
        yield Abstain(
            f"answered {name_of(x.status)}: that does not say whether the token was believed"
        )

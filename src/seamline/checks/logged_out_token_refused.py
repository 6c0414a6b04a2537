"""What a logout ended."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange
from seamline.system.identity import Credentials
from seamline.system.token import claims_of


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == "loggedOutTokenRefused"


@check(source="OWASP ASVS 5.0, 7.4.1", applies=_applies)
def logged_out_token_refused(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """After a logout the credentials that it was sent with are refused."""
    assert x.twist is not None
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
    elif x.succeeded:
        is_kept = _is_kept(x.earlier[-1]) if x.earlier else False
        yield Fault(
            title=f"after {x.twist.where} its credentials are still accepted: {name_of(x.status)}",
            expected="401 Unauthorized",
            actual=name_of(x.status)
            + ("; the logout did write it down" if is_kept else "; the logout wrote no row of it"),
            detail=x.twist.where,
            severity="error" if is_kept else "warning",
        )


def _is_kept(logout: Exchange) -> bool:
    """Whether the system keeps a record of what ended: rows changed, of a JWT such as hold a claim of it.

    Without one the token itself is all there is, and lives until it expires: a choice, if a poor one.
    A logout that ends only what prolongs it (a refresh token) changes rows that know nothing of it.
    """
    headers = logout.request.headers
    cookies = (p for n, v in headers if n.lower() == "cookie" for p in v.split("; "))
    claims = claims_of(
        Credentials(headers=headers, cookies=tuple((p, p.partition("=")[2]) for p in cookies))
    )
    changes = logout.changes or ()
    if claims is None:
        return bool(changes)
    told = {v for n, v in claims.items() if isinstance(v, str) and n in ("jti", "sid", "session")}
    own = {
        str(value)
        for change in changes
        for column, value in (change.after or change.before or {}).items()
        if change.op != "update" or column in change.columns
    }
    return bool(told & own)

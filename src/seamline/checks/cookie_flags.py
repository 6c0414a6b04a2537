"""What a session cookie allows scripts and other sites to do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange, Response

_SESSION = re.compile(
    r"sess|(?:^|[_.-])(?:sid|auth|jwt|token|login|remember\w*|identity|refresh|access)(?:$|[_.-])|^sid"
    r"|(?:access|refresh|auth|id)_?token|\.ASPXAUTH|^_token$",
    re.IGNORECASE,
)
_FOR_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Scripts must read these to send them back in a header."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.response is not None and any(_cookies(x.response))


@check(source="RFC 6265bis, 5.6 and 8", applies=_applies, severity="warning")
def cookie_flags(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A cookie that is a session is kept from scripts (HttpOnly) and from other sites (SameSite)."""
    assert x.response is not None
    for name, flags in _cookies(x.response):
        site = flags.get("samesite", "").lower()
        if "httponly" not in flags:
            yield _fault(name, "HttpOnly", "every script of the page can read it")
        if site not in ("lax", "strict", "none"):
            yield _fault(name, "SameSite", "browsers differ in what they do without it")
        elif site == "none" and "secure" not in flags:
            yield _fault(name, "SameSite=None without Secure", "browsers throw such a cookie away")
        elif "secure" not in flags:
            # It was asked for over http, where a system may leave it out on purpose.
            yield _fault(name, "Secure", "it goes over http too", is_info=True)


def _fault(name: str, flag: str, why: str, *, is_info: bool = False) -> Fault:
    what = flag if " " in flag else f"without {flag}"
    return Fault(
        title=f"the cookie {name} is set {what}",
        expected="HttpOnly; SameSite=Lax or Strict; over https also Secure",
        actual=why,
        detail=f"{name} {flag}",
        severity="info" if is_info else None,
    )


def _cookies(response: Response) -> Iterator[tuple[str, dict[str, str]]]:
    """Cookies that look like a session and are set, not taken away, with their attributes."""
    for header, value in response.headers:
        if header != "set-cookie":
            continue
        pair, *rest = value.split(";")
        name, _, content = pair.strip().partition("=")
        flags = {
            a.partition("=")[0].strip().lower(): a.partition("=")[2].strip().strip('"')
            for a in rest
        }
        is_gone = content.strip('"') == "" or flags.get("max-age", "1").startswith(("0", "-"))
        if _SESSION.search(name) and not _FOR_SCRIPTS.search(name) and not is_gone:
            yield name, flags

"""How to authenticate, said with the refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange

_NAME = "www-authenticate"
_CHALLENGE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\s|,|$)")


@check(source="RFC 9110, 11.6.1", applies=lambda x, c: x.status == 401)
def www_authenticate_sent(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A 401 says in WWW-Authenticate how to authenticate."""
    assert x.response is not None
    values = [value for name, value in x.response.headers if name == _NAME]
    if values and all(_CHALLENGE.match(value.strip()) for value in values):
        return
    answer = context.operation.answer_for(401) if context.operation is not None else None
    is_promised = answer is not None and any(h.name.lower() == _NAME for h in answer.headers)
    # Many frameworks leave it out, and browsers open a window where it is there: told, no more.
    yield Fault(
        title="401 without WWW-Authenticate"
        if not values
        else "401 with a WWW-Authenticate of no scheme",
        expected="WWW-Authenticate with a challenge, such as Bearer",
        actual=", ".join(values)[:200] or "no such header",
        severity="warning" if is_promised else "info",
    )

"""Input is data: it goes to the database beside the statement, not inside its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief
from seamline.model.exchange import Exchange
from seamline.model.statement import SqlStatement

MARKED, PLAIN, QUOTED = "marked", "plain", "quoted"
_SYNTAX = "42601"
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
"""Some libraries note in a comment for what request a statement is."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == MARKED and x.label == "last"


@check(source="CWE-89; OWASP ASVS 5.0, 1.2.4: parameterised statements", applies=_applies)
def input_stays_parameter(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """Text of a request reaches the database as a parameter, never as a part of a statement's text."""
    assert x.twist is not None
    sent = [e for e in (*x.earlier, x) if e.twist is not None and e.twist.scenario == MARKED]
    if any(e.sql is None for e in sent):
        yield Abstain(UNTRACED)
        return
    where = x.twist.where
    inside = [found for e in sent if (found := _inside(e)) is not None]
    broken = [s for s, breaks_out in inside if breaks_out]
    binds = {s.connection for e in sent for s in e.sql or () if s.params}
    built = [s for s, _ in inside if s.connection in binds]
    if broken:
        yield Fault(
            title="input ends the text that it stands in, and becomes a part of the statement",
            expected="a parameter",
            actual=f"a marker with quotes in it stands bare in: {brief(broken[0].text)}",
            detail=where,
        )
    elif built:
        yield Fault(
            title="input is written into the text of a statement",
            expected="a parameter, as for the other values that this connection sends",
            actual=f"a marker stands in: {brief(built[0].text)}",
            detail=where,
            severity="warning",
        )
    elif inside:
        # Some drivers never send parameters: they quote each value themselves, and have done so here.
        return
    elif not any(_reaches(e) for e in sent):
        yield Abstain("the input does not reach the database")


def _inside(x: Exchange) -> tuple[SqlStatement, bool] | None:
    """A statement that has the marker in its text, and whether it breaks out of what it stands in."""
    for s in x.sql or ():
        if s.kind not in ("read", "write"):
            continue
        text, marker = _COMMENT.sub(" ", s.text).lower(), _marker(x)
        if marker in text:
            # Quotes that nobody doubled are seen by what the server says of the statement.
            return s, "'" in marker and s.sqlstate == _SYNTAX
        if marker.replace("'", "''") in text:
            return s, False
    return None


def _reaches(x: Exchange) -> bool:
    return any(_marker(x) in (p or "").lower() for s in x.sql or () for p in s.params or ())


def _marker(x: Exchange) -> str:
    return x.twist.what.lower() if x.twist is not None else ""

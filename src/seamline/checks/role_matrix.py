"""Which role may call which operation."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.checks.status_as_expected import excerpt, name_of
from seamline.model.exchange import Exchange
from seamline.model.vocabulary import SAFE_METHODS, Severity

_SAID = {
    "reviewed": "`access` in the spec file",
    "learned": "what `seamline init` learnt",
    "document": "the document's security",
}


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == "roleMatrix" and context.access is not None


@check(source="OWASP API5:2023; `access` of the spec file", applies=_applies)
def role_matrix(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An operation does what it does for the roles that may call it, and refuses the others."""
    assert x.twist is not None and context.access is not None
    if x.response is None or x.status >= 500:
        yield Abstain("no answer to judge")
    elif {x.twist.where, x.identity} & context.access:
        yield from _let_in(x, x.twist.where, context)
    elif x.succeeded:
        wrote = describe(list(x.changes)) if x.changes else ""
        yield Fault(
            title=f"{x.twist.where} may not, and was answered {name_of(x.status)}",
            expected=f"401, 403 or 404: by {_SAID[context.access_from]} only {_names(context)} may",
            actual=f"{name_of(x.status)}: {excerpt(x)}" + (f"; {wrote}" if wrote else ""),
            detail=x.twist.where,
            severity=_severity(x, context),
        )


def _let_in(x: Exchange, role: str, context: Context) -> Iterator[Fault | Abstain]:
    """A role that may: what it is refused may be somebody else's, where the request names something."""
    if x.status not in (401, 403):
        return
    if x.status == 403 and ("{" in x.operation or "?" in x.request.target or x.request.body):
        yield Abstain("403 may be about what the request names, and not about the role")
        return
    yield Fault(
        title=f"{role} may, and was answered {name_of(x.status)}",
        expected=f"as for others: by {_SAID[context.access_from]} {_names(context)} may",
        actual=f"{name_of(x.status)}: {excerpt(x)}",
        detail=f"{role} may",
        severity="warning" if context.access_from == "document" else "error",
    )


def _severity(x: Exchange, context: Context) -> Severity:
    """Scopes do not say which role has which; and who may not write, and wrote no row, did no harm yet."""
    if context.access_from == "document":
        return "warning"
    is_idle = x.request.method not in SAFE_METHODS and x.changes is not None and not x.changes
    return "warning" if is_idle else "error"


def _names(context: Context) -> str:
    return ", ".join(sorted(context.access or ()))

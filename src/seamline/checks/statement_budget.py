"""How many statements an operation takes, where somebody says how many it may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, during
from seamline.model.exchange import Exchange
from seamline.text.statement import fingerprint


def _applies(x: Exchange, context: Context) -> bool:
    return x.succeeded and x.twist is None and context.statements is not None


@check(source="`budget` in the spec file", applies=_applies, severity="warning")
def statement_budget(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The operation takes no more statements than its budget gives."""
    if x.sql is None or context.statements is None:
        yield Abstain(UNTRACED)
        return
    sent = list(during(x))
    if len(sent) > context.statements:
        text, times = Counter(fingerprint(s.text) for s in sent).most_common(1)[0]
        yield Fault(
            title="the operation takes more statements than its budget",
            expected=f"{context.statements} statements or fewer",
            actual=f"{len(sent)} statements, of which {times}: {brief(text)}",
            detail="statements",
        )

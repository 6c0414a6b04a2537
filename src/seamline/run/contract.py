"""Contradictions between document and catalog that no request can try: told once, as a remark."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from seamline.checks import CHECKS, Context
from seamline.checks.contract_drift import CHECK, is_tried, scenario, where
from seamline.model.case import Case, NotCovered
from seamline.model.finding import Finding
from seamline.openapi.drift import Drift


def untried(contexts: Mapping[str, Context], cases: Collection[Case]) -> Iterator[Finding]:
    """Each contradiction once, however many operations share its schema, that no case tries."""
    tries = {
        (c.subject, s.twist.scenario, s.twist.where) for c in cases for s in c.steps if s.twist
    }
    found: dict[tuple[str, str], tuple[str, Drift]] = {}
    done: set[tuple[str, str]] = set()
    for key, context in contexts.items():
        for drift in context.drifts if CHECK in context.validations else ():
            if drift.within != "body":
                continue  # what finds no row contradicts nothing yet
            place = (drift.pointer, drift.detail)
            if (key, scenario(drift), where(drift)) in tries or _is_known(key, drift, cases):
                done.add(place)
            found.setdefault(place, (key, drift))
    for place, (key, drift) in found.items():
        if place not in done:
            yield _finding(key, drift)


def _is_known(key: str, drift: Drift, cases: Collection[Case]) -> bool:
    """Whether the operation's accepted requests show it: without the property, or twice the same key."""
    if drift.rule not in ("missing", "unique"):
        return False
    steps = [s for c in cases for s in c.steps if s.operation == key and s.twist is None]
    bodies = [s.request.json for s in steps if s.status and min(s.status) < 300]
    carried = [b[0] if isinstance(b, list) and b else b for b in bodies]
    has = [drift.name in b for b in carried if isinstance(b, dict)]
    return False in has if drift.rule == "missing" else True in has


def not_compared(ambiguous: Mapping[str, tuple[str, ...]]) -> Iterator[NotCovered]:
    """Operations whose table is not plain."""
    for key, tables in ambiguous.items():
        yield NotCovered(
            subject=f"contractDrift of {key}",
            reason="the document's schemas fit several tables as well, and are held against none",
            remedy=f"name the table in the spec file, by `columns` or `effects` ({', '.join(tables)})",
        )


def tries_drift(case: Case) -> bool:
    """Whether a case tries a contradiction."""
    return any(s.twist is not None and is_tried(s.twist.scenario) for s in case.steps)


def _finding(key: str, drift: Drift) -> Finding:
    return Finding(
        check=CHECK,
        severity="info",
        subject=key,
        title=f"{drift.title} (not tried)",
        expected=drift.mend,
        actual=drift.pointer,
        detail=drift.detail,
        why=f"{CHECKS[CHECK].text} Source: {CHECKS[CHECK].source}.",
    )

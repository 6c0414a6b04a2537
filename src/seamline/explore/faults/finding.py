"""What a sweep has found: one finding for all faults that show the same thing, the first as witness."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seamline.checks.registry import Fault
from seamline.explore.faults.judge import TRIAL_CHECKS, judged
from seamline.explore.faults.sweep import Swept
from seamline.model.exchange import Exchange
from seamline.model.finding import Evidence, Finding
from seamline.model.sweep import Trial
from seamline.run.allow import tolerated
from seamline.run.evidence import with_evidence
from seamline.run.session import Rules
from seamline.text.redact import Redactor

_NAMED = 6
_AFTERWARDS = frozenset({"next request", "request after a kill", "key"})
"""Details of what only a later request shows."""


def findings_in(
    swept: Swept, rules: Rules, redactor: Redactor, checks: frozenset[str] = frozenset()
) -> list[Finding]:
    """The findings of a sweep, of `checks` alone where they are given."""
    sweep = swept.sweep
    if sweep is None:
        return []
    seen: dict[tuple[str, str], list[tuple[Trial, Fault]]] = {}
    for check, trial, fault in judged(sweep, swept.noise, rules.context(sweep.operation)):
        if not checks or check in checks:
            seen.setdefault((check, fault.detail), []).append((trial, fault))
    allowed = rules.allowances.get(sweep.operation, ())
    return [
        tolerated(_finding(check, sightings, swept, redactor), allowed, rules.today)
        for (check, _), sightings in seen.items()
    ]


def _finding(
    check: str, sightings: Sequence[tuple[Trial, Fault]], swept: Swept, redactor: Redactor
) -> Finding:
    # An error is told of, where there is one, rather than the warning that came before it.
    trial, fault = min(sightings, key=lambda pair: pair[1].severity is not None)
    known = TRIAL_CHECKS[check]
    sweep = swept.sweep
    assert sweep is not None
    others = [t.injection.told for t, _ in sightings if t is not trial]
    more = f". So it is for {len(others)} more: {'; '.join(others[:_NAMED])}" if others else ""
    more += " …" if len(others) > _NAMED else ""
    shown = _shown(sweep.sound[0], trial)
    found = Finding(
        check=check,
        severity=fault.severity or known.severity,
        subject=sweep.operation,
        title=fault.title,
        expected=fault.expected,
        actual=fault.actual + more,
        detail=fault.detail,
        kind="fault",
        why=f"{known.text} Source: {known.source}.",
        case=sweep.case,
        step=len(shown) - 1 if fault.detail in _AFTERWARDS else len(trial.exchange.earlier) + 1,
        evidence=Evidence(injection=trial.injection),
    )
    return with_evidence(found, shown, redactor)


def _shown(sound: Exchange, trial: Trial) -> tuple[Exchange, ...]:
    """What it needs, the request undisturbed, with the fault, and afterwards, as steps of one case."""
    steps = [(x, x.label) for x in trial.exchange.earlier]
    steps += [(sound, "without a fault"), (trial.exchange, "with the fault")]
    steps += [(x, "afterwards") for x in trial.behind[-1:]]
    steps += [(x, "after the start") for x in (trial.again,) if x is not None]
    return tuple(
        msgspec.structs.replace(x, step=number, label=label)
        for number, (x, label) in enumerate(steps)
    )

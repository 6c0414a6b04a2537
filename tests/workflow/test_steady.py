"""What does not fail in each attempt is unstable."""

from __future__ import annotations

from seamline.model.event import CaseFinished, DocumentChecked, findings_of
from seamline.model.finding import Finding
from seamline.workflow.steady import Steady


def finding(subject: str, severity: str = "error") -> Finding:
    return Finding(check="noServerError", severity=severity, subject=subject, title="")  # type: ignore[arg-type]


def case(*findings: Finding) -> CaseFinished:
    return CaseFinished(
        at=1, case="c", subject="GET /a", kind="positive", steps=(), checks={}, abstained={},
        findings=findings,
    )  # fmt: skip


def test_only_what_each_attempt_found_is_firm() -> None:
    both, first, second = finding("both"), finding("first"), finding("second")
    warning = finding("warned", "warning")
    steady = Steady([{both.fingerprint: both, first.fingerprint: first}])
    verdicts = {f.subject: f.verdict for f in steady.apply(case(both, second, warning)).findings}  # type: ignore[union-attr]
    assert verdicts == {"both": "unconfirmed", "second": "unstable", "warned": "unconfirmed"}
    assert [(f.subject, f.verdict) for f in steady.missing()] == [("first", "unstable")]


def test_a_first_attempt_is_left_alone() -> None:
    event = case(finding("a"))
    assert Steady().apply(event) is event
    assert Steady().missing() == []
    silent = DocumentChecked(at=1, document="d")
    assert findings_of(Steady([{}]).apply(silent)) == ()


def test_three_attempts() -> None:
    a, b = finding("a"), finding("b")
    steady = Steady([{a.fingerprint: a}, {a.fingerprint: a, b.fingerprint: b}])
    verdicts = [f.verdict for f in findings_of(steady.apply(case(a, b)))]
    assert verdicts == ["unconfirmed", "unstable"]

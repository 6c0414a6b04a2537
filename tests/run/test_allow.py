"""Findings that a person tolerates: until when, and what is said of them."""

from __future__ import annotations

from datetime import date

import pytest

from seamline.model.finding import Finding
from seamline.run.allow import tolerated
from seamline.spec.endpoints import Allowance

FINDING = Finding(
    check="nothingLeaked", severity="error", subject="GET /a", title="a trace", detail="trace"
)
DAY = date(2026, 3, 1)


def allow(until: date | None, check: str = "nothingLeaked") -> Allowance:
    return Allowance(check=check, reason="known", until=until)


@pytest.mark.parametrize("until", [None, DAY, date(2026, 3, 2)])
def test_an_allowance_holds_to_its_last_day(until: date | None) -> None:
    found = tolerated(FINDING, [allow(until)], DAY)
    assert (found.severity, found.title) == ("info", "a trace (allowed: known)")
    assert found.fingerprint == FINDING.fingerprint


def test_one_that_has_expired_counts_in_full_and_is_named() -> None:
    found = tolerated(FINDING, [allow(date(2026, 2, 28))], DAY)
    assert found.severity == "error"
    assert found.title == "a trace (the allowance expired on 2026-02-28: known)"


def test_another_allowance_may_still_hold() -> None:
    assert tolerated(FINDING, [allow(date(2026, 2, 28)), allow(None)], DAY).severity == "info"


@pytest.mark.parametrize("allowances", [[], [allow(None, "contentType")]])
def test_other_checks_are_not_allowed(allowances: list[Allowance]) -> None:
    assert tolerated(FINDING, allowances, DAY) == FINDING

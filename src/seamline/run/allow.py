"""Findings that a person has declared to be tolerated, with a reason and, mostly, an end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from seamline.model.finding import Finding
from seamline.spec.endpoints import Allowance


def tolerated(finding: Finding, allowances: Iterable[Allowance], today: date) -> Finding:
    """The finding as `info` where an allowance of its check holds; one that has expired is named.

    The last day of an allowance is its `until`.
    """
    mine = [a for a in allowances if a.check == finding.check]
    valid = next((a for a in mine if a.until is None or today <= a.until), None)
    if valid is not None:
        title = f"{finding.title} (allowed: {valid.reason})"
        return msgspec.structs.replace(finding, severity="info", title=title)
    if mine:
        title = f"{finding.title} (the allowance expired on {mine[-1].until}: {mine[-1].reason})"
        return msgspec.structs.replace(finding, title=title)
    return finding

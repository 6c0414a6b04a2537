"""The small counters that a summary is made of; each is bounded, however long the run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import msgspec

from seamline.model.event import DataChecked
from seamline.model.finding import Finding
from seamline.model.vocabulary import Part, Severity
from seamline.report.sections import part_of_check
from seamline.report.trim import trimmed

_GROWTH = math.log(1.02)
SHARPNESS = "1 %"
"""How far a quantile of `Latency` may be off: half a bucket, buckets grow by 2 %."""


_FLOOR_MS, _CEILING_MS = 0.001, 1e9


def _edge(ms: float) -> int:
    """The first or the last bucket, for what lies beyond."""
    return math.ceil(math.log(_FLOOR_MS if ms <= _FLOOR_MS else _CEILING_MS) / _GROWTH)


class Latency:
    """Durations of one operation as a histogram of logarithmic buckets (at most about a thousand)."""

    __slots__ = ("_buckets", "count", "max")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self.count = 0
        self.max = 0.0

    def add(self, ms: float) -> None:
        """Count one duration."""
        bucket = math.ceil(math.log(ms) / _GROWTH) if _FLOOR_MS < ms < _CEILING_MS else _edge(ms)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self.count += 1
        self.max = max(self.max, ms)

    def quantile(self, share: float) -> float:
        """The duration that `share` of all stay under."""
        wanted = max(1, math.ceil(share * self.count))
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return min(math.exp((bucket - 0.5) * _GROWTH), self.max)
        return 0.0


class Reasons:
    """How often each text was given; beyond `limit` different ones the rest is only counted."""

    __slots__ = ("_limit", "counts", "others")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.counts: dict[str, int] = {}
        self.others = 0

    def add(self, text: str) -> None:
        """Count one."""
        text = text[:1000]
        if text in self.counts:
            self.counts[text] += 1
        elif len(self.counts) < self._limit:
            self.counts[text] = 1
        else:
            self.others += 1

    @property
    def total(self) -> int:
        """How often any was given."""
        return sum(self.counts.values()) + self.others


class CheckTally:
    """One check: how often it judged, and how often what it claims did not hold."""

    __slots__ = ("applied", "failed")

    def __init__(self) -> None:
        self.applied = 0
        self.failed = 0

    @property
    def passed(self) -> int:
        """How often the check held."""
        return self.applied - self.failed


class OperationTally:
    """One operation: cases about it, requests to it in any case, their answers and durations."""

    __slots__ = ("abstained", "cases", "checks", "latency", "requests", "statuses")

    def __init__(self) -> None:
        self.cases = 0
        self.requests = 0
        self.statuses: dict[int, int] = {}
        self.latency = Latency()
        self.checks: dict[str, CheckTally] = {}
        self.abstained: dict[str, int] = {}

    @property
    def succeeded(self) -> int:
        """Answers of 2xx."""
        return sum(n for status, n in self.statuses.items() if 200 <= status < 300)

    @property
    def applied(self) -> int:
        """How often any check judged a case about this operation."""
        return sum(c.applied for c in self.checks.values())


class DataTally:
    """One check of a table's rows: over the whole table, and over rows that cases changed."""

    __slots__ = (
        "check",
        "error",
        "evaluated",
        "finding",
        "label",
        "proven",
        "rows",
        "table",
        "violations",
    )

    def __init__(self, event: DataChecked) -> None:
        self.table, self.check, self.label = event.table, event.check, event.label
        self.evaluated = {"table": 0, "changes": 0}
        self.rows = {"table": 0, "changes": 0}
        self.violations = 0
        self.proven = ""
        self.error = ""
        self.finding = ""

    def add(self, event: DataChecked) -> None:
        """Count one evaluation. Rows of the whole table are a size, changed rows a sum."""
        self.evaluated[event.scope] += 1
        if event.scope == "table":
            self.rows["table"] = max(self.rows["table"], event.rows)
        else:
            self.rows["changes"] += event.rows
        self.violations = max(self.violations, event.violations)
        self.proven = event.proven or self.proven
        self.error = self.error or event.error[:2000]
        if event.finding is not None:
            self.finding = event.finding.id


class FindingSeen(msgspec.Struct, kw_only=True):
    """A finding as last known, and how often it was seen."""

    finding: Finding
    seen: int = 0

    @property
    def unstable(self) -> bool:
        """Whether it did not recur when tried again alone."""
        return self.finding.verdict == "unstable"

    @property
    def counts(self) -> bool:
        """Whether it is neither unstable nor accepted."""
        return not self.unstable and not self.finding.accepted


_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Findings:
    """Distinct findings by fingerprint, `limit` of each part; sightings of others are in `left_out`.

    When all places of a part are taken a finding still gets the place of a less severe one.
    """

    def __init__(self, limit: int = 500) -> None:
        self._limit = limit
        self._kept: dict[str, FindingSeen] = {}
        self._places: dict[tuple[Part, Severity], list[str]] = {}
        self.left_out: Counter[tuple[Part, Severity]] = Counter()

    def __iter__(self) -> Iterator[FindingSeen]:
        """Errors first, then by subject, check and id: the same order for the same findings."""
        return iter(sorted(self._kept.values(), key=_order))

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, finding: Finding) -> bool:
        """Count one sighting; tell whether it is new."""
        known = self._kept.get(finding.fingerprint)
        if known is not None:
            known.seen += 1
            if known.unstable and finding.verdict != "unstable":
                known.finding = trimmed(finding)  # this time it did come again
            return False
        part = part_of_check(finding.check)
        if not self._has_room(part, finding.severity):
            self.left_out[part, finding.severity] += 1
            return False
        self._kept[finding.fingerprint] = FindingSeen(finding=trimmed(finding), seen=1)
        self._places.setdefault((part, finding.severity), []).append(finding.fingerprint)
        return True

    def confirm(self, finding: Finding) -> None:
        """Take over the verdict of a second trial; evidence of the first stays where the new has none."""
        known = self._kept.get(finding.fingerprint)
        if known is None:
            self.add(finding)
            return
        evidence = finding.evidence or known.finding.evidence
        known.finding = trimmed(msgspec.structs.replace(finding, evidence=evidence))

    def of_part(self, part: Part) -> list[FindingSeen]:
        """Those that count for `part`."""
        return [f for f in self if part_of_check(f.finding.check) == part]

    def _has_room(self, part: Part, severity: Severity) -> bool:
        if sum(len(self._places.get((part, s), ())) for s in _RANK) < self._limit:
            return True
        for lesser in ("info", "warning"):
            places = self._places.get((part, lesser))
            if places and _RANK[lesser] > _RANK[severity]:
                self.left_out[part, lesser] += self._kept.pop(places.pop()).seen
                return True
        return False


def _order(seen: FindingSeen) -> tuple[int, str, str, str]:
    f = seen.finding
    return (_RANK[f.severity], f.subject, f.check, f.fingerprint)

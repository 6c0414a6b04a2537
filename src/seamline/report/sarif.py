"""findings.sarif: the findings as analysis results (OASIS SARIF 2.1.0), which code hosts show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seamline import __version__
from seamline.model.event import Event
from seamline.model.finding import Finding
from seamline.model.vocabulary import DATA_CHECKS, MIGRATION_CHECKS
from seamline.report.atomic import replacing
from seamline.report.sections import SECTIONS
from seamline.report.summary import Summary
from seamline.report.tally import FindingSeen
from seamline.text.plain import clip, one_line, visible

NAME = "findings.sarif"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_OF_DATA = frozenset((*DATA_CHECKS, *MIGRATION_CHECKS))
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_TEXT = 4_000


class SarifReporter:
    """Writes `findings.sarif` into `folder` at close, whole or not at all.

    A result needs a file to stand at: findings of requests stand at `endpoints`, those of rows and of
    migrations at `data` (paths as a repository knows them).
    """

    def __init__(self, folder: Path, *, endpoints: str, data: str) -> None:
        self._path = folder / NAME
        self._endpoints, self._data = endpoints, data
        self._summary = Summary()

    def on(self, event: Event) -> None:
        """Fold one event in."""
        self._summary.on(event)

    def close(self) -> None:
        """Write the file."""
        seen = list(self._summary.findings)
        findings = [s.finding for s in seen]
        rules = {f.check: number for number, f in enumerate(_firsts(findings))}
        driver = {
            "name": "Seamline",
            "version": __version__,
            "rules": [_rule(name) for name in rules],
        }
        results = [self._result(s, rules[s.finding.check]) for s in seen]
        run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
        with replacing(self._path) as file:
            json.dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, file, indent=1)
            file.write("\n")

    def _result(self, seen: FindingSeen, rule: int) -> dict[str, Any]:
        f = seen.finding
        place = self._data if f.check in _OF_DATA else self._endpoints
        result: dict[str, Any] = {
            "ruleId": f.check,
            "ruleIndex": rule,
            # A note fails no check of a code host: what did not come again is told, no more.
            "level": "note" if seen.unstable else _LEVELS[f.severity],
            "message": {"text": clip("\n".join(_lines(f)), _TEXT)},
            "partialFingerprints": {"seamline/v1": f.fingerprint},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": place},
                        "region": {"startLine": 1},
                    },
                    "logicalLocations": [{"fullyQualifiedName": one_line(f.subject, 300)}],
                }
            ],
            "properties": {"verdict": f.verdict},
        }
        if f.accepted:
            said = {"kind": "external", "status": "accepted", "justification": f.accepted}
            result["suppressions"] = [said]
        return result


def _firsts(findings: list[Finding]) -> Iterator[Finding]:
    seen: set[str] = set()
    for finding in findings:
        if finding.check not in seen:
            seen.add(finding.check)
            yield finding


def _rule(name: str) -> dict[str, Any]:
    claims = {n: claim for section in SECTIONS for n, claim in section.checks.items()}
    rule: dict[str, Any] = {"id": name, "name": name}
    if name in claims:
        rule["shortDescription"] = {"text": claims[name]}
    return rule


def _lines(f: Finding) -> Iterator[str]:
    yield f"{f.id} {one_line(f.subject, 200)}: {one_line(f.title, 400)}"
    for word, text in (("expected", f.expected), ("actual", f.actual), ("why", f.why)):
        if text:
            yield f"{word}: {visible(clip(text, 800))}"
    yield f"seamline replay {f.id}"

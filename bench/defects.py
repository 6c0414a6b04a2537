"""Seamline on the shop with each known defect alone, and on the correct one.

A line per defect, then `N of M defects found, K false alarms`. A false alarm is any finding on the
correct shop, and any on a defective one that its defect does not explain.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from seamline.model.event import findings_of
from seamline.model.finding import Finding
from seamline.report import read_events

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "examples" / "shop"


def findings_with(defects: str) -> tuple[int, list[Finding]]:
    """Exit code and findings of a whole run with these defects on; findings of severity info aside."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "seamline", "run", "-q", "-p", str(SHOP), "--reports", folder],
            env={**os.environ, "SHOP_DEFECTS": defects},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            sys.exit(f"{defects or 'correct'}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        found: dict[str, Finding] = {}
        for event in read_events(Path(folder) / "events.ndjson"):
            for finding in findings_of(event):
                found[finding.fingerprint] = finding
    kept = [f for f in found.values() if f.severity != "info" and f.verdict != "unstable"]
    return done.returncode, kept


def judge(defect: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the run names the defect's check and operation, and the findings it does not explain."""
    code, findings = findings_with(defect["name"])
    explained = {defect["check"], *defect["also"]}
    right = [f for f in findings if f.check == defect["check"] and _names(f, defect["operation"])]
    others = [f"{f.check} on {f.subject}: {f.title}" for f in findings if f.check not in explained]
    return code == 1 and bool(right), others


def _names(finding: Finding, operation: str) -> bool:
    """A finding of an exchange is about its operation; one of rows names it in its title, if any."""
    return operation in ("", finding.subject) or operation in finding.title or not finding.case


def main() -> None:
    """Run all, or those of --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated names of defects")
    only = [n for n in parser.parse_args().only.split(",") if n]
    listed = subprocess.run(
        ["shop", "defects", "--json"], capture_output=True, text=True, check=True, cwd=SHOP
    )
    defects = json.loads(listed.stdout)
    unknown = set(only) - {d["name"] for d in defects}
    if unknown:
        sys.exit(f"no defect is called {', '.join(sorted(unknown))}")
    chosen = [d for d in defects if not only or d["name"] in only]
    with ThreadPoolExecutor(max_workers=2) as pool:
        correct = pool.submit(findings_with, "")
        results = list(pool.map(judge, chosen))
    found = alarms = 0
    for defect, (is_found, others) in zip(chosen, results, strict=True):
        found += is_found
        alarms += len(others)
        print(f"{defect['name']} {'found by ' + defect['check'] if is_found else 'MISSED'}")
        for other in others:
            print(f"    false alarm: {other}")
    for finding in correct.result()[1]:
        alarms += 1
        print(f"correct shop, false alarm: {finding.check} on {finding.subject}: {finding.title}")
    print(f"{found} of {len(chosen)} defects found, {alarms} false alarms")
    sys.exit(0 if found == len(chosen) and not alarms else 1)


if __name__ == "__main__":
    main()

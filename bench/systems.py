"""Seamline on systems that nobody here wrote: installed outside the tree, run, findings listed.

A folder in bench/systems/ is a system: `install.sh FOLDER` puts it there (its tools in FOLDER/venv/bin),
`seamline.toml` says how Seamline starts it. Findings are for triage: they fail nothing here, a run that
breaks does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from seamline.model.event import (
    CaseFinished,
    Errored,
    Event,
    RunFinished,
    RunStarted,
    StageFinished,
    findings_of,
)
from seamline.report import read_events

SYSTEMS = Path(__file__).resolve().parent / "systems"
LAB = Path(os.environ.get("SEAMLINE_LAB") or Path.home() / ".cache" / "seamline-systems")


def run(name: str) -> bool:
    """Install and run one system and print what came of it; whether the run itself worked."""
    folder, lab = SYSTEMS / name, LAB.absolute() / name
    if subprocess.run([folder / "install.sh", lab], check=False).returncode:
        print(f"{name}: could not be installed into {lab}")
        return False
    reports = lab / "reports"
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "seamline", "run", "-q", "-p", folder, "--reports", reports],
        env={**os.environ, "PATH": f"{lab / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        print(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return False
    events = list(read_events(reports / "events.ndjson"))
    for line in _summary(events, time.monotonic() - start):
        print(f"{name}: {line}")
    print(f"{name}: reports in {reports}")
    return not any(isinstance(e, Errored) for e in events)


def _summary(events: Sequence[Event], seconds: float) -> Iterator[str]:
    cases = [e for e in events if isinstance(e, CaseFinished)]
    steps = [s for c in cases for s in c.steps]
    tested = {s.operation for s in steps}
    succeeded = {s.operation for s in steps if 200 <= s.status < 300}
    share = sum(200 <= s.status < 300 for s in steps) / len(steps) if steps else 0.0
    for event in events:
        if isinstance(event, RunStarted):
            documented = len(event.operations)
            yield f"{event.system}, {event.document}, {event.tables} tables, {event.engine}"
            yield f"{len(tested)} of {documented} operations, {len(succeeded)} of them with a 2xx"
    yield f"{len(cases)} cases, {len(steps)} requests, {share:.0%} answered 2xx"
    put_back = sum(c.put_back or 0 for c in cases)
    yield f"{put_back} rows put back, {sum(1 for c in cases if c.put_back)} cases undone"
    stages = [e for e in events if isinstance(e, StageFinished)]
    yield f"{seconds:.0f} s: " + ", ".join(f"{s.stage} {s.seconds:.1f}" for s in stages)
    yield from (f"errored: {e.case} {e.message}" for e in events if isinstance(e, Errored))
    found = {f.fingerprint: f for e in events for f in findings_of(e)}
    by_check = Counter(f.check for f in found.values())
    listed = ", ".join(f"{check} {count}" for check, count in sorted(by_check.items()))
    yield f"{len(found)} findings" + (f": {listed}" if listed else "")
    for finding in sorted(found.values(), key=lambda f: (f.check, f.subject, f.id)):
        seen = f"{finding.id} {finding.severity} {finding.verdict}"
        yield f"  {seen} {finding.check} {finding.subject}: {finding.title}"
    for event in events:
        if isinstance(event, RunFinished):
            yield f"ended: {event.reason}, exit {event.exit_code}"


def main() -> None:
    """Run all, or those of --only."""
    known = sorted(f.parent.name for f in SYSTEMS.glob("*/seamline.toml"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(known)}")
    wanted = [n for n in parser.parse_args().only.split(",") if n] or known
    unknown = [n for n in wanted if n not in known]
    if unknown:
        sys.exit(f"no system is called {', '.join(unknown)}; known: {', '.join(known)}")
    worked = [run(name) for name in wanted]
    sys.exit(0 if all(worked) else 1)


if __name__ == "__main__":
    main()

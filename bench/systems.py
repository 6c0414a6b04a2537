"""Seamline on systems that nobody here wrote: met by `seamline init`, then run, findings listed.

A folder in bench/systems/ is a system: `install.sh FOLDER` puts it there (its tools in FOLDER/venv/bin),
`seamline.toml` says how Seamline starts it; no spec file is written by hand. Findings are for triage: they
fail nothing here, a run that breaks does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
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
    FindingConfirmed,
    RunFinished,
    RunStarted,
    Skipped,
    StageFinished,
    findings_of,
)
from seamline.report import read_events

SYSTEMS = Path(__file__).resolve().parent / "systems"
LAB = Path(os.environ.get("SEAMLINE_LAB") or Path.home() / ".cache" / "seamline-systems")
_NOT_COPIED = ("install.sh", "integration", "reports")


def run(name: str, *, kept: bool = False, arguments: Sequence[str] = ()) -> bool:
    """Install one system, meet it, run it, and print what came of that; whether all of it worked.

    `kept` takes the spec files of the time before, `arguments` go to `seamline run`.
    """
    lab = LAB.absolute() / name
    if subprocess.run([SYSTEMS / name / "install.sh", lab], check=False).returncode:
        print(f"{name}: could not be installed into {lab}")
        return False
    project = lab / "project"
    if not (kept and (project / "integration").is_dir()):
        shutil.rmtree(project, ignore_errors=True)
    ignored = shutil.ignore_patterns(*_NOT_COPIED)
    shutil.copytree(SYSTEMS / name, project, ignore=ignored, dirs_exist_ok=True)
    if not (project / "integration").is_dir() and not _init(name, project):
        return False
    start = time.monotonic()
    done = _seamline(lab, "run", "-q", "-p", str(project), *arguments)
    if done.returncode not in (0, 1):
        print(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return False
    events = list(read_events(project / "reports" / "events.ndjson"))
    for line in _summary(events, time.monotonic() - start):
        print(f"{name}: {line}", flush=True)
    print(f"{name}: reports in {project / 'reports'}", flush=True)
    return not any(isinstance(e, Errored) and e.is_bug for e in events)


def _init(name: str, project: Path) -> bool:
    """Let Seamline write the spec files."""
    start = time.monotonic()
    done = _seamline(project.parent, "init", "-p", str(project))
    (project / "init.log").write_text(done.stdout + done.stderr, "utf-8")
    if done.returncode:
        print(f"{name}: init: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return False
    text = (project / "integration" / "Endpoint_Validation_Specs.json").read_text("utf-8")
    entries = json.loads(text)["endpoints"]
    accepted = sum(bool(e.get("cases")) for e in entries)
    cases = sum(len(e.get("cases", ())) for e in entries)
    seconds = time.monotonic() - start
    share = f"{accepted} of {len(entries)} operations with a 2xx ({accepted / len(entries):.0%})"
    print(f"{name}: init: {share}, {cases} cases written, {seconds:.0f} s", flush=True)
    return True


def _seamline(lab: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seamline", *arguments],
        env={**os.environ, "PATH": f"{lab / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def _summary(events: Sequence[Event], seconds: float) -> Iterator[str]:
    cases = [e for e in events if isinstance(e, CaseFinished)]
    steps = [s for c in cases for s in c.steps]
    for event in events:
        if isinstance(event, RunStarted):
            yield f"{event.system}, {event.document}, {event.tables} tables, {event.engine}"
            known = set(event.operations)
            succeeded = {s.operation for s in steps if 200 <= s.status < 300} & known
            share = len(succeeded) / len(known) if known else 0.0
            yield f"run: {len(succeeded)} of {len(known)} operations with a 2xx ({share:.0%})"
    share = sum(200 <= s.status < 300 for s in steps) / len(steps) if steps else 0.0
    yield f"{len(cases)} cases, {len(steps)} requests, {share:.0%} answered 2xx"
    put_back = sum(c.put_back or 0 for c in cases)
    yield f"{put_back} rows put back, {sum(1 for c in cases if c.put_back)} cases undone"
    stages = [e for e in events if isinstance(e, StageFinished)]
    yield f"{seconds:.0f} s: " + ", ".join(f"{s.stage} {s.seconds:.1f}" for s in stages)
    yield from (f"errored: {e.case} {e.message}" for e in events if isinstance(e, Errored))
    yield from (
        f"not covered: {e.item.subject}: {e.item.reason}" for e in events if isinstance(e, Skipped)
    )
    yield from _findings(events)
    yield from (
        f"ended: {e.reason} after {e.seconds:.0f} s, exit {e.exit_code}"
        for e in events
        if isinstance(e, RunFinished)
    )


def _findings(events: Sequence[Event]) -> Iterator[str]:
    """What was found, by check and one by one; of a finding that was tried again the later verdict."""
    found = {f.fingerprint: f for e in events for f in findings_of(e)}
    found |= {e.finding.fingerprint: e.finding for e in events if isinstance(e, FindingConfirmed)}
    by_check = Counter((f.check, f.severity, f.verdict) for f in found.values())
    yield f"{len(found)} findings"
    for (check, severity, verdict), count in sorted(by_check.items()):
        yield f"  {count} {check} {severity} {verdict}"
    for finding in sorted(found.values(), key=lambda f: (f.check, f.subject, f.id)):
        seen = f"{finding.id} {finding.severity} {finding.verdict}"
        yield f"  {seen} {finding.check} {finding.subject}: {finding.title}"


def main() -> None:
    """Run all, or those of --only."""
    known = sorted(f.parent.name for f in SYSTEMS.glob("*/seamline.toml"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(known)}")
    parser.add_argument("--kept", action="store_true", help="run the spec files of the last init")
    parser.add_argument("run", nargs="*", help="behind --: arguments of `seamline run`")
    given = parser.parse_args()
    wanted = [n for n in given.only.split(",") if n] or known
    unknown = [n for n in wanted if n not in known]
    if unknown:
        sys.exit(f"no system is called {', '.join(unknown)}; known: {', '.join(known)}")
    worked = [run(name, kept=given.kept, arguments=given.run) for name in wanted]
    sys.exit(0 if all(worked) else 1)


if __name__ == "__main__":
    main()

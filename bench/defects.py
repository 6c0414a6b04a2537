"""Seamline on the shop with each known defect alone, with each habit alone, and on the plain one.

Each is run with the spec files that people keep, and with those that `seamline init` writes: from the
correct shop for the defects, from the shop with the habit for the habits. A line per run, then
`N of M defects found, N of M from generated files, H of H habits silent, K false alarms`. A false alarm is
any finding on a sound shop, and any on a defective one that its defect does not explain.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from seamline.model.event import CaseFinished, Errored, Event, findings_of
from seamline.model.finding import Finding
from seamline.report import read_events

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"
SPECS = Path("integration") / "Endpoint_Validation_Specs.json"


class Ran(NamedTuple):
    """A whole run: its exit code, its findings but for info, what broke, operations with a 2xx."""

    code: int
    findings: list[Finding]
    errored: list[str]
    reached: set[str]


class Judged(NamedTuple):
    """One line of the report, and the findings that should not have been."""

    name: str
    way: str
    is_right: bool
    said: str
    alarms: list[str]


@contextmanager
def project(specs: Path | None = None, entry: dict[str, Any] | None = None) -> Iterator[Path]:
    """A copy of the shop's project: with the kept spec files, others, or none; `entry` is added."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        if specs is not None:
            shutil.rmtree(folder / "integration")
            if specs.is_dir():
                shutil.copytree(specs, folder / "integration")
        if entry:
            _add(folder / SPECS, entry)
        yield folder


def _add(path: Path, entry: dict[str, Any]) -> None:
    """Put an entry first, or into the one that is there."""
    document = json.loads(path.read_text())
    for known in document["endpoints"]:
        if (known["endpoint"], known["method"]) == (entry["endpoint"], entry["method"]):
            known["effects"] = {**known.get("effects", {}), **entry["effects"]}
            break
    else:
        document["endpoints"].insert(0, entry)
    path.write_text(json.dumps(document))


def seamline(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "seamline", *map(str, words)]
    outer = {**os.environ, "SHOP_DEFECTS": "", "SHOP_HABITS": "", **env}
    return subprocess.run(command, env=outer, capture_output=True, text=True, check=False)


def run(folder: Path, **env: str) -> Ran:
    """A run of a project."""
    done = seamline("run", "-q", "-p", folder, "--reports", folder / "reports", **env)
    if done.returncode not in (0, 1):
        sys.exit(f"{env}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    events: list[Event] = list(read_events(folder / "reports" / "events.ndjson"))
    found = {f.fingerprint: f for event in events for f in findings_of(event)}
    return Ran(
        done.returncode,
        [f for f in found.values() if f.severity != "info"],
        [f"{e.case}: {e.message.strip()}" for e in events if isinstance(e, Errored)],
        {
            s.operation
            for e in events
            if isinstance(e, CaseFinished)
            for s in e.steps
            if 200 <= s.status < 300
        },
    )


def generate(folder: Path, **env: str) -> None:
    """`seamline init` in a project without spec files."""
    done = seamline("init", "-p", folder, **env)
    if done.returncode:
        sys.exit(f"init {env}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def defect(known: dict[str, Any], way: str, specs: Path | None) -> Judged:
    """Whether the run names the defect's check and operation, and the findings it does not explain."""
    with project(specs) as folder:
        ran = run(folder, SHOP_DEFECTS=known["name"])
    explained = {known["check"], *known["also"]}
    findings = [f for f in ran.findings if f.verdict != "unstable"]
    right = [f for f in findings if f.check == known["check"] and _names(f, known["operation"])]
    others = [_line(f) for f in findings if f.check not in explained] + ran.errored
    is_found = ran.code == 1 and bool(right)
    said = f"found by {known['check']}" if is_found else "MISSED"
    return Judged(known["name"], way, is_found, said, others)


def _names(finding: Finding, operation: str) -> bool:
    """A finding of an exchange is about its operation; one of rows names it in its title, if any."""
    return operation in ("", finding.subject) or operation in finding.title or not finding.case


def sound(name: str, way: str, operation: str, ran: Ran) -> Judged:
    """Whether a run of a sound shop had not even an unstable finding, and reached the habit's operation."""
    alarms = [_line(f) for f in ran.findings] + ran.errored
    is_reached = not operation or operation in ran.reached
    said = "silent" if not alarms else "FALSE ALARM"
    return Judged(
        name, way, not alarms and is_reached, said if is_reached else "NOT REACHED", alarms
    )


def kept_habit(known: dict[str, Any]) -> Judged:
    """The shop with a habit, and the spec files that people keep."""
    with project(entry=known["entry"]) as folder:
        ran = run(folder, SHOP_HABITS=known["name"])
    return sound(known["name"], "kept", known["operation"], ran)


def generated_habit(known: dict[str, Any]) -> Judged:
    """The shop with a habit, and the spec files that init makes of it."""
    with project(Path("none")) as folder:
        generate(folder, SHOP_HABITS=known["name"])
        ran = run(folder, SHOP_HABITS=known["name"])
    return sound(known["name"], "generated", known["operation"], ran)


def plain(way: str, specs: Path | None) -> Judged:
    """The correct shop."""
    with project(specs) as folder:
        return sound("correct shop", way, "", run(folder))


def _line(finding: Finding) -> str:
    return f"{finding.verdict} {finding.check} on {finding.subject}: {finding.title}"


def table(kind: str) -> list[dict[str, Any]]:
    """What `shop defects` or `shop habits` knows."""
    listed = subprocess.run(
        ["shop", kind, "--json"], capture_output=True, text=True, check=True, cwd=SHOP
    )
    known: list[dict[str, Any]] = json.loads(listed.stdout)
    return known


def main() -> None:
    """Run all, or those of --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated names of defects and habits")
    parser.add_argument("--kept", action="store_true", help="only with the files that people keep")
    arguments = parser.parse_args()
    only = {n for n in arguments.only.split(",") if n}
    defects, habits = table("defects"), table("habits")
    if unknown := only - {d["name"] for d in (*defects, *habits)}:
        sys.exit(f"no defect or habit is called {', '.join(sorted(unknown))}")
    defects, habits = ([d for d in t if not only or d["name"] in only] for t in (defects, habits))
    with project(Path("none")) as generated:
        jobs: list[Callable[[], Judged]] = [partial(plain, "kept", None)]
        jobs += [partial(defect, d, "kept", None) for d in defects]
        jobs += [partial(kept_habit, h) for h in habits]
        if not arguments.kept:
            generate(generated)
            specs = generated / "integration"
            jobs += [partial(plain, "generated", specs)]
            jobs += [partial(defect, d, "generated", specs) for d in defects]
            jobs += [partial(generated_habit, h) for h in habits]
        with ThreadPoolExecutor(max_workers=2) as pool:
            judged = list(_told(pool.map(lambda job: job(), jobs)))
    names = {d["name"] for d in defects}
    found = [j for j in judged if j.name in names and j.is_right]
    silent = [j for j in judged if j.name not in names]
    alarms = sum(len(j.alarms) for j in judged)
    ways = [("", "kept")] + ([] if arguments.kept else [(" from generated files", "generated")])
    for label, way in ways:
        print(
            f"{sum(j.way == way for j in found)} of {len(defects)} defects found{label}", end=", "
        )
    right = sum(j.is_right for j in silent)
    print(f"{right} of {len(silent)} sound shops silent, {alarms} false alarms")
    sys.exit(0 if all(j.is_right for j in judged) and not alarms else 1)


def _told(results: Iterator[Judged]) -> Iterator[Judged]:
    for one in results:
        print(f"{one.name} {one.said} ({one.way} files)", flush=True)
        for alarm in one.alarms:
            print(f"    false alarm: {alarm}", flush=True)
        yield one


if __name__ == "__main__":
    main()

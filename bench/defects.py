"""Seamline on the shop with each known defect alone, with each habit alone, and on the plain one.

Each is run with the spec files that people keep, and with those that `seamline init` writes: from the
correct shop for the defects, from the shop with the habit for the habits. A line per run, then
`N of M defects found, N of M from generated files, H of H habits silent, K false alarms`. A false alarm is
any finding on a sound shop, and any on a defective one that its defect does not explain.

A sound shop is run as a whole. A defective one is asked for the defect's own operation first, with all
that is derived for it (for its transactions, where a check of these is to find the defect), and for
everything only where that does not show it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from shop_runs import (
    Bed,
    Broken,
    Ran,
    bed,
    changes_schema,
    generate,
    next_release,
    project,
    run,
    table,
)

from seamline.model.finding import Finding
from seamline.model.vocabulary import MIGRATION_CHECKS, ROLLOUT_CHECKS, TRANSACTION_CHECKS

MIGRATIONS = "migrations"
WAYS = {"kept": "", "generated": " from generated files"}


class Judged(NamedTuple):
    """One line of the report, and the findings that should not have been."""

    name: str
    way: str
    is_right: bool
    said: str
    alarms: list[str]


def defect(known: dict[str, Any], way: str, specs: Path | None, shared: Bed) -> Judged:
    """Whether a run names the defect's check and operation, and the findings it does not explain."""
    operation = known["operation"]
    if known["check"] in ROLLOUT_CHECKS:
        return _of_release(known, way, shared)
    narrow = ["--no-transactions", "-o", operation]
    if known["check"] in TRANSACTION_CHECKS:
        narrow = ["transactions", "-o", operation, "--check", known["check"]]
        narrow += ["--deep"] if known["deep"] else []
    if operation == MIGRATIONS:
        narrow = ["migrations"] if known["check"] in MIGRATION_CHECKS else ["database"]
    judged = _run_of(known, way, specs, shared, *(narrow if operation else []))
    return judged if judged.is_right or not operation else _run_of(known, way, specs, shared)


def _run_of(
    known: dict[str, Any], way: str, specs: Path | None, shared: Bed, *words: str
) -> Judged:
    other = changes_schema("defects", known["name"])
    with project(shared, specs, changes_schema=other) as folder:
        ran = run(folder, *words, SHOP_DEFECTS=known["name"])
    return _judged(known, way, ran)


def _of_release(known: dict[str, Any], way: str, shared: Bed) -> Judged:
    """A release beside the next one, which has the defect."""
    with project(shared, changes_schema=True) as folder:
        next_release(folder, known["name"])
        ran = run(folder, "database", "-o", known["operation"], "--check", known["check"])
    return _judged(known, way, ran)


def _judged(known: dict[str, Any], way: str, ran: Ran) -> Judged:
    explained = {known["check"], *known["also"]}
    findings = [f for f in ran.findings if f.verdict != "unstable"]
    right = [f for f in findings if f.check == known["check"] and _names(f, known["operation"])]
    others = [_line(f) for f in findings if f.check not in explained] + ran.errored
    fails = ran.code == 1 or all(f.severity == "warning" for f in right)
    is_found = bool(right) and fails
    said = f"found by {known['check']}" if is_found else "MISSED"
    return Judged(known["name"], way, is_found, said, others)


def _names(finding: Finding, operation: str) -> bool:
    """A finding of an exchange is about its operation; one of rows names it in its title, if any."""
    return operation in ("", finding.subject) or operation in finding.title or not finding.case


def sound(name: str, way: str, operation: str, ran: Ran, init: str = "") -> Judged:
    """Whether a run of a sound shop had not even an unstable finding, and reached the habit's operation.

    What `init` met and said that it leaves out, since it disables the system, was reached by it.
    """
    alarms = [_line(f) for f in ran.findings] + ran.errored
    is_left_out = f"{operation}: a way back: it would end the run" in init
    is_reached = not operation or operation in ran.reached or is_left_out
    said = "silent" if not alarms else "FALSE ALARM"
    return Judged(
        name, way, not alarms and is_reached, said if is_reached else "NOT REACHED", alarms
    )


def kept_habit(known: dict[str, Any], shared: Bed) -> Judged:
    """The shop with a habit, and the spec files that people keep."""
    other = changes_schema("habits", known["name"])
    with project(shared, entry=known["entry"], changes_schema=other) as folder:
        ran = run(folder, SHOP_HABITS=known["name"])
    return sound(known["name"], "kept", known["operation"], ran)


def generated_habit(known: dict[str, Any], shared: Bed) -> Judged:
    """The shop with a habit, and the spec files that init makes of it."""
    other = changes_schema("habits", known["name"])
    with project(shared, Path("none"), changes_schema=other) as folder:
        init = generate(folder, SHOP_HABITS=known["name"])
        ran = run(folder, SHOP_HABITS=known["name"])
    return sound(known["name"], "generated", known["operation"], ran, init)


def plain(way: str, specs: Path | None, shared: Bed) -> Judged:
    """The correct shop."""
    with project(shared, specs) as folder:
        return sound("correct shop", way, "", run(folder))


def _line(finding: Finding) -> str:
    return f"{finding.verdict} {finding.check} on {finding.subject}: {finding.title}"


async def main() -> int:
    """Run all, or those of --only; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated names of defects and habits")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--kept", action="store_true", help="only with the files that people keep")
    way.add_argument("--generated", action="store_true", help="only with those that init writes")
    arguments = parser.parse_args()
    ways = [w for w in WAYS if arguments.kept == arguments.generated or getattr(arguments, w)]
    only = {n for n in arguments.only.split(",") if n}
    defects, habits = table("defects"), table("habits")
    if unknown := only - {d["name"] for d in (*defects, *habits)}:
        sys.exit(f"no defect or habit is called {', '.join(sorted(unknown))}")
    defects, habits = ([d for d in t if not only or d["name"] in only] for t in (defects, habits))
    async with bed() as shared:
        judged = await asyncio.to_thread(judge, defects, habits, shared, ways)
    return told(judged, {d["name"] for d in defects}, ways)


def judge(
    defects: list[dict[str, Any]], habits: list[dict[str, Any]], shared: Bed, ways: list[str]
) -> list[Judged]:
    """All runs, as many at once as there are processors."""
    with project(shared, Path("none")) as generated:
        jobs: list[tuple[str, str, Callable[[], Judged]]] = []
        for way in ways:
            specs = None
            if way == "generated":
                generate(generated)
                specs = generated / "integration"
            habit = kept_habit if way == "kept" else generated_habit
            jobs += [("correct shop", way, partial(plain, way, specs, shared))]
            fitting = [d for d in defects if way == "kept" or not d["reviewed"]]
            jobs += [(d["name"], way, partial(defect, d, way, specs, shared)) for d in fitting]
            jobs += [(h["name"], way, partial(habit, h, shared)) for h in habits]
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            return list(_told(pool.map(lambda job: _carried_out(*job), jobs)))


def _carried_out(name: str, way: str, job: Callable[[], Judged]) -> Judged:
    """The job's result; one that could not be carried out is told, and the others go on."""
    try:
        return job()
    except Broken as exc:
        return Judged(name, way, False, "BROKEN", [str(exc)])


def told(judged: list[Judged], names: set[str], ways: list[str]) -> int:
    """The last line; the exit code."""
    found = [j for j in judged if j.name in names and j.is_right]
    silent = [j for j in judged if j.name not in names]
    alarms = sum(len(j.alarms) for j in judged)
    for way in ways:
        count = sum(j.way == way for j in found)
        tried = sum(j.way == way and j.name in names for j in judged)
        print(f"{count} of {tried} defects found{WAYS[way]}", end=", ")
    right = sum(j.is_right for j in silent)
    print(f"{right} of {len(silent)} sound shops silent, {alarms} false alarms")
    return 0 if all(j.is_right for j in judged) and not alarms else 1


def _told(results: Iterator[Judged]) -> Iterator[Judged]:
    for one in results:
        print(f"{one.name} {one.said} ({one.way} files)", flush=True)
        for alarm in one.alarms:
            print(f"    false alarm: {alarm}", flush=True)
        yield one


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

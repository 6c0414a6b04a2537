"""Peak memory of a whole run with ten times the cases, against the same run with one time the cases.

Each run is a process of its own, `seamline run` on canned replies; its peak is what the kernel says.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from case import canned_server
from measure import Measure

CASES = 300
ROUNDS = 3


async def run() -> list[Measure]:
    """The measure of this file; milliseconds stand for megabytes here."""
    async with canned_server() as base:
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            ours.append(_peak_mb(base, CASES * 10))
            theirs.append(_peak_mb(base, CASES))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    found = Measure(
        name="memory-10x-cases",
        ratio=statistics.median(ours) / statistics.median(theirs),
        goal=1.2,
        ours_ms=statistics.median(ours),
        theirs_ms=statistics.median(theirs),
        spread=(min(ratios), max(ratios)),
    )
    return [found]


def _peak_mb(base: str, cases: int) -> float:
    """Megabytes that a run of so many cases held at its height."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seamline.toml").write_text(f'[system]\nurl = "{base}"\nready = "/"\n')
        (folder / "integration").mkdir()
        specs = {
            "version": 1,
            "endpoints": [
                {
                    "endpoint": "/items/{id}",
                    "method": "GET",
                    "cases": [
                        {
                            "id": f"c{i}",
                            "kind": "positive",
                            "request": {"path": {"id": i}},
                            "expect": {"status": 200},
                        }
                        for i in range(cases)
                    ],
                }
            ],
        }
        (folder / "integration" / "Endpoint_Validation_Specs.json").write_text(json.dumps(specs))
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "seamline", "run", "api", "-q", "-p", name],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
        )
        _, status, usage = os.wait4(child, 0)
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"the run ended with {os.waitstatus_to_exitcode(status)}")
        return usage.ru_maxrss / 1024

"""`seamline --help` against a bare click program."""

from __future__ import annotations

import subprocess
import sys
import time

from measure import Measure, measure

_BARE = "import click\n@click.command()\ndef hello():\n    'Say hello.'\nhello(['--help'])"


async def run() -> list[Measure]:
    """The measure of this file: user and system time are what counts, wall time is what we take."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(12):
        for times, command in (
            (ours, [sys.executable, "-m", "seamline", "--help"]),
            (theirs, [sys.executable, "-c", _BARE]),
        ):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:
                times.append(time.perf_counter() - start)
    return [measure("help", 2.0, ours, theirs)]

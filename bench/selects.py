"""A prepared SELECT by two ways in turn, in a process of its own: `python selects.py URL OTHER ROUNDS COUNT`.

It prints the seconds of the median statement of each round, by way, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import asyncpg
import uvloop


async def medians(urls: list[str], rounds: int, count: int) -> list[list[float]]:
    """Per way and round the median of `count` statements; a first round does not count."""
    connections = [await asyncpg.connect(url, ssl=False) for url in urls]
    selects = [await c.prepare("SELECT $1::int") for c in connections]
    times: list[list[float]] = [[] for _ in urls]
    for number in range(rounds + 1):
        for way, select in enumerate(selects):
            taken = []
            for _ in range(count):
                start = time.perf_counter()
                await select.fetchval(1)
                taken.append(time.perf_counter() - start)
            if number:
                times[way].append(sorted(taken)[count // 2])
    for connection in connections:
        await connection.close()
    return times


if __name__ == "__main__":
    *to, many, each = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(medians(to, int(many), int(each)))))

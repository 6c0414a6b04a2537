"""The budgets, side by side in one run: a line per measure, and bench/results.json."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path

import uvloop

BENCHES = {
    "case": "case",
    "shop": "shop_mix",
    "reset": "reset",
    "rows": "rows",
    "help": "startup",
    "derive": "derive",
    "api-run": "api_run",
    "memory": "memory",
    "migrations": "migrations",
    "data": "data_checks",
    "report": "report",
    "proxy": "proxy",
    "sweep": "sweep",
    "schedules": "schedules",
}


async def measure_all(names: list[str]) -> bool:
    """Run the benches of that name; whether every measure keeps its goal."""
    results = []
    for name in names:
        for found in await import_module(BENCHES[name]).run():
            print(found.line(), flush=True)
            results.append(found)
    path = Path(__file__).parent / "results.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept.update({r.name: r.json() for r in results})
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
    return all(r.ok for r in results)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(BENCHES)}")
    wanted = [n for n in parser.parse_args().only.split(",") if n] or list(BENCHES)
    unknown = [n for n in wanted if n not in BENCHES]
    if unknown:
        sys.exit(f"no bench is called {', '.join(unknown)}; known: {', '.join(BENCHES)}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(0 if runner.run(measure_all(wanted)) else 1)


if __name__ == "__main__":
    main()

"""The command `shop`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from shop.defects import DEFECTS, Defect
from shop.habits import HABITS, Habit


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="shop", description="Seamline's reference system.")
    commands = parser.add_subparsers(required=True)
    tables: tuple[tuple[str, Sequence[Defect | Habit]], ...]
    tables = (("defects", DEFECTS), ("habits", HABITS))
    for name, table in tables:
        listing = commands.add_parser(name, help=f"list the {name} that SHOP_{name.upper()} knows")
        listing.add_argument("--json", action="store_true", help="all that is known about each")
        listing.set_defaults(table=table)
    arguments = parser.parse_args()
    show(arguments.table, as_json=arguments.json)


def show(table: Sequence[Defect | Habit], *, as_json: bool) -> None:
    """Print the entries, one a line, or all as JSON."""
    if as_json:
        print(json.dumps([asdict(entry) for entry in table], indent=2))
        return
    width = max(len(entry.name) for entry in table)
    for entry in table:
        print(f"{entry.name:{width}}  {entry.what}")

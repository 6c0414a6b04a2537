"""The command `shop`."""

import argparse
import json
from dataclasses import asdict

from shop.defects import DEFECTS


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="shop", description="Seamline's reference system.")
    commands = parser.add_subparsers(required=True)
    defects = commands.add_parser("defects", help="list the defects that SHOP_DEFECTS knows")
    defects.add_argument("--json", action="store_true", help="all that is known about each")
    defects.set_defaults(run=list_defects)
    arguments = parser.parse_args()
    arguments.run(arguments)


def list_defects(arguments: argparse.Namespace) -> None:
    """Print the defects, one a line, or all as JSON."""
    if arguments.json:
        print(json.dumps([asdict(defect) for defect in DEFECTS], indent=2))
        return
    width = max(len(defect.name) for defect in DEFECTS)
    for defect in DEFECTS:
        print(f"{defect.name:{width}}  {defect.what}")

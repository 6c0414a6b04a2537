"""Overlays: named modules over the correct shop, each of which changes one thing of it.

A package of them has a table of what it knows. A module has one or several of `apply(app)`,
`migrate(connection)`, `history(script)`, and `release(folder)`, which writes the next release over
a copy of the shop.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol, TypeVar

from alembic.script import ScriptDirectory
from fastapi import FastAPI
from sqlalchemy import Connection


class Named(Protocol):
    """An entry of a table."""

    @property
    def name(self) -> str:
        """As the environment names it, in camelCase."""

    @property
    def module(self) -> ModuleType:
        """What it does."""


Entry = TypeVar("Entry", bound=Named)


def module_of(package: str, name: str) -> ModuleType:
    """The module of `cartIsEmptied` is `cart_is_emptied`."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    return import_module(f"{package}.{snake}")


def chosen(table: Sequence[Entry], names: str, variable: str, kind: str) -> list[Entry]:
    """The entries that a comma-separated list names; an unknown name ends the process."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {entry.name: entry for entry in table}
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"{variable}: no such {kind}: {', '.join(unknown)} (see: shop {kind}s)")
    return [known[name] for name in wanted]


def apply_to_app(entries: Sequence[Named], app: FastAPI) -> None:
    """Put the overlays over the shop."""
    for entry in entries:
        if hasattr(entry.module, "apply"):
            entry.module.apply(app)


def apply_to_schema(entries: Sequence[Named], connection: Connection) -> None:
    """Change the migrated schema as the overlays do."""
    for entry in entries:
        if hasattr(entry.module, "migrate"):
            entry.module.migrate(connection)


def apply_to_history(entries: Sequence[Named], script: ScriptDirectory) -> None:
    """Change the revisions as the overlays do; once or several times is the same."""
    for entry in entries:
        if hasattr(entry.module, "history"):
            entry.module.history(script)


def replace(module: ModuleType, name: str, make: Callable[[Any], Any]) -> None:
    """Let `make` turn the module's function into the one that stands in for it."""
    setattr(module, name, make(getattr(module, name)))

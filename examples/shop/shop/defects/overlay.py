"""How a defect takes a function's place."""

from collections.abc import Callable
from types import ModuleType
from typing import Any


def replace(module: ModuleType, name: str, make: Callable[[Any], Any]) -> None:
    """Let `make` turn the module's function into the one that stands in for it."""
    setattr(module, name, make(getattr(module, name)))

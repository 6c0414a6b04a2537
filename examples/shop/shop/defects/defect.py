"""One known defect: its name, what is wrong, and what must find it."""

from dataclasses import dataclass
from types import ModuleType

from shop import overlay

MIGRATIONS = "migrations"


@dataclass(frozen=True)
class Defect:
    """What is wrong, where, and the Seamline check that must find it.

    `reviewed`: against something that only a person writes into the spec file. `deep`: only a run
    with `--deep` finds it.
    """

    name: str
    what: str
    check: str
    operation: str
    also: tuple[str, ...] = ()
    reviewed: bool = False
    deep: bool = False

    @property
    def module(self) -> ModuleType:
        """The overlay."""
        return overlay.module_of("shop.defects", self.name)

"""What a run is asked for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from seamline.model.case import Case
from seamline.model.vocabulary import Part
from seamline.run.rules import Files
from seamline.spec.project import Project


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is asked for. `select` keeps cases of which it returns true.

    `derive` adds the cases that follow from the document to those of the spec file; `keep` lets
    what was made of the document stay beside them.
    """

    files: Files
    parts: tuple[Part, ...] = ("api", "database")
    select: Callable[[Case], bool] = lambda case: True
    seed: int = 0
    derive: bool = True
    keep: bool = True

    @property
    def project(self) -> Project:
        """The project of `seamline.toml`."""
        return self.files.project

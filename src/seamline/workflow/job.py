"""What a run is asked for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from seamline.model.case import Case
from seamline.model.vocabulary import Part
from seamline.run.rules import Files
from seamline.spec.accepted import Acceptance
from seamline.spec.project import Project
from seamline.workflow.changed import Changed

DEEPER = 4
"""With `deep` that many times as much is explored."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is asked for. `select` keeps cases of which it returns true.

    `derive` adds the cases that follow from the document to those of the spec file; `keep` lets
    what was made of the document stay beside them. `checks`, where given, are the only ones to judge;
    `time_s` is how long cases may be sent, `changed` what a change left to test. `selected` says in
    words what of all this was asked for, `accepted` are findings that may stay for a while. `walk` is
    whether the history of migrations is walked, and `only_walk` leaves out all else. `transactions`
    is whether statements are made to fail, with `deep` in every way; `only_transactions` leaves out all else.
    """

    files: Files
    parts: tuple[Part, ...] = ("api", "database")
    select: Callable[[Case], bool] = lambda case: True
    seed: int = 0
    derive: bool = True
    keep: bool = True
    checks: frozenset[str] = frozenset()
    time_s: float | None = None
    changed: Changed | None = None
    selected: str = ""
    accepted: tuple[Acceptance, ...] = ()
    walk: bool = False
    only_walk: bool = False
    transactions: bool = False
    only_transactions: bool = False
    deep: bool = False

    @property
    def explore_s(self) -> float:
        """How long statements may be made to fail, and then how long requests may be sent at once."""
        if self.time_s is not None:
            return self.time_s
        return self.project.limits.transactions_s * (DEEPER if self.deep else 1)

    @property
    def is_whole(self) -> bool:
        """Whether everything is asked for, and nothing left out."""
        every = self.derive and self.walk and self.transactions
        return not self.selected and every and len(self.parts) > 1

    @property
    def unselected(self) -> Job:
        """The same job with all cases."""
        return msgspec.structs.replace(self, select=lambda case: True, changed=None)

    @property
    def project(self) -> Project:
        """The project of `seamline.toml`."""
        return self.files.project

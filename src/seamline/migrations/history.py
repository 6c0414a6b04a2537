"""What the walk asks of a history of migrations, whatever tool keeps it."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the history.

    `down` names the revisions that it stands on, `labels` the branches that it is declared to be of.
    `digest` is of its file as it is written. `no_way_down` says why it cannot be taken back, where that
    is known beforehand. It is `atomic` where a step that fails leaves nothing behind, as far as is known.
    """

    id: str
    down: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    message: str = ""
    file: str = ""
    digest: str = ""
    no_way_down: str = ""
    atomic: bool = True


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step failed. `kind` is the name of the exception, `code` the engine's, `where` file and line.

    `table` and `column` are what the engine names.
    """

    kind: str
    message: str
    code: str = ""
    table: str = ""
    column: str = ""
    statement: str = ""
    where: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was tried: how long it took, and why it failed, if it did. It is committed or undone."""

    ms: float
    problem: Problem | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Something in which the models and the migrated schema differ, named by `table` and `what` of it."""

    table: str
    what: str
    text: str


class History(Protocol):
    """A history, bound to one database.

    `revisions` stand in an order in which they can be applied. `bookkeeping` is the table in which the
    tool keeps what was applied. `own_names` finds the names of constraints and indexes that the tool makes
    up itself and does not rely on: it looks for these by their columns. `again` asks the tool to bring
    everything up to date once more and says which revisions that applied, None where no tool keeps that.
    `before_commit` is said at the end of each transaction by a history that makes these itself.
    `differences` is None where the tool knows no models. `let_go` ends all connections to the database; the
    next step makes new ones.
    """

    tool: str
    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]
    bookkeeping: str
    own_names: re.Pattern[str] | None
    before_commit: str

    async def up(self, revision: str) -> Step: ...
    async def down(self, revision: str) -> Step: ...
    async def let_go(self) -> None: ...
    async def again(self) -> tuple[str, ...] | None: ...
    async def differences(self) -> tuple[Difference, ...] | None: ...

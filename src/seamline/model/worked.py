"""What one statement of a migration did to tables that stood before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Blocks = Literal["nothing", "writes", "reads and writes"]
"""What others cannot do to a table as long as a lock is held; in the order of what is worse."""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The strongest lock on a table, in the engine's words, and what it keeps others from."""

    lock: str
    blocks: Blocks


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, as it ended. Tables go by their names before the migration.

    `transaction` tells which statements end together ('' where nothing was written), `begun_ms` when it
    began; `kind` is the statement's first words. `held` are the locks at the end of the statement, `had` the
    tables that were kept from others when it began; `read` counts rows that were read in full scans,
    `written` those updated or deleted; `rewritten` tables have new files.
    """

    transaction: str
    kind: str
    statement: str
    started_ms: float
    ended_ms: float
    begun_ms: float = 0.0
    had: frozenset[str] = frozenset()
    held: Mapping[str, Hold] = {}
    read: Mapping[str, int] = {}
    written: Mapping[str, int] = {}
    rewritten: tuple[str, ...] = ()

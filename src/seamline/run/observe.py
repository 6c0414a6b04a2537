"""A look at the rows: what was changed since the last one."""

from __future__ import annotations

from typing import Final

from seamline.model.exchange import LEFT_OPEN
from seamline.model.row import RowChange
from seamline.run.session import Session

RESTRUCTURED: Final = "the request changed the database's structure"


async def observed(session: Session) -> tuple[tuple[RowChange, ...] | None, tuple[str, ...]]:
    """The rows changed since the last look, without noise, and what settling saw."""
    capture = session.target.capture
    if capture is None:
        return None, ()
    seen = await capture.observe(session.rules.settle_s)
    changes = tuple(c for c in seen.changes if not session.rules.noise.hides(c))
    shown = session.redactor.text
    notes = tuple(shown(f"{LEFT_OPEN}: {t}") for t in seen.open_transactions)
    if seen.structure_changed:
        notes += (f"{RESTRUCTURED}: {seen.structure_changed}",)
    return changes, notes

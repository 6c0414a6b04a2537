"""What to write instead."""

from __future__ import annotations

from seamline.model.worked import Worked

INDEX = (
    "make the index with CREATE INDEX CONCURRENTLY, outside a transaction (in Alembic:"
    " `with op.get_context().autocommit_block():` and postgresql_concurrently=True)"
)
REWRITE = (
    "add a new column beside the old one, let the system write both, fill it in batches, and drop the old"
    " one in a later release; a default that is computed for each row is set after the column is there"
)
BACKFILL = (
    "fill in batches, each in a transaction of its own, in a revision that changes no table; what the"
    " rows must satisfy comes in the next one"
)
INVALID = "drop the index and make it again: the engine keeps it up to date and never uses it"
BUDGET = "set a lock_timeout, and split the revision so that the lock is held for no work"
_NOT_NULL = (
    "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own:"
    " SET NOT NULL then needs no scan"
)
_UNIQUE = "CREATE UNIQUE INDEX CONCURRENTLY, outside a transaction, then ADD CONSTRAINT … UNIQUE USING INDEX"
_CONSTRAINT = "ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own"


def of_scan(worked: Worked) -> str:
    """For a statement that reads a table through under a strong lock."""
    text = " ".join(worked.statement.upper().split())
    if "SET NOT NULL" in text:
        return _NOT_NULL
    if "UNIQUE" in text or "PRIMARY KEY" in text:
        return _UNIQUE
    if "VALIDATE CONSTRAINT" in text:
        return (
            "VALIDATE CONSTRAINT in a transaction of its own, in which nothing else holds the table"
        )
    return _CONSTRAINT

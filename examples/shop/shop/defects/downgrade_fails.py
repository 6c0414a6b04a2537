"""The downgrade of 0004 drops a table by a name that it never had."""

from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's downgrade away for another."""
    vars(script.get_revision("0004").module)["downgrade"] = downgrade


def downgrade() -> None:
    """The revision's own with a slip of the pen."""
    op.drop_table("cart_item")

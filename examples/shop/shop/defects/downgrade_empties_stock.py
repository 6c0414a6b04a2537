"""The downgrade of 0011 sets all stock to one number, and says so nowhere."""

from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's downgrade away for another."""
    vars(script.get_revision("0011").module)["downgrade"] = downgrade


def downgrade() -> None:
    """The revision's own, and the loss."""
    for table in ("orders", "products"):
        op.drop_column(table, "updated_at")
    op.execute("UPDATE products SET stock = 9999")

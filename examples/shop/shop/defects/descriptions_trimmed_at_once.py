"""All descriptions are written in the transaction that locks the table."""

from alembic import op
from alembic.script import ScriptDirectory

from shop.defects import revision


def history(script: ScriptDirectory) -> None:
    """Add the revision."""
    revision.add(script, upgrade, downgrade)


def upgrade() -> None:
    """One statement for all rows, behind one that locks them."""
    op.alter_column("products", "description", server_default="")
    op.execute("UPDATE products SET description = btrim(description)")


def downgrade() -> None:
    """Nothing to do."""
    op.alter_column("products", "description", server_default="")

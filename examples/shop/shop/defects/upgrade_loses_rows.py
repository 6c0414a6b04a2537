"""The upgrade of 0008 deletes the lines that have no price, which are all."""

import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's upgrade away for another."""
    vars(script.get_revision("0008").module)["upgrade"] = upgrade


def upgrade() -> None:
    """The revision's own, which deletes where it should fill in."""
    op.add_column("order_lines", sa.Column("unit_price", sa.Numeric(12, 2)))
    op.execute("DELETE FROM order_lines WHERE unit_price IS NULL")
    op.alter_column("order_lines", "unit_price", nullable=False)
    op.create_check_constraint("unit_price", "order_lines", "unit_price >= 0")

"""The upgrade of 0008 adds a column that may not be null to a table with rows."""

import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's upgrade away for another."""
    vars(script.get_revision("0008").module)["upgrade"] = upgrade


def upgrade() -> None:
    """The revision's own in one step, without a value for the lines that there are."""
    op.add_column("order_lines", sa.Column("unit_price", sa.Numeric(12, 2), nullable=False))
    op.create_check_constraint("unit_price", "order_lines", "unit_price >= 0")

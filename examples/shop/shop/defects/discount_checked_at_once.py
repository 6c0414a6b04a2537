"""A constraint that is added and checked in one, while nobody can use the table."""

from alembic import op
from alembic.script import ScriptDirectory

from shop.defects import revision


def history(script: ScriptDirectory) -> None:
    """Add the revision."""
    revision.add(script, upgrade, downgrade)


def upgrade() -> None:
    """No NOT VALID, no VALIDATE after it."""
    op.create_check_constraint("discount_of_total", "orders", "discount + total >= 0")


def downgrade() -> None:
    """No constraint."""
    op.drop_constraint(op.f("orders_discount_of_total_check"), "orders")

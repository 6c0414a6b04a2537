"""An index that is built while nobody can write."""

from alembic import op
from alembic.script import ScriptDirectory

from shop.defects import revision


def history(script: ScriptDirectory) -> None:
    """Add the revision."""
    revision.add(script, upgrade, downgrade)


def upgrade() -> None:
    """Not CONCURRENTLY."""
    op.create_index("orders_status_idx", "orders", ["status"])


def downgrade() -> None:
    """No index."""
    op.drop_index("orders_status_idx")

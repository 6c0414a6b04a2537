"""When a product or an order last changed; so far, when it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("products", "orders"):
        op.add_column(table, sa.Column("updated_at", sa.DateTime(timezone=True)))
        op.execute(f"UPDATE {table} SET updated_at = created_at")
        op.alter_column(table, "updated_at", server_default=sa.func.now(), nullable=False)


def downgrade() -> None:
    for table in ("orders", "products"):
        op.drop_column(table, "updated_at")

"""The API always said name."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("products", "title", new_column_name="name")


def downgrade() -> None:
    op.alter_column("products", "name", new_column_name="title")

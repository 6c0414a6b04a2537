"""A line keeps the price of its day; so far it followed the product's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("unit_price", sa.Numeric(12, 2)))
    op.execute(
        "UPDATE order_lines SET unit_price = products.price"
        " FROM products WHERE products.id = order_lines.product_id"
    )
    op.alter_column("order_lines", "unit_price", nullable=False)
    op.create_check_constraint("unit_price", "order_lines", "unit_price >= 0")


def downgrade() -> None:
    op.drop_column("order_lines", "unit_price")

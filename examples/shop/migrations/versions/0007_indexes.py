"""Search by category and price; one account per address, in whatever case."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("products_category_price_idx", "products", ["category", "price"])
    op.drop_constraint(op.f("users_email_key"), "users")
    op.create_index("users_email_key", "users", [sa.text("lower(email)")], unique=True)


def downgrade() -> None:
    op.drop_index("users_email_key")
    op.create_unique_constraint(op.f("users_email_key"), "users", ["email"])
    op.drop_index("products_category_price_idx")

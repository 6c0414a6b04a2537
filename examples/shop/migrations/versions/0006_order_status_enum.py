"""A type of its own for the status of an order."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TYPE order_status AS ENUM ('open', 'paid', 'cancelled')")
    op.drop_constraint(op.f("orders_status_check"), "orders")
    op.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT,"
        " ALTER status TYPE order_status USING status::order_status,"
        " ALTER status SET DEFAULT 'open'"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT,"
        " ALTER status TYPE varchar(16) USING status::text,"
        " ALTER status SET DEFAULT 'open'"
    )
    op.create_check_constraint("status", "orders", "status IN ('open', 'paid', 'cancelled')")
    op.execute("DROP TYPE order_status")

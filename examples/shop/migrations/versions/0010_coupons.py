"""Coupons, and the discount of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("max_redemptions", sa.Integer, nullable=False),
        sa.Column("redeemed", sa.Integer, server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 90", name="percent"),
        sa.CheckConstraint("max_redemptions > 0", name="max_redemptions"),
        sa.CheckConstraint("redeemed BETWEEN 0 AND max_redemptions", name="redeemed"),
    )
    op.add_column("orders", sa.Column("coupon_code", sa.String(32)))
    op.create_foreign_key(None, "orders", "coupons", ["coupon_code"], ["code"])
    op.create_index("orders_coupon_code_idx", "orders", ["coupon_code"])
    op.add_column(
        "orders", sa.Column("discount", sa.Numeric(12, 2), server_default="0", nullable=False)
    )
    op.create_check_constraint("discount", "orders", "discount >= 0")


def downgrade() -> None:
    op.drop_column("orders", "discount")
    op.drop_column("orders", "coupon_code")
    op.drop_table("coupons")

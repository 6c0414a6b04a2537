"""The downgrade of 0006 does not give the default of a status back."""

from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's downgrade away for another."""
    vars(script.get_revision("0006").module)["downgrade"] = downgrade


def downgrade() -> None:
    """The revision's own without the last step of the column."""
    op.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT,"
        " ALTER status TYPE varchar(16) USING status::text"
    )
    op.create_check_constraint("status", "orders", "status IN ('open', 'paid', 'cancelled')")
    op.execute("DROP TYPE order_status")

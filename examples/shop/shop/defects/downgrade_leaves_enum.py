"""The downgrade of 0006 forgets the type that the upgrade has made."""

from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's downgrade away for another."""
    vars(script.get_revision("0006").module)["downgrade"] = downgrade


def downgrade() -> None:
    """The revision's own without DROP TYPE."""
    op.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT,"
        " ALTER status TYPE varchar(16) USING status::text,"
        " ALTER status SET DEFAULT 'open'"
    )
    op.create_check_constraint("status", "orders", "status IN ('open', 'paid', 'cancelled')")

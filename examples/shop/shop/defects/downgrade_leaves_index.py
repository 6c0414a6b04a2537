"""The downgrade of 0007 forgets one of its two indexes."""

from alembic import op
from alembic.script import ScriptDirectory


def history(script: ScriptDirectory) -> None:
    """Take the revision's downgrade away for another."""
    vars(script.get_revision("0007").module)["downgrade"] = downgrade


def downgrade() -> None:
    """The revision's own without the first index."""
    op.drop_index("users_email_key")
    op.create_unique_constraint(op.f("users_email_key"), "users", ["email"])

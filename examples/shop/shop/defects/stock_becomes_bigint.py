"""Stock in a wider type: the whole table is written anew under an exclusive lock."""

import sqlalchemy as sa
from alembic import op
from alembic.script import ScriptDirectory

from shop.defects import revision


def history(script: ScriptDirectory) -> None:
    """Add the revision."""
    revision.add(script, upgrade, downgrade)


def upgrade() -> None:
    """All in one statement."""
    op.alter_column("products", "stock", type_=sa.BigInteger)


def downgrade() -> None:
    """As it was."""
    op.alter_column("products", "stock", type_=sa.Integer)

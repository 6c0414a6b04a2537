"""Names of products become unique, and nobody has looked for those that are not."""

from alembic import op
from alembic.script import ScriptDirectory

from shop.defects import revision


def history(script: ScriptDirectory) -> None:
    """Add the revision."""
    revision.add(script, upgrade, downgrade)


def upgrade() -> None:
    """No duplicate is looked for."""
    op.create_unique_constraint("products_name_key", "products", ["name"])


def downgrade() -> None:
    """As it was."""
    op.drop_constraint(op.f("products_name_key"), "products")

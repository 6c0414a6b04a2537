"""Two people have added a revision to 0010."""

from types import ModuleType

from alembic import op
from alembic.script import Script, ScriptDirectory

REVISION = "0010b"


def history(script: ScriptDirectory) -> None:
    """Add the other one."""
    if len(script.get_heads()) > 1:
        return
    module = ModuleType(REVISION, "Coupons by the day they end.")
    module.__dict__.update(revision=REVISION, down_revision="0010", upgrade=upgrade)
    module.__dict__.update(downgrade=downgrade, branch_labels=None, depends_on=None)
    script.revision_map.add_revision(Script(module, REVISION, __file__))


def upgrade() -> None:
    """An index."""
    op.create_index("coupons_expires_at_idx", "coupons", ["expires_at"])


def downgrade() -> None:
    """None any more."""
    op.drop_index("coupons_expires_at_idx")

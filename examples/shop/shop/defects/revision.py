"""One more revision on the newest one: what a deployment would apply next."""

from collections.abc import Callable
from types import ModuleType

from alembic.script import Script, ScriptDirectory

NAME = "next"


def add(
    script: ScriptDirectory, upgrade: Callable[[], None], downgrade: Callable[[], None]
) -> None:
    """Add it, once."""
    heads = script.get_heads()
    if NAME in heads:
        return
    module = ModuleType(NAME, "What comes next.")
    module.__dict__.update(revision=NAME, down_revision=max(heads), upgrade=upgrade)
    module.__dict__.update(downgrade=downgrade, branch_labels=None, depends_on=None)
    script.revision_map.add_revision(Script(module, NAME, __file__))

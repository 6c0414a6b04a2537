"""The next release of the shop, written over a copy of this one."""

from pathlib import Path

_REVISION = '''"""{what}"""

from alembic import op

revision = "next"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{up}")


def downgrade() -> None:
    op.execute("{down}")
'''


def migrate(folder: Path, what: str, up: str, down: str) -> None:
    """Add a revision."""
    versions = folder / "migrations" / "versions"
    newest = max(file.name for file in versions.glob("*.py")).partition("_")[0]
    text = _REVISION.format(what=what, up=up, down=down, newest=newest)
    (versions / "next.py").write_text(text)


def edit(folder: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replace texts of a file, each of which must be there."""
    path = folder / file
    text = path.read_text()
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"{file} has no {old!r}")
        text = text.replace(old, new)
    path.write_text(text)

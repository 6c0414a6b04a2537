"""A small repository with two versions of the shop: the old one is committed, the new one in the folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from seamline.model.event import Event, RolloutChecked, RolloutFinished
from seamline.model.finding import Finding
from seamline.model.vocabulary import ROLLOUT_CHECKS

from ..project import run_project, shared

SHOP = Path(__file__).parents[2] / "examples" / "shop"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".seamline", "tests", "*.md", "*.xml", "*.ndjson")
MIGRATION = '''"""One more."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""{sql}""")


def downgrade() -> None:
    raise NotImplementedError
'''


def git(folder: Path, *words: str) -> str:
    """Run git there as somebody."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


class Releases:
    """The shop below `folder`, its first version tagged `live`."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "repository"
        self.folder = self.repository / "shop"
        shutil.copytree(SHOP, self.folder, ignore=_LEFT_OUT)
        toml = self.folder / "seamline.toml"
        toml.write_text(toml.read_text().replace('provider = "private"\n', shared()))
        self.specs = self.folder / "integration"
        (self.repository / ".gitignore").write_text("__pycache__\n")
        self.compare_with("live")
        git(self.repository, "init", "-q")
        git(self.repository, "add", "-A")
        git(self.repository, "commit", "-qm", "old")
        git(self.repository, "tag", "live")

    def compare_with(self, ref: str, **more: Any) -> None:
        """Name the previous release in the data file."""
        data = {"migrations": {"previous": {"ref": ref, **more}}}
        (self.specs / "Data_Validation_Framework.json").write_text(json.dumps(data))

    def migrate(self, sql: str) -> None:
        """Add a revision."""
        file = self.folder / "migrations" / "versions" / "0012_one_more.py"
        file.write_text(MIGRATION.format(sql=sql))

    def edit(self, file: str, *pairs: tuple[str, str]) -> None:
        """Replace texts of a file of the new version."""
        path = self.folder / file
        text = path.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    def run(self, *operations: str) -> Seen:
        """Run the comparison alone, of these operations or all."""
        before = (
            git(self.repository, "status", "--porcelain"),
            git(self.repository, "worktree", "list"),
        )
        events = run_project(
            self.folder, parts=("database",), check=ROLLOUT_CHECKS, operation=operations
        )
        after = (
            git(self.repository, "status", "--porcelain"),
            git(self.repository, "worktree", "list"),
        )
        assert before == after
        return Seen(events)


class Seen:
    """What a run said of the rollout."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        (self.end,) = [e for e in events if isinstance(e, RolloutFinished)]
        self.operations = {e.operation: e for e in events if isinstance(e, RolloutChecked)}

    @property
    def verdicts(self) -> dict[str, str]:
        """By operation."""
        return {name: e.verdict for name, e in self.operations.items()}

    @property
    def findings(self) -> dict[str, Finding]:
        """By operation; each has at most one."""
        found = [f for e in self.operations.values() for f in e.findings]
        return {f.subject: f for f in (*found, *self.end.findings)}

"""What the docs name exists, and what exists the docs name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shop.defects import DEFECTS

from docs import checks_table, reference
from seamline.checks import CHECKS
from seamline.cli.main import cli
from seamline.errors import SeamlineError
from seamline.model.vocabulary import (
    API_CHECKS,
    DATA_CHECKS,
    DOCUMENT_CHECKS,
    MIGRATION_CHECKS,
    ROLLOUT_CHECKS,
    TRANSACTION_CHECKS,
)

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "name", [*API_CHECKS, *DOCUMENT_CHECKS, *MIGRATION_CHECKS, *ROLLOUT_CHECKS, *TRANSACTION_CHECKS]
)
def test_every_check_has_its_heading(name: str) -> None:
    assert f"\n## {name}\n" in (ROOT / "docs" / "checks.md").read_text()


@pytest.mark.parametrize("name", DATA_CHECKS)
def test_every_check_of_rows_is_in_the_table(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "files.md").read_text()


def test_the_table_of_checks_is_true_and_each_has_a_defect() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    assert checks_table.page(page) == page, "run python docs/checks_table.py"
    assert set(CHECKS) <= {d.check for d in DEFECTS}


def test_the_reference_is_true() -> None:
    page = (ROOT / "docs" / "reference.md").read_text()
    assert page == reference.page(), "run python docs/reference.py"


def test_the_exit_codes_of_the_reference_are_those_of_the_program() -> None:
    def below(kind: type[SeamlineError]) -> set[int]:
        return {kind.exit_code}.union(*(below(k) for k in kind.__subclasses__()))

    front_door = (ROOT / "src" / "seamline" / "cli" / "main.py").read_text()
    codes = (
        {0, 1} | below(SeamlineError) | {int(c) for c in re.findall(r"code = (\d+)", front_door)}
    )
    assert set(reference.EXIT_CODES) == codes


def test_every_command_of_the_readme_exists_and_the_other_way_round() -> None:
    named = set(re.findall(r"seamline ([a-z]+)", (ROOT / "README.md").read_text()))
    assert set(cli.commands) == named & set(cli.commands)


def test_architecture_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 80


def test_no_file_is_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in ROOT.glob("src/**/*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    ]
    assert long == []


def test_every_link_of_the_docs_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), (page.name, target)

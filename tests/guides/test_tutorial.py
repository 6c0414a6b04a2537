"""The tutorial, word for word. Its part of FastAPI is in test_how_to.py, which needs its service."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from .guide import ROOT, carry_out, section

TUTORIAL = ROOT / "docs" / "tutorial.md"
pytestmark = pytest.mark.slow


def test_django(tmp_path: Path) -> None:
    carry_out(section(TUTORIAL, "Django"), tmp_path)


def test_express(tmp_path: Path) -> None:
    if not shutil.which("npm"):
        if os.environ.get("CI") == "true":
            pytest.fail("needs npm")
        pytest.skip("needs npm")
    carry_out(section(TUTORIAL, "Express"), tmp_path)

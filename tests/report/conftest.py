from __future__ import annotations

import pytest

from .streams import Runs, all_runs


@pytest.fixture
def runs() -> Runs:
    """Every run by name."""
    return all_runs()

"""What production is taken to be at when init writes the data file: all revisions that are there then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.errors import SeamlineError
from seamline.migrations.bind import legs_of, not_walked
from seamline.run.setup import Setup
from seamline.spec import DATA
from seamline.workflow.spec_files import existing, generated_before


async def with_deployed(setup: Setup, data: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The data file's content with `migrations.deployed`, and what to say of it.

    Where the file is there already, as it was generated then: a revision that has come since is none that
    production is at.
    """
    if DATA in existing(setup.project):
        before = generated_before(setup.project, DATA).get("migrations")
        return ({**data, "migrations": before} if before is not None else dict(data)), ""
    heads = await _heads(setup)
    if not heads:
        return dict(data), ""
    said = (
        f"history: {', '.join(heads)} and all below is taken to be deployed (migrations.deployed)"
    )
    return {**data, "migrations": {"deployed": heads}}, said


async def _heads(setup: Setup) -> list[str]:
    """The heads of the history; none where it cannot be asked, which is for a run to tell."""
    database = setup.project.database
    if database is None or database.migrations is None or setup.server is None:
        return []
    if not_walked(setup.project):
        return []
    try:
        async with legs_of(setup, setup.server, database.migrations).leg() as leg:
            return sorted(leg.history.heads)
    except SeamlineError:
        return []

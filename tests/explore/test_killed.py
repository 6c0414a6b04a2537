"""A system that is killed at each COMMIT and started again on the same database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from seamline.explore.faults.finding import findings_in
from seamline.explore.faults.points import points
from seamline.explore.faults.sweep import Sweeper, Swept
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.run.rules import judging
from seamline.run.session import Rules
from seamline.run.setup import Setup, prepared
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.plan import own_cases

from ..project import write_project
from ..systems.claims import SCHEMA, WAYS

SYSTEM = Path(__file__).parents[1] / "systems" / "claims.py"


def _project(folder: Path) -> Path:
    case = {"kind": "positive", "identity": "anonymous", "expect": {"status": 201}}
    endpoints = [
        {
            "endpoint": f"/{way}",
            "method": "POST",
            "expectedStatus": 201,
            "cases": [{**case, "id": way}],
        }
        for way in WAYS
    ]
    return write_project(folder, {"endpoints": endpoints}, migration=SCHEMA, system=SYSTEM)


Prepared = tuple[Setup, Rules, dict[str, Case]]


@pytest.fixture(scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prepared]:
    job = load_job(_project(tmp_path_factory.mktemp("claims")), parts=("api", "database"))
    with workspace() as space:
        async with prepared(job.project, space, Redactor(), lambda event: None) as made:
            async with made.target() as target:
                judged = await judging(job.files, target, made.document, job.parts)
            cases = {c.id: c for c in own_cases(job, judged, made.document)}
            yield made, judged.rules, cases


async def killed(known: Prepared, way: str) -> tuple[Swept, list[Finding]]:
    setup, rules, cases = known
    async with AsyncExitStack() as stack:
        sweeper = Sweeper(setup, rules, stack, deep=True)
        sound = (await sweeper.sweep(cases[way], only=[])).sweep
        assert sound is not None
        wanted = [i for i in points(sound.sound[0].sql or (), deep=True) if i.harm == "killed"]
        swept = await sweeper.sweep(cases[way], only=wanted)
    return swept, findings_in(swept, rules, setup.redactor)


async def test_what_one_who_was_killed_leaves_is_found(setup: Prepared) -> None:
    swept, found = await killed(setup, "kept")
    assert {(f.check, f.detail, f.severity) for f in found} == {
        ("atomicUnderFaults", "nothing with other rows", "error"),
        ("recoversAfterFaults", "request after a kill", "error"),
    }
    assert swept.sweep is not None
    # Killed when the claim is committed, and when the work is.
    told = [(t.again.status if t.again else 0, t.unstarted) for t in swept.sweep.trials]
    assert told == [(409, ""), (201, "")]
    steps = [f.evidence.exchanges[-1].label for f in found if f.evidence is not None]
    assert steps[-1] == "after the start"


@pytest.mark.parametrize("way", ["cleared", "whole"])
async def test_a_start_that_tidies_up_and_one_transaction_are_right(
    setup: Prepared, way: str
) -> None:
    swept, found = await killed(setup, way)
    assert found == []
    assert swept.sweep is not None
    assert [t.again.status for t in swept.sweep.trials if t.again] == (
        [201, 201] if way == "cleared" else [201]
    )
    assert swept.left_out == 0

"""Deriving cases from the shop's document, against Schemathesis' own generator of coverage cases; then
the same from what was kept."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import schemathesis
from measure import Measure, measure
from schemathesis.generation import GenerationMode

from seamline.openapi.derive.derive import derive
from seamline.openapi.document import Document, parse
from seamline.openapi.operation import operations
from seamline.workflow.derived import edits_of

ROUNDS = 3


async def run() -> list[Measure]:
    """The measures of this file. Each round is a process of its own: both keep what they drew before."""
    ours: list[float] = []
    theirs: list[float] = []
    kept: list[float] = []
    for _ in range(ROUNDS):
        theirs.append(_alone("theirs"))
        ours.append(_alone("ours"))
        kept.append(_alone("kept"))
    return [measure("derive", 1.2, ours, theirs), measure("derive-kept", 0.1, kept, theirs)]


def _alone(side: str) -> float:
    """Processor seconds of one side, imports left out."""
    command = [sys.executable, __file__, side]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _side(side: str) -> float:
    document = parse(_document(), "shop")
    known = operations(document)
    if side == "theirs":
        return _timed(lambda: _generated(document))
    if side == "ours":
        return _timed(lambda: derive(document, known))
    with tempfile.TemporaryDirectory() as folder:
        edits_of(Path(folder), document, known)
        return _timed(lambda: edits_of(Path(folder), document, known))


def _generated(document: Document) -> int:
    schema = schemathesis.openapi.from_dict(msgspec.json.decode(msgspec.json.encode(document.raw)))
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    made = 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr] # the shop's are all readable
        assert operation is not None
        config = schema.config.generation_for(operation=operation)
        cases = schema.iter_coverage_cases(
            operation, generation_modes=modes, generation_config=config
        )
        made += sum(1 for _ in cases)
    assert made > 100
    return made


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _document() -> bytes:
    """The shop's document; the shop asks for its settings, but connects to nothing."""
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    os.environ.setdefault("JWT_SECRET", "for-benches-only-for-benches-only-for-benches-only")
    from shop.app import app

    return msgspec.json.encode(app.openapi())


if __name__ == "__main__":
    print(_side(sys.argv[1]))

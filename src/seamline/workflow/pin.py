"""Write a derived case into the spec file, where a person can edit it and it stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from seamline.discover.json_page import page
from seamline.errors import UsageError
from seamline.model.case import Case, RequestTemplate
from seamline.model.event import CaseFinished
from seamline.report import read_events
from seamline.report.atomic import replacing
from seamline.spec import ENDPOINTS, find_spec, load_endpoints
from seamline.spec.files import as_endpoints
from seamline.spec.json_text import decode
from seamline.text.suggest import did_you_mean
from seamline.workflow.job import Job


def pin(job: Job, cases: Mapping[str, Case], name: str, status: int | None, record: Path) -> Path:
    """Add the derived case `name` to its operation's entry; the file that was changed.

    It expects `status`, or what it was answered with in the run that `record` tells of. Raises
    `UsageError` where the case is unknown, is in the file already, or nothing says what it expects.
    """
    path = find_spec(job.project.path(job.project.paths.specs), ENDPOINTS)
    assert path is not None  # the job was read from it
    if path.suffix != ".json":
        raise UsageError(f"{path.name}: pin writes JSON, and would lose the comments of YAML")
    case = cases.get(name)
    if case is None:
        raise UsageError(f"no case is called {name!r}.{did_you_mean(name, list(cases))}")
    if case.origin == "spec":
        raise UsageError(f"{name} stands in {path.name} already")
    expected = status or _answered(record, name)
    if not expected:
        raise UsageError(f"nothing says what {name} expects: run it, or give --status")
    document = as_endpoints(decode(path.read_text("utf-8-sig")).value)[0]
    entry = next((e for e in document["endpoints"] if _key(e) == case.subject), None)
    if entry is None:
        raise UsageError(f"{path.name} has no entry for {case.subject}")
    entry.setdefault("cases", []).append(_written(case, expected))
    text = page(document)
    with replacing(path) as file:
        file.write(text)
    load_endpoints(path, job.project.identities)
    return path


def _key(entry: Mapping[str, Any]) -> str:
    return f"{str(entry.get('method', '')).upper()} {entry.get('endpoint', '')}"


def _answered(record: Path, name: str) -> int:
    """The status that the last run saw, 0 where it did not send the case or it broke the system."""
    if not record.is_file():
        return 0
    for event in read_events(record):
        if isinstance(event, CaseFinished) and event.case == name and event.steps:
            seen = event.steps[-1].status
            return seen if seen < 500 else 0
    return 0


def _written(case: Case, status: int) -> dict[str, Any]:
    """The case as a spec file has it. What the system accepts is no negative case any more."""
    step = case.steps[-1]
    request = _request(step.request)
    expect = {"status": status}
    if step.operation != case.subject or step.credentials != "valid":
        raise UsageError(f"{case.id} cannot be written into the file: it is made anew in each run")
    return {
        "id": case.id,
        "kind": "negative"
        if status >= 400
        else "positive"
        if case.kind == "positive"
        else "boundary",
        "identity": step.identity,
        **({"request": request} if request else {}),
        "expect": expect,
    }


def _request(template: RequestTemplate) -> dict[str, Any]:
    empty = RequestTemplate()
    names = {"media_type": "mediaType"}
    written = {
        names.get(field, field): getattr(template, field)
        for field in RequestTemplate.__struct_fields__
        if getattr(template, field) is not msgspec.UNSET
        and getattr(template, field) != getattr(empty, field)
    }
    files = {n: msgspec.to_builtins(f) for n, f in template.files.items()}
    return {**written, "files": files} if files else written

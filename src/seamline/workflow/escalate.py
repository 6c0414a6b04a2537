"""Telling the owner of a part that it still fails: a file, and a message where the toml names a way."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import msgspec

from seamline.errors import SpecError
from seamline.model.vocabulary import Part
from seamline.report.atomic import replacing
from seamline.report.escalation import Told, message, write_escalation
from seamline.run.values import Values
from seamline.spec.project import Project
from seamline.system.template import fill
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import reports_folder
from seamline.workflow.attempts import Ended, attempted
from seamline.workflow.gate import CLEAN, INTERRUPTED
from seamline.workflow.job import Job

NAME = "escalation.md"
_IS_URL = "://"


def carry_out_attempts(
    job: Job, stream: TextIO, *, most: int, reports: Path | None = None, quiet: bool = False
) -> int:
    """Run the job at most `most` times, and tell the owners of what still fails; the exit code.

    Raises the `TargetError` that ended the last attempt, after all has been written.
    """
    addresses(job.project)  # a wrong one is told before anything is run
    ended = attempted(job, stream, most, reports=reports, quiet=quiet)
    failed = ended.exit_code not in (CLEAN, INTERRUPTED)
    if failed and job.project.escalation is not None:
        escalate(job.project, ended, reports_folder(job.project, reports), {})
    if ended.error is not None:
        raise ended.error
    return ended.exit_code


def escalate(
    project: Project, ended: Ended, folder: Path, owners: Mapping[Part, str]
) -> list[Told]:
    """Write `escalation.md` into `folder` and tell the owners of the parts that failed.

    `owners` are names from elsewhere; an address of `[escalation]` is told by Apprise. Raises
    `SpecError` where a placeholder of such an address has no value.
    """
    known = addresses(project)
    told = [
        Told(
            part=v.part,
            owner=owners.get(v.part, "") or _name(project, v.part),
            line=v.line,
            is_sent=False,
        )
        for v in ended.attempts[-1].verdicts
        if v.state != "passed"
    ]
    told = [
        msgspec.structs.replace(t, is_sent=_sent(known.get(t.part, ""), t, ended, project))
        for t in told
    ]
    with replacing(folder / NAME) as file:
        write_escalation(file, project.folder.name, told, ended.attempts)
    return told


def _name(project: Project, part: Part) -> str:
    """What stands in the toml, where it is a name and not an address, which may hold a secret."""
    written = getattr(project.escalation, part, None) or ""
    return "" if _IS_URL in written or "{" in written else written


def addresses(project: Project) -> dict[Part, str]:
    """Where the owners are told. Raises `SpecError` for a placeholder that has no value."""
    if project.escalation is None:
        return {}
    lookup = Values(project, Redactor()).lookup()
    parts: tuple[Part, ...] = ("api", "database")
    filled = {p: fill(getattr(project.escalation, p) or "", lookup) for p in parts}
    return {p: a for p, a in filled.items() if _IS_URL in a}


def _sent(address: str, told: Told, ended: Ended, project: Project) -> bool:
    if not address:
        return False
    try:
        from apprise import Apprise
    except ImportError:
        raise SpecError(
            "seamline.toml: [escalation] names an address, and Apprise is not installed:"
            " pip install 'seamline[notify]'"
        ) from None
    mouth = Apprise()
    title, body = message(project.folder.name, told, ended.attempts)
    sent = mouth.add(address) and bool(mouth.notify(title=title, body=body))
    if not sent:  # its address may hold a secret, so it is not repeated
        print(f"seamline: the owner of {told.part} could not be told; see {NAME}", file=sys.stderr)
    return sent

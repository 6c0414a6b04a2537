"""Checks of rows alone: a database that exists, or a folder of files, read only, with just the data file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import msgspec

from seamline import __version__
from seamline.data.declared import Misfit, resolved, told, without_twins
from seamline.data.derive import derived
from seamline.data.dialect import dialect_for
from seamline.data.evaluate import Result, whole
from seamline.data.guard import refusal
from seamline.data.rule import Rule
from seamline.engines.protocol import Snapshot
from seamline.engines.registry import engine_for, files_for
from seamline.errors import SeamlineError, SpecError, UsageError
from seamline.model.catalog import Catalog
from seamline.model.event import DataChecked, EndReason, Event, RunFinished, RunStarted
from seamline.report.summary import Summary
from seamline.spec import DATA, PROJECT, find_spec, load_data, load_project
from seamline.spec.data import DataFramework
from seamline.spec.project import Gate, Limits
from seamline.text.redact import Redactor
from seamline.workflow import gate
from seamline.workflow.reported import made, reported
from seamline.workflow.rows import checked

_SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql"}


class DataJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: `url` of a database or `files`, a folder; the data file; where reports go."""

    url: str = ""
    files: Path | None = None
    framework: DataFramework
    file: Path
    reports: Path
    checks: frozenset[str] = frozenset()
    gate: Gate = Gate()
    limits: Limits = Limits()

    @property
    def source(self) -> str:
        """What is read, as a record may keep it."""
        return str(self.files.resolve()) if self.files is not None else without_password(self.url)

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """What is read. Raises `UsageError` for a URL of a kind that is not known."""
        if self.files is not None:
            return files_for(self.files, check_s=self.limits.data_check_s)
        scheme = urlsplit(self.url).scheme
        if scheme not in _SCHEMES:
            raise UsageError(f"--url must be postgresql://…, not {scheme or self.url!r}")
        return engine_for(_SCHEMES[scheme]).snapshot(self.url, check_s=self.limits.data_check_s)


def without_password(url: str) -> str:
    """A database's URL without what lets somebody in."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    kept = urlencode([(k, v) for k, v in parse_qsl(parts.query) if "password" not in k])
    place = f"{login.partition(':')[0]}{at}{host}{parts.path}"
    return f"{parts.scheme}://{place}{'?' if kept else ''}{kept}"


def redactor_of(job: DataJob) -> Redactor:
    """Hides the password of the job's URL."""
    redactor = Redactor()
    parts = urlsplit(job.url)
    said = [v for k, v in parse_qsl(parts.query) if "password" in k]
    for password in (unquote(parts.password or ""), *said):
        if password:
            redactor.add("password of --url", password)
    return redactor


def rules_of(job: DataJob, catalog: Catalog) -> tuple[list[Rule], list[Misfit]]:
    """The rules of the catalog and of the data file, and what of that the database does not fit."""
    own, misfits = resolved(job.framework, catalog)
    return list(without_twins(derived(catalog), own)), misfits


def load_data_job(
    project: Path,
    *,
    url: str | None,
    files: Path | None,
    framework: Path | None,
    reports: Path | None,
    checks: frozenset[str],
) -> DataJob:
    """The data file is `framework`, else that of the project's toml, else the one in the folder or in its
    `integration`. Raises `SpecError` for what is wrong in it, `UsageError` where there is none."""
    toml = project / PROJECT if project.is_dir() else project
    known = load_project(toml) if toml.is_file() else None
    folder = toml.parent
    places = [known.path(known.paths.specs)] if known else [folder, folder / "integration"]
    found = (find_spec(place, DATA) for place in places if place.is_dir())
    file = framework or next((f for f in found if f is not None), None)
    if file is None:
        raise UsageError(
            f"no {DATA}.json (or .yaml) in {' or '.join(map(str, places))}: name one with --framework."
            ' The smallest one: {"tables": {"orders": {"checks": [{"check": "notNull", "column": "id"}]}}}'
        )
    return DataJob(
        url=url or "",
        files=files,
        framework=load_data(file),
        file=file,
        reports=reports or (known.path(known.paths.reports) if known else file.parent),
        checks=checks,
        gate=known.gate if known else Gate(),
        limits=known.limits if known else Limits(),
    )


class DataRun:
    """One run of a data job. `emit` gets every event; the last one is always `RunFinished`."""

    def __init__(self, job: DataJob, emit: Callable[[Event], None]) -> None:
        self._job = job
        self._summary = Summary()
        self._out = emit
        self._redactor = redactor_of(job)

    def _emit(self, event: Event) -> None:
        self._summary.on(event)
        self._out(event)

    async def execute(self) -> tuple[int, SeamlineError | None]:
        """Run to the end: the exit code, and the error that ended it early or that the data file holds."""
        start = time.monotonic()
        reason: EndReason = "completed"
        error: SeamlineError | None = None
        misfits: list[Misfit] = []
        try:
            async with self._job.snapshot() as snapshot:
                misfits = await self._check(snapshot)
        except asyncio.CancelledError:
            reason = "interrupted"
        except SeamlineError as exc:
            reason, error = "failed", exc
            error.args = (self._redactor.text(str(exc)),)
        if misfits and error is None:
            error = SpecError(told(misfits, self._job.file.name, self._job.file))
        passed = gate.verdicts(self._summary, self._job.gate, reason)
        code = gate.exit_code(passed, self._summary, self._job.gate, reason)
        code = error.exit_code if error is not None else code
        self._emit(
            RunFinished(
                at=time.time(),
                reason=reason,
                exit_code=code,
                seconds=time.monotonic() - start,
                message=str(error or ""),
                passed=passed,
            )
        )
        return code, error

    async def _check(self, snapshot: Snapshot) -> list[Misfit]:
        """Every check that can be evaluated; the ones of which the file and the database do not agree."""
        catalog = await snapshot.catalog()
        self._started(snapshot, catalog)
        known, misfits = rules_of(self._job, catalog)
        misfits = [m for m in misfits if not self._job.checks or m.check in self._job.checks]
        for misfit in misfits:
            (line,) = told([misfit], self._job.file.name, self._job.file)
            self._emit(_unfit(misfit, line))
        rules: list[Rule] = []
        for rule in known:
            if self._job.checks and rule.check not in self._job.checks:
                continue
            if not rule.proven and (why := refusal(rule)):
                self._emit(checked(Result(rule=rule, error=why), self._redactor, self._job.file))
            else:
                rules.append(rule)
        dialect = dialect_for(snapshot.engine)
        async for result in whole(snapshot, rules, dialect=dialect, wide=snapshot):
            self._emit(checked(result, self._redactor, self._job.file))
        return misfits

    def _started(self, snapshot: Snapshot, catalog: Catalog) -> None:
        checks = self._job.checks
        self._emit(
            RunStarted(
                at=time.time(),
                seamline=__version__,
                project=self._job.file.resolve().parent.name,
                system=snapshot.name,
                document="",
                engine=snapshot.origin,
                seed=0,
                cases=0,
                operations=(),
                tables=len(catalog.tables),
                parts=("database",),
                selected=f"checks {', '.join(sorted(checks))}" if checks else "",
                source=self._job.source,
            )
        )


def _unfit(misfit: Misfit, line: str) -> DataChecked:
    return DataChecked(
        at=time.time(),
        table=misfit.table,
        check=misfit.check,
        label=misfit.label,
        error=line,
    )


def carry_out_data(job: DataJob, stream: TextIO, *, quiet: bool = False) -> int:
    """Evaluate, write the artifacts, print the summary; the exit code.

    Raises the `SeamlineError` that ended it early, after all has been written.
    """
    folder = made(job.reports)
    return reported(
        lambda emit: DataRun(job, emit).execute(),
        folder,
        stream,
        quiet=quiet,
        specs=(job.file, job.file),
    )

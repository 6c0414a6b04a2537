"""Meeting a system: look at its folder, start it once, write the three files that a run reads."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from seamline.discover.detect import DOCUMENT_PATHS, HEALTH_PATHS, Detected, detect
from seamline.discover.generate import Generated, Unfilled, generate
from seamline.discover.probe import find_document, find_ready
from seamline.discover.toml import line_of, to_fill, toml_of
from seamline.errors import SeamlineError, SpecError, UsageError
from seamline.model.catalog import Catalog
from seamline.model.event import Event, StageFinished
from seamline.model.vocabulary import SAFE_METHODS
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation, operations
from seamline.report.atomic import replacing
from seamline.run.rules import Files, judging
from seamline.run.session import Session, Target
from seamline.run.setup import Setup, prepared
from seamline.spec import DATA, ENDPOINTS, PROJECT, load_project
from seamline.spec.data import DataFramework
from seamline.spec.endpoints import EndpointSpecs
from seamline.spec.position import KeyPath
from seamline.spec.project import Project
from seamline.system.workspace import workspace
from seamline.text.plain import one_line
from seamline.text.redact import Redactor
from seamline.workflow.init_accounts import become, said, to_paste
from seamline.workflow.init_deployed import with_deployed
from seamline.workflow.init_page import (
    Report,
    command,
    contents,
    no_document,
    nothing,
    page,
    shown,
    there,
)
from seamline.workflow.reported import run_to_end
from seamline.workflow.spec_files import Draft, check_existing, draft, existing

_NEEDS_IDENTITY = "an identity that may"
_WIDTH = 160
_EDIT: Mapping[str, tuple[KeyPath, ...]] = {
    "database server": (("database", "provider"), ("database",)),
    "migrations": (("database", "migrations"), ("database",)),
    "seed": (("database", "seed"), ("database",)),
    "system": (("system", "command"), ("system", "ready"), ("system", "env")),
    "identities": (("identities",),),
    "document": (("system", "openapi"), ("system",)),
}


class _Init:
    """One call of init. `report` fills up as it goes."""

    def __init__(
        self, folder: Path, url: str | None, *, update: bool, progress: Callable[[str], None]
    ) -> None:
        self.folder = folder.parent if folder.name == PROJECT else folder
        self.toml = self.folder / PROJECT
        self.url = url
        self.update = update
        self.progress = progress
        self.report = Report()
        self.detected: Detected | None = None
        self.redactor = Redactor()
        self.failed_stage = self.last_stage = ""
        self.source = self.no_identity = ""

    async def execute(self) -> None:
        """Write the files. Raises the `SeamlineError` that kept it from that."""
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder}: no such folder")
        project = self._project()
        try:
            with workspace() as space:
                async with (
                    prepared(project, space, self.redactor, self._event) as setup,
                    AsyncExitStack() as stack,
                ):
                    target = await stack.enter_async_context(setup.target())
                    self.last_stage = ""
                    document = await self._document(setup, target)
                    target = await self._accounts(setup, stack, target, document)
                    made = await self._generated(setup, stack, target, document)
                    data, said_of_it = await with_deployed(setup, made.data)
                    self.report.found += [said_of_it] if said_of_it else []
            self._write(setup.project, msgspec.structs.replace(made, data=data))
        except SeamlineError as exc:
            raise self._with_lines(exc) from None

    def _event(self, event: Event) -> None:
        if isinstance(event, StageFinished):
            self.last_stage = event.stage
            if not event.ok:
                self.failed_stage = event.stage
            elif event.stage in ("database server", "migrations", "seed", "system"):
                self.report.found.append(f"{event.stage}: {event.detail}")

    def _project(self) -> Project:
        """The project of the toml, which is written where there is none; spec files are in nobody's way."""
        if self.toml.is_file():
            if self.url is not None:
                raise UsageError(
                    f"{shown(self.toml)} is there and says how the system is reached;"
                    " change [system] url in it instead of giving --url"
                )
            project = load_project(self.toml)
            self.report.found.append(f"{shown(self.toml)}: used as it is")
        else:
            self.detected = detected = detect(self.folder.resolve(), self.url)
            if not detected.is_enough:
                raise UsageError(nothing(self.folder))
            self._refuse_files(self.folder / "integration")
            self.report.found += detected.finds
            self._write_toml(detected)
            self.report.written.append(shown(self.toml))
            # What the sources name may be wrong by a prefix: any answer is enough to look further.
            project = load_project(self.toml)
            system = msgspec.structs.replace(project.system, ready=None, openapi=_file(detected))
            project = msgspec.structs.replace(project, system=system)
        files = existing(project)
        if files and not self.update:
            raise UsageError(there(files.values()))
        check_existing(project, files)
        return project

    def _refuse_files(self, folder: Path) -> None:
        files = [p for s in (ENDPOINTS, DATA) for p in sorted(folder.glob(f"{s}.*"))]
        if files and not self.update:
            raise UsageError(there(files))

    def _write_toml(self, detected: Detected) -> None:
        self.detected = detected
        try:
            with replacing(self.toml) as file:
                file.write(toml_of(detected))
        except OSError as exc:
            raise UsageError(f"cannot write {self.toml}: {exc.strerror}") from None

    async def _document(self, setup: Setup, target: Target) -> Document:
        """The document, looked for where the toml says nothing; the toml says it afterwards."""
        base, document, why = target.client.base_url, setup.document, ""
        detected = self.detected
        if document is None:
            known = [detected.openapi] if detected is not None and detected.openapi else []
            document, why = await find_document(base, (*known, *DOCUMENT_PATHS))
        if detected is not None:
            known = [detected.ready] if detected.ready is not None else []
            fallback = [document.source] if document is not None and why == "" else []
            ready = await find_ready(base, (*known, *HEALTH_PATHS, *fallback))
            openapi = document.source if document is not None else None
            new = msgspec.structs.replace(detected, ready=ready, openapi=openapi)
            if new != detected:
                self._write_toml(new)
            setup.project = load_project(self.toml)
        if document is None:
            self.failed_stage = "document"
            raise SpecError(no_document(base, why, setup.project))
        setup.document = document
        self.source = document.source
        listed = operations(document)
        source = f"{document.source} (OpenAPI {document.version})"
        self.report.found.append(f"document: {source}, {len(listed)} operations")
        if not listed:
            self.failed_stage = "document"
            raise SpecError(f"{document.source}: the document has no operations: nothing to write")
        return document

    async def _accounts(
        self, setup: Setup, stack: AsyncExitStack, target: Target, document: Document
    ) -> Target:
        """Identities made through the API, for a toml of init's own; the target to go on with."""
        found = await become(setup, target, document)
        self.no_identity = found.why
        if found.accounts and self.detected is not None:
            self._write_toml(msgspec.structs.replace(self.detected, accounts=found.accounts))
            setup.use(load_project(self.toml))
            self.report.found.append(said(found.accounts))
        elif found.accounts:
            self.report.to_paste += to_paste(found.accounts)
        if not found.is_spoilt:
            return target
        await stack.aclose()
        self.failed_stage = "identities" if found.accounts else ""
        target = await stack.enter_async_context(setup.target(quiet=True))
        self.failed_stage = ""
        return target

    async def _generated(
        self, setup: Setup, stack: AsyncExitStack, target: Target, document: Document
    ) -> Generated:
        if target.catalog is not None and not target.catalog.tables:
            self.failed_stage = "migrations"
            raise SpecError(
                "the database has no tables after the migrations: say in [database] what makes"
                " them, or leave [database] out where the system has none"
            )
        catalog = target.catalog or Catalog(engine="", version="", tables=())
        files = Files(
            project=setup.project, endpoints=EndpointSpecs(endpoints=()), data=DataFramework()
        )
        judged = await judging(files, target, document, ("api", "database"))
        session = Session(target=target, rules=judged.rules, redactor=self.redactor)

        async def renew() -> Session:
            await stack.aclose()
            session.target = await stack.enter_async_context(setup.target(quiet=True))
            return session

        may_write = setup.can_clone or target.capture is not None
        tried = {k: o for k, o in judged.operations.items() if may_write or _is_safe(o)}
        made = await generate(
            session,
            document,
            tried,
            catalog,
            judged.rows,
            roles={name: i.role for name, i in setup.project.identities.items()},
            renew=renew if setup.can_clone else None,
            progress=self.progress,
        )
        reached = f"{made.reached} of {len(judged.operations)} operations accepted a request"
        self.report.found += [f"catalog: {len(catalog.tables)} tables", reached]
        return _with_untried(made, judged.operations, tried)

    def _write(self, project: Project, made: Generated) -> None:
        drafts = {
            ENDPOINTS: draft(project, ENDPOINTS, {"version": 1, "endpoints": made.endpoints}),
            DATA: draft(project, DATA, made.data),
        }
        for stem, one in drafts.items():
            one.write()
            if one.is_new:
                self.report.written.append(f"{shown(one.path)}: {contents(stem, one.value)}")
            else:
                self.report.told.append(f"{shown(one.path)}: nothing new")
            self.report.told += [f"{shown(one.path)}: {line}" for line in one.conflicts]
            self.report.told += [f"{shown(one.path)}: {line}" for line in one.left_out]
        self._tell_unfilled(drafts[ENDPOINTS], made, project)

    def _tell_unfilled(self, endpoints: Draft, made: Generated, project: Project) -> None:
        text = self.toml.read_text("utf-8")
        wanted = list(to_fill(self.detected)) if self.detected is not None else []
        if project.system.openapi is None and self.source:
            wanted.append(
                (("system",), f"add openapi = {json.dumps(self.source)}, where it was found")
            )
        self.report.to_fill += [f"{shown(self.toml)}:{line_of(text, p)}: {w}" for p, w in wanted]
        locked = [item for item in made.unfilled if item.what == _NEEDS_IDENTITY]
        if locked and not project.identities:
            line = text.count("\n", 0, max(text.find("[identities."), 0)) + 1
            needed = (
                f"{len(locked)} operations need credentials: say who calls under [identities.NAME]"
            )
            why = f" ({self.no_identity})" if self.no_identity else ""
            self.report.to_fill.append(
                f"{shown(self.toml)}:{line}: {needed}{why}, then init --update"
            )
        places = {
            f"{e.get('method', '')} {e.get('endpoint', '')}": i
            for i, e in enumerate(endpoints.value.get("endpoints", []))
        }
        open_ = [(item.operation, item.what, item.why) for item in made.unfilled]
        for operation, tables in made.ambiguous.items():
            open_.append((operation, "its table", f"{' or '.join(tables)}: nothing decides"))
        open_ += [(key, "who may: review `access`", why) for key, why in made.doubts.items()]
        for operation, what, why in open_:
            if operation in places:
                line = endpoints.line_of(("endpoints", places[operation], "endpoint"))
                reason = why.removeprefix(f"{operation} ")
                open_line = one_line(f"{operation}: {what}: {reason}", _WIDTH)
                self.report.to_fill.append(f"{shown(endpoints.path)}:{line}: {open_line}")

    def _with_lines(self, error: SeamlineError) -> SeamlineError:
        """The same error, fit to print, with the lines of the toml that say what failed."""
        lines = [self.redactor.text(str(error))]
        if not self.failed_stage and self.last_stage == "system":
            self.failed_stage = "document"  # the next thing to do, which is no stage of its own
        if self.toml.is_file() and self.failed_stage in _EDIT:
            text = self.toml.read_text("utf-8")
            places = {
                f"{shown(self.toml)}:{line_of(text, path)}": path
                for path in _EDIT[self.failed_stage]
            }
            where = ", ".join(f"{place} ({'.'.join(map(str, p))})" for place, p in places.items())
            lines.append(f"Edit {where}, then run `{command('init', self.folder)}` again.")
        if self.report.written:
            lines.append(f"Written so far: {', '.join(self.report.written)}")
        error.args = ("\n".join(lines),)
        if isinstance(error, SpecError):
            error.problems = tuple(lines)
        return error


async def _carry_out(init: _Init) -> int:
    try:
        await init.execute()
    except asyncio.CancelledError:
        return 130
    return 0


def initialize(
    folder: Path,
    url: str | None,
    *,
    update: bool,
    say: Callable[[str], None],
    progress: Callable[[str], None] = lambda operation: None,
) -> int:
    """Write seamline.toml where there is none and both spec files; the exit code.

    `say` gets the lines to print, `progress` each operation before it is tried. Raises the
    `SeamlineError` that ended it early. Nothing that a person wrote is overwritten.
    """
    if url is not None and not re.match(r"https?://[^/\s]+", url):
        raise UsageError(f"--url {url}: not the URL of a system, such as http://127.0.0.1:8000")
    init = _Init(folder, url, update=update, progress=progress)
    try:
        code = run_to_end(_carry_out(init))
    except SeamlineError:
        for line in page(Report(found=init.report.found)):
            say(line)
        raise
    if code:
        say(f"interrupted; written: {', '.join(init.report.written) or 'nothing'}")
        return code
    for line in page(init.report):
        say(line)
    say(f"Next: {command('run', init.folder)}")
    return 0


def _is_safe(operation: Operation) -> bool:
    return operation.method.upper() in SAFE_METHODS


def _with_untried(
    made: Generated, every: Mapping[str, Operation], tried: Collection[str]
) -> Generated:
    """With an entry for each operation that was not tried: what it writes could not be put back."""
    if len(tried) == len(every):
        return made
    known = {f"{e['method']} {e['endpoint']}": e for e in made.endpoints}
    entries, unfilled = [], list(made.unfilled)
    for key, operation in every.items():
        entry = known.get(key, {"endpoint": operation.path, "method": operation.method.upper()})
        entries.append(entry)
        if key not in tried:
            why = "not tried: what it writes to a system that already runs could not be put back"
            unfilled.append(Unfilled(operation=key, what="a request", why=why))
    return msgspec.structs.replace(made, endpoints=entries, unfilled=unfilled)


def _file(detected: Detected) -> str | None:
    """The document where it is a file; a path of the running system is tried there."""
    openapi = detected.openapi
    return None if openapi is None or openapi.startswith("/") else openapi

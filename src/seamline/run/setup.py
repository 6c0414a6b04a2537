"""Everything that is made once a run: the server, the migrated and seeded base, targets cloned from it."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import msgspec

from seamline.engines.protocol import Address, Server
from seamline.engines.registry import engine_for
from seamline.errors import TargetError, UsageError
from seamline.model.event import Event, StageFinished
from seamline.openapi.document import Document
from seamline.run.document import base_path, read_document
from seamline.run.login import log_in_all, renewals, signing_key
from seamline.run.migrate import migrate, seed
from seamline.run.scaled import Scaled, grows
from seamline.run.session import Rules, Target
from seamline.run.values import Values, from_environment
from seamline.spec.project import Database, FromEnv, Project, System
from seamline.system.http import client as http_client
from seamline.system.process import free_port, is_listening, running
from seamline.system.ready import wait_ready
from seamline.system.template import fill, fill_all
from seamline.system.workspace import Workspace
from seamline.text.redact import Redactor
from seamline.wire.thread import Tap, tapped

_TLS = re.compile(r"(?:pgsslmode|sslmode|\bssl)=(?:require|verify|true)")
Emit = Callable[[Event], None]


class Setup(msgspec.Struct, kw_only=True):
    """A server with a seeded base database, and the means to start the system on a clone of it.

    `name` begins the names of its databases and logs: several may share a server.
    """

    project: Project
    workspace: Workspace
    values: Values
    redactor: Redactor
    emit: Emit
    server: Server | None = None
    base: Address | None = None
    live: Address | None = None
    document: Document | None = None
    targets: int = 0
    name: str = "seam"

    @property
    def can_clone(self) -> bool:
        """Whether a fresh target can be made: Seamline starts the system and owns its database."""
        return self.project.system.command is not None and self.live is None

    def use(self, project: Project) -> None:
        """Go on with a project that has more in it: identities, secrets."""
        self.project, self.values = project, Values(project, self.redactor)

    @asynccontextmanager
    async def stage(self, name: str) -> AsyncIterator[list[str]]:
        """Time a stage; what is appended to the list is its detail. Emits `StageFinished`."""
        detail: list[str] = []
        start = time.monotonic()
        ok = False
        try:
            yield detail
            ok = True
        finally:
            self.emit(
                StageFinished(
                    at=time.time(),
                    stage=name,
                    detail=self.redactor.text(" ".join(detail)),
                    seconds=time.monotonic() - start,
                    ok=ok,
                )
            )

    @asynccontextmanager
    async def target(self, *, quiet: bool = False, captured: bool = True) -> AsyncIterator[Target]:
        """The system, started on a fresh clone, logged in, with capture installed and marked.

        `quiet` leaves out the stage events, `captured=False` capture and proxy. Raises `TargetError` when
        any of it fails.
        """
        self.targets += 1
        emit = self.emit
        if quiet:
            self.emit = lambda event: None
        try:
            async with AsyncExitStack() as stack:
                target = await self._start(stack, f"{self.name}_run_{self.targets}", captured)
                self.emit = emit
                yield target
        finally:
            self.emit = emit

    async def _start(self, stack: AsyncExitStack, name: str, captured: bool) -> Target:
        address = await self._clone(stack, name)
        tap, given = await self._tapped(stack, address) if captured else (None, address)
        target, port = await self._system(stack, given)
        target.tap = tap
        if target.process is not None:
            target.restart = partial(self._restart, stack, target, given)
        if self.document is None:
            self.document = await read_document(self.project, target.client)
        target.base_path = base_path(self.project, self.document)
        target.fixed_path = self.project.system.base_path is not None
        if address is not None and self.server is not None:
            target.database = await stack.enter_async_context(self.server.open(address))
            target.catalog = await target.database.catalog()
        if self.project.identities:
            async with self.stage("identities") as detail:
                lookup = self.values.lookup(port=port, address=address)
                logins = (self.project, target, lookup, self.redactor)
                target.identities = await log_in_all(*logins)
                target.renew = renewals(*logins)
                target.signing = signing_key(self.project, lookup, self.redactor)
                detail.append(f"{', '.join(target.identities)} ready")
        if target.database is not None and captured:
            async with self.stage("row capture") as detail:
                target.capture = await stack.enter_async_context(target.database.capture())
                await target.capture.mark()
                detail.append(f"on {len(target.catalog.tables) if target.catalog else 0} tables")
        return target

    async def _restart(self, stack: AsyncExitStack, target: Target, at: Address | None) -> None:
        """Start a target's system again; it tells nothing of its stage."""
        if target.process is not None:
            await target.process.wait()
        emit, self.emit = self.emit, lambda event: None
        try:
            fresh, _ = await self._system(stack, at)
        finally:
            self.emit = emit
        target.client, target.process = fresh.client, fresh.process

    async def _clone(self, stack: AsyncExitStack, name: str) -> Address | None:
        if self.live is not None:
            return self.live
        if self.server is None or self.base is None:
            return None
        server = self.server
        address = await server.clone(self.base.name, name)
        stack.push_async_callback(server.drop, name)
        return address

    async def _tapped(
        self, stack: AsyncExitStack, address: Address | None
    ) -> tuple[Tap | None, Address | None]:
        """The proxy before the system's database and its address, where the statements are to be seen."""
        server = self.server
        if address is None or server is None or self.untraced(address):
            return None, address
        insists = insists_on_tls(self.project.system)
        tap = await stack.enter_async_context(tapped(address.host, address.port, encrypts=insists))
        return tap, server.via(address, tap.port)

    def untraced(self, address: Address | None) -> str:
        """Why the system's SQL statements are not seen, or ''."""
        database, server, address = self.project.database, self.server, address or self.base
        if database is None or server is None:
            return "no database is given"
        if self.project.system.command is None:
            return "the system already runs: its connections to the database pass us by"
        if not database.trace:
            return "switched off in seamline.toml ([database] trace = false)"
        if address is not None and server.via(address, 0) is None:
            return "the URL of the database demands encryption: nothing can be read along then"
        return ""

    async def _system(
        self, stack: AsyncExitStack, address: Address | None
    ) -> tuple[Target, int | None]:
        system, limits = self.project.system, self.project.limits
        async with self.stage("system") as detail:
            if system.command is None:
                port, base, process = None, system.url or "", None
            else:
                port = system.port or free_port()
                if is_listening(port):
                    raise TargetError(
                        f"port {port} is in use by another program: end it, or leave [system] port out"
                        " so that a free one is taken"
                    )
                base = f"http://127.0.0.1:{port}"
                lookup = self.values.lookup(port=port, address=address)
                process = await stack.enter_async_context(
                    running(
                        [fill(part, lookup) for part in system.command],
                        env=fill_all(system.env, lookup),
                        cwd=self.project.path(system.cwd),
                        log=self.workspace.folder / f"{self.name}-system-{self.targets}.log",
                        started=self.workspace.record,
                    )
                )
            client = await stack.enter_async_context(
                http_client(base, timeout_s=limits.request_timeout_s, body_bytes=limits.body_bytes)
            )
            took = await wait_ready(
                client, system.ready, timeout_s=system.start_timeout_s, process=process
            )
            detail.append(f"answers at {system.ready or '/'} after {took:.1f} s")
        return Target(client=client, identities={}, process=process), port


@asynccontextmanager
async def scaled(setup: Setup, rules: Rules) -> AsyncIterator[Rules]:
    """The rules with means to ask the planner on a copy of the base with many rows, while this lasts."""
    if setup.server is None or setup.base is None or setup.untraced(None):
        yield rules
        return
    copy = Scaled(setup.server, setup.base, f"{setup.name}_scaled", grows(rules.contexts))
    try:
        yield msgspec.structs.replace(rules, scaled=copy)
    finally:
        await copy.close()


@asynccontextmanager
async def prepared(
    project: Project, workspace: Workspace, redactor: Redactor, emit: Emit, *, base: bool = True
) -> AsyncIterator[Setup]:
    """A `Setup` whose base is migrated and seeded; all of it is gone at the end.

    `base=False` makes no base: there is the server alone.
    """
    values = Values(project, redactor)
    setup = Setup(project=project, workspace=workspace, values=values, redactor=redactor, emit=emit)
    async with AsyncExitStack() as stack:
        if project.database is not None:
            await _server(setup, project.database, stack)
            if base and setup.live is None:
                await _base(setup, project.database)
        yield setup


async def _server(setup: Setup, database: Database, stack: AsyncExitStack) -> None:
    project = setup.project
    engine = engine_for(database.engine)
    async with setup.stage("database server") as detail:
        if database.provider == "private":
            if project.system.command is None:
                raise UsageError(
                    "seamline.toml: a system that already runs (system.url) uses a database of its"
                    ' own: give [database] url, or leave [database] out, provider = "private" cannot be'
                )
            folder = setup.workspace.subfolder("database")
            server = await stack.enter_async_context(engine.private(folder, setup.workspace.record))
        else:
            url = database_url(database)
            setup.redactor.add("database_url", url)
            server = given = await stack.enter_async_context(
                engine.existing(url, disposable=database.disposable)
            )
            if project.system.command is None:
                setup.live = given.address
        detail.append(server.origin)
    setup.server = server


async def _base(setup: Setup, database: Database) -> None:
    server = setup.server
    if server is None:
        return
    await make_base(setup, server, database)


async def make_base(setup: Setup, server: Server, database: Database) -> None:
    """Give a setup its base: an empty database, the migrations, the seed."""
    log = setup.workspace.folder / f"{setup.name}-migrations.log"
    setup.base = base = await server.create(f"{setup.name}_base", database.extensions)
    tools = (setup.project, server, base, setup.values, log, setup.workspace.record)
    async with setup.stage("migrations") as detail:
        detail.append(await migrate(*tools))
    async with setup.stage("seed") as detail:
        detail.append(await seed(*tools))


def beside(setup: Setup, project: Project, name: str, base: Address | None = None) -> Setup:
    """A setup of another version on the same server; it tells nothing of its stages."""
    return Setup(
        project=project,
        workspace=setup.workspace,
        values=Values(project, setup.redactor),
        redactor=setup.redactor,
        emit=lambda event: None,
        server=setup.server,
        base=base,
        name=name,
    )


def insists_on_tls(system: System) -> bool:
    """Whether the system is told to connect to its database by TLS or not at all."""
    told = [f"{name.lower()}={value}" for name, value in system.env.items()]
    told += system.command or ()
    return any(_TLS.search(text) for text in told)


def database_url(database: Database) -> str:
    """The URL that the toml has or names a variable for. Raises `UsageError` where there is none."""
    if isinstance(database.url, FromEnv):
        return from_environment(database.url.env)
    if database.url is None:
        raise UsageError('seamline.toml: provider = "url" needs `url` in [database]')
    return database.url

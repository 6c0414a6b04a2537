"""`seamline.toml`: how to start the system, its database, who calls it, limits and gates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from seamline.spec.word import Count, Endpoint, Method, Name, Pointer, Positive, Scalar, Share, must


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class System(_Table, frozen=True, kw_only=True):
    """The system under test: started by `command`, or already running at `url`. `ready` is the path
    that answers once it is up; `openapi` a path of the running system, a file or a URL; `base_path`
    stands in front of every operation's path; `port` is for a system that cannot be told one."""

    command: tuple[Name, ...] | None = None
    url: Name | None = None
    ready: str | None = None
    env: dict[str, str] = {}
    openapi: str | None = None
    base_path: str | None = None
    port: (
        Annotated[int, msgspec.Meta(ge=1, le=65535, extra={"must": "must be from 1 to 65535"})]
        | None
    ) = None
    start_timeout_s: Positive = 30
    cwd: str = "."


class FromEnv(_Table, frozen=True, kw_only=True):
    """A text that stands in an environment variable."""

    env: Name


class Listing(_Table, frozen=True, kw_only=True):
    """A command that prints the revisions, one a line, oldest first; the first word is the name."""

    command: tuple[Name, ...]


class MigrationsTool(_Table, frozen=True, kw_only=True):
    """What makes the schema: a tool and its settings, SQL files in order or a folder of them, or a command.

    `python` is the interpreter that has Alembic or Django, where that is not the one of the `alembic`, or
    the `python`, on the PATH.
    `folder` holds SQL files as Flyway, golang-migrate, dbmate or goose write them. `revisions`, `up` and
    `down` let the history of a `command`, which brings everything up, be walked: `{revision}` is the one to
    bring the database up or down to, `base` where there is none below, `{undone}` the one that is taken
    back. `current` prints where it is; `bookkeeping` is the table in which the tool keeps that.
    """

    kind: Literal["alembic", "django", "sql", "command"]
    config: str | None = None
    python: Name | None = None
    files: tuple[str, ...] = ()
    folder: Name | None = None
    command: tuple[Name, ...] = ()
    revisions: tuple[Name, ...] | Listing = ()
    up: tuple[Name, ...] = ()
    down: tuple[Name, ...] = ()
    current: tuple[Name, ...] = ()
    base: str = "0"
    bookkeeping: str = ""


class SeedCommand(_Table, frozen=True, kw_only=True):
    """A program that fills the database."""

    command: tuple[Name, ...]


class Database(_Table, frozen=True, kw_only=True):
    """The database: a private server of Seamline's own, or one at `url` that `disposable` gives free.
    With `trace` the system is given a proxy's address instead, by which its statements are seen."""

    engine: Literal["postgresql", "mariadb", "mysql", "sqlite"] = "postgresql"
    provider: Literal["private", "url"] = "private"
    url: str | FromEnv | None = None
    disposable: bool = False
    extensions: tuple[str, ...] = ()
    migrations: MigrationsTool | None = None
    seed: Literal["auto"] | tuple[str, ...] | SeedCommand | None = None
    trace: bool = True

    def __post_init__(self) -> None:
        if self.url is not None:
            msgspec.structs.force_setattr(self, "provider", "url")


class Csrf(_Table, frozen=True, kw_only=True):
    """A token against forged requests, sent as `header` with every request that may write. It stands
    in a `cookie`, or at a `pointer` into the answer of the login; `path` is asked for it first."""

    header: Name
    cookie: Name | None = None
    pointer: Pointer | None = None
    path: Endpoint | None = None


class Login(_Table, frozen=True, kw_only=True):
    """A request that logs in. `token` points into its answer; what it finds is sent as
    `header: prefix token`. `cookie` names the one that its answer must set: cookies are kept and sent."""

    path: Endpoint
    method: Method = "POST"
    json: Any = msgspec.UNSET
    form: dict[str, str] | None = None
    token: Pointer | None = None
    header: Name = "Authorization"
    prefix: str = "Bearer "
    cookie: Name | None = None
    csrf: Csrf | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "method", self.method.upper())


class Register(_Table, frozen=True, kw_only=True):
    """A request that makes the identity, sent before it logs in. 409 says that it is there already."""

    path: Endpoint
    method: Method = "POST"
    json: Any = msgspec.UNSET
    form: dict[str, str] | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "method", self.method.upper())


class OAuth2(_Table, frozen=True, kw_only=True):
    """A token by OAuth 2.0 (RFC 6749). `token_url` is a path of the system or a URL; the client proves
    itself by HTTP basic authentication, or in the `body`."""

    token_url: Annotated[
        str, must("be a path that starts with '/' or an http URL", r"^(/|https?://|\{)")
    ]
    grant: Literal["client_credentials", "password"] = "client_credentials"
    client_id: Name | None = None
    client_secret: str | None = None
    client_auth: Literal["basic", "body"] = "basic"
    username: str | None = None
    password: str | None = None
    scope: str | None = None


class Basic(_Table, frozen=True, kw_only=True):
    """HTTP basic authentication."""

    username: str
    password: str


class RowOf(_Table, frozen=True, kw_only=True):
    """The one row of a table that has these values."""

    table: Name
    where: dict[str, Scalar]


class Identity(_Table, frozen=True, kw_only=True):
    """Someone who calls the system: a role, a way to prove it, and the row that stands for them.
    `register` makes them through the API where no row of the seed does."""

    role: str | None = None
    login: Login | None = None
    header: dict[str, str] = {}
    query: dict[str, str] = {}
    basic: Basic | None = None
    cookie: dict[str, str] = {}
    oauth2: OAuth2 | None = None
    register: Register | None = None
    row: RowOf | None = None


class Secret(_Table, frozen=True, kw_only=True):
    """A secret: the environment variable that holds it, and what to use where that is not set."""

    env: Name
    default: str | None = None


class Tokens(_Table, frozen=True, kw_only=True):
    """How the system signs its tokens, so that Seamline can forge wrong ones."""

    secret: str
    algorithm: str = "HS256"


class Paths(_Table, frozen=True, kw_only=True):
    """Folders of the spec files and of what a run writes."""

    specs: str = "integration"
    reports: str = "integration"


class Gate(_Table, frozen=True, kw_only=True):
    """What makes a run fail. `operations_reached` is the share of operations that must have had a 2xx,
    `tables_written` that of tables of which a request must have changed a row. `max_warnings` and
    `max_seconds` are how many warnings there may be, and how long a run may take."""

    fail_on: tuple[Literal["error", "warning"], ...] = ("error",)
    operations_reached: Share = 0.0
    tables_written: Share = 0.0
    max_warnings: Count | None = None
    max_seconds: Positive | None = None
    unexecuted: Literal["fail", "warn", "ignore"] = "fail"


class Noise(_Table, frozen=True, kw_only=True):
    """Columns (`table.column`, `*` for any) and tables whose changes mean nothing.

    Before the first case rows and statements are watched for `idle_watch_ms`: what changes then is written by
    the system itself, and what it says to its database then is no statement of a request.
    """

    columns: tuple[str, ...] = ()
    background_tables: tuple[str, ...] = ()
    idle_watch_ms: Count = 300


class Escalation(_Table, frozen=True, kw_only=True):
    """Whom to tell when a part still fails after so many attempts."""

    api: str | None = None
    database: str | None = None
    attempts: Count = 3


class Limits(_Table, frozen=True, kw_only=True):
    """Bounds of a run: per request, settling, stored body, statement of a data check; findings to confirm;
    seconds in which statements are made to fail, and again in which requests are sent at once."""

    request_timeout_s: Positive = 30
    settle_ms: Count = 2000
    body_bytes: Count = 1_048_576
    confirm: Count = 20
    data_check_s: Positive = 300
    transactions_s: Positive = 900


class ProjectFile(_Table, frozen=True, kw_only=True):
    """Seamline project: how to start the system, its database, who calls it, limits and gates."""

    system: System
    database: Database | None = None
    identities: dict[str, Identity] = {}
    secrets: dict[str, Secret] = {}
    tokens: Tokens | None = None
    paths: Paths = Paths()
    gate: Gate = Gate()
    noise: Noise = Noise()
    escalation: Escalation | None = None
    limits: Limits = Limits()


class Project(ProjectFile, frozen=True, kw_only=True):
    """A loaded `seamline.toml`; relative paths in it are relative to `folder`."""

    folder: Path

    def path(self, relative: str) -> Path:
        """A path of the file as one that can be opened; an absolute one stays as it is."""
        return self.folder / relative

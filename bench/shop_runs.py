"""Runs of Seamline on copies of the shop: what `defects.py` judges.

All copies share one PostgreSQL server, and those whose schema is the plain one its script, which
Alembic writes once: to make them for each copy would take longer than the requests.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from seamline.engines.registry import engine_for
from seamline.model.event import CaseFinished, Errored, Event, findings_of
from seamline.model.finding import Finding
from seamline.report import read_events
from seamline.system.workspace import workspace

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"
SPECS = Path("integration") / "Endpoint_Validation_Specs.json"
_PRIVATE = 'provider = "private"'
_ALEMBIC = 'migrations = { kind = "alembic", config = "alembic.ini" }'
_NARROW_CONFIRM = 3
_START_S = 120
"""A machine that is busy with other work starts a system slowly, and that is no fault of it."""


class Broken(Exception):
    """A command ended with neither 0 nor 1; the message is what it printed."""


class Ran(NamedTuple):
    """A run: its exit code, its findings but for info, what broke, operations with a 2xx."""

    code: int
    findings: list[Finding]
    errored: list[str]
    reached: set[str]


class Bed(NamedTuple):
    """What all copies share: the server's URL, and the script of the plain schema."""

    url: str
    schema: str

    def lay(self, folder: Path, *, changes_schema: bool) -> None:
        """Let a copy of the shop use it."""
        toml = folder / "seamline.toml"
        shared = f"url = {json.dumps(self.url)}\ndisposable = true"
        text = toml.read_text()
        assert _PRIVATE in text and _ALEMBIC in text
        text = text.replace(_PRIVATE, shared)
        text = text.replace("[system]\n", f"[system]\nstart_timeout_s = {_START_S}\n", 1)
        if not changes_schema:
            (folder / "schema.sql").write_text(self.schema)
            text = text.replace(_ALEMBIC, 'migrations = { kind = "sql", files = ["schema.sql"] }')
        toml.write_text(text)


@asynccontextmanager
async def bed() -> AsyncIterator[Bed]:
    """A private server that lasts as long as the runs, and the shop's schema."""
    password = secrets.token_hex(12)
    with workspace() as space:
        server = engine_for("postgresql").private(space.subfolder("database"), space.record)
        async with server as running:
            at = await running.create("anchor")
            async with running.open(at) as database:
                await database.query(f"CREATE ROLE bench SUPERUSER LOGIN PASSWORD '{password}'")
            yield Bed(f"postgresql://bench:{password}@{at.host}:{at.port}/{at.name}", _schema())


def _schema() -> str:
    command = ["alembic", "-c", "alembic.ini", "upgrade", "head", "--sql"]
    env = {"DATABASE_URL": "postgresql://nobody@nowhere/none", "JWT_SECRET": "x" * 40}
    done = subprocess.run(
        command, cwd=SHOP, env=os.environ | env, capture_output=True, text=True, check=True
    )
    return done.stdout


@contextmanager
def project(
    shared: Bed,
    specs: Path | None = None,
    *,
    entry: dict[str, Any] | None = None,
    changes_schema: bool = False,
) -> Iterator[Path]:
    """A copy of the shop's project: with the kept spec files, others, or none; `entry` is added."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        shared.lay(folder, changes_schema=changes_schema)
        if specs is not None:
            shutil.rmtree(folder / "integration")
            if specs.is_dir():
                shutil.copytree(specs, folder / "integration")
        if entry:
            _add(folder / SPECS, entry)
        yield folder


def _add(path: Path, entry: dict[str, Any]) -> None:
    """Put an entry first, or into the one that is there."""
    document = json.loads(path.read_text())
    for known in document["endpoints"]:
        if (known["endpoint"], known["method"]) == (entry["endpoint"], entry["method"]):
            known["effects"] = {**known.get("effects", {}), **entry["effects"]}
            break
    else:
        document["endpoints"].insert(0, entry)
    path.write_text(json.dumps(document))


def next_release(folder: Path, name: str) -> None:
    """Commit the copy as what runs, and write the next release over it as the defect says."""

    def git(*words: str) -> None:
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
        command = ("git", *who, "-c", "commit.gpgsign=false", *words)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "This release.")
    git("tag", "live")
    write = (
        f"from shop import overlay; overlay.module_of('shop.defects', {name!r}).release(Path('.'))"
    )
    command = (sys.executable, "-c", f"from pathlib import Path; {write}")
    subprocess.run(command, cwd=folder, check=True)
    data = folder / "integration" / "Data_Validation_Framework.json"
    data.write_text(json.dumps({"migrations": {"previous": {"ref": "live"}}}))
    git("add", "-A")
    git("commit", "-qm", "The next one.")


def changes_schema(kind: str, name: str) -> bool:
    """Whether a defect or habit spoils the migrated schema itself, or what makes it."""
    module = re.sub("[A-Z]", r"_\g<0>", name).lower()
    text = (SHOP / "shop" / kind / f"{module}.py").read_text()
    return "def migrate" in text or "def history" in text


def seamline(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "seamline", *map(str, words)]
    outer = {**os.environ, "SHOP_DEFECTS": "", "SHOP_HABITS": "", **env}
    return subprocess.run(command, env=outer, capture_output=True, text=True, check=False)


def run(folder: Path, *words: str, **env: str) -> Ran:
    """A run of a project: of all of it, or of what the words choose."""
    if words:
        _narrow(folder)
    done = seamline("run", "-q", *words, "-p", folder, "--reports", folder / "reports", **env)
    if done.returncode not in (0, 1):
        raise Broken(f"{env}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    events: list[Event] = list(read_events(folder / "reports" / "events.ndjson"))
    found = {f.fingerprint: f for event in events for f in findings_of(event)}
    return Ran(
        done.returncode,
        [f for f in found.values() if f.severity != "info"],
        [f"{e.case}: {e.message.strip()}" for e in events if isinstance(e, Errored)],
        {
            s.operation
            for e in events
            if isinstance(e, CaseFinished)
            for s in e.steps
            if 200 <= s.status < 300
        },
    )


def _narrow(folder: Path) -> None:
    """A run of one operation reaches no other, and need not confirm the same thing twenty times."""
    toml = folder / "seamline.toml"
    text = re.sub(r"(?m)^(operations_reached|unexecuted) = .*\n", "", toml.read_text())
    toml.write_text(f'{text}unexecuted = "ignore"\n[limits]\nconfirm = {_NARROW_CONFIRM}\n')


def generate(folder: Path, **env: str) -> str:
    """`seamline init` in a project without spec files; what it said."""
    done = seamline("init", "-p", folder, **env)
    if done.returncode:
        raise Broken(f"init {env}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def table(kind: str) -> list[dict[str, Any]]:
    """What `shop defects` or `shop habits` knows."""
    listed = subprocess.run(
        ["shop", kind, "--json"], capture_output=True, text=True, check=True, cwd=SHOP
    )
    known: list[dict[str, Any]] = json.loads(listed.stdout)
    return known

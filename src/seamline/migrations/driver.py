"""Drives Alembic for Seamline: started by the system's own interpreter, in the system's own environment.

It needs nothing but the standard library and the Alembic that is there, and talks JSON lines: a request on
standard input, one answer to each on what was standard output (which env.py may print to: that goes to
the log). One run of env.py drives a generator of steps; each step is committed by the driver of the
database, whatever transaction env.py has opened around them all. A step that fails ends that run of
env.py, and the next one goes on from what the database says.

Connections to any other database than the one named in the first request are refused before they are made.
"""

from __future__ import annotations

import argparse
import copy
import gc
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seamline.migrations import seamline_pipe as shared
else:  # beside this file, wherever the system's interpreter looks for modules
    import seamline_pipe as shared


_ALONE = re.compile(r"autocommit|\bconcurrently\b|\bcommit\b", re.I)
"""What a revision says that commits something before its end."""


def guard(place: dict[str, str]) -> None:
    """Let SQLAlchemy connect to the database at `place` and to no other."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def before(dialect: Any, record: Any, given: Any, named: dict[str, Any]) -> None:
        shared.refuse_others(place, "env.py", dialect.name, named)

    def after(connection: Any, record: Any) -> None:
        # An engine with a `creator` makes connections that the event above does not see.
        try:
            shared.refuse_other_name(place, "env.py", connection.cursor())
        finally:
            connection.rollback()

    shared.guard_drivers(place, "env.py")
    event.listen(Engine, "do_connect", before)
    event.listen(Engine, "connect", after)


class Driver:
    """The steps of a history, one after the other, as they are asked for."""

    def __init__(self, pipe: shared.Pipe, config: Any, script: Any) -> None:
        self._pipe = pipe
        self._config = config
        self._script = script
        self._waiting = False
        self._over = False
        self._is_away = False
        self._engine: Any = None
        self._started = False
        self._in_loop = False
        self._before_up: dict[str, Any] = {}

    def run(self) -> None:
        """Answer requests until the end."""
        first = True
        while not self._over:
            self._waiting = first or self._waiting
            try:
                self._environment()
                if self._waiting and not self._over:
                    raise RuntimeError(
                        "env.py ran and migrated nothing: it calls no run_migrations()"
                    )
            except (Exception, SystemExit) as problem:
                traceback.print_exc()
                if not self._waiting:
                    raise
                self._answer(error=shared.explained(problem, self._is_revision))
            if first and not self._started:
                return
            first = False
            if self._is_away:
                self._stay_away()

    def _stay_away(self) -> None:
        """Until the next request there is no connection, whatever pool env.py keeps."""
        self._is_away = False
        self._engine.dispose(close=False)  # who makes the copy ends what is still open
        self._answer()
        self._pipe.wait()

    def _answer(self, **said: Any) -> None:
        self._waiting = False
        self._pipe.answer(**said)

    def _is_revision(self, file: str) -> bool:
        places = map(os.path.realpath, self._script._version_locations)
        return file.rpartition(os.sep)[0] in places

    def _environment(self) -> None:
        """Run env.py once: as it is, or where it asks for that, as from an event loop of anyio."""
        if not self._in_loop:
            try:
                self._run_env()
            except Exception as problem:
                if self._started or "AnyIO worker thread" not in str(problem):
                    raise
                self._in_loop = True
        if self._in_loop:
            import anyio
            import anyio.to_thread

            anyio.run(anyio.to_thread.run_sync, self._run_env)

    def _run_env(self) -> None:
        from alembic.runtime.environment import EnvironmentContext

        with EnvironmentContext(
            self._config, self._script, fn=self._steps, as_sql=False, destination_rev="heads"
        ):
            self._script.run_env()

    def _steps(self, heads: Any, context: Any) -> Iterator[Any]:
        from alembic.runtime.migration import MigrationStep

        if self._over or self._is_away:
            return  # env.py runs the migrations once more, of another database
        said = {} if self._started else self._history(context)
        self._commit(context)
        if not self._started:
            self._started = True
            gc.freeze()
            gc.enable()
            self._answer(**said)
        make = {
            "up": MigrationStep.upgrade_from_script,
            "down": MigrationStep.downgrade_from_script,
        }
        while True:
            request = self._pipe.read()
            self._waiting = True
            if request["do"] in make:
                start = time.perf_counter()
                revision = self._script.get_revision(request["revision"])
                remembered = self._remembered(context, request["do"])
                yield make[request["do"]](self._script.revision_map, revision)
                context.impl.memo.update(remembered)
                self._commit(context)
                self._answer(ms=(time.perf_counter() - start) * 1000)
            elif request["do"] == "again":
                steps = self._script._upgrade_revs("heads", context.get_current_heads())
                applied = []
                for step in steps:
                    applied.append(str(step.revision.revision))
                    yield step
                self._commit(context)
                self._answer(applied=applied)
            elif request["do"] == "let_go":
                self._engine, self._is_away, self._waiting = context.connection.engine, True, False
                return
            elif request["do"] == "differences":
                self._answer(differences=differences(context))
            else:
                self._over = True
                self._waiting = False
                return

    @staticmethod
    def _commit(context: Any) -> None:
        """Commit below SQLAlchemy, which may believe that one transaction holds all steps."""
        context.connection.connection.commit()

    def _remembered(self, context: Any, do: str) -> dict[str, Any]:
        """What is to be known behind this step. Alembic keeps in mind which types it has made: of them the
        way down knows nothing, as it is a command of its own, nor does what follows it."""
        memo = context.impl.memo
        if do == "up":
            self._before_up = {name: copy.copy(value) for name, value in memo.items()}
            return {}
        memo.clear()
        return self._before_up

    def _history(self, context: Any) -> dict[str, Any]:
        table = context.version_table
        schema = context.version_table_schema
        revisions = [described(s) for s in walked(self._script)]
        if context.connection.get_isolation_level() == "AUTOCOMMIT":
            revisions = [{**r, "atomic": False} for r in revisions]
        return {
            "revisions": revisions[::-1],
            "heads": list(self._script.get_heads()),
            "bookkeeping": table if schema in (None, "public") else f"{schema}.{table}",
        }


def described(script: Any) -> dict[str, Any]:
    """One revision of the history as it stands in its file."""
    down = script.down_revision or ()
    below = (down,) if isinstance(down, str) else tuple(down)
    has_down = callable(getattr(script.module, "downgrade", None))
    return {
        "id": script.revision,
        "down": below + tuple(d for d in (script.dependencies or ()) if d not in below)
        if not isinstance(script.dependencies, str)
        else (*below, script.dependencies),
        "labels": sorted(script.branch_labels),
        "message": (script.doc or "").strip().split("\n")[0],
        "file": os.path.relpath(script.path),
        "digest": shared.digest(script.path),
        "no_way_down": "" if has_down else "it has no function downgrade",
        "atomic": not _ALONE.search(shared.text_of(script.path)),
    }


def walked(script: Any) -> list[Any]:
    """The revisions. Raises with the files and what to do where they are no history."""
    from alembic.script.revision import RevisionError

    try:
        return list(script.walk_revisions())
    except Exception as problem:
        cause = problem.__cause__ or problem
        if isinstance(cause, (KeyError, RevisionError)) and (why := broken(script, cause)):
            raise RuntimeError(why) from problem
        raise


def broken(script: Any, problem: BaseException) -> str:
    """Which files keep the revisions from being a history, and what to do; '' where that is not known."""
    files = {s.revision: s for s in script._load_revisions()}
    for revision in files.values():
        down = revision.down_revision or ()
        for below in (down,) if isinstance(down, str) else down:
            if below not in files:
                return (
                    f"{os.path.relpath(revision.path)}: its down_revision {below!r} is no revision of this"
                    " history: name one that is, or bring the file back that has it"
                )
    circle = [r for r in getattr(problem, "revisions", ()) if r in files]
    if not circle:
        return ""
    named = ", ".join(os.path.relpath(files[r].path) for r in sorted(circle))
    return (
        f"{named}: {problem}: each stands on another one of them, so none can be the first. Let the"
        " down_revision of one name what comes before them all"
    )


def differences(context: Any) -> list[dict[str, str]] | None:
    """What Alembic's own comparison finds between models and schema, without what it is known to invent."""
    metadata = context.opts.get("target_metadata")
    if metadata is None:
        return None
    import warnings

    from alembic.autogenerate import compare_metadata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = compare_metadata(context, metadata)
    flat = [d for entry in found for d in (entry if isinstance(entry, list) else [entry])]
    renamed = [d[1].name for d in flat if d[0] == "remove_index"]
    said = []
    for one in flat:
        if is_invented(one, context.dialect):
            continue
        if one[0] in ("add_index", "remove_index") and one[1].expressions is not None:
            both = [d for d in flat if d[0] == "add_index" and d[1].name in renamed]
            texts = any(not hasattr(e, "table") for d in both for e in d[1].expressions)
            if texts and one[1].name in {d[1].name for d in both}:
                continue  # one expression, written in two ways
        table, what, text = worded(one, context.dialect)
        said.append({"table": table, "what": what, "text": text})
    return said


def is_invented(one: tuple[Any, ...], dialect: Any) -> bool:
    """Whether the difference is none: of a CHECK's wording, or of two names of one type."""
    if one[0] in ("add_constraint", "remove_constraint"):
        return type(one[1]).__name__ == "CheckConstraint"
    return one[0] == "modify_type" and spelt(one[5], dialect) == spelt(one[6], dialect)


_SAME = {
    "float": "double precision",
    "double": "double precision",
    "decimal": "numeric",
    "varchar": "text",
    "character varying": "text",
    "timestamp": "timestamp without time zone",
    "int": "integer",
}


def spelt(kind: Any, dialect: Any) -> str:
    """A type as the database writes it."""
    text = " ".join(str(kind.compile(dialect=dialect)).lower().split())
    return _SAME.get(text, text)


def worded(one: tuple[Any, ...], dialect: Any) -> tuple[str, str, str]:
    """Table, what of it, and the difference in words."""
    kind = one[0]
    if kind in ("add_table", "remove_table"):
        side = "the models" if kind == "add_table" else "the schema"
        return str(one[1].fullname), "", f"the table is in {side} only"
    if kind in ("add_column", "remove_column"):
        table = f"{one[1]}.{one[2]}" if one[1] else one[2]
        side = "the models" if kind == "add_column" else "the schema"
        return table, one[3].name, f"the column {one[3].name} is in {side} only"
    if kind.startswith("modify_"):
        table = f"{one[1]}.{one[2]}" if one[1] else one[2]
        schema, model = one[5], one[6]
        if kind == "modify_type":
            schema, model = spelt(schema, dialect), spelt(model, dialect)
        what = kind[len("modify_") :]
        text = f"{what} of {one[3]}: {schema} in the schema, {model} in the models"
        return table, one[3], text
    thing = one[1]
    table = str(
        getattr(getattr(thing, "table", None), "fullname", "") or getattr(thing, "name", "")
    )
    name = str(getattr(thing, "name", None) or "")
    side = "the models" if kind.startswith("add_") else "the schema"
    noun = {"fk": "foreign key", "table_comment": "comment"}.get(
        kind.partition("_")[2], kind.partition("_")[2]
    )
    columns = ", ".join(getattr(c, "name", str(c)) for c in getattr(thing, "columns", ()))
    called = f"{name} " if name else ""
    return table, name or columns, f"the {noun} {called}({columns}) is in {side} only"


def main() -> None:
    """Load the history and answer."""
    del sys.path[0]  # our own folder: what lies beside this file is not for the system
    pipe = shared.Pipe()
    place = pipe.read()
    gc.disable()  # nothing of what is imported is ever thrown away
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    given = argparse.Namespace(x=None, name="alembic", raiseerr=None, autogenerate=False, sql=False)
    given.cmd = (command.upgrade, ["revision"], ["sql", "tag"])
    try:
        guard(place)
        config = Config(place["config"], cmd_opts=given)
        script = ScriptDirectory.from_config(config)
    except Exception as problem:
        shared.unusable(pipe, problem)
        return
    Driver(pipe, config, script).run()


if __name__ == "__main__":
    main()

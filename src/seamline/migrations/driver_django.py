"""Drives Django's migrations for Seamline: started by the system's own interpreter, in its own environment.

It runs manage.py as `manage.py migrate` would, up to where Django takes over: settings, path and whatever
else that file sees to are the system's own. From there on it answers requests, JSON lines on standard
input, one answer to each. A revision is a migration of any app, in the order in which `migrate` would
apply them; each is applied and taken back by Django's own executor, in the transaction that it asks for.

Connections to any other database than the one named in the first request are refused before they are made.
"""

from __future__ import annotations

import os
import runpy
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seamline.migrations import seamline_pipe as shared
else:  # beside this file, wherever the system's interpreter looks for modules
    import seamline_pipe as shared

_BOOKKEEPING = "django_migrations"


def guard(place: dict[str, str]) -> None:
    """Let Django connect to the database at `place` and to no other."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.signals import connection_created

    plain = BaseDatabaseWrapper.connect

    def connect(self: Any) -> Any:
        named = self.get_connection_params() if self.vendor == "postgresql" else self.settings_dict
        named = {k.lower(): v for k, v in named.items()}
        named["dbname"] = named.get("dbname") or named.get("name")
        who = f"DATABASES[{self.alias!r}]"
        shared.refuse_others(place, who, self.vendor, named)
        return plain(self)

    def after(connection: Any, **named: Any) -> None:
        shared.refuse_other_name(place, f"DATABASES[{connection.alias!r}]", connection.cursor())

    shared.guard_drivers(place, "the project")
    BaseDatabaseWrapper.connect = connect
    connection_created.connect(after, weak=False)


class Driver:
    """The migrations of all apps, one after the other, as they are asked for.

    `_state` is what the applied ones make of the models, `_before` what it was before the last of them.
    """

    def __init__(self, pipe: shared.Pipe) -> None:
        from django.db import connections
        from django.db.migrations.executor import MigrationExecutor

        self._pipe = pipe
        self._connection = connections["default"]
        self._new: Any = MigrationExecutor
        self._executor: Any = self._new(self._connection)
        self._executor.recorder.ensure_schema()
        loader = self._executor.loader
        plan = self._executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
        self._plan = {named(m): m for m, _ in plan}
        self._files = {os.path.realpath(file_of(m)) for m in self._plan.values()}
        self._state = self._executor._create_project_state(with_applied_migrations=True)
        self._before: Any = None
        self._last = ""

    def run(self) -> None:
        """Answer requests until the end."""
        self._pipe.answer(**self._history())
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "up": self._up,
            "down": self._down,
            "let_go": self._let_go,
            "again": self._again,
            "differences": lambda _: {"differences": list(differences(self._connection))},
        }
        while (request := self._pipe.read())["do"] in answers:
            start = time.perf_counter()
            try:
                said: dict[str, Any] = answers[request["do"]](request)
            except (Exception, SystemExit) as problem:
                traceback.print_exc()
                self._connection.close_if_unusable_or_obsolete()
                said = {"error": shared.explained(problem, self._files.__contains__)}
            self._pipe.answer(ms=(time.perf_counter() - start) * 1000, **said)

    def _up(self, request: dict[str, Any]) -> dict[str, Any]:
        state = self._state
        if "apps" not in state.__dict__:
            state.apps  # noqa: B018 - all models at once take less time than one after the other
        before = bare(state)
        after = self._executor.apply_migration(state.clone(), self._plan[request["revision"]])
        self._before, self._state, self._last = before, after, request["revision"]
        return {}

    def _down(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._before is None or request["revision"] != self._last:
            raise ValueError(f"{request['revision']} is not the last one that was applied")
        self._executor.unapply_migration(bare(self._before), self._plan[request["revision"]])
        self._state, self._before = self._before, None
        return {}

    def _again(self, request: dict[str, Any]) -> dict[str, Any]:
        """`manage.py migrate`, without what apps do behind it: that writes rows for each model."""
        executor = self._new(self._connection)
        targets = executor.loader.graph.leaf_nodes()
        plan = executor.migration_plan(targets)
        executor.migrate(targets, plan)
        return {"applied": [named(m) for m, _ in plan]}

    def _let_go(self, request: dict[str, Any]) -> dict[str, Any]:
        from django.db import connections

        connections.close_all()
        return {}

    def _history(self) -> dict[str, Any]:
        graph = self._executor.loader.graph
        rolls_back = self._connection.features.can_rollback_ddl
        below = {
            f"{k[0]}.{k[1]}": [f"{p.key[0]}.{p.key[1]}" for p in sorted(graph.node_map[k].parents)]
            for k in graph.nodes
        }
        return {
            "revisions": [
                {**described(m, below[n]), "atomic": m.atomic and rolls_back}
                for n, m in self._plan.items()
            ],
            "heads": [f"{app}.{name}" for app, name in sorted(graph.leaf_nodes())],
            "bookkeeping": _BOOKKEEPING,
        }


def bare(state: Any) -> Any:
    """A state without classes of models: those that a later state shares with it know the later ones."""
    models = {name: model.clone() for name, model in state.models.items()}
    return type(state)(models=models, real_apps=state.real_apps)


def named(migration: Any) -> str:
    """As Django itself writes it: `app.0001_initial`."""
    return f"{migration.app_label}.{migration.name}"


def file_of(migration: Any) -> str:
    """The file that it is written in."""
    return str(sys.modules[migration.__module__].__file__)


def described(migration: Any, below: list[str]) -> dict[str, Any]:
    """One revision of the history as it stands in its file."""
    file = file_of(migration)
    stuck = next(irreversible(migration.operations), None)
    why = f"irreversible: it holds {stuck} without a way back" if stuck else ""
    return {
        "id": named(migration),
        "down": below,
        "labels": [migration.app_label],
        "message": migration.name.lstrip("0123456789_").replace("_", " "),
        "file": os.path.relpath(file),
        "digest": shared.digest(file),
        "no_way_down": why,
    }


def irreversible(operations: list[Any]) -> Iterator[str]:
    """The kinds of the operations that Django refuses to take back."""
    for operation in operations:
        if not operation.reversible:
            yield type(operation).__name__
        yield from irreversible(getattr(operation, "database_operations", None) or [])


def differences(connection: Any) -> Iterator[dict[str, str]]:
    """What `makemigrations --check` would find: operations that are missing between migrations and models."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.questioner import MigrationQuestioner
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(connection)
    found = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), MigrationQuestioner(dry_run=True)
    ).changes(graph=loader.graph)
    for app, migrations in sorted(found.items()):
        for migration in migrations:
            for one in migration.operations:
                model = getattr(one, "model_name", None) or getattr(one, "name", None)
                yield {
                    "table": f"{app}.{model}" if model else app,
                    "what": one.describe(),
                    "text": f"no migration does what the models ask for: {one.describe()}",
                }


def main() -> None:
    """Run manage.py up to where Django takes over, and answer."""
    pipe = shared.Pipe()
    place = pipe.read()
    file = os.path.abspath(place["config"])  # noqa: PTH100
    sys.path[0] = os.path.dirname(file)  # noqa: PTH120 - as if manage.py itself had been started
    sys.argv = [file, "migrate"]
    has_started = False

    def execute(self: Any) -> None:
        nonlocal has_started
        has_started = True
        import django

        try:
            django.setup()
            guard(place)
            driver = Driver(pipe)
        except (Exception, SystemExit) as problem:
            shared.unusable(pipe, problem)
            return
        driver.run()

    try:
        from django.core.management import ManagementUtility

        ManagementUtility.execute = execute
        runpy.run_path(file, run_name="__main__")
        if not has_started:
            raise RuntimeError(f"{place['config']} ended without starting Django")
    except (Exception, SystemExit) as problem:
        if has_started:
            raise
        shared.unusable(pipe, problem)


if __name__ == "__main__":
    main()

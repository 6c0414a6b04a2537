"""The pytest plugin: cases of the plan as items, and the fixture `seam`. Inert unless one of them is used.

Nothing of Seamline is imported before: a test suite that has it installed starts as quickly as without.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from seamline.seam import Ground, Seam
    from seamline.workflow.items import Judged
    from seamline.workflow.job import Job

_NAME = "seamline"
_JOB: pytest.StashKey[Job] = pytest.StashKey()
_GROUND: pytest.StashKey[Ground] = pytest.StashKey()
_WHY_NOT = pytest.StashKey[str]()
_SEAM: pytest.StashKey[Seam] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("seamline", "tests of a web API together with its database")
    group.addoption(
        "--seamline", action="store_true", help="collect every case of the project's plan as a test"
    )
    group.addoption(
        "--seamline-project",
        metavar="DIR",
        help="where seamline.toml is (default: the ini value seamline_project, else the root folder)",
    )
    parser.addini("seamline_project", "where seamline.toml is", default=".")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take the ids of items out of what pytest takes for paths, and declare the marker."""
    ids = [given for given in config.args if given.partition("::")[0] == _NAME]
    if ids:
        config.args = [given for given in config.args if given not in ids]
        config.option.seamline, config.option.seamline_ids = True, ids  # the workers get options
    if config.getoption("--seamline"):
        config.addinivalue_line(
            "markers",
            "seamline(kind, operation): a case of Seamline's plan, of a kind (positive, boundary, negative,"
            " credentials, absence, sequence, table, document): -m 'seamline(kind=\"negative\")'",
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the files, so that what is wrong in them is said before anything starts."""
    if not session.config.getoption("--seamline"):
        return
    from seamline.errors import SeamlineError
    from seamline.workflow.artifacts import load_job

    try:
        session.config.stash[_JOB] = load_job(
            _project(session.config), parts=("api", "database"), walk=False
        )
    except SeamlineError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Put the plan behind the tests that were collected from files."""
    if _JOB in config.stash:
        plan = _Plan.from_parent(session, name=_NAME, nodeid=_NAME, path=_project(config))
        wanted = config.getoption("seamline_ids", None)
        items.extend(item for item in session.genitems(plan) if _is_among(item.nodeid, wanted))


@pytest.fixture
def seam(request: pytest.FixtureRequest) -> Iterator[Seam]:
    """The system and its database: requests, changed rows, statements, faults; all undone after the test."""
    from seamline.errors import SeamlineError
    from seamline.seam import Seam

    try:
        ground = _ground(request.config)
        ground.call(ground.ready())
    except SeamlineError as error:
        pytest.fail(str(error), pytrace=False)
    mine = request.node.stash[_SEAM] = Seam(ground)
    yield mine
    try:
        ground.call(ground.put_back())
    except SeamlineError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failed test what it has seen of rows and statements."""
    report = yield
    mine = item.stash.get(_SEAM, None)
    if mine is not None and report.when == "call" and report.failed:
        for number, seen in enumerate(mine.watched, 1):
            report.sections.append((f"seam.watch() {number}", "\n".join(seen.lines())))
    return report


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say which rows a count is of."""
    known = sys.modules.get("seamline.seam.seen")
    if known is None or not isinstance(left, known.Count):
        return None
    return [f"{int(left)} {left.what}, expected {op} {right!r}", *left.seen.row_lines()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what items have found that fails none of them."""
    told = {
        str(text): None
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == _NAME
    }
    if told:
        terminalreporter.section("seamline: told, failing nothing")
        for line in told:
            terminalreporter.write_line(line)


class Failed(Exception):
    """What makes an item fail, in full."""


class _Item(pytest.Item):
    """A case, a rule of a table, or the document."""

    judge: Callable[[], Judged]

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The headline of a failure."""
        group = self.parent.name if self.parent is not None else ""
        return self.path, None, f"{group}: {self.name}"

    def runtest(self) -> None:
        """Carry it out."""
        from seamline.errors import SeamlineError

        try:
            judged = self.judge()
        except SeamlineError as error:
            raise Failed(str(error)) from None
        self.user_properties += [(_NAME, line) for line in judged.told]
        if judged.skipped:
            pytest.skip(judged.skipped)
        if judged.failures:
            raise Failed("\n\n".join(judged.failures))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> Any:  # pytest's own words for it are private
        """The finding as it is; a traceback for what is a bug of Seamline."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class _Group(pytest.Collector):
    """The items about one operation or table."""

    found: list[_Item]

    def collect(self) -> Iterable[pytest.Item]:
        """What was found when the plan was made."""
        return self.found


class _Plan(pytest.Collector):
    """Everything that is planned for the project; starts the system, whose document the plan needs."""

    def collect(self) -> Iterable[pytest.Collector]:
        """The operations and tables. An error is told in its own words."""
        from seamline.errors import SeamlineError
        from seamline.workflow.items import Items

        try:
            items = Items(self.config.stash[_JOB], _ground(self.config))
            items.collect()
        except SeamlineError as error:
            raise self.CollectError(str(error)) from None
        groups: dict[str, _Group] = {}
        for item in items.all():
            if item.group not in groups:
                groups[item.group] = _Group.from_parent(self, name=item.group)
                groups[item.group].found = []
            group = groups[item.group]
            made = _Item.from_parent(group, name=item.name)
            made.judge = item.judge
            made.add_marker(pytest.mark.seamline(kind=item.kind, operation=item.group))
            group.found.append(made)
        return groups.values()


def _is_among(nodeid: str, wanted: list[str] | None) -> bool:
    """Whether an item, or what it belongs to, was asked for by its id; all are where none is."""
    return wanted is None or any(nodeid == w or nodeid.startswith(f"{w}::") for w in wanted)


def _project(config: pytest.Config) -> Path:
    """The folder of seamline.toml, or that file."""
    given: str | None = config.getoption("--seamline-project")
    if given is not None:
        return config.invocation_params.dir / given
    return config.rootpath / str(config.getini("seamline_project"))


def _ground(config: pytest.Config) -> Ground:
    """The system that all tests of this process share. Raises the `SeamlineError` why there is none."""
    from seamline.errors import SeamlineError, UsageError
    from seamline.seam import Ground
    from seamline.spec import load_project

    if _GROUND in config.stash:
        return config.stash[_GROUND]
    if _WHY_NOT in config.stash:
        raise UsageError(config.stash[_WHY_NOT])  # once is enough
    try:
        ground = Ground(load_project(_project(config)))
        ground.start()
    except SeamlineError as error:
        config.stash[_WHY_NOT] = str(error)
        raise
    config.add_cleanup(ground.close)
    config.stash[_GROUND] = ground
    return ground

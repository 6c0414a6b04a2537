"""Carrying something out with reporters listening, and ending it cleanly on a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

from seamline.errors import SeamlineError, UsageError
from seamline.model.event import Event
from seamline.report import (
    GithubReporter,
    HtmlReporter,
    JunitReporter,
    MarkdownReporter,
    NdjsonReporter,
    Reporter,
    Reporters,
    SarifReporter,
    TerminalReporter,
)

RECORD = "events.ndjson"
PAGE = "report.html"
_T = TypeVar("_T")
Ending = Coroutine[Any, Any, tuple[int, SeamlineError | None]]


def reported(
    execute: Callable[[Callable[[Event], None]], Ending],
    folder: Path,
    stream: TextIO,
    *,
    quiet: bool,
    specs: tuple[Path, Path],
    also: Sequence[Reporter] = (),
) -> int:
    """Execute, with every reporter listening; the exit code. Raises the error that ended it early.

    `specs` are the spec files, at which findings are shown; `also` reporters beside those of every run.
    """
    endpoints, data = (_in_repository(path) for path in specs)
    reporters = Reporters(
        [
            NdjsonReporter(folder / RECORD),
            JunitReporter(folder / "junit.xml"),
            MarkdownReporter(folder),
            SarifReporter(folder, endpoints=endpoints, data=data),
            *_on_github(stream),
            HtmlReporter(folder / PAGE),
            *also,
            TerminalReporter(stream, quiet=quiet, page=folder / PAGE),
        ]
    )
    try:
        code, error = run_to_end(execute(reporters.on))
    finally:
        reporters.close()
        for failure in reporters.failures:
            print(f"seamline: {failure}", file=sys.stderr)
    if error is not None:
        raise error
    return code


def _on_github(stream: TextIO) -> list[Reporter]:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return [GithubReporter(stream, Path(summary) if summary else None)]


def _in_repository(path: Path) -> str:
    """The path as the repository knows it, below the folder of `.git`; else its name."""
    path = path.resolve()
    root = next((p for p in path.parents if (p / ".git").exists()), path.parent)
    return path.relative_to(root).as_posix()


def made(folder: Path) -> Path:
    """The folder, made where it is missing. Raises `UsageError` where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(f"cannot write to {folder}: {exc.strerror}") from None
    return folder


def run_to_end(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine; SIGINT and SIGTERM cancel it once, so that it ends cleanly."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)

        def end() -> None:
            if not task.cancelling():  # once: a second one would cut the cleaning up short
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, end)
        return loop.run_until_complete(task)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory

"""A headless Chromium for the tests of the page: the one of the machine, one a session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from seamline.model.event import Event
from seamline.report import HtmlReporter

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def binary() -> str:
    """The machine's Chromium. Without one the test is skipped, or fails where CI has to have it."""
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("needs Chromium: .ci/run installs it")
    if not found:
        pytest.skip("needs Chromium")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser that is gone afterwards."""
    path = binary()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


def written(events: list[Event], path: Path) -> Path:
    """The page of a run."""
    reporter = HtmlReporter(path)
    for event in events:
        reporter.on(event)
    reporter.close()
    return path


class Opened:
    """A page in a browser, and all that went wrong or over the network in it."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))

    def at(self, address: str) -> Page:
        """The page at `#/…`, loaded anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.path.as_uri()}{address}")
        return self.page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        if not url.startswith((self.path.as_uri(), "about:")):
            self.problems.append(f"request: {url}")

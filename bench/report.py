"""report.html of a run with 50,000 cases: how soon it can be read, and how large it is.

The time is from the navigation to the frame that shows the matrix, or the cases that were searched for, in
a headless Chromium that has opened another page before. The goals are absolute: 2 seconds (`theirs` is
that), and 60 MB.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import Measure
from playwright.async_api import Browser, async_playwright

from seamline.checks import CHECKS
from seamline.model.event import CaseFinished, Event, RunFinished, RunStarted, StepRecord
from seamline.report import HtmlReporter

CASES = 50_000
OPERATIONS = 120
ROUNDS = 5
OPEN_S = 2.0
SIZE_MB = 60
SHOWN = """selector => new Promise(done => {
  const look = () => document.querySelector(selector) ? setTimeout(() => done(performance.now()))
                                                      : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""
NAMES = ("chromium", "chromium-browser", "google-chrome")


async def run() -> list[Measure]:
    """The measures of this file; of the size, milliseconds stand for megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        reporter = HtmlReporter(page)
        begin = time.perf_counter()
        for event in _events():
            reporter.on(event)
        reporter.close()
        spent = time.perf_counter() - begin
        print(f"# {CASES:,} cases reported in {spent:.1f} s, {spent / CASES * 1e6:.0f} µs a case")
        path = next(filter(None, map(shutil.which, NAMES)), None)
        if path is None:
            raise RuntimeError("needs Chromium")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            overview = await _opened(browser, page, "#/", ".matrix td")
            listed = await _opened(browser, page, "#/cases?q=case-49", ".cases .name")
            await browser.close()
        size = page.stat().st_size / 1e6
    return [
        _against("report-50k-opens", overview, OPEN_S),
        _against("report-50k-search", listed, OPEN_S),
        _against("report-50k-size", [size / 1000], SIZE_MB / 1000),
    ]


async def _opened(browser: Browser, path: Path, address: str, selector: str) -> list[float]:
    """Seconds until the page shows, each time in a context without a cache."""
    times = []
    for number in range(ROUNDS + 1):
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        page = await context.new_page()
        await page.goto("about:blank")
        await page.goto(f"{path.as_uri()}{address}", wait_until="load")
        shown = await page.evaluate(SHOWN, selector)
        if number:
            times.append(float(shown) / 1000)
        await context.close()
    return times


def _against(name: str, ours: list[float], goal: float) -> Measure:
    return Measure(
        name=name,
        ratio=statistics.median(ours) / goal,
        goal=1.0,
        ours_ms=statistics.median(ours) * 1000,
        theirs_ms=goal * 1000,
        spread=(min(ours) / goal, max(ours) / goal),
    )


def _events() -> Iterator[Event]:
    """A run as large systems have them: one to three requests a case, a dozen checks, rows, abstentions."""
    chance = random.Random(11)
    names = [
        f"{m} /api/v1/things{n}/{{id}}" for n in range(OPERATIONS // 2) for m in ("GET", "POST")
    ]
    checks = list(CHECKS)
    yield RunStarted(
        at=0.0,
        seamline="bench",
        project="many",
        system="http://127.0.0.1",
        document="/openapi.json",
        engine="PostgreSQL",
        seed=0,
        cases=CASES,
        operations=tuple(names),
        tables=60,
        parts=("api", "database"),
    )
    for number in range(CASES):
        name = names[number % OPERATIONS]
        steps = tuple(
            StepRecord(
                operation=name,
                identity="customer",
                credentials="valid",
                status=chance.choice((200, 201, 404, 409, 422)),
                ms=chance.expovariate(0.1),
                rows={"things": {"insert": 1}, "audit": {"insert": 1}} if number % 2 else {},
            )
            for _ in range(chance.randint(1, 3))
        )
        yield CaseFinished(
            at=float(number),
            case=f"case-{number:05d}~missing-property.body.name.{number * 7919:08x}",
            subject=name,
            kind="negative",
            steps=steps,
            checks={c: len(steps) for c in chance.sample(checks, 12)},
            abstained={"responseSchema": "the document gives no schema for 409"},
            put_back=number % 5,
        )
    yield RunFinished(
        at=0.0, reason="completed", exit_code=0, seconds=1.0, passed={"api": "", "database": ""}
    )

"""The pictures of report.html in docs/images, from a run of the shop with a few of its defects.

python docs/screenshots.py                       # runs the shop, a few minutes
python docs/screenshots.py --events FILE.ndjson  # from the record of a run that there is
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from seamline.report import HtmlReporter, read_events

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DEFECTS = "priceOfAll,refusedOrderStays,ordersAskedOneByOne,searchInStatement,stockReadThenWritten"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZE = (1600, 1300)
TALLEST = 1900


def main() -> None:
    """Parse the command line, make the page, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=Path, help="the record of a run")
    events = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "report.html"
        reporter = HtmlReporter(page)
        for event in read_events(events or _run(Path(name))):
            reporter.on(event)
        reporter.close()
        IMAGES.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, NAMES)), None)
            if path is None:
                sys.exit("needs Chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            _pictures(browser, page)
            browser.close()


def _run(folder: Path) -> Path:
    """Run the shop with its defects in a folder of its own; the record of it."""
    shop = folder / "shop"
    shutil.copytree(ROOT / "examples" / "shop", shop, ignore=shutil.ignore_patterns(".seamline"))
    command = [sys.executable, "-m", "seamline", "run", "-q", "-p", str(shop)]
    done = subprocess.run(command, env={**os.environ, "SHOP_DEFECTS": DEFECTS}, check=False)
    if done.returncode > 1:
        sys.exit(f"the run ended with {done.returncode}")
    return shop / "integration" / "events.ndjson"


def _pictures(browser: Browser, report: Path) -> None:
    """The overview in both lights, a finding with its rows, a schedule where the run found one."""
    _picture(browser, report, "overview", "#/", "light")
    _picture(browser, report, "dark", "#/", "dark", part="Operations and checks")
    _picture(
        browser, report, "finding", "#/findings?check=errorLeavesNoTrace", "light", opened=True
    )
    _picture(browser, report, "schedule", "#/findings?check=serialOutcome", "light", opened=True)


def _picture(
    browser: Browser,
    report: Path,
    name: str,
    address: str,
    light: str,
    *,
    part: str = "",
    opened: bool = False,
) -> None:
    """One picture; `opened` is of the first finding of the list, `part` of the page from that heading on."""
    context = browser.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]},
        color_scheme="dark" if light == "dark" else "light",
        device_scale_factor=1.25,
    )
    page = context.new_page()
    page.goto(f"{report.as_uri()}{address}")
    if opened:
        first = page.locator(".found a").first
        if not first.count():
            context.close()
            print(f"no {name}: the run found none")
            return
        first.click()
        page.locator(".finding-head").wait_for()
    else:
        page.locator(".matrix").wait_for()
    if part:
        heading = page.get_by_role("heading", name=part)
        heading.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top - 90)")
    tall = page.evaluate("document.documentElement.scrollHeight") if opened else SIZE[1]
    page.set_viewport_size({"width": SIZE[0], "height": min(tall, TALLEST)})
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()

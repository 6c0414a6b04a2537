"""The page as a person has it: in a browser, by keys, in both lights, with hostile data, with many cases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from seamline.model.case import NotCovered
from seamline.model.event import DataChecked, Errored, Event, RevisionChecked, Skipped
from seamline.model.finding import Evidence
from seamline.model.row import RowChange
from seamline.model.schedule import Ending, Turn, Witness
from seamline.model.statement import SqlStatement

from .browser import Opened, launched, written
from .streams import AT, all_runs, case, cases, finished, started, step
from .wrong import total_differs, transcript

MANY = 50_000
VIEWS = ("#/", "#/findings", "#/cases", "#/data", "#/transactions", "#/migrations")
ATTACK = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> <svg onload=alert(3)>"
    '"\'><a href="javascript:alert(4)">x</a> {{7*7}} ${alert(5)} <!-- \u2028\u2029 \u202e '
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def found(folder: Path) -> Path:
    return written([*with_statements(), *all_runs()["findings"][1:]], folder / "found.html")


@pytest.fixture(scope="module")
def many(folder: Path) -> Path:
    return written(many_cases(), folder / "many.html")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


def statement(text: str, kind: Any, at: float, **changes: Any) -> SqlStatement:
    fields: dict[str, Any] = {"connection": 1, "transaction": 1, "duration_ms": 0.4}
    return SqlStatement(text=text, kind=kind, started_ms=at, **(fields | changes))


def with_statements() -> list[Event]:
    said = (
        statement("BEGIN", "begin", 100.0),
        statement("INSERT INTO orders VALUES ($1)", "write", 101.0, rows=1, params=("7",)),
        statement("COMMIT", "commit", 102.0, connection=2),
        statement("SELECT 1/0", "read", 103.0, sqlstate="22012", message="division by zero"),
    )
    base = total_differs()
    finding = replace(base, detail="#/sql", evidence=Evidence(exchanges=(transcript(sql=said),)))
    revision = RevisionChecked(
        at=AT, revision="0002", message="two", file="2.py", up="done", down="none", ms=(3.1,)
    )
    started_ = started(cases=9)
    return [started_, revision, case("sql", "POST /orders", (), findings=(finding,))]


def many_cases() -> list[Event]:
    chance = random.Random(7)
    paths = [f"GET /things/{n}" for n in range(40)]
    events: list[Event] = [started(cases=MANY, operations=tuple(paths))]
    for n in range(MANY):
        name = paths[n % 40]
        one = step(name, 500 if n % 9973 == 9972 else 200, chance.random() * 50, {})
        findings = (replace(total_differs(), subject=name),) if n % 9973 == 9972 else ()
        events.append(case(f"case-{n:05d}", name, (one,), findings=findings))
    return [*events, finished()]


def hostile_run() -> list[Event]:
    change = RowChange(
        table=ATTACK,
        op="update",
        key={ATTACK: ATTACK},
        before={ATTACK: "a"},
        after={ATTACK: ATTACK},
        txid=1,
    )
    bad = transcript(
        label=ATTACK,
        operation=ATTACK,
        identity=ATTACK,
        request=f"{ATTACK}\n\n[{ATTACK}",
        curl=ATTACK,
        response=f'{ATTACK}\n\n{{"a": "{ATTACK * 200}"}}',
        changes=(change,),
        notes=(ATTACK,),
        sql=(statement(ATTACK, "write", 1.0, params=(ATTACK,), sqlstate="42601", message=ATTACK),),
    )
    finding = replace(
        total_differs(),
        check=ATTACK,
        subject=ATTACK,
        title=ATTACK * 500,
        expected=ATTACK,
        actual=ATTACK,
        detail=ATTACK,
        why=ATTACK,
        case=ATTACK,
        kind=ATTACK,
        evidence=Evidence(
            exchanges=(bad,), sql=ATTACK, diff=f"+{ATTACK}", rows=({ATTACK: ATTACK},)
        ),
    )
    who = step(ATTACK, 200, 1.0, {ATTACK: {"insert": 1}}, who=ATTACK)
    return [
        started(project=ATTACK, system=ATTACK, document=ATTACK, operations=(ATTACK,)),
        case(
            ATTACK,
            ATTACK,
            (who,),
            checks={ATTACK: 1},
            abstained={"contentType": ATTACK},
            findings=(finding,),
            notes=(ATTACK,),
        ),
        DataChecked(at=AT, table=ATTACK, check=ATTACK, label=ATTACK, error=ATTACK),
        Errored(at=AT, subject=ATTACK, case=ATTACK, message=ATTACK),
        Skipped(at=AT, item=NotCovered(subject=ATTACK, reason=ATTACK, remedy=ATTACK)),
        RevisionChecked(
            at=AT, revision=ATTACK, message=ATTACK, file="", up="done", notes=(ATTACK,)
        ),
        finished(message=ATTACK, passed={"api": ATTACK, "database": ATTACK}),
    ]


def test_hostile_answers_do_nothing(page: Page, folder: Path) -> None:
    opened = Opened(page, written(hostile_run(), folder / "hostile.html"))
    for view in VIEWS:
        opened.at(view)
        assert page.locator("main img, main iframe, main a[href^=javascript]").count() == 0
    opened.at("#/findings").locator(".found a").first.click()
    assert "<img src=x" in page.locator("h1").inner_text()
    assert "onerror=alert(2)" in page.locator(".timeline").inner_text()
    opened.at("#/cases").locator(".case >> nth=1").click()
    assert "<svg onload=alert(3)>" in page.locator(".detail").inner_text()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#paper img").count() == 0
    opened.at(f"#/findings/{ATTACK}?q=<img src=x onerror=alert(1)>")
    assert opened.problems == []


def test_the_policy_stops_what_is_not_ours(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/").evaluate(
        """() => { const s = document.createElement("script"); s.textContent = "window.ran = 1";
        document.body.append(s); document.body.setAttribute("onclick", "window.ran = 2"); }"""
    )
    page.mouse.click(5, 300)
    assert page.evaluate("window.ran") is None
    assert opened.problems


def test_a_finding_shows_all_that_it_rests_on(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/findings?q=%23/sql").locator(".found a").click()
    text = page.locator("main").inner_text()
    assert "seamline replay F-" in text
    for said in ("POST /orders", "Answer 201", "$1 = 7", "22012 division by zero", "connection 2"):
        assert said in text
    steps = page.locator(".timeline li")
    assert steps.count() == 6
    assert "1.00 ms" in steps.nth(2).inner_text()
    changed = page.locator(".change.update tr.changed")
    assert changed.all_inner_texts() == ["≠ quantity\t5\t4"]
    page.get_by_role("button", name="2 columns unchanged").click()
    assert page.locator(".change.update tbody tr").count() == 3
    assert opened.problems == []


def test_filters_stand_in_the_address(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/findings").get_by_role("button", name="warning").click()
    assert page.url.endswith("#/findings?weight=warning")
    assert page.locator(".found li").count() == 1
    opened.at("#/findings?weight=unstable")
    assert page.locator(".found li").all_inner_texts()[0].startswith("~ unstable")
    opened.at("#/cases?operation=GET+%2Fproducts&kind=positive")
    page.locator(".cases .case").nth(1).wait_for()
    assert page.locator(".cases .case").count() == 2
    page.locator("#search").fill("listProducts")
    page.wait_for_url("**q=listProducts")
    page.locator(".cases .case").nth(1).wait_for(state="detached")
    assert page.locator(".cases .case").count() == 1
    opened.at("#/data?state=proven")
    assert page.locator("tbody tr").count() == 1
    opened.at("#/migrations?q=0002")
    assert "no way down" in page.locator("tbody tr").inner_text()
    assert opened.problems == []


def test_the_matrix_tells_by_signs(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/")
    cell = page.get_by_title("createdRowMatches on POST /orders", exact=False)
    assert cell.inner_text().startswith("✗")
    cell.get_by_role("link").click()
    assert "check=createdRowMatches" in page.url
    assert page.locator(".found li").count() == 2


def test_keys(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    first = page.locator("h1").inner_text()
    page.keyboard.press("j")
    page.wait_for_function("h => document.querySelector('h1').innerText !== h", arg=first)
    page.keyboard.press("Escape")
    page.wait_for_url("**#/findings")
    page.keyboard.press("/")
    page.keyboard.type("quantity")
    page.wait_for_url("**q=quantity")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.locator(".case").nth(1).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".detail").wait_for()
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert opened.problems == []


def test_one_letter_keys_can_be_switched_off(page: Page, found: Path) -> None:
    Opened(page, found).at("#/")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys of one letter are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("f")
    assert page.url.endswith("#/")
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, found: Path, theme: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    opened = Opened(page, found)
    everything = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    rules = everything if theme == "light" else ["color-contrast"]  # the rest is the same page
    opened.at("#/findings?q=%23/sql")
    finding = page.locator(".found a").get_attribute("href")
    for view in (*VIEWS, str(finding), "#/cases?case=order-life", "help"):
        if view == "help":
            page.keyboard.press("?")
        else:
            opened.at(view)
        page.locator("h1, dialog[open]").first.wait_for()
        said = Axe().run(page, options={"runOnly": rules})
        assert said.violations_count == 0, (view, said.generate_report())


def test_axe_finds_nothing_among_many_cases_in_the_dark(page: Page, many: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    opened = Opened(page, many)
    for view, shown in (("#/", ".matrix"), ("#/cases?case=case-31337", ".detail")):
        opened.at(view)
        page.locator(shown).first.wait_for()
        said = Axe().run(page)
        assert said.violations_count == 0, (view, said.generate_report())


def test_fifty_thousand_cases(page: Page, many: Path) -> None:
    assert many.stat().st_size < 60_000_000
    opened = Opened(page, many)
    opened.at("#/cases")
    page.locator(".cases .case").first.wait_for()
    assert page.locator(".cases .case").count() < 60
    page.locator(".cases").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    page.get_by_text("case-49999", exact=True).click()
    assert "GET /things/39" in page.locator(".detail").inner_text()
    assert page.locator(".cases .case").count() < 60
    opened.at("#/cases?result=error")
    page.get_by_text("5 of 50,000", exact=True).wait_for()
    opened.at("#/cases?q=case-31337&case=case-31337")
    page.locator(".detail").wait_for()
    assert opened.problems == []


def at_once() -> Event:
    """An update that is lost: one row differs from what either order makes of it, one does not."""
    kept = 'insert orders {"id":"‹generated›"}'

    def ending(order: str, stock: int) -> Ending:
        rows = (kept, f'update stock {{"left":{stock},"sku":"A1"}}')
        return Ending(order=order, answers=("201 {}", "201 {}"), rows=rows)

    turns = (
        Turn(side="A", sql="SELECT 1"),
        Turn(side="B", sql="COMMIT", note="waits for the other"),
    )
    witness = Witness(
        pair="a | b",
        choices="AB",
        first="curl a",
        second="curl b",
        turns=turns,
        ending=ending("this schedule", 4),
        serial=(ending("A, then B", 3), ending("B, then A", 3)),
    )
    finding = replace(total_differs(), detail="at once", evidence=Evidence(schedule=witness))
    return case("at-once", "POST /orders", (), findings=(finding,))


def test_a_schedule_stands_in_two_columns_with_what_differs(page: Page, folder: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened = Opened(page, written([started(cases=1), at_once(), finished()], folder / "once.html"))
    opened.at("#/findings").locator(".found a").click()
    rows = page.locator(".endings tbody tr")
    assert rows.all_inner_texts() == [
        "✗ this schedule\t\nupdate stock ≠ left 4 sku A1",
        "✓ either order\t\nupdate stock ≠ left 3 sku A1",
    ]
    assert page.get_by_text("1 more row changed alike in each order").is_visible()
    ran = page.locator(".lanes tbody tr").nth(1).locator("td")
    assert ran.all_inner_texts() == ["", "COMMIT\n↳ waits for the other"]
    assert Axe().run(page).violations_count == 0
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert Axe().run(page).violations_count == 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".lanes .idle").first.is_hidden()
    assert opened.problems == []


def test_a_narrow_window_scrolls_to_no_side(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    page.set_viewport_size({"width": 390, "height": 844})
    opened.at("#/findings?q=%23/sql")
    finding = str(page.locator(".found a").get_attribute("href"))
    for view in (*VIEWS, finding, "#/cases?case=order-life"):
        opened.at(view).locator("h1").wait_for(state="attached")
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, view


def test_paper_has_every_finding(page: Page, found: Path) -> None:
    opened = Opened(page, found)
    opened.at("#/").emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#paper .sheet").count() == 7
    assert page.locator("#paper").is_visible()
    assert not page.locator("main").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#paper > *").count() == 0


def test_an_empty_run_is_a_page_too(page: Page, folder: Path) -> None:
    for name in ("zero-cases", "never-started", "cut-off", "no-database"):
        opened = Opened(page, written(all_runs()[name], folder / f"{name}.html"))
        for view in VIEWS:
            opened.at(view).locator("h1").wait_for(state="attached")
        assert opened.problems == []


def test_the_cases_of_the_clean_run_are_all_there(page: Page, folder: Path) -> None:
    opened = Opened(page, written(all_runs()["clean"], folder / "clean.html"))
    opened.at("#/cases")
    page.locator(".cases .name").first.wait_for()
    assert page.locator(".cases .name").all_inner_texts() == [c.case for c in cases()]

"""The fixture `seam`: what a test sees, what fails at its word, what is undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .project import run_pytest, write_orders

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parent.parent.parent / "docs" / "pytest.md"


def recipes() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


def test_each_recipe_of_the_page_holds_on_a_correct_system(tmp_path: Path) -> None:
    folder = write_orders(tmp_path)
    for number, recipe in enumerate(recipes()):
        (folder / f"test_{number:02}.py").write_text(recipe)
    code, said = run_pytest(folder, "-v", "-W", "error", "-o", "asyncio_mode=auto")
    assert code == 0, said
    assert f" {len(recipes())} passed" in said


def test_recipes_find_what_they_are_there_to_find(tmp_path: Path) -> None:
    for mode, test in (
        ("hasty", "test_two_customers_do_not_disturb_each_other"),
        ("careless", "test_a_refused_order_leaves_no_trace"),
        ("stubborn", "test_a_lost_answer_is_not_paid_twice"),
    ):
        folder = tmp_path / test
        folder.mkdir()
        write_orders(folder, mode)
        mine = [recipe for recipe in recipes() if f"def {test}(" in recipe]
        (folder / "test_recipe.py").write_text(mine[0])
        code, said = run_pytest(folder)
        assert code == 1, said
        assert f"::{test}" in said
        if "seam.race(" in mine[0]:
            assert re.search(r"^E +A {40,}B$", said, re.MULTILINE), said
            assert re.search(r"^E {50,}(INSERT|SELECT|UPDATE) ", said, re.MULTILINE), said
            assert "E       this schedule" in said
            assert "E       either order" in said


TESTS = """
import asyncio

import pytest

LINES = {"lines": [{"sku": "A1", "quantity": 1}]}


def test_plain():
    pass


@pytest.mark.parametrize("turn", [1, 2])
def test_undone(seam, turn):
    assert seam.as_("customer").post("/orders", json=LINES).json["id"] == 1
    assert [r["left_over"] for r in seam.rows("stock", sku="A1")] == [4]


def test_shows(seam):
    with seam.watch() as seen:
        seam.as_("customer").post("/orders", json=LINES)
    assert seen.rows["orders"].inserted == 2


def test_no_such_statement(seam):
    with seam.fail("INSERT INTO paymnts", sqlstate="40001"):
        seam.as_("customer").post("/orders", json=LINES)


def test_of_a_race_the_last_order_is_seen(seam):
    def buy():
        return seam.as_("customer").post("/orders", json=LINES)

    with seam.watch() as seen:
        buy()
        raced = seam.race(buy, buy)
    assert raced.schedules > 2 and not raced.unexplored
    assert seen.rows["orders"].inserted == 3
    assert sum(s.text.startswith("INSERT INTO orders") for s in seen.sql) == 3
    assert seam.race(buy, buy, schedules=0).unexplored == "schedules=0"
    assert seam.race(buy, lambda: None).unexplored == "a call sends no request by a client of seam.as_"


def test_names(seam):
    with seam.watch() as seen:
        pass
    assert seen.rows["orders"].inserted == 0 and not seen.sql
    with pytest.raises(KeyError, match="Did you mean 'orders'"):
        seen.rows["order"]
    with pytest.raises(Exception, match="Did you mean 'customer'"):
        seam.as_("custmer")
    with pytest.raises(Exception, match="after=True goes with lose=True"):
        with seam.fail("COMMIT", after=True):
            pass


def test_two_faults_and_a_reply_that_is_no_json(seam):
    with seam.fail("INSERT INTO payments", sqlstate="40001", times=1) as one:
        with seam.fail("UPDATE stock", sqlstate="40001", times=1) as other:
            assert seam.as_("customer").post("/orders", json=LINES).status == 201
    assert (one.hits, other.hits) == (1, 1)
    reply = seam.as_("customer").get("/absent")
    assert reply.headers["content-TYPE"].startswith("text/plain")
    with pytest.raises(ValueError, match="no JSON"):
        reply.json


class TestAsync:
    async def test_async(self, seam):
        with seam.watch() as seen:
            await asyncio.to_thread(seam.as_("customer").post, "/orders", json=LINES)
        assert seen.rows["orders"].inserted == 1
"""


def test_beside_plain_and_async_tests(tmp_path: Path) -> None:
    folder = write_orders(tmp_path)
    (folder / "test_hand.py").write_text(TESTS)
    code, said = run_pytest(folder, "-v", "-W", "error", "-o", "asyncio_mode=auto")
    assert code == 1, said
    assert "2 failed, 7 passed" in said
    assert "1 rows inserted into orders, expected == 2" in said
    assert '+ orders id=1 (customer="ada", total=10)' in said
    assert "INSERT INTO orders (customer, total) VALUES ($1, 0) RETURNING id  ['ada']" in said
    assert "no statement matched 'INSERT INTO paymnts'" in said


def test_without_a_project_it_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(seam): pass\ndef test_b(): pass\n")
    code, said = run_pytest(tmp_path)
    assert code == 1
    assert "seamline.toml" in said
    assert "1 passed, 1 error" in said
    assert "Traceback" not in said

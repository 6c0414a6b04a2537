"""`pytest --seamline`: every case of the plan is an item."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import run_pytest, write_orders


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_orders(tmp_path_factory.mktemp("orders"))


def test_cases_are_items_that_pass_on_a_correct_system(orders: Path) -> None:
    code, said = run_pytest(orders, "--seamline", "-v")
    assert code == 0, said
    assert "seamline::POST /orders::createOrder-ok PASSED" in said
    assert "seamline::document::sound PASSED" in said


def test_they_are_selected_by_name_and_by_kind(orders: Path) -> None:
    (orders / "test_other.py").write_text("def test_plain(): pass\n")
    code, said = run_pytest(orders, "--seamline", "-v", "-k", "createOrder-none-left")
    assert code == 0, said
    assert "createOrder-none-left PASSED" in said
    assert " 1 passed" in said
    code, said = run_pytest(
        orders, "--seamline", "-v", "--strict-markers", "-m", 'seamline(kind="positive")'
    )
    assert code == 0, said
    assert "createOrder-ok PASSED" in said
    assert "none-left PASSED" not in said
    assert "test_plain" not in said
    code, said = run_pytest(orders, "-v", "seamline::POST /orders::createOrder-ok")
    assert code == 0, said
    assert " 1 passed" in said


def test_workers_have_a_system_each(orders: Path) -> None:
    (orders / "test_hand.py").write_text(
        "def test_url(seam):\n    assert seam.as_('customer').get('/health').status == 200\n"
    )
    code, said = run_pytest(orders, "--seamline", "-v", "-n", "2")
    assert code == 0, said
    assert "createOrder-none-left" in said
    assert "[gw0]" in said
    assert "[gw1]" in said


def test_a_failing_case_shows_the_finding(tmp_path: Path) -> None:
    folder = write_orders(
        tmp_path,
        "careless",
        data={
            "tables": {"stock": {"checks": [{"check": "range", "column": "left_over", "min": 2}]}}
        },
    )
    code, said = run_pytest(folder, "--seamline", "-v")
    assert code == 1, said
    assert "createOrder-none-left FAILED" in said
    assert "409 answer left changes in orders" in said
    assert "insert orders" in said
    assert "INSERT INTO orders" in said
    assert "curl" in said
    assert "--case createOrder-none-left" in said
    assert "confirmed: it came again" in said
    assert "seamline::stock::range" in said
    assert "Traceback" not in said


def test_errors_of_the_files_are_plain(tmp_path: Path) -> None:
    code, said = run_pytest(tmp_path, "--seamline")
    assert code == 4
    assert "seamline.toml" in said
    assert "Traceback" not in said
    folder = write_orders(tmp_path, toml="[gates]\n")
    code, said = run_pytest(folder, "--seamline")
    assert code == 4
    assert "seamline.toml:" in said
    assert "Did you mean 'gate'?" in said
    assert "Traceback" not in said


def test_what_only_the_database_can_tell_is_plain_too(tmp_path: Path) -> None:
    folder = write_orders(
        tmp_path, data={"tables": {"stok": {"checks": [{"check": "notNull", "column": "sku"}]}}}
    )
    code, said = run_pytest(folder, "--seamline")
    assert code == 2, said
    assert "Data_Validation_Framework.json:" in said
    assert "Did you mean 'stock'?" in said
    assert "Traceback" not in said


def test_plain_pytest_loads_nothing_of_seamline(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import sys\n"
        "def test_modules():\n"
        "    mine = {m for m in sys.modules if m.startswith('seamline')}\n"
        "    assert mine == {'seamline', 'seamline.pytest_plugin'}\n"
        "    assert 'aiohttp' not in sys.modules and 'psycopg' not in sys.modules\n"
    )
    code, said = run_pytest(tmp_path)
    assert code == 0, said

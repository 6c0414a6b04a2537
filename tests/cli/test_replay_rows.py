"""`seamline replay` of what `seamline run data --url` and `--files` found: the same rows, looked at again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from seamline.workflow.data import without_password

from ..command import seamline
from ..engines.lab import Lab

pytestmark = pytest.mark.slow


def framework(folder: Path, low: int = 0) -> Path:
    path = folder / "Data_Validation_Framework.json"
    check = {"check": "range", "column": "stock", "min": low, "name": "in stock"}
    path.write_text(json.dumps({"tables": {"goods": {"checks": [check]}}}))
    return path


def found(printed: str) -> str:
    (name,) = {word for word in printed.split() if word.startswith("F-")}
    return name


async def test_rows_of_a_url_are_looked_at_again(database: Lab, tmp_path: Path) -> None:
    await database.client.run(
        "CREATE TABLE goods (id int, stock int)", "INSERT INTO goods VALUES (1, -4)"
    )
    framework(tmp_path)
    url = database.client.address.url
    code, printed = await asyncio.to_thread(seamline, "run", "data", "--url", url, "-p", tmp_path)
    assert code == 1
    name = found(printed)
    password = urlsplit(url).password
    assert password and all(password not in p.read_text() for p in tmp_path.iterdir())

    words = ("replay", name, "-p", tmp_path)
    code, printed = await asyncio.to_thread(seamline, *words, "--url", url)
    assert (code, printed.splitlines()[-1]) == (1, f"{name} still fails")
    assert "-4" in printed
    code, printed = await asyncio.to_thread(lambda: seamline(*words, env={"PGPASSWORD": password}))
    assert code == 1, "the record knows the place, the environment the password"
    code, printed = await asyncio.to_thread(lambda: seamline(*words, env={"PGPASSWORD": "other"}))
    assert code == 3
    assert "cannot connect" in printed

    variable = {"SHOP_DATABASE": url, "PGPASSWORD": "other"}
    toml = tmp_path / "seamline.toml"
    toml.write_text(
        '[system]\nurl = "http://127.0.0.1:1"\n[database]\nurl = { env = "SHOP_DATABASE" }\n'
        '[paths]\nspecs = "."\nreports = "."\n'
    )
    code, printed = await asyncio.to_thread(lambda: seamline(*words, env=variable))
    assert (code, printed.splitlines()[-1]) == (1, f"{name} still fails")
    toml.unlink()

    await database.client.run("UPDATE goods SET stock = 4")
    code, printed = await asyncio.to_thread(seamline, *words, "--url", url)
    assert (code, printed.splitlines()[-1]) == (0, f"{name} fixed")
    await database.client.run("ALTER TABLE goods DROP COLUMN stock")
    code, printed = await asyncio.to_thread(seamline, *words, "--url", url)
    assert code == 2
    assert "stock" in printed


def test_rows_of_files_are_looked_at_again(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    (rows / "goods.csv").write_text("id,stock\n1,5\n2,-7\n")
    file = framework(tmp_path)
    code, printed = seamline("run", "data", "--files", rows, "--framework", file)
    assert code == 1
    name = found(printed)
    assert seamline("show", name, "-p", tmp_path)[0] == 0
    assert seamline("replay", name, "-p", tmp_path)[0] == 1
    (rows / "goods.csv").write_text("id,stock\n1,5\n2,7\n")
    code, printed = seamline("replay", name, "-p", tmp_path)
    assert (code, printed.splitlines()[-1]) == (0, f"{name} fixed")
    file.write_text(json.dumps({"tables": {"goods": {"checks": []}}}))
    code, printed = seamline("replay", name, "-p", tmp_path)
    assert code == 2
    assert "not there any more" in printed
    rows.rename(tmp_path / "moved")
    code, printed = seamline("replay", name, "-p", tmp_path)
    assert code == 2
    assert "name one with --files" in printed


def test_a_record_keeps_no_password() -> None:
    said = "postgresql://ann:se%40cret@db:5432/shop?sslmode=require&password=x&sslpassword=y"
    assert without_password(said) == "postgresql://ann@db:5432/shop?sslmode=require"
    assert without_password("postgresql:///shop?host=/tmp") == "postgresql:///shop?host=%2Ftmp"

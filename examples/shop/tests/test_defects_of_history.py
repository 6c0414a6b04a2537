"""Each defect of the migrations does what it says."""

import shutil
from pathlib import Path

from shop import overlay
from tests import process
from tests.conftest import environment
from tests.process import ROOT


def sql_of(*command: str, defect: str = "") -> str:
    """The SQL that Alembic would run."""
    env = environment("postgresql://nobody@nowhere/none", SHOP_DEFECTS=defect)
    return process.alembic(env, *command, "--sql")


def test_downgrades() -> None:
    for defect, revision, before, statement in (
        ("downgradeLeavesIndex", "0007", "0006", "DROP INDEX products_category_price_idx"),
        ("downgradeLeavesEnum", "0006", "0005", "DROP TYPE order_status"),
        ("downgradeFails", "0004", "0003", "DROP TABLE cart_items;"),
    ):
        command = ("downgrade", f"{revision}:{before}")
        assert statement in sql_of(*command)
        assert statement not in sql_of(*command, defect=defect)


def test_upgrades() -> None:
    command = ("upgrade", "0007:0008")
    assert "SET unit_price = products.price" in sql_of(*command)
    assert "DELETE FROM order_lines" in sql_of(*command, defect="upgradeLosesRows")
    at_once = sql_of(*command, defect="priceDemandedAtOnce")
    assert "ADD COLUMN unit_price NUMERIC(12, 2) NOT NULL" in at_once


def test_two_heads() -> None:
    assert "coupons_expires_at_idx" not in sql_of("upgrade", "0010:heads")
    assert "coupons_expires_at_idx" in sql_of("upgrade", "0010:heads", defect="twoHeads")


def test_ways_down_that_lose() -> None:
    for defect, revision, before, statement in (
        ("downgradeForgetsDefault", "0006", "0005", "ALTER status SET DEFAULT 'open'"),
        ("downgradeEmptiesStock", "0011", "0010", ""),
    ):
        command = ("downgrade", f"{revision}:{before}")
        sound, spoilt = sql_of(*command), sql_of(*command, defect=defect)
        assert sound != spoilt
        assert not statement or (statement in sound and statement not in spoilt)
    assert "SET stock = 9999" in sql_of("downgrade", "0011:0010", defect="downgradeEmptiesStock")


def test_what_comes_next() -> None:
    sound = sql_of("upgrade", "0011:heads")
    for defect, statement in (
        ("stockBecomesBigint", "ALTER COLUMN stock TYPE BIGINT"),
        ("discountCheckedAtOnce", "CHECK (discount + total >= 0)"),
        ("statusIndexedAtOnce", "CREATE INDEX orders_status_idx"),
        ("descriptionsTrimmedAtOnce", "SET description = btrim(description)"),
        ("namesMadeUnique", "ADD CONSTRAINT products_name_key UNIQUE (name)"),
    ):
        assert statement not in sound
        assert statement in sql_of("upgrade", "0011:heads", defect=defect)


def test_next_releases(tmp_path: Path) -> None:
    for name, statement in (
        ("couponDayDropped", "DROP created_at"),
        ("redeemedRenamed", "RENAME redeemed TO used"),
    ):
        folder = tmp_path / name
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        overlay.module_of("shop.defects", name).release(folder)
        env = environment("postgresql://nobody@nowhere/none", PYTHONPATH=str(folder))
        assert statement in process.alembic(env, "upgrade", "0011:heads", "--sql", folder=folder)

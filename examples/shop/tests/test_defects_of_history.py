"""Each defect of the migrations does what it says."""

import subprocess
import sys

from tests.conftest import ROOT, environment


def sql_of(*command: str, defect: str = "") -> str:
    """The SQL that Alembic would run."""
    done = subprocess.run(
        (sys.executable, "-m", "alembic", *command, "--sql"),
        cwd=ROOT,
        env=environment("postgresql://nobody@nowhere/none", SHOP_DEFECTS=defect),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


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

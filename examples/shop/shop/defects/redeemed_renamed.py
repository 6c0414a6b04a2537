"""The next release renames a column of coupons, which this one uses by its old name."""

from pathlib import Path

from shop.defects.release import edit, migrate


def release(folder: Path) -> None:
    """The name changes with the code that uses it, in one step."""
    migrate(
        folder,
        "How often a coupon was used.",
        "ALTER TABLE coupons RENAME redeemed TO used",
        "ALTER TABLE coupons RENAME used TO redeemed",
    )
    old = "redeemed: Mapped[int] = mapped_column(server_default"
    new = 'redeemed: Mapped[int] = mapped_column("used", server_default'
    edit(folder, "shop/tables.py", (old, new))
    edit(folder, "seed.sql", ("max_redemptions, redeemed,", "max_redemptions, used,"))

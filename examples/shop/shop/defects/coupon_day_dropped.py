"""The next release drops a column of coupons, which this one reads."""

from pathlib import Path

from shop.defects.release import edit, migrate

_LATE, _EARLY = "'2099-12-31 23:59:59+00'", "'2024-09-01 00:00+00'"


def release(folder: Path) -> None:
    """The column goes with the code that used it, in one step."""
    migrate(
        folder,
        "Nobody asks when a coupon was made.",
        "ALTER TABLE coupons DROP created_at",
        "ALTER TABLE coupons ADD created_at timestamptz NOT NULL DEFAULT now()",
    )
    column = "    expires_at: Mapped[Moment]\n"
    edit(
        folder,
        "shop/tables.py",
        (f"{column}    created_at: Mapped[Now]\n\n\nclass Order(", f"{column}\n\nclass Order("),
    )
    field = "    expires_at: datetime\n"
    edit(folder, "shop/coupons/schema.py", (f"{field}    created_at: datetime\n", field))
    edit(
        folder,
        "seed.sql",
        ("redeemed, expires_at, created_at)", "redeemed, expires_at)"),
        (f"{_LATE}, '2024-01-05 09:00+00'", _LATE),
        (f"{_EARLY}, '2024-01-01 09:00+00'", _EARLY),
    )

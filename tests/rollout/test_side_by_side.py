"""Two versions of the shop side by side, on a real server: what a rollout breaks is found, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from .releases import Releases

pytestmark = pytest.mark.slow
COUPON = "GET /coupons/{code}"
NEW_COUPON = "POST /coupons"
PRODUCT = "GET /products/{id}"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path)


def test_a_renamed_column_is_unsafe_where_it_is_used(releases: Releases) -> None:
    releases.migrate("ALTER TABLE coupons RENAME redeemed TO used")
    releases.edit(
        "shop/tables.py",
        (
            "redeemed: Mapped[int] = mapped_column(server_default",
            'redeemed: Mapped[int] = mapped_column("used", server_default',
        ),
    )
    releases.edit("seed.sql", ("max_redemptions, redeemed,", "max_redemptions, used,"))
    seen = releases.run(COUPON, NEW_COUPON, PRODUCT, "GET /cart")
    assert seen.end.verdict == "unsafe"
    assert seen.end.changes == (
        "column coupons.redeemed is gone",
        "column coupons.used integer is new",
        "checks of coupons are others",
    )
    assert seen.verdicts[COUPON] == seen.verdicts[NEW_COUPON] == "unsafe"
    assert seen.verdicts[PRODUCT] == seen.verdicts["GET /cart"] == "safe"
    found = seen.operations[COUPON].findings
    assert [(f.check, f.severity, f.verdict) for f in found] == [
        ("oldCodeOnNewSchema", "error", "confirmed"),
        ("newCodeOnOldSchema", "info", "unconfirmed"),
    ]
    assert "500" in found[0].actual
    assert "200" in found[0].expected
    assert set(seen.verdicts.values()) == {"safe", "unsafe"}


def test_a_column_that_must_be_filled_breaks_what_inserts(releases: Releases) -> None:
    releases.migrate("ALTER TABLE coupons ADD COLUMN issuer text NOT NULL")
    filled = (
        "INSERT INTO coupons",
        "ALTER TABLE coupons ALTER issuer SET DEFAULT 'us';\nINSERT INTO coupons",
    )
    releases.edit("seed.sql", filled)
    seed = releases.folder / "seed.sql"
    seed.write_text(seed.read_text() + "ALTER TABLE coupons ALTER issuer DROP DEFAULT;\n")
    seen = releases.run(COUPON, NEW_COUPON)
    assert seen.verdicts == {COUPON: "safe", NEW_COUPON: "unsafe"}
    assert any("do not apply over the rows" in note for note in seen.end.notes)


def test_a_column_that_the_new_code_writes_needs_the_migration_first(releases: Releases) -> None:
    releases.migrate("ALTER TABLE coupons ADD COLUMN issuer text")
    releases.edit(
        "shop/tables.py",
        (
            "    percent: Mapped[int]\n",
            "    percent: Mapped[int]\n    issuer: Mapped[str | None]\n",
        ),
    )
    seen = releases.run(COUPON, NEW_COUPON, PRODUCT)
    assert seen.verdicts == {
        COUPON: "needs ordering",
        NEW_COUPON: "needs ordering",
        PRODUCT: "safe",
    }
    assert seen.end.verdict == "needs ordering"
    assert {f.severity for f in seen.findings.values()} == {"info"}


def test_a_column_that_nobody_uses_is_safe(releases: Releases) -> None:
    releases.migrate("ALTER TABLE coupons ADD COLUMN issuer text")
    seen = releases.run()
    assert seen.end.verdict == "safe"
    assert set(seen.verdicts.values()) == {"safe"}
    assert len(seen.verdicts) > 20
    assert seen.findings == {}
    assert not seen.end.notes


def test_without_a_migration_there_is_nothing_to_compare(releases: Releases) -> None:
    releases.edit("shop/health.py", ("import", "import"))
    (releases.folder / "shop" / "more.py").write_text("pass\n")
    seen = releases.run()
    assert seen.end.idle == "no migration differs from live"
    assert not seen.operations
    assert seen.end.seconds < 5

"""The reference system's own tests, on a private server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seamline.engines.registry import engine_for

SHOP = Path(__file__).parent.parent / "examples" / "shop"
WITHOUT = ("randomly", "asyncio", "schemathesis", "hypothesispytest", "syrupy")


@pytest.mark.slow
async def test_the_shop_passes_its_own_tests(tmp_path: Path) -> None:
    async with engine_for("postgresql").private(tmp_path, lambda pid: None) as server:
        address = await server.create("shop_tests")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                *(w for name in WITHOUT for w in ("-p", f"no:{name}")),
            ],
            cwd=SHOP,
            env={**os.environ, "SHOP_TEST_DATABASE_URL": address.url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout

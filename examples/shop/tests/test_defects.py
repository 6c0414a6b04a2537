"""The table of defects, and how they are chosen."""

import json
import subprocess
import sys

from shop.defects import DEFECTS
from tests.conftest import environment

WAYS = ("apply", "migrate", "history", "release")


def test_table_of_defects_is_complete() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
    for defect in DEFECTS:
        assert defect.module.__doc__
        ways = {way for way in WAYS if hasattr(defect.module, way)}
        assert ways
        if defect.operation == "migrations":
            assert ways & {"migrate", "history"}


def test_command_lists_them() -> None:
    command = [sys.executable, "-c", "from shop.cli import main; main()", "defects"]
    plain = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert [line.split()[0] for line in plain.splitlines()] == [d.name for d in DEFECTS]
    full = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout
    assert json.loads(full)[3]["check"] == "noServerError"


def test_unknown_name_ends_the_process(database_url: str) -> None:
    env = environment(database_url, SHOP_DEFECTS="orderAnswers200,typo")
    command = [sys.executable, "-c", "import shop.app"]
    ended = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.strip() == "SHOP_DEFECTS: no such defect: typo (see: shop defects)"

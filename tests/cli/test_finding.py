"""`seamline show` and `seamline replay`, as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..command import seamline
from ..project import write_project

pytestmark = pytest.mark.slow


def test_a_finding_is_shown_and_tried_again_until_it_is_fixed(tmp_path: Path) -> None:
    text = {"text": "UPPER"}
    rule = {"check": "matches", "column": "text", "pattern": "^[a-z]+$"}
    entry = {
        "endpoint": "/notes",
        "method": "POST",
        "cases": [
            {"id": "upper", "request": {"json": text}, "expect": {"status": 201}},
        ],
    }
    folder = write_project(tmp_path, entry, data={"tables": {"notes": {"checks": [rule]}}})
    code, printed = seamline("run", "--no-derive", "-p", folder)
    assert code == 1
    (name,) = {word for word in printed.split() if word.startswith("F-")}

    code, printed = seamline("show", name[:6], "-p", folder)
    assert code == 0
    for said in ("curl -i -X POST", "201 Created", "insert notes id=3", '– → "UPPER"', "matches"):
        assert said in printed

    code, printed = seamline("replay", name, "-p", folder)
    assert (code, printed.splitlines()[-1]) == (1, f"{name} still fails")
    assert "verdict   still fails" in printed
    assert "unconfirmed" not in printed

    specs = folder / "integration" / "Endpoint_Validation_Specs.json"
    specs.write_text(specs.read_text().replace("UPPER", "lower"))
    code, printed = seamline("replay", name, "-p", folder)
    assert (code, printed.splitlines()[-1]) == (0, f"{name} fixed")

    specs.write_text(specs.read_text().replace('"upper"', '"renamed"'))
    code, printed = seamline("replay", name, "-p", folder)
    assert code == 2
    assert "not in the plan any more" in printed


def test_a_finding_of_seeded_rows_is_looked_up_again(tmp_path: Path) -> None:
    rule = {"check": "oneOf", "column": "text", "values": ["first"]}
    folder = write_project(
        tmp_path,
        {"endpoint": "/health", "method": "GET", "expectedStatus": 200},
        data={"tables": {"notes": {"checks": [rule]}}},
    )
    code, printed = seamline("run", "--no-derive", "-p", folder)
    assert code == 1
    (name,) = {word for word in printed.split() if word.startswith("F-")}
    assert seamline("replay", name, "-p", folder)[0] == 1
    schema = folder / "schema.sql"
    schema.write_text(schema.read_text().replace("'second'", "'first'"))
    assert seamline("replay", name, "-p", folder)[0] == 0


def test_an_unknown_finding_lists_those_there_are(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, {"endpoint": "/health", "method": "GET", "expectedStatus": 201}, database=None
    )
    code, printed = seamline("show", "F-00", "-p", folder)
    assert code == 2, "there is no record yet"
    assert seamline("run", "--no-derive", "-p", folder)[0] == 1
    code, printed = seamline("show", "F-zz", "-p", folder)
    assert code == 2
    assert "Findings there: F-" in printed

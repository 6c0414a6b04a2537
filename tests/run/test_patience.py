"""429: wait as told, ask again; what is limited for good is not tested, and nobody is blamed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.model.exchange import Response
from seamline.run.patience import NOT_TESTED, Patience, retry_after

from ..project import cases_of, run_project, write_project


def limited(value: str) -> Response:
    return Response(status=429, headers=(("retry-after", value),))


def test_seconds_and_dates_are_read_and_nonsense_is_nothing() -> None:
    assert retry_after(limited("7")) == 7
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < retry_after(limited(soon)) < 61
    assert retry_after(limited("Wed, 21 Oct 2015 07:28:00 GMT")) == 0
    assert retry_after(Response(status=429)) == 0


@given(st.text())
def test_nothing_that_a_system_says_breaks_it(text: str) -> None:
    assert retry_after(limited(text)) >= 0


async def test_what_is_waited_is_bounded_by_turn_and_in_all() -> None:
    assert not await Patience().wait(limited("3600"), 0)
    assert not await Patience(left_s=0.1).wait(limited("1"), 0)
    assert not await Patience().wait(limited("0"), 99)
    patience = Patience(left_s=1)
    assert await patience.wait(limited("0"), 0)
    assert patience.left_s < 1


ENDPOINTS: list[dict[str, Any]] = [
    {
        "endpoint": "/notes/{id}",
        "method": "GET",
        "cases": [
            {"id": f"read{i}", "request": {"path": {"id": 1}}, "expect": {"status": 200}}
            for i in range(6)
        ],
    },
    {
        "endpoint": "/secret",
        "method": "POST",
        "cases": [{"id": "broken", "expect": {"status": 200}}],
    },
]


@pytest.mark.parametrize("mode", ["limits", "limits-all"])
def test_a_limit_hides_no_defect_behind_it_and_is_none_itself(tmp_path: Path, mode: str) -> None:
    write_project(tmp_path, ENDPOINTS, env=f'NOTES_MODE = "{mode}"')
    cases = cases_of(run_project(tmp_path))
    reads = [cases[f"read{i}"] for i in range(6)]
    assert not any(c.findings for c in reads)
    if mode == "limits":
        assert {s.status for c in reads for s in c.steps} == {200}
        assert [f.check for f in cases["broken"].findings] == ["noServerError"]
    else:
        assert {s.status for c in reads for s in c.steps} == {429}
        assert all(set(c.abstained.values()) == {NOT_TESTED} for c in reads)
        assert not any(c.checks for c in reads)
        assert not cases["broken"].findings

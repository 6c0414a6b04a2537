from __future__ import annotations

import base64
import json
import re
import tempfile
import tomllib
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from seamline.model.event import DataChecked, Errored, Event, FindingConfirmed
from seamline.model.finding import Evidence
from seamline.model.statement import SqlStatement
from seamline.report import HtmlReporter
from seamline.report.html.page import SCRIPTS

from .browser import written
from .streams import AT, Runs, case, finished, started, step
from .test_golden_reports import NAMES
from .wrong import HOSTILE, hostile, total_differs, transcript

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r'<script type="(application/json|text/plain)" ([^>]*)>(.*?)</script>\n', re.DOTALL
)
ANY_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from([HOSTILE, "</script>", "<!--"])


def blocks(events: list[Event]) -> dict[str, Any]:
    """The data of a page, by the attributes of the block that it stands in."""
    with tempfile.TemporaryDirectory() as folder:
        text = written(events, Path(folder) / "report.html").read_text()
    found: dict[str, Any] = {}
    for kind, attributes, content in BLOCK.findall(text):
        name = attributes if attributes not in found else f"{attributes} {len(found)}"
        packed = kind == "text/plain"
        found[name] = json.loads(zlib.decompress(base64.b64decode(content)) if packed else content)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_data_of_a_page(name: str, runs: Runs, snapshot: SnapshotAssertion) -> None:
    assert json.dumps(blocks(runs[name]), indent=1, ensure_ascii=False) == snapshot


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_any_text_stays_in_its_block(one: str, two: str, three: str) -> None:
    finding = replace(hostile(one, "error", two), title=three, detail=one, why=two)
    found = blocks(
        [
            started(project=three, operations=(one, two)),
            case(one, two, (step(three, 200, 1.0, {one: {"insert": 1}}),), findings=(finding,)),
            Errored(at=AT, subject=two, case=three, message=one),
            DataChecked(at=AT, table=one, check=two, label=three, error=one),
            finished(),
        ]
    )
    assert [key.split("=")[0] for key in found] == ["id", "data-finding", "id", "class", "id"]
    assert len(found['id="cases" data-chunk="250"']) == 2


def test_only_the_first_script_that_is_no_data_may_run(runs: Runs, tmp_path: Path) -> None:
    text = written(runs["findings"], tmp_path / "report.html").read_text()
    rest = BLOCK.sub("", text)
    assert rest.count("<script") == rest.count("</script") == 1
    assert "default-src 'none'; script-src 'sha256-" in rest
    assert "innerHTML" not in rest
    assert "'unsafe-" not in rest
    assert not re.search(r"(src|href)=\"(?!#)", rest)


def test_evidence_is_that_of_the_last_trial_that_has_some() -> None:
    first = total_differs()
    again = replace(first, verdict="confirmed", evidence=None)
    key = f'data-finding="{first.id}"'
    seen: list[Event] = [case("one", "POST /orders", (), findings=(first,))]
    kept = blocks([*seen, FindingConfirmed(at=AT, finding=again)])
    assert kept[key]["exchanges"][0]["status"] == 201
    newer = Evidence(exchanges=(transcript(status=202),))
    event = FindingConfirmed(at=AT, finding=replace(again, evidence=newer))
    assert blocks([*seen, event])[key]["exchanges"][0]["status"] == 202


def test_statements_stand_in_the_evidence() -> None:
    statement = SqlStatement(
        text="INSERT INTO orders VALUES ($1)",
        kind="write",
        params=("7", None),
        tag="INSERT 0 1",
        rows=1,
        connection=1,
        transaction=2,
        tx_status="T",
        started_ms=1000.25,
        duration_ms=0.5,
    )
    finding = replace(total_differs(), evidence=Evidence(exchanges=(transcript(sql=(statement,)),)))
    found = blocks([case("one", "POST /orders", (), findings=(finding,))])
    (told,) = found[f'data-finding="{finding.id}"']["exchanges"][0]["statements"]
    assert told["params"] == ["7", None]
    assert (told["at"], told["ms"], told["rows"], told["kind"]) == (1000.25, 0.5, 1, "write")


def test_numbers_that_a_browser_would_round_are_texts() -> None:
    finding = hostile("nothingLeaked", "error", "GET /a")
    found = blocks([case("one", "GET /a", (), findings=(finding,))])
    change = found[f'data-finding="{finding.id}"']["exchanges"][0]["changes"][0]
    assert ["n", "NaN", str(2**80), True] in change["columns"]


def test_details_stand_in_blocks_of_neighbours() -> None:
    found = blocks([case(f"c{n}", f"GET /{n}", ()) for n in range(601)])
    sizes = [len(v) for k, v in found.items() if k.startswith('class="details"')]
    assert sizes == [250, 250, 101]


def test_a_reporter_that_is_let_go_writes_nothing(tmp_path: Path) -> None:
    reporter = HtmlReporter(tmp_path / "report.html")
    reporter.on(started())
    reporter.discard()
    assert list(tmp_path.iterdir()) == []


def test_each_file_of_the_page_is_short_and_used() -> None:
    folder = ROOT / "src/seamline/report/html/assets"
    names = {p.name for p in folder.iterdir()}
    assert names == {*SCRIPTS, "page.css", "page.html"}
    assert all(len((folder / n).read_text().splitlines()) <= 400 for n in names)


def test_the_wheel_takes_the_whole_package() -> None:
    """Hatch takes every file below `packages` that git does not ignore."""
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert built["targets"]["wheel"] == {"packages": ["src/seamline"]}
    ignored = (ROOT / ".gitignore").read_text()
    assert "*.js" not in ignored
    assert "assets" not in ignored

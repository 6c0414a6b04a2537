from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from seamline.model.case import NotCovered
from seamline.model.event import DataChecked, Errored, Event, FindingConfirmed, Skipped
from seamline.model.finding import Finding
from seamline.report import JunitReporter

from .streams import AT, Runs, case, finished, started
from .wrong import HOSTILE

ANY_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from([HOSTILE, "]]>", "\r\n", ""])


def parsed(stream: list[Event]) -> ET.Element:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junit.xml"
        reporter = JunitReporter(path)
        for event in stream:
            reporter.on(event)
        reporter.close()
        assert [p.name for p in path.parent.iterdir()] == ["junit.xml"]
        return ET.parse(path).getroot()


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_any_text_makes_valid_xml(one: str, two: str, three: str) -> None:
    finding = Finding(check=one, severity="error", subject=two, title=three, expected=one, why=two)
    root = parsed(
        [
            started(project=three),
            case(one, two, (), findings=(finding,)),
            Errored(at=AT, subject=two, case=three, message=one),
            Skipped(at=AT, item=NotCovered(subject=three, reason=one, remedy=two)),
            DataChecked(at=AT, table=one, check=two, label=three, error=one),
            finished(),
        ]
    )
    assert len(list(root.iter("failure"))) == 1
    assert sum(int(s.get("tests", "")) for s in root) == len(list(root.iter("testcase"))) == 4


def test_counts_of_a_suite_are_those_of_its_cases(runs: Runs) -> None:
    for stream in runs.values():
        for suite in parsed(stream):
            tests = list(suite)
            for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert int(suite.get(kind, "")) == sum(t.find(tag) is not None for t in tests)


def test_cases_of_one_operation_stand_in_one_suite() -> None:
    root = parsed([case(f"c{n}", f"GET /{n % 2}", ()) for n in range(450)])
    assert [s.get("name") for s in root] == ["GET /0", "GET /1"]
    assert [t.get("name") for t in root[1]] == [f"c{n}" for n in range(450) if n % 2]


def test_unstable_errors_and_warnings_break_no_build() -> None:
    shaky = Finding(check="a", severity="error", subject="GET /a", title="shaky")
    minor = Finding(check="b", severity="warning", subject="GET /a", title="minor")
    firm = Finding(check="c", severity="error", subject="GET /a", title="firm")
    again = replace(shaky, verdict="unstable")
    root = parsed(
        [
            case("one", "GET /a", (), findings=(shaky, minor)),
            case("two", "GET /a", (), findings=(firm,)),
            FindingConfirmed(at=AT, finding=again),
        ]
    )
    one, two = root[0]
    assert one.find("failure") is None
    assert "shaky" in (one.findtext("system-out") or "")
    assert "minor" in (one.findtext("system-out") or "")
    assert two.find("failure") is not None


def test_a_data_check_that_is_repeated_is_one_testcase_unless_it_fails_later() -> None:
    good = DataChecked(at=AT, table="t", check="range", label="x", scope="changes")
    bad = DataChecked(
        at=AT,
        table="t",
        check="range",
        label="x",
        violations=1,
        finding=Finding(check="range", severity="error", subject="t", title="no"),
    )
    root = parsed([good, good, bad, good])
    assert [len(t) for t in root[0]] == [0, 1]


def test_nothing_is_written_before_close_or_when_discarded(tmp_path: Path) -> None:
    reporter = JunitReporter(tmp_path / "junit.xml")
    reporter.on(started())
    reporter.discard()
    assert not list(tmp_path.iterdir())

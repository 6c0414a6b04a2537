from __future__ import annotations

import tempfile
import time
import types
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamline.errors import UsageError
from seamline.model import event as events
from seamline.model.event import CaseFinished, Event
from seamline.report import NdjsonReporter, read_events

from .streams import AT, Runs, case, finished, started
from .wrong import HOSTILE, hostile

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def of_type(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation as it stands in model/."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or kind is object:
        return JSON
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is types.UnionType or origin is typing.Union:
        return st.one_of(*map(of_type, arguments))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*map(of_type, arguments))
    if origin is tuple:
        return st.lists(of_type(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(of_type(arguments[0]), of_type(arguments[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{f: of_type(hints[f]) for f in kind.__struct_fields__})
    if kind is str:
        return TEXT
    if kind is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    return st.from_type(kind)


def write(path: Path, stream: list[Event]) -> None:
    reporter = NdjsonReporter(path)
    for event in stream:
        reporter.on(event)
    reporter.close()


@given(st.lists(of_type(events.Event), max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_is_read_is_what_was_written(stream: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deep" / "events.ndjson"
        write(path, stream)
        assert list(read_events(path)) == stream


def test_every_event_of_the_model_is_in_the_property() -> None:
    kinds = set(typing.get_args(events.Event))
    named = {
        k for k in vars(events).values() if isinstance(k, type) and issubclass(k, events._Event)
    }
    assert kinds == named - {events._Event}


@given(st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_a_cut_last_line_is_left_out(cut: int) -> None:
    stream: list[Event] = [
        started(),
        *[case(f"case-{n}", "GET /a", ()) for n in range(3)],
        finished(),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        write(path, stream)
        whole = path.read_bytes()
        kept = whole[: cut % (len(whole) + 1)]
        path.write_bytes(kept)
        read = list(read_events(path))
        assert read == stream[: len(read)]
        assert kept.count(b"\n") <= len(read) <= kept.count(b"\n") + 1


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    write(path, [started(), finished()])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"event": "New"}\n' + lines[1])
    with pytest.raises(UsageError, match=r"events\.ndjson:2: not an event"):
        list(read_events(path))


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        list(read_events(tmp_path / "none"))


def test_findings_are_on_disk_at_once_and_passing_cases_within_seconds(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    reporter = NdjsonReporter(path)
    reporter.on(case("a", "GET /a", ()))
    assert path.stat().st_size == 0
    reporter.on(case("b", "GET /a", (), findings=(hostile("noServerError", "error", "GET /a"),)))
    assert len(list(read_events(path))) == 2
    reporter.on(case("c", "GET /a", ()))
    deadline = time.monotonic() + 20
    while len(list(read_events(path))) < 3:
        assert time.monotonic() < deadline, "the last case never reached the disk"
        time.sleep(0.05)
    reporter.close()
    reporter.close()


def test_what_json_cannot_carry_costs_no_event(tmp_path: Path) -> None:
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    finding = hostile("noServerError", "error", "\ud800")
    assert finding.evidence is not None
    evidence = msgspec.structs.replace(
        finding.evidence, rows=({"nan": Decimal("NaN"), "deep": deep, "at": object},)
    )
    finding = msgspec.structs.replace(finding, evidence=evidence)
    path = tmp_path / "events.ndjson"
    write(path, [case(HOSTILE, "\udfff", (), findings=(finding,)), finished()])
    first, last = read_events(path)
    assert isinstance(first, CaseFinished)
    assert first.subject == "\\udfff"
    assert first.findings[0].evidence is not None
    assert first.findings[0].evidence.rows[0]["nan"] == "NaN"
    assert last == finished()
    assert finished().at > AT


def test_a_failing_disk_is_told_to_the_run(tmp_path: Path) -> None:
    reporter = NdjsonReporter(Path("/dev/full"))
    with pytest.raises(OSError, match="No space"):
        reporter.on(started())
    reporter.discard()


def test_whole_runs_round_trip(runs: Runs, tmp_path: Path) -> None:
    for name in ("clean", "interrupted", "no-database"):
        write(tmp_path / name, runs[name])
        assert list(read_events(tmp_path / name)) == runs[name]

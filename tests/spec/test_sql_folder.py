"""Folders of SQL files: whose they are, in what order, and what is wrong with them where."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.errors import SpecError
from seamline.spec.sql_folder import SqlFolder, read_folder
from seamline.spec.sql_marker import halves, says_nothing


def read(folder: Path, **files: str) -> SqlFolder:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__dot__", ".")).write_text(text)
    return read_folder(folder, "db")


def files(folder: Path, names: dict[str, str]) -> SqlFolder:
    for name, text in names.items():
        (folder / name).write_text(text)
    return read_folder(folder, "db")


def problems(folder: Path, names: dict[str, str]) -> list[str]:
    with pytest.raises(SpecError) as caught:
        files(folder, names)
    return list(caught.value.problems)


def test_flyway_sorts_versions_as_numbers_and_repeatable_files_last(tmp_path: Path) -> None:
    found = files(
        tmp_path,
        {
            "V10__ten.sql": "SELECT 10",
            "V2_1__two_and_more.sql": "SELECT 2",
            "V2__two.sql": "SELECT 2",
            "U2__two.sql": "SELECT -2",
            "R__views.sql": "SELECT 0",
        },
    )
    assert found.tool == "Flyway"
    assert [r.id for r in found.revisions] == ["2", "2.1", "10", "R views"]
    assert [r.message for r in found.revisions][1] == "two and more"
    assert found.revisions[0].down is not None
    assert found.revisions[1].no_way_down == "there is no file for the way down"


def test_golang_migrate_pairs_its_files(tmp_path: Path) -> None:
    found = files(
        tmp_path,
        {
            "000002_b.up.sql": "CREATE INDEX CONCURRENTLY i ON t (a)",
            "000002_b.down.sql": "-- nothing\n",
            "000001_a.up.sql": "SELECT 1",
            "000001_a.down.sql": "SELECT -1 -- CONCURRENTLY",
        },
    )
    assert found.tool == "golang-migrate"
    first, second = found.revisions
    assert (first.id, second.id) == ("000001", "000002")
    assert first.down is not None
    assert first.down.atomic
    assert not second.up.atomic
    assert second.no_way_down == "its way down is empty"


def test_goose_and_dbmate_have_both_ways_in_one_file(tmp_path: Path) -> None:
    goose = read(
        tmp_path / "goose",
        **{
            "2_b__dot__sql": "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- +goose Down\n",
            "1_a__dot__sql": "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n"
            "-- +goose StatementEnd\n-- +goose Down\nSELECT 2;\n",
        },
    )
    assert goose.tool == "goose"
    first, second = goose.revisions
    assert (
        first.up.text
        == "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n"
    )
    assert first.down is not None
    assert first.down.text == "\n\n\n\n-- +goose Down\nSELECT 2;\n"
    assert (second.up.atomic, second.down) == (False, None)
    dbmate = read(
        tmp_path / "dbmate",
        **{
            "20240101_a__dot__sql": "-- migrate:up transaction:false\nSELECT 1;\n\n-- migrate:down\nSELECT 2;"
        },
    )
    assert dbmate.tool == "dbmate"
    (only,) = dbmate.revisions
    assert only.down is not None
    assert (only.up.atomic, only.down.atomic) == (False, True)


def test_plain_files_have_no_way_down(tmp_path: Path) -> None:
    found = files(tmp_path, {"2.sql": "SELECT 2", "1-first.sql": "SELECT 1"})
    assert (found.tool, [r.id for r in found.revisions]) == ("plain SQL", ["1", "2"])
    assert all(r.down is None and r.no_way_down for r in found.revisions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- +goose Down\nSELECT 1;\n-- +goose Up\n", "1:1: the way down stands before the way up"),
        ("SELECT 1;\n-- +goose Up\n", "1:1: SQL before the first mark belongs to neither way"),
        ("-- +goose Down\n", "1:1: nothing says where the way up begins: -- +goose Up"),
        ("-- +goose Up\n-- +goose Up\n", "2:11: the way up begins a second time"),
        (
            "-- +goose Up\n-- +goose StatementBegin\n",
            "2:11: this StatementBegin has no StatementEnd",
        ),
        ("-- +goose Up\n-- +goose StatementEnd\n", "2:11: there is no StatementBegin before it"),
        (
            "-- +goose Up\n-- +goose StatmentBegin\n",
            "2:11: goose's 'StatmentBegin' is not known here",
        ),
        ("-- migrate:up\n-- migrate:donw\n", "2:12: 'migrate:donw' is not known"),
        ("-- migrate:up transact:false\n", "1:15: the option 'transact:false' is not known"),
        ("-- migrate:up\n-- migrate:up\n", "2:12: the way up begins a second time"),
    ],
)
def test_what_is_wrong_with_marks_is_told_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    assert problems(tmp_path, {"1_a.sql": text})[0].startswith(f"db/1_a.sql:{said}")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({}, "db: there is no .sql file in this folder"),
        ({"1_a.up.sql": "", "V1__a.sql": ""}, "db: the files are written in several ways"),
        ({"1_a.down.sql": ""}, "db/1_a.down.sql: there is no file for the way up of 1"),
        ({"U1__a.sql": ""}, "db/U1__a.sql: there is no V file that it would undo"),
        ({"V1__a.sql": "", "V1.0__b.sql": ""}, "db/V1__a.sql: V1.0__b.sql has the version 1 too"),
        ({"01_a.up.sql": "", "1_b.up.sql": ""}, "db/1_b.up.sql: 01_a.up.sql has the version 1 too"),
        (
            {"1_a.sql": "-- migrate:up", "01_b.sql": "-- migrate:up"},
            "db/1_a.sql: 01_b.sql has the version 1 too",
        ),
        ({"a.sql": "-- migrate:up"}, "db/a.sql: a name begins with its version, a number"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told(
    tmp_path: Path, names: dict[str, str], said: str
) -> None:
    assert any(line.startswith(said) for line in problems(tmp_path, names))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="db: cannot be read: no such file"):
        read_folder(tmp_path / "none", "db")


SQL = st.text(alphabet=string.ascii_letters + " ;'$\n()", max_size=60).map(
    lambda t: f"SELECT 1; {t}".replace("--", "")
)


@given(up=SQL, down=SQL, style=st.sampled_from(("goose", "dbmate")), head=st.integers(0, 3))
def test_both_halves_come_back_whole_at_their_lines(
    up: str, down: str, style: str, head: int
) -> None:
    mark = "-- +goose {}\n" if style == "goose" else "-- migrate:{}\n"
    words = ("Up", "Down") if style == "goose" else ("up", "down")
    comments = "-- a comment\n" * head
    first = f"{mark.format(words[0])}{up}\n"
    text = f"{comments}{first}{mark.format(words[1])}{down}\n"
    found, wrong = halves(text, style, "f.sql")
    assert (wrong, found is None) == ([], False)
    assert found is not None
    assert found.down is not None
    assert found.up.text == "\n" * head + first
    assert found.down.text.lstrip("\n") == f"{mark.format(words[1])}{down}\n"
    line = text[: text.index(mark.format(words[1]))].count("\n")
    assert found.down.text[:line] == "\n" * line


@given(st.text(max_size=200), st.sampled_from(("goose", "dbmate")))
def test_any_text_is_read_or_told_where_it_is_wrong(text: str, style: str) -> None:
    found, wrong = halves(text, style, "f.sql")
    assert (found is None) == bool(wrong)
    assert all(line.startswith("f.sql:") for line in wrong)


def test_comments_say_nothing() -> None:
    assert says_nothing("-- a\n/* b\n c */ ;\n")
    assert not says_nothing("-- a\nSELECT 1")

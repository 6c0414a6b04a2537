from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from seamline.model.event import Event
from seamline.report import MarkdownReporter
from seamline.report.markdown.escape import cell, code, fence, prose
from seamline.text.plain import one_line, visible

from .streams import Runs
from .wrong import HOSTILE

NAMES = ("API_Integration_Testing.md", "Database_Integration_Testing.md")
TEXT = st.text(st.characters() | st.sampled_from("|`\\*_<>[]()#~&-+=.!:/ \n1"), max_size=40)
TEXT |= st.sampled_from([HOSTILE, "www.x.y http://a.b", "1. a", "- a", "# a", "---", "===", "&lt;"])
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def documents(stream: list[Event]) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        reporter = MarkdownReporter(Path(folder))
        for event in stream:
            reporter.on(event)
        reporter.close()
        assert sorted(p.name for p in Path(folder).iterdir()) == sorted(NAMES)
        api, database = (Path(folder, name).read_text() for name in NAMES)
    return api, database


def leaves(tokens: list[Token]) -> list[Token]:
    return [leaf for t in tokens for leaf in (leaves(t.children) if t.children else [t])]


def headings(text: str, level: int) -> list[str]:
    tokens = PARSER.parse(text)
    tag = f"h{level}"
    return [
        tokens[i + 1].content
        for i, t in enumerate(tokens)
        if t.type == "heading_open" and t.tag == tag
    ]


def test_the_headings_are_those_of_the_work_order(runs: Runs) -> None:
    for stream in runs.values():
        api, database = documents(stream)
        assert headings(api, 1) == ["API Integration Testing"]
        assert headings(api, 2) == [
            "What was tested and how",
            "Operations",
            "Endpoint testing",
            "Data validation",
            "Error handling",
            "Authentication testing",
            "What was not covered and why",
        ]
        assert headings(database, 1) == ["Database Integration Testing"]
        assert headings(database, 2) == [
            "What was tested and how",
            "Data integrity testing",
            "Transaction testing",
            "Migration validation",
            "Performance",
            "What was not covered and why",
        ]


def test_nothing_from_the_system_becomes_markup(runs: Runs) -> None:
    for text in documents(runs["findings"]):
        found = {t.type for t in leaves(PARSER.parse(text))}
        assert found & {"html_block", "html_inline", "link_open", "image", "s_open"} == set()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
        assert len(text) < 200_000


def test_every_table_row_has_as_many_cells_as_its_head(runs: Runs) -> None:
    splitter = re.compile(r"(?<!\\)\|")
    for stream in runs.values():
        for text in documents(stream):
            bare = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
            for block in re.findall(r"(?:^\|.*\n)+", bare, flags=re.MULTILINE):
                widths = {len(splitter.split(line)) for line in block.splitlines()}
                assert len(widths) == 1


def test_the_same_events_make_the_same_documents(runs: Runs) -> None:
    assert documents(runs["findings"]) == documents(list(runs["findings"]))


def test_every_finding_stands_in_its_document_once(runs: Runs) -> None:
    api, database = documents(runs["findings"])
    assert len(headings(api, 4)) == len(set(headings(api, 4))) == 5
    assert [h.split()[0] for h in headings(database, 4)] == ["F-3647a054"]


@given(TEXT)
def test_prose_is_one_paragraph_of_just_that_text(text: str) -> None:
    tokens = PARSER.parse(prose(text))
    assert "".join(t.content for t in leaves(tokens)).strip() == one_line(text, 600)
    kinds = [t.type for t in tokens]
    assert kinds in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert {t.type for t in leaves(tokens)} <= {"text", "text_special", *kinds}


@given(TEXT, TEXT)
def test_a_cell_holds_any_text(one: str, two: str) -> None:
    source = f"| a | b |\n| --- | --- |\n| {cell(code(one))} | {cell(prose(two))} |\n"
    tokens = PARSER.parse(source)
    cells = [tokens[i + 1] for i, t in enumerate(tokens) if t.type == "td_open"]
    shown = ["".join(c.content for c in leaves([t])).strip() for t in cells]
    assert shown == [one_line(one, 300) or "(empty)", one_line(two, 600)]


@given(TEXT)
def test_a_fence_holds_any_text(text: str) -> None:
    (token,) = PARSER.parse(fence(text))
    assert token.type == "fence"
    assert token.content.rstrip("\n") == visible(text).strip("\n")

from __future__ import annotations

import shlex
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seamline.text.curl import curl
from seamline.text.pointer import ABSENT, at_pointer, escape, tokens

ANY = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
def test_a_shell_reads_a_request_back_as_it_was(target: str, body: str) -> None:
    words = shlex.split(curl("POST", target, [("X-A", body)], body))
    assert words == [
        "curl",
        "-i",
        "-X",
        "POST",
        f"$BASE_URL{target}",
        "-H",
        f"X-A: {body}",
        "--data-binary",
        body,
    ]


def test_get_and_head_are_written_as_curl_wants_them() -> None:
    assert curl("GET", "/a", [], None) == 'curl -i "$BASE_URL"/a'
    assert curl("HEAD", "/a", [], None) == 'curl -i --head "$BASE_URL"/a'
    assert "-X GET" in curl("GET", "/a", [], "x")


@given(ANY)
def test_every_value_of_a_document_is_found_by_its_pointer(document: Any) -> None:
    def walk(node: Any, pointer: str) -> None:
        assert at_pointer(document, pointer) is node
        assert at_pointer(document, "#" + pointer) is node
        pairs = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        for key, value in pairs:
            walk(value, f"{pointer}/{escape(str(key))}")

    walk(document, "")


@given(ANY, st.text())
def test_no_pointer_raises(document: Any, pointer: str) -> None:
    at_pointer(document, pointer)


@given(st.text())
def test_a_token_is_read_back(token: str) -> None:
    assert list(tokens("/" + escape(token))) == [token]


def test_what_is_not_there_is_absent() -> None:
    for pointer in ("/b", "/a/2", "/a/-", "/a/x", "/a/" + "9" * 5000, "/a/0/0"):
        assert at_pointer({"a": [1, 2]}, pointer) is ABSENT

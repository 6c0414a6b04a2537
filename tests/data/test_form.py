"""Patterns said without a pattern mean what the database's own matcher makes of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from seamline.data.dialect.postgresql import DIALECT
from seamline.data.form import form_of, signs_of

from ..engines.lab import Lab

_STARTS = st.sampled_from(["", "ORD-", "a b", r"\+", r"\.\$", "x/"])
_SETS = st.sampled_from(["0-9", "A-Z", "a-f0-9", "A-Za-z_", "xyz", "0-9 "])
_OFTEN = st.sampled_from(["", "+", "*", "{3}", "{0}", "{2,}", "{1,3}", "{0,2}"])
_TEXTS = st.lists(
    st.one_of(
        st.text("ORD-ab +.$x/0123456789ABCfzZ_é\n", max_size=9),
        st.sampled_from(["ORD-123", "ORD-", "+123", ".$abc", "x/xyz", "a b12", "ORD-123\n", "é12"]),
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize(
    ("pattern", "start", "least", "most"),
    [
        (r"^ORD-[0-9]{12}$", "ORD-", 12, 12),
        (r"^[A-Z]{3}$", "", 3, 3),
        (r"^\+[0-9]{2,}$", "+", 2, None),
        (r"^[a-f0-9]+$", "", 1, None),
        (r"^x[0-9]$", "x", 1, 1),
    ],
)
def test_the_plain_form_is_read(pattern: str, start: str, least: int, most: int | None) -> None:
    form = form_of(pattern)
    assert form is not None
    assert (form.start, form.least, form.most) == (start, least, most)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"[0-9]{3}", r"^[0-9]{3}", r"^[^0-9]+$", r"^[0-9]+?$", r"^a?[0-9]$", r"^[0-9]{3}\$"),
        *(r"^[9-0]+$", r"^[A-z]+$", r"^[[:alpha:]]+$", r"^[0-9]{3,2}$", r"^a.[0-9]$", r"^\d[0-9]$"),
        *(r"^(a)[0-9]$", r"^[0-9]+[a-z]$", r"^a|b[0-9]$", "^[é]+$", r"^[a\-z]+$"),
    ],
)
def test_what_says_more_or_other_is_left_to_the_engine(pattern: str) -> None:
    assert form_of(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^[^@ ]+@[^@ ]+\.[a-z]+$", r"^[^@]+@[^@]+$", r"^[^@ ]+@[^@ ]+\.[^@ ]+$", "^[^ ]*$"),
        *(r"^x[^=]*=[^=]+$", r"^[^:]+:[0-9]{2,}$", r"^[^%]+%[^%]+_$", r"^[^/]*/[^/]*/$"),
    ],
)
def test_signs_with_gaps_are_read(pattern: str) -> None:
    assert signs_of(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^[^@]+[^@]+$", r"^[^@ ]+@[^@]+$", r"^[^@]+@[a-z]+[^@]$", r"[^@]+@[^@]+", r"^[^@]+?@$"),
        *(
            r"^[^@]+@[a-z@]+$",
            r"^[^a]+x[a-z]+$",
            r"^[^\s@]+@[^\s@]+$",
            r"^[^@]{3}@$",
            r"^[^@]+[0-9]+$",
        ),
        *("^[^a-z]+$", "^abc$", "^$", "$", "^", r"^[^@]+@[a-z]{2,3}$", r"^[^@]+\$", "^[^é]+é$"),
    ],
)
def test_gaps_of_another_kind_are_left_to_the_engine(pattern: str) -> None:
    assert signs_of(pattern) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=_STARTS, characters=_SETS, often=_OFTEN, texts=_TEXTS)
async def test_both_ways_agree_on_every_text(
    database: Lab, start: str, characters: str, often: str, texts: list[str]
) -> None:
    await _agree(database, f"^{start}[{characters}]{often}$", texts)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(["", "a", r"\."]),
    without=st.sampled_from(["@", "@ ", ":", "_%", ".@"]),
    pieces=st.lists(
        st.tuples(st.sampled_from("+*"), st.sampled_from(["@", r"\.", ":", "_", "%", "a@", "b"])),
        min_size=1,
        max_size=3,
    ),
    end=st.sampled_from(["", "[^SET]+", "[^SET]*", "[a-z]+", "[a-z]*", "[0-9a]{2,}", "[xy]{3,}"]),
    texts=st.lists(st.text("ab1xyz@ .:_%é\n", max_size=9), min_size=10, max_size=60),
)
async def test_signs_with_gaps_mean_what_the_matcher_makes_of_them(
    database: Lab,
    start: str,
    without: str,
    pieces: list[tuple[str, str]],
    end: str,
    texts: list[str],
) -> None:
    body = "".join(f"[^{without}]{often}{sign}" for often, sign in pieces)
    behind = end.replace("SET", without)
    pattern = f"^{start}{body}{behind}$"
    signs = signs_of(pattern)
    assume(signs is not None)
    await _agree(database, pattern, texts)


async def _agree(database: Lab, pattern: str, texts: list[str]) -> None:
    """Both ways say the same of each text."""
    values: dict[str, object] = {"p": pattern, "t": texts}

    def add(value: object) -> str:
        name = f"v{len(values)}"
        values[name] = value
        return f"%({name})s"

    said = DIALECT.unlike("t", pattern, add)
    assert "~" not in said
    rows = await database.database.query(
        f"SELECT t, t !~ %(p)s AS by_engine, ({said}) AS by_form FROM unnest(%(t)s::text[]) t",
        values,
    )
    assert [r for r in rows if r["by_engine"] != r["by_form"]] == []

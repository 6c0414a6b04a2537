"""CHECKs read as limits, relations and alternatives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seamline.rows.check import columns_of, read, ways
from seamline.rows.limit import Limit, Pattern
from seamline.rows.way import Relation


def limits(expression: str) -> list[dict[str, Limit]]:
    return [dict(way.limits) for way in read(expression)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(price >= (0)::numeric)", Limit(low=Decimal(0))),
        ("((0)::numeric < price)", Limit(low=Decimal(0), low_open=True)),
        (
            "((price > '-5'::integer) AND (price <= 7))",
            Limit(low=Decimal(-5), low_open=True, high=Decimal(7)),
        ),
        ("(NOT (price < 3))", Limit(low=Decimal(3))),
        (
            "((price)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            Limit(among=("a", "b")),
        ),
        ("(price <> ALL (ARRAY[1, 2]))", Limit(never=(Decimal(1), Decimal(2)))),
        ("(length((price)::text) < 5)", Limit(longest=4)),
        ("(cardinality(price) >= 2)", Limit(shortest=2)),
        ("((price)::text ~* '^x'::text)", Limit(patterns=(Pattern("^x", True),))),
        ("(price !~ 'x'::text)", Limit(patterns=(Pattern("x", negated=True),))),
        ("(price ~~ 'a_%'::text)", Limit(patterns=(Pattern("^a..*$"),))),
        ("((price % 7) = 3)", Limit(modulo=(7, 3))),
        ("(price = upper(price))", Limit(letters="upper")),
        ("(jsonb_typeof(price) = 'array'::text)", Limit(json="array")),
        ("(price IS NOT NULL)", Limit(null=False)),
        ("(btrim(price) <> ''::text)", Limit(never=("",), shortest=1)),
        ("(price > now())", Limit(low="2040-01-01 00:00:00", low_open=True)),
        ("(NOT price)", Limit(among=(False,))),
    ],
)  # fmt: skip
def test_claims_about_one_column(expression: str, expected: Limit) -> None:
    assert limits(expression) == [{"price": expected}]


def test_alternatives() -> None:
    yes, no = Limit(null=False), Limit(null=True)
    one = [{"a": yes, "b": no}, {"a": no, "b": yes}]
    assert limits("(num_nonnulls(a, b) = 1)") == one
    assert limits("((a IS NULL) <> (b IS NULL))") == one[::-1]
    assert limits("((((a IS NOT NULL))::integer + ((b IS NOT NULL))::integer) = 1)") == one
    assert limits("CASE WHEN a THEN (b > 1) ELSE true END") == [
        {"a": Limit(among=(True,)), "b": Limit(low=Decimal(1), low_open=True)},
        {"a": Limit(among=(False,))},
    ]


def test_relations() -> None:
    def relations(expression: str) -> Any:
        return read(expression)[0].relations

    assert relations("(a <= b)") == (Relation("a", "<=", "b"),)
    assert relations("(a > (b + 5))") == (Relation("b", "<", "a", Decimal(-5)),)
    assert relations("(a <> b)") == (Relation("a", "<>", "b"),)


def test_what_is_not_understood_is_kept_with_its_columns() -> None:
    claim = read("((a * b) = 12)")[0].opaque[0]
    assert (claim.columns, claim.constants) == (("a", "b"), (Decimal(12),))
    assert read("this is not sql ((")[0].opaque[0].columns == ()
    assert columns_of("lower((email)::text)") == {"email"}


def test_contradictions_have_no_way() -> None:
    assert ways(["(a > 5)", "(a < 3)"]) == []
    assert ways(["(a > 5)", "((a < 3) OR (b = 1))"])[0].limits["b"] == Limit(among=(Decimal(1),))

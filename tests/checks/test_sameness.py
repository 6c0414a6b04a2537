from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seamline.checks.sameness import same
from seamline.model.catalog import Column

from .world import column

TYPES = (
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "text",
    "character varying", "character", "citext", "timestamp with time zone",
    "timestamp without time zone", "date", "uuid", "bytea", "json", "jsonb", "boolean", "inet",
    "interval", "time without time zone", "int4range", "order_status",
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ODD_TEXT = st.sampled_from(
    ["NaN", "sNaN", "Infinity", "-Infinity", "infinity", "1e999999999", "9" * 5000,
     "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59.999999-12:00", "0001-01-01T00:00:00", "9999-12-31", "\\x", "\\xzz", "{}", "-"]
)  # fmt: skip


@given(JSON | ODD_TEXT, JSON | ODD_TEXT, st.sampled_from(TYPES))
def test_no_values_of_any_type_raise(answered: Any, stored: Any, type_: str) -> None:
    assert same(answered, stored, column("c", type_)) in (True, False, None)


@given(JSON, st.sampled_from(TYPES))
def test_a_value_is_never_different_from_itself(value: Any, type_: str) -> None:
    assert same(value, value, column("c", type_)) is not False


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
    )
)
def test_a_number_is_its_decimal_text_and_its_float(value: Decimal) -> None:
    for answered in (str(value), float(value), f"{value}0"):
        assert same(answered, value, column("c", "numeric(12,2)")) is True


@given(st.integers(), st.integers())
def test_different_integers_differ_also_beyond_a_double(left: int, right: int) -> None:
    assume(left != right)
    assert same(left, right, column("c", "bigint")) is False
    assert same(str(left), right, column("c", "bigint")) is False


ZONES = st.integers(-56, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, ZONES, st.sampled_from(["microseconds", "milliseconds", "seconds", "minutes"]))
def test_a_moment_is_itself_in_any_zone_and_with_fewer_digits(
    moment: datetime, zone: timezone, spec: str
) -> None:
    answered = moment.astimezone(zone).isoformat(timespec=spec)
    stamp = column("c", "timestamp with time zone")
    assert same(answered, moment.isoformat(), stamp) is True
    assert same(answered.replace("+00:00", "Z"), moment.isoformat(), stamp) is True


@given(MOMENTS, ZONES)
def test_a_moment_without_zone_is_never_called_wrong_for_a_shift_by_whole_zones(
    moment: datetime, zone: timezone
) -> None:
    # A server in Berlin that stores local time and answers with its offset is right.
    local = moment.astimezone(zone)
    naive = local.replace(tzinfo=None).isoformat()
    assert same(local.isoformat(), naive, column("c", "timestamp without time zone")) is True
    assert same(naive, moment.isoformat(), column("c", "timestamp with time zone")) is not False


@given(MOMENTS, st.integers(1, 10**12))
def test_another_moment_differs(moment: datetime, micros: int) -> None:
    other = moment + timedelta(microseconds=micros)
    assert (
        same(
            other.isoformat(timespec="microseconds"), moment.isoformat(), column("c", "timestamptz")
        )
        is False
    )


@given(st.uuids(), st.uuids())
def test_a_uuid_is_itself_in_each_notation(one: UUID, other: UUID) -> None:
    for answered in (str(one), one.hex, str(one).upper(), f"{{{one}}}"):
        assert same(answered, str(one), column("c", "uuid")) is True
    assume(one != other)
    assert same(str(other), str(one), column("c", "uuid")) is False


@given(st.binary(min_size=1), st.binary(min_size=1))
def test_bytes_are_themselves_as_hex_and_base64(one: bytes, other: bytes) -> None:
    stored = "\\x" + one.hex()
    for answered in (one.hex(), one.hex().upper(), stored, base64.b64encode(one).decode()):
        assert same(answered, stored, column("c", "bytea")) is True
    assume(one != other and base64.b64encode(other).decode().encode() != one)
    assume(other.hex() != one.hex() and base64.b64encode(other).decode().lower() != one.hex())
    assert same(base64.b64encode(other).decode(), stored, column("c", "bytea")) is False


@given(st.text(), st.text())
def test_texts_are_the_same_only_if_equal(one: str, other: str) -> None:
    assert same(one, one, column("c", "text")) is True
    assume(one != other)
    assert same(one, other, column("c", "text")) is False


@pytest.mark.parametrize(
    ("answered", "stored", "type_"),
    [
        ("Sat, 01 Jan 2026 00:00:00 GMT", "2026-01-01T00:00:00+00:00", "timestamptz"),  # Flask
        (1767225600, "2026-01-01T00:00:00+00:00", "timestamptz"),  # epoch
        ([2026, 1, 1, 10, 0], "2026-01-01T10:00:00", "timestamp"),  # Spring
        ("yesterday", "2026-01-01T10:00:00", "timestamp"),
        ("infinity", "2026-01-01T10:00:00", "timestamp"),
        (True, 1, "smallint"),
        ("true", True, "boolean"),
        ("1,234.50", Decimal("1234.50"), "numeric"),
        ("19.90 EUR", Decimal("19.90"), "numeric"),
        ("books", 3, "integer"),
        ("10.0.0.1", "10.0.0.1/32", "inet"),
        ("P1D", "1 day", "interval"),
        ({"a": "2026"}, {"a": "2026-01-01"}, "jsonb"),
        ("urn:uuid:x", "00000000-0000-0000-0000-000000000000", "uuid"),
        ("2026-01-01T22:00:00Z", "2026-01-02", "date"),  # a local midnight, in UTC
        (["a"], "a", "text"),
    ],
)
def test_an_unknown_notation_is_neither_same_nor_different(
    answered: Any, stored: Any, type_: str
) -> None:
    assert same(answered, stored, column("c", type_)) is None


@pytest.mark.parametrize(
    ("answered", "stored", "type_"),
    [
        ("2026-01-01T10:00:00.123456789Z", "2026-01-01T10:00:00.123457+00:00", "timestamptz"),  # Go
        (
            "2026-01-01T10:00:00.123Z",
            "2026-01-01T10:00:00.123999+00:00",
            "timestamptz",
        ),  # JavaScript
        (
            "2026-01-01T10:00:00.123456Z",
            "2026-01-01T10:00:00+00:00",
            "timestamptz(0)",
        ),  # rounded there
        ("2026-01-01T10:00Z", "2026-01-01T10:00:31+00:00", "timestamptz"),
        ("2026-01-01 10:00:00", "2026-01-01T10:00:00+00:00", "timestamptz"),
        ("2026-01-01", "2026-01-01T10:00:00+00:00", "timestamptz"),
        ("2026-01-01T00:00:00", "2026-01-01", "date"),
        ("NaN", "NaN", "numeric"),
        ("abc", "abc  ", "character"),
        ("Ann@Example.com", "ann@example.com", "citext"),
        (0.1, Decimal("0.1"), "double precision"),
        (0.30000001192092896, Decimal("0.3"), "real"),
        (12345678901234567890, Decimal("12345678901234567890"), "numeric"),
        ("test", "\\x74657374", "bytea"),
        ({"a": 1.5}, {"a": Decimal("1.5")}, "jsonb"),
        (["a", "b"], ["a", "b"], "text[]"),
        (123, "123", "text"),
    ],
)
def test_notations_that_differ_in_form_only_are_the_same(
    answered: Any, stored: Any, type_: str
) -> None:
    base = type_.partition("(")[0]
    whole = Column(name="c", type=type_, base=base, nullable=True)
    assert same(answered, stored, whole) is True


@pytest.mark.parametrize(
    ("answered", "stored", "type_"),
    [
        (None, "", "text"),
        ("", None, "text"),
        (9007199254740992, 9007199254740993, "bigint"),  # through a double
        (0.30000000000000004, Decimal("0.3"), "numeric"),
        ("007", "7", "text"),
        ("café", "cafe\u0301", "text"),
        ("2026-01-01T10:00:00", "2026-01-01T10:00:01", "timestamp"),
        ("2026-01-01T10:00:00+02:00", "2026-01-01T10:07:00", "timestamp"),
        ("2026-01-02", "2026-01-01", "date"),
        ("2026-01-05", "2026-01-01T10:00:00+00:00", "timestamptz"),
        ("NaN", 1, "numeric"),
        ("Infinity", 1, "numeric"),
        (True, False, "boolean"),
    ],
)
def test_what_was_lost_or_changed_on_the_way_differs(
    answered: Any, stored: Any, type_: str
) -> None:
    assert same(answered, stored, column("c", type_)) is False


def test_another_label_of_an_enum_differs_and_a_label_of_the_api_is_unknown() -> None:
    status = column("status", "order_status", enum=("new", "paid"))
    assert same("paid", "new", status) is False
    assert same("PAID", "paid", status) is None
    assert same("paid", "paid", status) is True

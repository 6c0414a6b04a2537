from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from seamline.engines.postgresql.image import Image, Relation, decode, net_changes

TABLE = {1: Relation(table="t", key=("id",))}
KEYLESS = {1: Relation(table="t", key=())}


def log(*writes: tuple[str | None, str | None]) -> list[Image]:
    """A log of (old, new) row texts."""
    images = []
    for number, (old, new) in enumerate(writes, 1):
        firing = number if old and new else 0
        if old:
            images.append(
                Image(relid=1, seq=2 * number, firing=firing, txid=number, added=False, text=old)
            )
        if new:
            images.append(
                Image(relid=1, seq=2 * number + 1, firing=firing, txid=number, added=True, text=new)
            )
    return images


def test_a_nested_triggers_update_may_stand_before_the_insert_that_caused_it() -> None:
    images = log(('{"id": 1, "n": 1}', '{"id": 1, "n": 2}'), (None, '{"id": 1, "n": 1}'))
    (change,) = net_changes(images, TABLE)
    assert (change.op, change.before, change.after) == ("insert", None, {"id": 1, "n": 2})
    assert change.txid == 2


def test_decode_keeps_numbers_exact() -> None:
    assert decode('{"a": 12345678901234567890123, "b": 1.10}') == {
        "a": 12345678901234567890123,
        "b": Decimal("1.10"),
    }
    assert str(decode('{"b": 1.10}')["b"]) == "1.10"
    assert decode("9" * 5000) == Decimal("9" * 5000)


def test_decode_survives_deep_nesting() -> None:
    value = decode("[" * 5000 + "]" * 5000)
    for _ in range(4999):
        (value,) = value
    assert value == []


row = st.builds('{{"id": {}, "n": {}}}'.format, st.integers(0, 2), st.integers(0, 2))


@given(st.lists(st.tuples(st.none() | row, st.none() | row), max_size=12), st.booleans())
def test_net_changes_are_the_difference_of_multisets(
    writes: list[tuple[str | None, str | None]], keyed: bool
) -> None:
    changes = net_changes(log(*writes), TABLE if keyed else KEYLESS)
    balance: dict[str, int] = {}
    for old, new in writes:
        for text, step in ((old, -1), (new, 1)):
            if text:
                balance[str(decode(text))] = balance.get(str(decode(text)), 0) + step
    for change in changes:
        assert change.before != change.after
        for image, step in ((change.before, -1), (change.after, 1)):
            if image is not None:
                balance[str(image)] -= step
    assert not any(balance.values())

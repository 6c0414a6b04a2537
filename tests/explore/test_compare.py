"""What became of rows: all of them, none, twice, a part; what differs from run to run is left out."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.explore.faults.compare import Noise, noise_of, outcome
from seamline.model.exchange import Exchange, Request, Response
from seamline.model.row import RowChange
from seamline.model.sweep import Sweep
from seamline.model.vocabulary import RowOp


def change(table: str, op: RowOp = "insert", key: int = 1, **values: Any) -> RowChange:
    row = {"id": key, **values}
    return RowChange(
        table=table,
        op=op,
        key={"id": key},
        before=None if op == "insert" else {"id": key},
        after=None if op == "delete" else row,
        txid=1,
    )


def answered(status: int, *changes: RowChange) -> Exchange:
    return Exchange(
        case="c",
        kind="positive",
        step=0,
        label="s",
        operation="POST /orders",
        identity="anonymous",
        credentials="valid",
        expected=(201,),
        request=Request(method="POST", target="/orders"),
        response=Response(status=status),
        changes=changes,
    )


SOUND = answered(
    201, change("orders", item="tea"), change("audit", subject={"order": 1, "by": "a"})
)
SHIFTED = answered(
    201,
    change("orders", key=2, item="tea"),
    change("audit", key=2, subject={"order": 2, "by": "a"}),
)
NOISE = noise_of(Sweep(operation="", case="", sound=(SOUND, SOUND), shifted=(SHIFTED,)))
NONE: frozenset[str] = frozenset()


def rows(x: Exchange, errors: frozenset[str] = NONE) -> str:
    return outcome(x, SOUND, NOISE, errors)


def test_generated_ids_and_what_holds_them_say_nothing() -> None:
    assert NOISE.places == {
        ("orders", "insert", "id"),
        ("audit", "insert", "id"),
        ("audit", "insert", "subject/order"),
    }
    assert rows(SHIFTED) == "all"
    assert rows(answered(503)) == "none"


def test_a_part_and_other_rows() -> None:
    assert rows(answered(201, change("orders", key=9, item="tea"))) == "part"
    assert rows(answered(201, change("orders", item="coffee"))) == "other"
    assert rows(answered(503, change("orders", "delete", key=4))) == "other"


def test_twice() -> None:
    assert rows(answered(201, *(SOUND.changes or ()), *(SHIFTED.changes or ()))) == "twice"


def test_what_a_refused_request_may_write_is_no_part_of_it() -> None:
    noted = answered(503, change("audit", key=7, subject={"order": None, "by": "refused"}))
    assert rows(noted) == "other"
    assert rows(noted, frozenset({"audit"})) == "none"


def test_rows_that_differ_from_run_to_run_cannot_be_compared() -> None:
    once = answered(201, change("orders", item="tea"))
    assert noise_of(Sweep(operation="", case="", sound=(SOUND, once))).unsteady
    one, other = (answered(201, change("jobs", "update", key=k, taken=True)) for k in (1, 2))
    assert noise_of(Sweep(operation="", case="", sound=(one, other))).unsteady
    assert noise_of(Sweep(operation="", case="", sound=(one, one))) == Noise()


def behind(x: Exchange, *changes: RowChange) -> Exchange:
    """The exchange behind a request that has made these rows."""
    return msgspec.structs.replace(x, earlier=(answered(201, *changes),))


def test_a_row_made_by_a_request_before_is_the_same_one_whatever_its_key() -> None:
    paid = behind(answered(200, change("orders", "update", key=7, paid=1)), change("orders", key=7))
    again = behind(
        answered(200, change("orders", "update", key=8, paid=1)), change("orders", key=8)
    )
    noise = noise_of(Sweep(operation="", case="", sound=(paid, again)))
    assert not noise.unsteady
    assert outcome(again, paid, noise, NONE) == "all"
    other = behind(
        answered(200, change("orders", "update", key=1, paid=1)), change("orders", key=9)
    )
    assert outcome(other, paid, noise, NONE) == "other"


def test_what_is_only_noted_is_no_row_of_a_refused_request() -> None:
    noted = change("audit", by="a")
    sound, refused = answered(200, noted), answered(500, noted)
    assert outcome(refused, sound, Noise(), frozenset({"audit"})) == "none"
    assert outcome(refused, sound, Noise(), NONE) == "all"
    kept = answered(500, noted, change("orders", item="tea"))
    full = answered(200, noted, change("orders", item="tea"))
    assert outcome(kept, full, Noise(), frozenset({"audit"})) == "all"


def test_what_a_worker_does_a_moment_later_is_noise_where_it_is_an_update() -> None:
    fresh = answered(201, change("orders"), change("outbox", sent=False))
    sent = answered(201, change("orders"), change("outbox", sent=True))
    gone = answered(201, change("orders"))
    sound = Sweep(operation="", case="", sound=(fresh, fresh))
    assert outcome(sent, fresh, noise_of(sound), NONE) == "other"
    aged = noise_of(msgspec.structs.replace(sound, aged=(sent,)))
    assert outcome(sent, fresh, aged, NONE) == "all"
    assert noise_of(msgspec.structs.replace(sound, aged=(gone,))) == Noise()

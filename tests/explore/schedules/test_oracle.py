"""How a run of two requests is judged: as a serial order, a refusal, or neither, and what that is called."""

from __future__ import annotations

import msgspec

from seamline.checks.context import Context
from seamline.explore.schedules.oracle import Named, References, named, verdict
from seamline.explore.schedules.outcome import Canon
from seamline.explore.schedules.stage import SIDES, Played
from seamline.model.catalog import Catalog
from seamline.model.exchange import Request, Response
from seamline.model.row import RowChange
from seamline.model.schedule import Side
from seamline.run.session import Rules

CATALOG = Catalog(engine="postgresql", version="15", tables=())
GONE = RowChange(table="notes", op="delete", key={"id": 1}, before={"id": 1}, after=None, txid=1)
DELETE = ("DELETE /notes/{id}", "DELETE /notes/{id}")
POST = ("POST /gifts", "POST /gifts")


def played(first: int, second: int, *changes: RowChange, method: str = "DELETE") -> Played:
    request = Request(method=method, target="/notes/1")
    return Played(
        choices="",
        answers={"A": Response(status=first), "B": Response(status=second)},
        requests={"A": (request,), "B": (request,)},
        changes=changes,
    )


def alone(status: int = 204) -> dict[Side, Played]:
    both = played(status, status, GONE)
    return {
        side: msgspec.structs.replace(both, answers={side: both.answers[side]}) for side in SIDES
    }


def judged(came: Played, *serial: Played, of: tuple[str, str] = DELETE) -> tuple[str, Named]:
    canon = Canon(CATALOG, Rules(contexts={}, fallback=Context(catalog=CATALOG)), of)
    refs = References(serial=serial, alone=alone())
    return verdict(canon, refs, came), named(canon, refs, came, of)


SERIAL = (played(204, 403, GONE), played(403, 204, GONE))


def test_another_refusal_of_what_is_refused_in_a_serial_order_is_one() -> None:
    # It had looked who may before the other deleted the row, and found none afterwards.
    assert judged(played(404, 204, GONE), *SERIAL)[0] == "refused"


def test_a_refusal_that_no_serial_order_has_is_none() -> None:
    assert judged(played(404, 204, GONE), played(204, 204, GONE))[0] == "violation"


def test_a_refusal_beside_other_rows_is_none() -> None:
    assert judged(played(404, 204), *SERIAL)[0] == "violation"


def test_two_that_delete_the_same_row_may_both_be_told_so() -> None:
    assert judged(played(204, 204, GONE), *SERIAL)[0] == "refused"
    assert judged(played(204, 204), *SERIAL)[0] == "violation"


def test_two_that_take_what_there_is_once_are_a_double_spend() -> None:
    came, name = judged(played(204, 204, GONE, method="POST"), *SERIAL, of=POST)
    assert came == "violation"
    assert (name.anomaly, name.only_read) == ("double spend", False)


KEPT = RowChange(
    table="notes",
    op="update",
    key={"id": 1},
    before={"id": 1, "n": 1},
    after={"id": 1, "n": 2},
    txid=1,
)


def test_a_change_that_was_written_back_is_a_lost_update() -> None:
    serial = (played(200, 401, KEPT, method="PUT"), played(200, 200, KEPT, method="PUT"))
    came, name = judged(played(200, 200, method="PUT"), *serial, of=("PUT /notes", "PATCH /notes"))
    assert came == "violation"
    assert (name.anomaly, name.only_read) == ("lost update", False)


def test_another_success_with_the_rows_of_a_serial_order_is_an_answer_alone() -> None:
    serial = (played(200, 401, KEPT, method="PUT"), played(201, 200, KEPT, method="PUT"))
    came = played(200, 200, KEPT, method="PUT")
    _, name = judged(came, *serial, of=("PUT /notes", "PATCH /notes"))
    assert name.only_read

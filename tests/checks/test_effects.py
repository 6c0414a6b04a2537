"""What `effects` name is written, in one transaction, and nothing else is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.checks.context import Noise
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import abstains, applies, change, context, deleted, exchange, found, inserted, updated

LOGGED, HOLD, PATCH = "changeIsLogged", "effectsHold", "PATCH /orders/{id}"
HERE = context(effects={"orders": "update", "audit": "insert", "outbox": "insert"})
OWN = updated("orders", {"note": "a"}, note="b")
TWIST = Twist(scenario="x", what="x", where="x")


def patched(*changes: RowChange, **more: Any) -> Exchange:
    return exchange(more.pop("key", PATCH), more.pop("status", 200), changes=changes, **more)


def apart(row: RowChange) -> RowChange:
    return msgspec.structs.replace(row, txid=2)


NOTES = (inserted("audit", text="x"), inserted("outbox", topic="x"))


def test_a_change_and_its_notes_in_one_transaction_are_right() -> None:
    assert not found(LOGGED, patched(OWN, *NOTES), HERE)
    assert not found(LOGGED, patched(), HERE)


def test_a_change_without_its_note_is_found() -> None:
    (finding,) = found(LOGGED, patched(OWN, NOTES[0]), HERE)
    assert (finding.severity, finding.detail) == ("error", "outbox missing")
    assert not found(LOGGED, patched(OWN, twist=TWIST), HERE)
    assert not found(LOGGED, patched(OWN, kind="sequence"), HERE)


def test_notes_of_another_transaction_are_found() -> None:
    findings = found(LOGGED, patched(OWN, *map(apart, NOTES)), HERE)
    assert [(f.severity, f.detail) for f in findings] == [
        ("warning", "audit apart"),
        ("error", "outbox apart"),
    ]
    both = (OWN, apart(updated("orders", {"note": "b"}, note="c")), *map(apart, NOTES))
    assert not found(LOGGED, patched(*both), HERE)


def test_only_tables_that_say_so_are_logs() -> None:
    assert not applies(LOGGED, patched(OWN), context(effects={"order_lines": "insert"}))
    assert not applies(LOGGED, patched(OWN), context(effects={"audit": "update"}))
    assert not applies(LOGGED, patched(OWN, status=409), HERE)
    assert not applies(LOGGED, patched(OWN, status=202), HERE)
    assert abstains(LOGGED, exchange(PATCH, changes=None), HERE)


def test_a_table_that_effects_leave_out_is_found() -> None:
    assert not found(HOLD, patched(OWN, *NOTES), HERE)
    (finding,) = found(HOLD, patched(OWN, deleted("payments", order_id=3)), HERE)
    assert (finding.severity, finding.detail) == ("error", "payments")
    (finding,) = found(HOLD, patched(OWN, updated("users", {"email": "a"}, email="b")), HERE)
    assert (finding.severity, finding.detail) == ("error", "users")


def test_what_only_one_of_two_runs_wrote_is_no_doing_of_the_request() -> None:
    x = patched(OWN, deleted("payments", order_id=3))
    once = msgspec.structs.replace(HERE, noise=Noise(written=frozenset({"orders"})))
    both = msgspec.structs.replace(HERE, noise=Noise(written=frozenset({"orders", "payments"})))
    assert not found(HOLD, x, once)
    assert found(HOLD, x, both)


@pytest.mark.parametrize(("table", "severity"), [("payments", "warning"), ("event_log", "info")])
def test_a_new_row_elsewhere_is_less(table: str, severity: str) -> None:
    (finding,) = found(HOLD, patched(OWN, inserted(table, text="x")), HERE)
    assert finding.severity == severity


def test_what_foreign_keys_and_clocks_do_is_legal() -> None:
    gone = deleted("orders", user_id=3)
    line = change("delete", "order_lines", {"id": 1, "order_id": 7})
    parcel = change("update", "parcels", {"id": 1, "order_id": 7}, {"id": 1, "order_id": None})
    seen = updated("users", {"last_seen_at": None}, last_seen_at="2030")
    assert not found(HOLD, patched(gone, line, parcel, seen), HERE)
    other = change("delete", "payments", {"id": 1, "order_id": 7})
    assert not found(HOLD, patched(gone, other, key="DELETE /orders/{id}"), HERE)


def test_only_positive_cases_with_reviewed_effects_are_judged() -> None:
    assert not applies(HOLD, patched(OWN), context())
    assert not applies(HOLD, patched(OWN, twist=TWIST), HERE)
    assert not applies(HOLD, patched(OWN, kind="boundary"), HERE)
    assert not applies(HOLD, patched(OWN, status=409), HERE)
    assert abstains(HOLD, exchange(PATCH, changes=None), HERE)

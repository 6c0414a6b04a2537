"""Generated keys are named after their rows: no permutation of them matters, and no other value is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seamline.explore.schedules.outcome import Canon, Outcome
from seamline.explore.schedules.stage import Played
from seamline.model.catalog import Catalog, Column, ForeignKey, Table
from seamline.model.exchange import Request, Response
from seamline.model.row import RowChange
from seamline.run.session import Rules

from ...checks.world import context


def _table(name: str, *columns: Column, refers: str = "") -> Table:
    key = Column(name="id", type="bigint", base="int8", nullable=False, identity=True)
    foreign = (
        (ForeignKey(name=f"{name}_fk", columns=(f"{refers}_id",), table=refers, to=("id",)),)
        if refers
        else ()
    )
    return Table(
        name=name, sql=name, columns=(key, *columns), primary_key=("id",), foreign_keys=foreign
    )


def _number(name: str) -> Column:
    return Column(name=name, type="bigint", base="int8", nullable=True)


CATALOG = Catalog(
    engine="postgresql",
    version="15",
    tables=(
        _table("orders", _number("amount")),
        _table("lines", _number("orders_id"), _number("quantity"), refers="orders"),
    ),
)
Order = tuple[int, list[int]]
"""An amount, and the quantities of its lines."""


def played(orders: Sequence[Order], ids: Sequence[int], told: Sequence[int]) -> Played:
    """A run that adds orders with these ids; A and B are answered with those at the places `told`."""
    changes: list[RowChange] = []
    for number, (amount, quantities) in enumerate(orders):
        changes.append(_added("orders", {"id": ids[number], "amount": amount}))
        for at, quantity in enumerate(quantities):
            own = 100 * ids[number] + at
            changes.append(
                _added("lines", {"id": own, "orders_id": ids[number], "quantity": quantity})
            )
    changes.sort(key=lambda c: (c.table, c.key["id"]))
    answers = {s: _answer(orders[at][0], ids[at]) for s, at in zip("AB", told, strict=True)}
    return Played(
        choices="",
        answers=answers,  # type: ignore[arg-type]
        requests={s: (Request(method="POST", target="/orders"),) for s in ("A", "B")},
        changes=tuple(changes),
    )


def _added(table: str, row: dict[str, Any]) -> RowChange:
    return RowChange(
        table=table, op="insert", key={"id": row["id"]}, before=None, after=row, txid=1
    )


def _answer(amount: int, number: int) -> Response:
    body = {"id": number, "amount": amount}
    return Response(
        status=201,
        headers=(("content-type", "application/json"),),
        body=json.dumps(body).encode(),
    )


def canon() -> Canon:
    """Learnt from both serial orders of two orders that differ."""
    rules = Rules(contexts={}, fallback=context(), today=date.min)
    known = Canon(CATALOG, rules, ("POST /orders", "POST /orders"))
    both: list[Order] = [(10, [1]), (20, [2])]
    runs = [played(both, ids, (0, 1)) for ids in ((7, 8), (8, 7))]
    for run in runs:
        known.learn([run, run])
    known.learn_keys(runs)
    return known


CANON = canon()
ORDERS = st.lists(
    st.tuples(st.integers(1, 12), st.lists(st.integers(1, 3), max_size=3)), min_size=2, max_size=5
)


def outcome(orders: Sequence[Order], ids: Sequence[int], told: Sequence[int] = (0, 1)) -> Outcome:
    return CANON.outcome(played(orders, ids, told))


@given(ORDERS, st.data())
@settings(max_examples=150, deadline=None)
def test_no_permutation_of_keys_matters(orders: list[Order], data: st.DataObject) -> None:
    places = list(range(len(orders)))
    ids = data.draw(st.permutations([5 + n for n in places]))
    order = data.draw(st.permutations(places))
    told = (order.index(0), order.index(1))
    moved = outcome([orders[n] for n in order], ids, told)
    assert moved == outcome(orders, [1 + n for n in places])


@given(ORDERS, st.data())
@settings(max_examples=150, deadline=None)
def test_a_value_that_differs_is_never_lost(orders: list[Order], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(orders) - 1))
    amount, quantities = orders[at]
    other = data.draw(
        st.one_of(
            st.just((amount + 1, quantities)),
            st.just((amount, [*quantities, 1])),
            st.just((amount, [q + 1 for q in quantities])),
        )
    )
    assume(other != orders[at])
    ids = [5 + n for n in range(len(orders))]
    changed = [other if n == at else o for n, o in enumerate(orders)]
    assert outcome(changed, ids).rows != outcome(orders, ids).rows


def test_lines_that_hang_on_another_order_are_seen() -> None:
    one = outcome([(10, [1]), (20, [2])], (7, 8))
    other = outcome([(10, [2]), (20, [1])], (7, 8))
    assert one.rows != other.rows
    assert len(one.rows) == 4


def test_an_answer_that_tells_of_another_row_is_seen() -> None:
    alike: list[Order] = [(10, [1]), (10, [1])]
    mine = outcome(alike, (7, 8), (0, 1))
    assert mine == outcome(alike, (7, 8), (1, 0))  # rows that are alike
    assert mine != outcome(alike, (7, 8), (0, 0))  # both were told of one of them


def test_a_key_is_no_key_where_it_is_a_quantity_or_refers_to_an_older_row() -> None:
    one = outcome([(7, [8]), (20, [2])], (7, 8))
    assert '"amount":7' in "".join(one.rows)
    assert '"quantity":8' in "".join(one.rows)
    older = RowChange(
        table="lines",
        op="insert",
        key={"id": 9},
        before=None,
        after={"id": 9, "orders_id": 3, "quantity": 1},
        txid=1,
    )
    run = played([(7, []), (8, [])], (7, 8), (0, 1))
    shown = CANON.outcome(
        Played(
            choices="",
            answers=run.answers,
            requests=run.requests,
            changes=(*run.changes, older),
        )
    )
    assert 'insert lines {"id":"‹new lines›","orders_id":3,"quantity":1}' in shown.rows

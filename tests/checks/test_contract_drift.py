from __future__ import annotations

from typing import Any

import msgspec

from seamline.checks import Context
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.openapi.drift import Drift

from .world import abstains, answers, applies, change, context, exchange, found, inserted

NAME = "contractDrift"
KEY = "POST /orders"
JSON = {"application/json": None}


def drift(rule: str, name: str, column: str, kind: str, **more: Any) -> Drift:
    return Drift(
        rule=rule,
        name=name,
        pointer=f"#/components/schemas/NewOrder/properties/{name}",
        table="orders",
        column=column,
        type=kind,
        says="allows more",
        holds="holds less",
        mend="say so",
        **more,
    )


WIDTH = drift("width", "position", "position", "integer", value=2**31)
SCALE = drift("scale", "unit_price", "unit_price", "numeric(12,2)", value=1.006)
LENGTH = drift("length", "country", "country", "varchar(3)", value="aaaa")
DEFAULT = drift("default", "note", "note", "text", told="none")
FOREIGN = drift("foreign", "user_id", "user_id", "bigint", value=9)
UNIQUE = drift("unique", "note", "note", "UNIQUE", columns=("note",))
NULL = drift("nullAnswer", "note", "note", "text")


def around(*drifts: Drift, **more: Any) -> Context:
    told = context(answers(s201=JSON, s422=JSON), KEY, **more)
    return msgspec.structs.replace(told, drifts=drifts)


def tried(
    one: Drift,
    status: int,
    *,
    body: Any = None,
    row: dict[str, Any] | None = None,
    scenario: str = "",
    **more: Any,
) -> Exchange:
    """The request that tries a contradiction, and the row that it left."""
    changes: tuple[RowChange, ...] = (inserted("orders", **row),) if row is not None else ()
    twist = Twist(
        scenario=scenario or f"drift-{one.rule}", what="more", where=f"body/{one.name}", valid=True
    )
    sent = {} if one.value is msgspec.UNSET else {one.name: one.value}
    return exchange(KEY, status, body or {}, sent=sent, changes=changes, twist=twist, **more)


def test_an_error_of_the_system_is_told_once_with_both_sides() -> None:
    c, x = around(WIDTH), tried(WIDTH, 500)
    (finding,) = found(NAME, x, c)
    assert finding.severity == "error"
    assert finding.title.startswith("position: the document allows more, orders.position (integer)")
    assert finding.detail == "width position orders.position"
    assert abstains("noServerError", x, c)


def test_a_503_that_asks_to_wait_says_nothing() -> None:
    assert found(NAME, tried(WIDTH, 503), around(WIDTH))
    busy = tried(WIDTH, 503, headers={"retry-after": "5"})
    assert abstains(NAME, busy, around(WIDTH))
    assert found("noServerError", busy, around(WIDTH))


def test_another_request_with_a_value_as_far_is_the_same_finding() -> None:
    twist = Twist(scenario="kept-beyond-double", what="x", where="body/position")
    far = exchange(KEY, 500, sent={"position": 2**53 + 1}, twist=twist)
    (finding,) = found(NAME, far, around(WIDTH))
    (own,) = found(NAME, tried(WIDTH, 500), around(WIDTH))
    assert finding.fingerprint == own.fingerprint
    assert abstains("noServerError", far, around(WIDTH))
    near = exchange(KEY, 500, sent={"position": 7}, twist=twist)
    assert not applies(NAME, near, around(WIDTH))
    assert found("noServerError", near, around(WIDTH))


def test_where_this_check_is_left_out_others_tell() -> None:
    c = msgspec.structs.replace(around(WIDTH), validations=frozenset({"noServerError"}))
    assert found("noServerError", tried(WIDTH, 500), c)


def test_an_undocumented_refusal_is_a_warning_and_a_documented_one_a_remark() -> None:
    c = around(WIDTH)
    (undocumented,) = found(NAME, tried(WIDTH, 409), c)
    assert undocumented.severity == "warning"
    assert abstains("statusDocumented", tried(WIDTH, 409), c)
    (documented,) = found(NAME, tried(WIDTH, 422), c)
    assert documented.severity == "info"
    assert abstains(NAME, tried(WIDTH, 403), c)


def test_what_is_accepted_and_kept_refutes_it() -> None:
    assert not found(NAME, tried(WIDTH, 201, row={"position": 2**31}), around(WIDTH))
    assert not found(NAME, tried(SCALE, 201, row={"unit_price": 1.006}), around(SCALE))
    assert not found(NAME, tried(FOREIGN, 201, row={}), around(FOREIGN))


def test_a_silent_change_of_the_value_is_an_error() -> None:
    (rounded,) = found(NAME, tried(SCALE, 201, row={"unit_price": 1.01}), around(SCALE))
    assert (rounded.severity, rounded.actual) == ("error", "orders.unit_price = 1.01 for 1.006")
    (cut,) = found(NAME, tried(LENGTH, 201, row={"country": "aaa"}), around(LENGTH))
    assert cut.title.endswith("accepted, and the text is cut")
    (clamped,) = found(NAME, tried(WIDTH, 201, row={"position": 2**31 - 1}), around(WIDTH))
    assert clamped.title.endswith("another number is kept")
    assert clamped.severity == "warning"


def test_a_code_for_a_text_is_no_cut() -> None:
    assert not found(NAME, tried(LENGTH, 201, row={"country": "DE"}), around(LENGTH))


def test_the_documents_default_is_what_is_kept() -> None:
    (finding,) = found(NAME, tried(DEFAULT, 201, row={"note": "x"}), around(DEFAULT))
    assert finding.title.endswith("the column's default is kept")
    assert not found(NAME, tried(DEFAULT, 201, row={"note": "none"}), around(DEFAULT))


def test_a_reference_to_nothing_may_be_refused_as_documented() -> None:
    assert not found(NAME, tried(FOREIGN, 422), around(FOREIGN))
    (finding,) = found(NAME, tried(FOREIGN, 404), around(FOREIGN))
    assert finding.severity == "warning"


def again(status: int, **row: Any) -> Exchange:
    first = exchange(KEY, 201, {}, sent={"note": "a"}, changes=(inserted("orders", **row),))
    return tried(UNIQUE, status, scenario="again", earlier=(first,))


def test_the_same_key_again() -> None:
    c = around(UNIQUE)
    (broken,) = found(NAME, again(500, note="a"), c)
    assert broken.severity == "error"
    (unsaid,) = found(NAME, again(409, note="a"), c)
    assert unsaid.severity == "warning"
    assert not applies(NAME, again(409, note="made by the system"), c)
    assert not applies(NAME, again(201, note="a"), c)


def test_a_null_in_an_answer_that_may_hold_none() -> None:
    alone = msgspec.structs.replace(around(NULL), validations=frozenset({NAME}))
    wrote = tried(NULL, 201, body={"note": None}, row={"note": None})
    (finding,) = found(NAME, wrote, alone)
    assert finding.title.endswith("null was answered")
    assert not found(NAME, wrote, around(NULL))  # responseSchema tells of it
    assert not found(NAME, tried(NULL, 201, body={"note": ""}, row={"note": None}), alone)
    (broken,) = found(NAME, tried(NULL, 500, row={"note": None}), alone)
    assert broken.severity == "error"


def test_a_row_that_nobody_saw_is_not_judged() -> None:
    assert abstains(NAME, tried(SCALE, 201), around(SCALE))
    several = tried(SCALE, 201, row={"unit_price": 1.01})
    two = (*(several.changes or ()), change("insert", "orders", None, {"id": 8}))
    assert abstains(NAME, msgspec.structs.replace(several, changes=two), around(SCALE))


def test_a_parameter_may_find_nothing_and_may_be_refused_but_breaks_nothing() -> None:
    one = msgspec.structs.replace(WIDTH, within="path")
    c = around(one)

    def sent(status: int) -> Exchange:
        twist = Twist(scenario="drift-width", what="more", where="path/position", valid=True)
        return exchange(KEY, status, {}, twist=twist)

    (finding,) = found(NAME, sent(500), c)
    assert (finding.severity, finding.detail) == ("error", "width path position orders.position")
    assert abstains("noServerError", sent(500), c)
    for status in (201, 400, 404, 422):
        assert not found(NAME, sent(status), c)


def test_a_value_further_inside_is_held_against_its_own_row() -> None:
    one = drift("scale", "amount", "amount", "numeric(12,2)", value=1.006, path=("lines", 0))
    one = msgspec.structs.replace(one, column="unit_price")
    twist = Twist(scenario="drift-scale", what="more", where="body/lines/0/amount", valid=True)
    c = around(one)
    for kept, severities in (("1.01", ["error"]), ("1.006", [])):
        row = inserted("orders", unit_price=kept)
        x = exchange(KEY, 201, {}, sent={"lines": [{"amount": 1.006}]}, changes=(row,), twist=twist)
        assert [f.severity for f in found(NAME, x, c)] == severities

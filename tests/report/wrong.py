"""Findings made by hand, some of them with everything in them that a report must survive."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from seamline.model.finding import Evidence, Finding, Transcript
from seamline.model.row import RowChange

HOSTILE = (
    "a|b `c` ```d``` ````` \x1b[31mred\x1b[0m \x1b]0;title\x07 </script><img src=x onerror=alert(1)> "
    "\u202eevil\u202c \x00 \r\n# heading\n- item\n| x | y |\n&amp; [l](http://x.example) \\| \\\\| ]]> "
    "*em* __b__ ~~s~~ $x$ \u2028 \ud800"
)


def transcript(**changes: Any) -> Transcript:
    fields: dict[str, Any] = {
        "step": 0,
        "label": "createOrder-ok",
        "operation": "POST /orders",
        "identity": "customer",
        "request": "POST /orders",
        "curl": """curl -i -X POST "$BASE_URL"/orders -H 'content-type: application/json' """
        """--data-binary '{"lines": [{"sku": "A1", "quantity": 2}]}'""",
        "response": 'HTTP/1.1 201\ncontent-type: application/json\n\n{"id": 7, "total": 19.9}',
        "status": 201,
        "changes": (
            RowChange(
                table="orders",
                op="insert",
                key={"id": 7},
                before=None,
                after={
                    "id": 7,
                    "user_id": 3,
                    "total": Decimal("19.80"),
                    "note": None,
                    "tags": ["a"],
                },
                txid=1,
            ),
            RowChange(
                table="stock",
                op="update",
                key={"sku": "A1"},
                before={"sku": "A1", "quantity": 5, "size": "M"},
                after={"sku": "A1", "quantity": 4, "size": "M"},
                txid=1,
            ),
        ),
        "notes": (),
    }
    return Transcript(**(fields | changes))


def total_differs() -> Finding:
    return Finding(
        check="createdRowMatches",
        severity="error",
        subject="POST /orders",
        title="A created order's total differs from its row",
        expected="orders.total = 19.9, as the answer says",
        actual="orders.total = 19.80",
        detail="#/total",
        kind="positive",
        why="The answer and the row are one resource (Endpoint_Validation_Specs.json, columns).",
        case="createOrder-ok",
        evidence=Evidence(exchanges=(transcript(),)),
    )


def trace_left() -> Finding:
    deleted = RowChange(
        table="audit",
        op="delete",
        key={},
        before={"at": "2026-01-01", "what": "x"},
        after=None,
        txid=9,
    )
    first = transcript(changes=())
    second = transcript(
        step=1, label="again", status=409, response="", changes=(deleted,), notes=("answered late",)
    )
    return Finding(
        check="errorLeavesNoTrace",
        severity="error",
        subject="POST /orders",
        title="An error answer changed rows of audit",
        expected="no row changes",
        actual="1 row deleted from audit",
        kind="negative",
        why="RFC 9110, 15.5: the request was refused",
        case="createOrder-twice",
        step=1,
        verdict="unconfirmed",
        evidence=Evidence(exchanges=(first, second)),
    )


def negative_stock() -> Finding:
    return Finding(
        check="range",
        severity="error",
        subject="stock",
        title="quantity is below 0 in 2 rows",
        expected="quantity >= 0",
        actual="2 of 37 rows",
        detail="quantity",
        why="Data_Validation_Framework.json, tables.stock.checks[0]",
        evidence=Evidence(
            sql="SELECT * FROM stock WHERE quantity < 0",
            rows=({"sku": "A1", "quantity": -1}, {"sku": "B2", "quantity": Decimal("-2.50")}),
        ),
    )


def slow_type() -> Finding:
    return Finding(
        check="contentType",
        severity="warning",
        subject="GET /products",
        title="The media type is text/json, which the document does not list",
        expected="application/json",
        actual="text/json",
    )


def hostile(check: str, severity: str, subject: str) -> Finding:
    long = HOSTILE + "x" * 100_000
    return Finding(
        check=check,
        severity=severity,  # type: ignore[arg-type]
        subject=subject,
        title=long,
        expected=long,
        actual=long,
        detail=HOSTILE,
        kind=HOSTILE,
        why=long,
        case=HOSTILE,
        evidence=Evidence(
            exchanges=(
                transcript(
                    label=HOSTILE,
                    identity=HOSTILE,
                    curl=long,
                    response=long,
                    changes=(
                        RowChange(
                            table=HOSTILE,
                            op="update",
                            key={HOSTILE: HOSTILE},
                            before={HOSTILE: long, "n": Decimal("NaN")},
                            after={HOSTILE: HOSTILE, "n": 2**80},
                            txid=1,
                        ),
                    ),
                    notes=(HOSTILE,),
                ),
            ),
            sql=long,
            rows=({HOSTILE: long, "plain": None},),
        ),
    )

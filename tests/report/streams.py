"""Runs made by hand: whole streams of events, as the tests of every report see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.model.case import NotCovered
from seamline.model.event import (
    CaseFinished,
    DataChecked,
    Errored,
    Event,
    FindingConfirmed,
    RunFinished,
    RunStarted,
    Skipped,
    StageFinished,
    StepRecord,
)
from seamline.model.finding import Finding

from .wrong import HOSTILE, hostile, negative_stock, slow_type, total_differs, trace_left

AT = 1_795_000_000.0
OPERATIONS = (
    "POST /orders",
    "GET /orders/{id}",
    "GET /products",
    "DELETE /orders/{id}",
    "PUT /products/{sku}",
)


def started(**changes: Any) -> RunStarted:
    fields: dict[str, Any] = {
        "at": AT,
        "seamline": "0.1.0",
        "project": "shop",
        "system": "http://127.0.0.1:8000, started by `uvicorn shop:app`",
        "document": "openapi.json",
        "engine": "PostgreSQL 17.5",
        "seed": 0,
        "cases": 5,
        "operations": OPERATIONS,
        "tables": 4,
        "parts": ("api", "database"),
    }
    return RunStarted(**(fields | changes))


def stages() -> Iterator[Event]:
    for number, (stage, detail, seconds) in enumerate(
        (
            ("server", "private PostgreSQL 17.5", 1.214),
            ("migrations", "14 revisions applied to an empty database", 0.833),
            ("seed", "seed.sql, 37 rows in 4 tables", 0.041),
            ("start", "ready after 3 tries", 0.92),
            ("logins", "admin, customer", 0.105),
        )
    ):
        yield StageFinished(at=AT + number, stage=stage, detail=detail, seconds=seconds)


def step(
    operation: str, status: int, ms: float, rows: Any = None, who: str = "customer"
) -> StepRecord:
    return StepRecord(
        operation=operation, identity=who, credentials="valid", status=status, ms=ms, rows=rows
    )


def case(name: str, subject: str, steps: tuple[StepRecord, ...], **changes: Any) -> CaseFinished:
    fields: dict[str, Any] = {
        "at": AT + 10,
        "case": name,
        "subject": subject,
        "kind": "positive",
        "steps": steps,
        "checks": {
            "statusAsExpected": len(steps),
            "responseSchema": 1,
            "noServerError": len(steps),
        },
        "abstained": {},
        "put_back": 0,
    }
    return CaseFinished(**(fields | changes))


def cases() -> Iterator[CaseFinished]:
    yield case(
        "createOrder-ok",
        "POST /orders",
        (step("POST /orders", 201, 12.34, {"orders": {"insert": 1}, "stock": {"update": 1}}),),
        checks={
            "statusAsExpected": 1,
            "responseSchema": 1,
            "createdRowMatches": 1,
            "nothingLeaked": 1,
        },
        put_back=2,
    )
    yield case(
        "createOrder-no-stock",
        "POST /orders",
        (step("POST /orders", 409, 4.02, {}),),
        kind="negative",
        checks={"statusAsExpected": 1, "noServerError": 1, "errorLeavesNoTrace": 1},
        abstained={"responseSchema": "the document gives no schema for 409"},
    )
    yield case(
        "getOrder-no-credentials",
        "GET /orders/{id}",
        (step("GET /orders/{id}", 401, 0.8123, {}, who="anonymous"),),
        kind="credentials",
        checks={"authRequired": 1, "safeMethodWritesNothing": 1},
    )
    yield case(
        "order-life",
        "DELETE /orders/{id}",
        (
            step("POST /orders", 201, 11.9, {"orders": {"insert": 1}}),
            step("DELETE /orders/{id}", 204, 6.5, {"orders": {"delete": 1}}),
            step("GET /orders/{id}", 404, 1.01, {}),
        ),
        kind="sequence",
        checks={"statusAsExpected": 3, "deleteRemovesOnlyItsRow": 1, "safeMethodWritesNothing": 1},
        notes=("the sequence orders_id_seq was put back",),
    )
    yield case(
        "listProducts",
        "GET /products",
        (step("GET /products", 200, 2.2, {}),),
        checks={"contentType": 1},
    )


def data() -> Iterator[Event]:
    base: dict[str, Any] = {"at": AT + 20, "table": "orders"}
    yield DataChecked(**base, check="unique", label="id is unique", proven="orders_pkey")
    yield DataChecked(
        **base, check="oneOf", label="status is one of open, paid, cancelled", rows=1200
    )
    yield DataChecked(
        **base,
        check="oneOf",
        label="status is one of open, paid, cancelled",
        rows=2,
        scope="changes",
    )
    yield DataChecked(
        at=AT + 20, table="stock", check="range", label="quantity is at least 0", rows=37
    )


def finished(**changes: Any) -> RunFinished:
    fields: dict[str, Any] = {
        "at": AT + 30,
        "reason": "completed",
        "exit_code": 0,
        "seconds": 12.44,
        "passed": {"api": "", "database": ""},
    }
    return RunFinished(**(fields | changes))


def clean() -> list[Event]:
    return [
        started(),
        *stages(),
        *cases(),
        *data(),
        Skipped(
            at=AT + 25,
            item=NotCovered(
                subject="PUT /products/{sku}",
                reason="no identity may call it",
                remedy="Add an identity with the role `admin` to seamline.toml.",
            ),
        ),
        finished(),
    ]


def with_findings() -> list[Event]:
    broken = negative_stock()
    shaky = Finding(
        check="statusAsExpected",
        severity="error",
        subject="GET /orders/{id}",
        title="The status is 404 instead of 200",
        case="getOrder",
    )
    two = (
        step("POST /orders", 201, 3.0, {}),
        step("POST /orders", 409, 3.0, {"audit": {"delete": 1}}),
    )
    return [
        started(cases=8, operations=(*OPERATIONS, HOSTILE)),
        *stages(),
        *cases(),
        case(
            "again",
            "POST /orders",
            (two[0],),
            checks={"createdRowMatches": 1},
            findings=(total_differs(),),
        ),
        case(
            "third",
            "POST /orders",
            (two[0],),
            checks={"createdRowMatches": 1},
            findings=(total_differs(),),
        ),
        case(
            "twice", "POST /orders", two, checks={"errorLeavesNoTrace": 1}, findings=(trace_left(),)
        ),
        case("types", "GET /products", (), checks={"contentType": 1}, findings=(slow_type(),)),
        case("getOrder", "GET /orders/{id}", (), checks={"statusAsExpected": 1}, findings=(shaky,)),
        case(HOSTILE, HOSTILE, (), findings=(hostile("nothingLeaked", "error", HOSTILE),)),
        *data(),
        DataChecked(
            at=AT + 21,
            table="stock",
            check="range",
            label="quantity is at least 0",
            rows=37,
            violations=2,
            finding=broken,
        ),
        DataChecked(
            at=AT + 21,
            table="stock",
            check="sql",
            label=HOSTILE,
            error="column x does not exist\nLINE 1",
        ),
        FindingConfirmed(at=AT + 22, finding=_judged(total_differs(), "confirmed")),
        FindingConfirmed(at=AT + 22, finding=_judged(shaky, "unstable")),
        Errored(
            at=AT + 23, subject="PUT /products/{sku}", case="putProduct-3", message="timed out"
        ),
        Errored(
            at=AT + 23,
            subject=HOSTILE,
            case="x",
            message=f"Traceback (most recent call last):\n  File\nValueError: {HOSTILE}",
            is_bug=True,
        ),
        Skipped(at=AT + 25, item=NotCovered(subject=HOSTILE, reason=HOSTILE, remedy=HOSTILE)),
        finished(
            exit_code=1,
            passed={"api": "3 findings, 2 cases could not be judged", "database": "1 finding"},
        ),
    ]


def _judged(finding: Finding, verdict: Any) -> Finding:
    return msgspec.structs.replace(finding, verdict=verdict, evidence=None)


def interrupted() -> list[Event]:
    return [
        started(cases=143),
        *stages(),
        *list(cases())[:2],
        finished(
            reason="interrupted",
            exit_code=130,
            message="Interrupted; everything that was started has been stopped.",
            passed={
                "api": "the run was interrupted",
                "database": "not run: the run was interrupted",
            },
        ),
    ]


def without_database() -> list[Event]:
    events: list[Event] = [started(engine="", tables=0, parts=("api",), cases=1)]
    events.append(
        case(
            "listProducts",
            "GET /products",
            (step("GET /products", 200, 2.2),),
            checks={"statusAsExpected": 1},
            abstained={"safeMethodWritesNothing": "there is no database to watch"},
            put_back=None,
        )
    )
    events.append(finished(passed={"api": "", "database": "not run: there is no database"}))
    return events


def zero_cases() -> list[Event]:
    return [
        started(cases=0, operations=(), tables=0),
        finished(
            passed={
                "api": "not run: no case was executed",
                "database": "not run: no check was evaluated",
            }
        ),
    ]


Runs = dict[str, list[Event]]


def all_runs() -> Runs:
    """Every run by name."""
    return {
        "clean": clean(),
        "findings": with_findings(),
        "interrupted": interrupted(),
        "no-database": without_database(),
        "zero-cases": zero_cases(),
        "cut-off": clean()[:-1],
        "never-started": [
            StageFinished(at=AT, stage="server", detail="no free port", seconds=0.1, ok=False),
            finished(reason="failed", exit_code=3, message="The server did not start.", passed={}),
        ],
    }

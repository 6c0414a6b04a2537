"""The shop, met as a stranger: its own spec files are not read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from seamline.discover.generate import Generated, generate
from seamline.model.event import CaseFinished, Errored, Event, RunFinished, Skipped
from seamline.run.rules import judging
from seamline.run.session import Session
from seamline.run.setup import prepared
from seamline.spec import load_data, load_endpoints
from seamline.spec.data import DataFramework
from seamline.spec.endpoints import EndpointSpecs
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.run import Run

SHOP = Path(__file__).parents[2] / "examples" / "shop"

pytestmark = pytest.mark.slow


def job() -> Any:
    found = load_job(SHOP, parts=("api", "database"))
    nothing = msgspec.structs.replace(
        found.files, endpoints=EndpointSpecs(endpoints=()), data=DataFramework()
    )
    return msgspec.structs.replace(found, files=nothing)


@asynccontextmanager
async def shop() -> AsyncIterator[Any]:
    """A function that discovers it, on a fresh target each time."""
    known = job()
    redactor = Redactor()
    with workspace() as space:
        async with prepared(known.project, space, redactor, lambda event: None) as setup:

            async def discover() -> Generated:
                async with AsyncExitStack() as stack:

                    async def session() -> Session:
                        target = await stack.enter_async_context(setup.target())
                        return Session(target=target, rules=judged.rules, redactor=redactor)

                    target = await stack.enter_async_context(setup.target())
                    judged = await judging(known.files, target, setup.document, known.parts)
                    assert setup.document is not None
                    assert target.catalog is not None
                    return await generate(
                        Session(target=target, rules=judged.rules, redactor=redactor),
                        setup.document,
                        judged.operations,
                        target.catalog,
                        judged.rows,
                        roles={n: i.role for n, i in known.project.identities.items()},
                        renew=session,
                    )

            yield discover


@pytest.fixture(scope="module")
async def generated() -> AsyncIterator[Generated]:
    """One generation; that a second one gives the same files is tried by tests/cli/test_init.py."""
    async with shop() as discover:
        yield await discover()


async def test_every_operation_of_the_shop_is_accepted_without_a_hand_written_value(
    generated: Generated,
) -> None:
    first = generated
    assert len(first.endpoints) == 24
    assert first.unfilled == []
    assert first.reached == 24


async def test_what_answers_show_of_rows_is_learnt(generated: Generated) -> None:
    entries = {e["operation"]: e for e in generated.data["reconcile"]}
    assert all(e["learned"] for e in entries.values())
    orders = entries["GET /orders"]
    assert orders["where"] == "user_id = :identity.id"
    assert (orders["orderBy"], orders["total"], orders["each"]) == ("id DESC", "#/total", "#/items")
    assert orders["columns"]["#/placed_at"] == "created_at"
    assert "where" not in entries["GET /products"]


async def test_what_was_learnt_of_orders_is_right(generated: Generated) -> None:
    entries = {f"{e['method']} {e['endpoint']}": e for e in generated.endpoints}
    create = entries["POST /orders"]
    assert create["access"] == {"roles": ["customer"], "learned": True}
    assert create["expectedStatus"] == 201
    assert create["effects"]["success"] == {
        "audit": "insert",
        "order_lines": "insert",
        "orders": "insert",
        "outbox": "insert",
        "products": "update",
    }
    read = entries["GET /orders/{id}"]
    assert read["columns"]["#/placed_at"] == "orders.created_at"
    assert create["columns"].items() <= {**read["columns"], **create["columns"]}.items()
    assert [c["kind"] for c in read["cases"]] == ["positive", "absence"]
    product = entries["POST /products"]
    (life,) = (c for c in product["cases"] if c["kind"] == "sequence")
    assert [s.get("operation", s.get("use")) for s in life["steps"]] == [
        "createProduct-ok",
        "GET /products/{id}",
        "PATCH /products/{id}",
        "GET /products/{id}",
        "DELETE /products/{id}",
        "GET /products/{id}",
    ]
    assert life["steps"][-1]["expect"] == {"status": 404}


async def test_no_secret_of_an_identity_stands_in_the_files(
    generated: Generated,
) -> None:
    text = json.dumps([generated.endpoints, generated.data])
    assert "correct-horse-battery" not in text
    assert "$argon2id" not in text


async def test_the_files_load_and_the_correct_shop_has_no_finding(
    generated: Generated, tmp_path: Path
) -> None:
    first = generated
    known = job()
    specs, data = tmp_path / "specs.json", tmp_path / "data.json"
    specs.write_text(json.dumps({"version": 1, "endpoints": first.endpoints}))
    data.write_text(json.dumps(first.data))
    files = msgspec.structs.replace(
        known.files,
        endpoints=load_endpoints(specs, list(known.project.identities)),
        data=load_data(data),
    )
    events: list[Event] = []
    await Run(msgspec.structs.replace(known, files=files), events.append).execute()
    finished = [e for e in events if isinstance(e, CaseFinished)]
    assert [f.title for e in finished for f in e.findings] == []
    assert [e.message for e in events if isinstance(e, Errored)] == []
    assert [e.item.subject for e in events if isinstance(e, Skipped)] == []
    assert len(finished) >= 60
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert last.exit_code == 0, last.message

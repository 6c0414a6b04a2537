"""Other people's things, read and written, and the many things that are nobody's alone."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.case import Twist
from seamline.model.exchange import Exchange, Owner

from .world import abstains, context, exchange, found, inserted, look, updated

NAME = "foreignObjectProtected"
OWNER = Owner(
    identity="ann",
    table="orders",
    column="id",
    value=7,
    key={"id": 7},
    by="orders.user_id",
    parameter="id",
)
ORDER = {"id": 7, "total": "1.00"}
HERS, HIS = {"items": [ORDER]}, {"items": [{"id": 8}]}


def listing(label: str, body: Any, status: int = 200) -> Exchange:
    return exchange("GET /orders", status, body, label=label)


LISTS = (listing("own list", HERS), listing("other's list", HIS))


def theft(
    key: str = "GET /orders/{id}",
    status: int = 200,
    body: Any = ORDER,
    *,
    lists: tuple[Exchange, ...] = LISTS,
    owner: Owner | None = OWNER,
    own: Any = ORDER,
    **more: Any,
) -> Exchange:
    twist = Twist(scenario=NAME, what="a thing of ann's", where="id")
    earlier = (*lists, exchange(status=200, body=own, label="own"))
    return exchange(
        key, status, body, twist=twist, identity="bob", owner=owner, earlier=earlier, **more
    )


def test_another_ones_row_in_an_answer_is_an_error() -> None:
    (finding,) = found(NAME, theft(), context())
    assert (finding.severity, finding.detail) == ("error", "read")
    assert finding.title == "ann's row of orders was shown to bob"
    (without_key,) = found(NAME, theft(body=["a line"], own=["a line"]), context())
    assert without_key.severity == "error"


def test_another_ones_row_changed_is_an_error() -> None:
    key = "POST /orders/{id}/cancel"
    x = theft(key, changes=(updated("orders", {"status": "new"}, status="paid"),))
    (finding,) = found(NAME, x, context())
    assert (finding.severity, finding.detail) == ("error", "write")
    (referring,) = found(NAME, theft(key, changes=(inserted("payments", order_id=7),)), context())
    assert "payments" in referring.actual
    (unsure,) = found(NAME, msgspec.structs.replace(x, earlier=()), context())
    assert unsure.severity == "warning"


def test_refused_or_about_something_else_is_right() -> None:
    assert not found(NAME, theft(status=404, body={}), context())
    assert not found(NAME, theft(status=403, body={}), context())
    assert not found(NAME, theft(body={"id": 8}), context())
    assert not found(NAME, theft(body=[], own=[]), context())
    own = updated("orders", {"id": 8}, status="paid")
    assert not found(NAME, theft("POST /orders/{id}/cancel", changes=(own,)), context())
    assert not found(NAME, theft("POST /orders/{id}/cancel"), context())


def test_what_everybodys_list_shows_is_shared() -> None:
    both = (listing("own list", HERS), listing("other's list", [ORDER]))
    findings, why = look(NAME, theft(lists=both), context())
    assert not findings
    assert "shared" in why
    key = "DELETE /orders/{id}"
    changed = updated("orders", {"status": "new"}, status="paid")
    assert abstains(NAME, theft(key, lists=both, changes=(changed,)), context())


def test_without_knowing_it_abstains() -> None:
    hidden = (listing("own list", HIS), listing("other's list", HIS))
    for x in (
        theft(lists=()),
        theft(lists=hidden),
        theft(lists=(LISTS[0], listing("other's list", b"", 403))),
        theft(owner=None),
        theft(owner=msgspec.structs.replace(OWNER, identity="bob")),
        theft("DELETE /orders/{id}", changes=None),
        theft("POST /orders/{id}/notes", lists=(), changes=(inserted("payments", order_id=7),)),
    ):
        assert abstains(NAME, x, context())

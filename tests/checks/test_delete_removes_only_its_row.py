from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.model.catalog import Table
from seamline.model.exchange import Exchange
from seamline.model.finding import Finding
from seamline.model.row import RowChange

from .world import (
    CATALOG,
    abstains,
    applies,
    change,
    column,
    context,
    deleted,
    exchange,
    found,
    inserted,
    updated,
)

NAME, KEY = "deleteRemovesOnlyItsRow", "DELETE /orders/{id}"
ITS_OWN = deleted("orders", id=7, user_id=3)


def removed(
    *changes: RowChange, key: str = KEY, target: str = "/orders/7", status: int = 204, **more: Any
) -> Exchange:
    return exchange(key, status, changes=changes, target=target, **more)


def severities(*changes: RowChange, c: Context | None = None, **more: Any) -> list[str]:
    return [f.severity for f in findings(*changes, c=c, **more)]


def findings(*changes: RowChange, c: Context | None = None, **more: Any) -> list[Finding]:
    return found(NAME, removed(*changes, **more), c or context())


@pytest.mark.parametrize(
    "changes",
    [
        (ITS_OWN,),
        (updated("orders", {"deleted_at": None}, deleted_at="2026"),),  # soft
        (ITS_OWN, inserted("audit")),
        (ITS_OWN, inserted("orders_archive")),
        (
            ITS_OWN,
            updated("orders", {"id": 8, "position": 2}, position=1),
        ),  # the others close ranks
        (ITS_OWN, updated("users", {"id": 3, "orders_count": 2}, orders_count=1)),
    ],
)
def test_a_delete_of_its_own_row_is_right(changes: tuple[RowChange, ...]) -> None:
    assert not findings(*changes)


@pytest.mark.parametrize("changes", [(), (updated("orders", {"id": 7}, id=7),)[:0]])
def test_a_delete_that_removes_nothing_is_found(changes: tuple[RowChange, ...]) -> None:
    assert severities(*changes) == ["error"]


def test_a_second_delete_of_a_sequence_may_remove_nothing() -> None:
    assert not findings(kind="sequence")


def test_other_rows_of_the_table_are_found() -> None:
    (finding,) = findings(ITS_OWN, deleted("orders", id=8, user_id=3))
    assert (finding.severity, finding.detail) == ("error", "orders others")


def test_another_row_that_holds_the_number_by_chance_is_found() -> None:
    assert severities(ITS_OWN, deleted("orders", id=8, position=7)) == ["error"]


def test_other_rows_that_are_marked_deleted_are_found() -> None:
    marked = [updated("orders", {"id": i, "deleted_at": None}, deleted_at="2026") for i in (7, 8)]
    assert severities(*marked) == ["error"]


def test_a_row_that_was_not_named_is_a_warning() -> None:
    assert severities(deleted("orders", id=8)) == ["warning"]


@pytest.mark.parametrize("name", ["b4Xq", "2026-0007", "9d3c2b1a-0000-4000-8000-000000000000"])
def test_a_row_that_is_named_by_a_code_is_not_judged_by_its_key(name: str) -> None:
    assert not findings(deleted("orders", id=8), target=f"/orders/{name}")


def test_a_row_is_named_by_the_column_of_the_parameters_name() -> None:
    cart = Table(
        name="cart_items",
        sql="cart_items",
        columns=(column("user_id", "bigint"), column("product_id", "bigint")),
        primary_key=("user_id", "product_id"),
    )
    catalog = CATALOG.__class__(engine="postgresql", version="17", tables=(cart,))
    carts = context(resource="cart_items", catalog=catalog)
    rows = [
        RowChange(table="cart_items", op="delete", key=row, before=row, after=None, txid=1)
        for row in ({"user_id": 3, "product_id": 3}, {"user_id": 3, "product_id": 5})
    ]
    one = "DELETE /cart/items/{product_id}"
    assert not findings(rows[0], c=carts, key=one, target="/cart/items/3")
    assert severities(*rows, c=carts, key=one, target="/cart/items/3") == ["error"]
    assert not findings(*rows, c=carts, key="DELETE /carts/{userId}", target="/carts/3")


def test_rows_that_the_catalog_cascades_to_are_right() -> None:
    assert not findings(
        ITS_OWN,
        deleted("order_lines", id=70, order_id=7),
        deleted("order_lines", id=71, order_id=7),
    )


def test_lines_of_another_order_are_found_although_the_table_cascades() -> None:
    (finding,) = findings(
        ITS_OWN,
        deleted("order_lines", id=70, order_id=7),
        deleted("order_lines", id=80, order_id=8),
    )
    assert (finding.severity, finding.detail) == ("error", "order_lines")


@pytest.mark.parametrize(
    "child",
    [deleted("payments", order_id=7), deleted("taggings", taggable_id=7, taggable_type="Order")],
)
def test_what_the_application_removes_because_it_refers_to_the_row_is_told_but_fails_nothing(
    child: RowChange,
) -> None:
    # Django, Rails and Hibernate cascade themselves; the foreign key says NO ACTION, or there is none.
    assert severities(ITS_OWN, child) == ["info"]


@pytest.mark.parametrize(
    "child",
    [
        deleted("payments", order_id=8),
        deleted("parcels", order_id=7),  # SET NULL says that it stays
        deleted("taggings", taggable_id=8),
        deleted("audit", text="7"),
        deleted("users", id=3),  # the parent
    ],
)
def test_rows_elsewhere_that_need_not_go_are_found(child: RowChange) -> None:
    assert severities(ITS_OWN, child) == ["error"]


def test_rows_that_effects_name_are_right() -> None:
    assert not findings(
        ITS_OWN, deleted("audit"), c=context(effects={"orders": "delete", "audit": "delete"})
    )


def test_a_tree_that_cascades_may_go_with_its_root() -> None:
    rows = (deleted("folders", id=7, parent_id=None), deleted("folders", id=8, parent_id=7))
    folders = {"key": "DELETE /folders/{id}", "target": "/folders/7"}
    assert not findings(*rows, c=context(resource="folders"), **folders)
    assert severities(
        rows[0], deleted("folders", id=9, parent_id=1), c=context(resource="folders"), **folders
    ) == ["error"]


def test_a_tree_that_the_application_removes_is_told_but_fails_nothing() -> None:
    rows = (
        deleted("plain_folders", id=7, parent_id=None),
        deleted("plain_folders", id=8, parent_id=7),
    )
    c = context(resource="plain_folders")
    assert severities(*rows, c=c, key="DELETE /plain-folders/{id}", target="/plain-folders/7") == [
        "info"
    ]


def test_a_deep_tree_that_cascades_may_go_with_its_root() -> None:
    rows = [deleted("folders", id=7)] + [
        deleted("folders", id=i, parent_id=i - 1) for i in (8, 9, 10)
    ]
    assert not findings(
        *rows, c=context(resource="folders"), key="DELETE /folders/{id}", target="/folders/7"
    )


def test_taking_one_thing_from_another_is_not_judged_where_nobody_named_the_table() -> None:
    # `tags` is a guess from the path; what goes is a row that joins.
    x = removed(
        deleted("post_tags", post_id=1, tag_id=7),
        key="DELETE /posts/{id}/tags/{tag}",
        target="/posts/1/tags/7",
    )
    assert abstains(NAME, x, context(resource="tags"))
    assert found(NAME, x, context(resource="tags", effects={"tags": "delete"}))


@pytest.mark.parametrize("key", ["DELETE /orders/{id}/", "DELETE /shops/{shop}/orders/{order_id}"])
def test_a_slash_at_the_end_and_a_longer_path_are_judged_too(key: str) -> None:
    # Django REST has the slash.
    assert severities(ITS_OWN, deleted("orders", id=8), key=key, target="/x/orders/7/?force=1") == [
        "error"
    ]


@pytest.mark.parametrize("key", ["DELETE /orders", "DELETE /me/avatar"])
def test_a_delete_that_names_no_row_is_not_judged(key: str) -> None:
    assert abstains(NAME, removed(ITS_OWN, deleted("orders", id=8), key=key), context())


def test_no_rows_or_no_table_no_judgement() -> None:
    assert abstains(NAME, exchange(KEY, 204, changes=None), context())
    assert abstains(NAME, removed(ITS_OWN), context(resource=None))


@pytest.mark.parametrize("status", [0, 202, 404, 409])
def test_only_a_delete_that_is_done_is_judged(status: int) -> None:
    assert not applies(NAME, exchange(KEY, status), context())


def test_without_a_catalog_its_own_row_is_still_right() -> None:
    assert not findings(ITS_OWN, c=context(catalog=None))
    assert severities(ITS_OWN, deleted("orders", id=8), c=context(catalog=None)) == ["error"]


def test_a_name_with_escapes_names_the_row() -> None:
    own = change("delete", "orders", {"id": 1, "note": "a/b c"}, None)
    other = change("delete", "orders", {"id": 2, "note": "x"}, None)
    assert severities(own, other, key="DELETE /orders/{note}", target="/orders/a%2Fb%20c") == [
        "error"
    ]
    assert not findings(own, key="DELETE /orders/{note}", target="/orders/a%2Fb%20c")


SHELVED = msgspec.structs.replace(
    CATALOG,
    tables=(
        Table(
            name="things",
            sql="things",
            columns=(column("id"), column("parent"), column("kind")),
            primary_key=("id", "parent", "kind"),
        ),
    ),
)


def shelved(name: str, parent: str, kind: str) -> RowChange:
    row = {"id": name, "parent": parent, "kind": kind}
    return RowChange(table="things", op="delete", key=row, before=row, after=None, txid=1)


@pytest.mark.parametrize(
    ("parent", "expected"), [("/shelves/a/books", "info"), ("/shelves/b/books", "error")]
)
def test_what_lies_below_the_path_of_the_row_goes_with_it(parent: str, expected: str) -> None:
    """Kinto keeps a collection and its records in one table, without foreign keys."""
    c = msgspec.structs.replace(context(resource="things"), catalog=SHELVED)
    rows = (shelved("books", "/shelves/a", "collection"), shelved("emma", parent, "record"))
    target = {"key": "DELETE /shelves/{shelf}/{id}", "target": "/shelves/a/books"}
    assert severities(*rows, c=c, **target) == [expected]

"""Known defects, for testing the tester: SHOP_DEFECTS=name,name switches them on.

The shop itself knows nothing of them. Each is an overlay: a module here, named after the defect,
that replaces one function of the correct shop (`apply`) or spoils the schema (`migrate`).
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from fastapi import FastAPI
from sqlalchemy import Connection

MIGRATIONS = "migrations"


@dataclass(frozen=True)
class Defect:
    """What is wrong, where, and the Seamline check that must find it."""

    name: str
    what: str
    check: str
    operation: str
    also: tuple[str, ...] = ()

    @property
    def module(self) -> ModuleType:
        """The overlay."""
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in self.name)
        return import_module(f"shop.defects.{snake}")


DEFECTS = (
    Defect(
        name="orderAnswers200",
        what="POST /orders answers 200 instead of 201.",
        check="statusAsExpected",
        operation="POST /orders",
    ),
    Defect(
        name="orderWithoutDate",
        what="GET /orders/{id} leaves placed_at out.",
        check="responseSchema",
        operation="GET /orders/{id}",
    ),
    Defect(
        name="notFoundAsJson",
        what="The 404 of GET /products/{id} calls itself application/json.",
        check="contentType",
        operation="GET /products/{id}",
    ),
    Defect(
        name="emptyRangeCrashes",
        what="GET /products with min_price above max_price ends in 500.",
        check="noServerError",
        operation="GET /products",
    ),
    Defect(
        name="auditIsPublic",
        what="GET /admin/audit answers without credentials.",
        check="authRequired",
        operation="GET /admin/audit",
    ),
    Defect(
        name="readingTouches",
        what="GET /products/{id} sets the product's updated_at.",
        check="safeMethodWritesNothing",
        operation="GET /products/{id}",
    ),
    Defect(
        name="refusedOrderStays",
        what="POST /orders leaves an order without lines behind when it answers 409.",
        check="errorLeavesNoTrace",
        operation="POST /orders",
    ),
    Defect(
        name="descriptionIsCut",
        what="POST /products stores 40 characters of the description and answers all of it.",
        check="createdRowMatches",
        operation="POST /products",
    ),
    Defect(
        name="cartIsEmptied",
        what="DELETE /cart/items/{product_id} deletes all items of the cart.",
        check="deleteRemovesOnlyItsRow",
        operation="DELETE /cart/items/{product_id}",
    ),
    Defect(
        name="duplicateTellsAll",
        what="The 409 of POST /products shows the database's message and the statement.",
        check="nothingLeaked",
        operation="POST /products",
    ),
    Defect(
        name="orphanedToken",
        what="A refresh token of no user stands behind a foreign key that is NOT VALID.",
        check="references",
        operation=MIGRATIONS,
    ),
    Defect(
        name="lastLineCountsOnce",
        what="POST /orders charges the last line once, whatever its quantity.",
        check="sql",
        operation="POST /orders",
    ),
)


def chosen(names: str) -> list[Defect]:
    """The defects that a comma-separated list names; an unknown name ends the process."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {defect.name: defect for defect in DEFECTS}
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"SHOP_DEFECTS: no such defect: {', '.join(unknown)} (see: shop defects)")
    return [known[name] for name in wanted]


def apply_to_app(app: FastAPI, names: str) -> None:
    """Put the named overlays over the shop."""
    for defect in chosen(names):
        if defect.operation != MIGRATIONS:
            defect.module.apply(app)


def apply_to_schema(connection: Connection, names: str) -> None:
    """Spoil the migrated schema as the named defects do."""
    for defect in chosen(names):
        if defect.operation == MIGRATIONS:
            defect.module.migrate(connection)

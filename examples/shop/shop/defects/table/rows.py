"""Defects of what a request does to rows."""

from shop.defects.defect import Defect

DEFECTS = (
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
        also=("roundTripFidelity", "laterReadAgrees"),
    ),
    Defect(
        name="cartIsEmptied",
        what="DELETE /cart/items/{product_id} deletes all items of the cart.",
        check="deleteRemovesOnlyItsRow",
        operation="DELETE /cart/items/{product_id}",
    ),
    Defect(
        name="priceOfAll",
        what="PATCH /products/{id} sets the price of the whole category.",
        check="updateChangesOnlyAsked",
        operation="PATCH /products/{id}",
    ),
    Defect(
        name="changeForgets",
        what="PATCH /products/{id} empties the description when it is not sent.",
        check="updateChangesOnlyAsked",
        operation="PATCH /products/{id}",
    ),
    Defect(
        name="cartAddsUp",
        what="PUT /cart/items/{product_id} adds the quantity to what is in the cart.",
        check="idempotentTwice",
        operation="PUT /cart/items/{product_id}",
    ),
    Defect(
        name="couponInLocalTime",
        what="GET /coupons/{code} tells expires_at in local time and calls it UTC.",
        check="laterReadAgrees",
        operation="GET /coupons/{code}",
        also=("roundTripFidelity", "answerEqualsRows"),
    ),
    Defect(
        name="nameInLatin1",
        what="POST /products puts ? for each character of the name that Latin-1 does not have.",
        check="roundTripFidelity",
        operation="POST /products",
    ),
    Defect(
        name="auditAfterwards",
        what="Changes of products write audit and outbox in a transaction of their own.",
        check="changeIsLogged",
        operation="PATCH /products/{id}",
        also=("oneWriteTransaction",),
    ),
    Defect(
        name="orderEmptiesCart",
        what="POST /orders empties the caller's cart, which nobody has asked for.",
        check="effectsHold",
        operation="POST /orders",
    ),
    Defect(
        name="totalCountsLines",
        what="The total of GET /orders counts the lines of the orders.",
        check="listCountFollowsRows",
        operation="GET /orders",
        also=("paginationStable", "answerEqualsRows"),
    ),
    Defect(
        name="passwordInAudit",
        what="POST /auth/register writes the password into the audit.",
        check="noSecretInClear",
        operation="POST /auth/register",
    ),
    Defect(
        name="duplicateTellsAll",
        what="The 409 of POST /products shows the database's message and the statement.",
        check="nothingLeaked",
        operation="POST /products",
    ),
    Defect(
        name="orderWithoutMessage",
        what="POST /orders writes no message into the outbox.",
        check="changeIsLogged",
        operation="POST /orders",
    ),
)

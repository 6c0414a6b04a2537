"""Defects of transactions: of statements, of what fails half way, of two requests at once."""

from shop.defects.defect import Defect

STATEMENTS = (
    Defect(
        name="searchInStatement",
        what="GET /products puts q into the text of its statement.",
        check="inputStaysParameter",
        operation="GET /products",
    ),
    Defect(
        name="ordersAskedOneByOne",
        what="GET /orders sends a statement for each order of the page.",
        check="statementsDoNotGrow",
        operation="GET /orders",
        also=("statementBudget",),
    ),
    Defect(
        name="cartAskedOneByOne",
        what="GET /cart sends a statement for each of its items.",
        check="statementBudget",
        operation="GET /cart",
        reviewed=True,
    ),
    Defect(
        name="wholeAuditRead",
        what="GET /admin/audit reads all of the table for a page of it.",
        check="listIsBounded",
        operation="GET /admin/audit",
    ),
    Defect(
        name="viewsNotCounted",
        what="GET /products/{id} writes into a table that there is not, and answers 200.",
        check="sqlErrorsTold",
        operation="GET /products/{id}",
    ),
    Defect(
        name="readingLeftOpen",
        what="GET /users/me answers and leaves its transaction open.",
        check="noOpenTransaction",
        operation="GET /users/me",
    ),
    Defect(
        name="ordersWithoutIndex",
        what="The orders of a user have no index.",
        check="noSequentialScan",
        operation="GET /orders",
    ),
)

FAULTS = (
    Defect(
        name="paidInTwoCommits",
        what="POST /orders/{id}/payment commits the status before the payment.",
        check="atomicUnderFaults",
        operation="POST /orders/{id}/payment",
        also=("oneWriteTransaction",),
    ),
    Defect(
        name="messageAfterCommit",
        what="The message of POST /orders is written after the order is committed.",
        check="oneWriteTransaction",
        operation="POST /orders",
        also=("atomicUnderFaults", "changeIsLogged"),
    ),
    Defect(
        name="paymentErrorIgnored",
        what="POST /orders/{id}/payment answers 201 where the payment could not be written.",
        check="atomicUnderFaults",
        operation="POST /orders/{id}/payment",
    ),
    Defect(
        name="auditErrorIgnored",
        what="PATCH /products/{id} goes on where its audit could not be written.",
        check="atomicUnderFaults",
        operation="PATCH /products/{id}",
    ),
    Defect(
        name="orderSentAgain",
        what="POST /orders is tried again where the COMMIT's answer was lost, and orders twice.",
        check="retryAppliesOnce",
        operation="POST /orders",
    ),
    Defect(
        name="brokenSessionKept",
        what="POST /orders/{id}/cancel works no more when one of its statements has failed.",
        check="recoversAfterFaults",
        operation="POST /orders/{id}/cancel",
        also=("oneWriteTransaction",),
    ),
    Defect(
        name="paymentLockKept",
        what="POST /orders/{id}/payment marks the order as being paid; killed then, it stays so.",
        check="recoversAfterFaults",
        operation="POST /orders/{id}/payment",
        also=("oneWriteTransaction", "atomicUnderFaults"),
        deep=True,
    ),
    Defect(
        name="databaseErrorTellsAll",
        what="An error of the database is answered with its message and the statement.",
        check="faultLeaksNothing",
        operation="POST /orders",
        also=("nothingLeaked",),
    ),
)

SCHEDULES = (
    Defect(
        name="stockReadThenWritten",
        what="POST /orders reads the stock and writes it less what is taken.",
        check="serialOutcome",
        operation="POST /orders",
    ),
    Defect(
        name="couponSpentTwice",
        what="POST /orders reads how often a coupon was used and writes one more.",
        check="serialOutcome",
        operation="POST /orders",
    ),
    Defect(
        name="productSavedWhole",
        what="PATCH /products/{id} writes back all that it has read.",
        check="serialOutcome",
        operation="PATCH /products/{id}",
        also=("updateChangesOnlyAsked", "conditionalRequests"),
    ),
    Defect(
        name="tagComparedTooEarly",
        what="PATCH /products/{id} compares If-Match with a version that it does not lock.",
        check="serialOutcome",
        operation="PATCH /products/{id}",
    ),
    Defect(
        name="paidAfterTheBank",
        what="POST /orders/{id}/payment pays an order that is cancelled meanwhile.",
        check="serialOutcome",
        operation="POST /orders/{id}/payment",
    ),
    Defect(
        name="addressCheckedFirst",
        what="POST /auth/register looks for the address before it writes it, with no constraint.",
        check="serialOutcome",
        operation="POST /auth/register",
    ),
    Defect(
        name="pageAndTotalApart",
        what="GET /orders reads a page and its total at two moments.",
        check="serialOutcome",
        operation="GET /orders",
    ),
    Defect(
        name="lockedAsListed",
        what="POST /orders locks products in the order in which they are listed.",
        check="noDeadlock",
        operation="POST /orders",
    ),
)

RETRIES = (
    Defect(
        name="keyIsIgnored",
        what="POST /orders with an Idempotency-Key places the order each time.",
        check="idempotencyKeyHolds",
        operation="POST /orders",
    ),
    Defect(
        name="keyWrittenAfterwards",
        what="POST /orders commits the order before its key: two at once both place it.",
        check="idempotencyKeyHolds",
        operation="POST /orders",
        also=("oneWriteTransaction", "atomicUnderFaults", "serialOutcome"),
    ),
    Defect(
        name="keyReleasedOnError",
        what="POST /orders deletes its key where the COMMIT's answer was lost, and orders again.",
        check="idempotencyKeyHolds",
        operation="POST /orders",
        also=("atomicUnderFaults",),
    ),
)

DEFECTS = (*STATEMENTS, *FAULTS, *SCHEDULES, *RETRIES)

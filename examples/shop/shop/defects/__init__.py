"""Known defects, for testing the tester: SHOP_DEFECTS=name,name switches them on.

The shop itself knows nothing of them. Each is an overlay (shop/overlay.py): a module here, named
after the defect, that replaces one function of the correct shop (`apply`), spoils the schema
(`migrate`) or the revisions (`history`).
"""

from dataclasses import dataclass
from types import ModuleType

from shop import overlay

MIGRATIONS = "migrations"


@dataclass(frozen=True)
class Defect:
    """What is wrong, where, and the Seamline check that must find it.

    `reviewed`: against something that only a person writes into the spec file.
    """

    name: str
    what: str
    check: str
    operation: str
    also: tuple[str, ...] = ()
    reviewed: bool = False

    @property
    def module(self) -> ModuleType:
        """The overlay."""
        return overlay.module_of("shop.defects", self.name)


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
        name="documentRefersNowhere",
        what="The OpenAPI document says that GET /coupons/{code} answers a schema it has not.",
        check="documentSound",
        operation="GET /coupons/{code}",
    ),
    Defect(
        name="nearestCoupon",
        what="GET /coupons/{code} answers another coupon where there is none of that code.",
        check="absentIs404",
        operation="GET /coupons/{code}",
        also=("statusAsExpected",),
    ),
    Defect(
        name="couponTwiceCrashes",
        what="POST /coupons with a code that is taken ends in 500.",
        check="duplicateRefused",
        operation="POST /coupons",
        also=("noServerError",),
    ),
    Defect(
        name="pagesOverlap",
        what="GET /orders begins every page but the first one row too early.",
        check="paginationStable",
        operation="GET /orders",
        also=("answerEqualsRows",),
    ),
    Defect(
        name="categoryIsIgnored",
        what="GET /products?category=… answers products of all categories.",
        check="filterObeys",
        operation="GET /products",
    ),
    Defect(
        name="dearestLast",
        what="GET /products?sort=-price sorts the cheapest first.",
        check="sortObeys",
        operation="GET /products",
    ),
    Defect(
        name="couponWithoutLocation",
        what="The 201 of POST /coupons has no Location.",
        check="documentedHeaders",
        operation="POST /coupons",
    ),
    Defect(
        name="staleTagIsIgnored",
        what="PATCH /products/{id} changes the product whatever If-Match says.",
        check="conditionalRequests",
        operation="PATCH /products/{id}",
    ),
    Defect(
        name="acceptIsIgnored",
        what="GET /products/{id} answers JSON whatever Accept says, though 406 is documented.",
        check="notAcceptable",
        operation="GET /products/{id}",
    ),
    Defect(
        name="everyOriginIsTrusted",
        what="Pages of every origin may call the shop with credentials.",
        check="optionsAndCors",
        operation="GET /health",
    ),
    Defect(
        name="largestPercentRefused",
        what="POST /coupons refuses 90 percent, which its document allows.",
        check="validInputAccepted",
        operation="POST /coupons",
    ),
    Defect(
        name="goneInOwnWords",
        what="The answer of DELETE /products/{id} for what is not there is no problem document.",
        check="errorShapeConsistent",
        operation="DELETE /products/{id}",
        also=("statusAsExpected", "statusDocumented"),
    ),
    Defect(
        name="largeBodyCrashes",
        what="A body of more than 8 MB ends in 500.",
        check="tooLargeHandled",
        operation="POST /auth/register",
    ),
    Defect(
        name="slowAccount",
        what="GET /users/me takes more than its budget of a second and a half.",
        check="latencyBudget",
        operation="GET /users/me",
        reviewed=True,
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
    ),
    Defect(
        name="orderEmptiesCart",
        what="POST /orders empties the caller's cart, which nobody has asked for.",
        check="effectsHold",
        operation="POST /orders",
    ),
    Defect(
        name="cancelledOrdersOfOthers",
        what="GET /orders shows the cancelled orders of all customers.",
        check="answerEqualsRows",
        operation="GET /orders",
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
    Defect(
        name="oldestAuditFirst",
        what="GET /admin/audit answers the oldest entry first.",
        check="answerEqualsRows",
        operation="GET /admin/audit",
        reviewed=True,
    ),
    Defect(
        name="auditWithoutDetailHidden",
        what="GET /admin/audit leaves out entries without detail.",
        check="answerEqualsRows",
        operation="GET /admin/audit",
        reviewed=True,
    ),
    Defect(
        name="auditTotalOfPage",
        what="The total of GET /admin/audit is the number of entries on the page.",
        check="answerEqualsRows",
        operation="GET /admin/audit",
        also=("paginationStable",),
        reviewed=True,
    ),
    Defect(
        name="nameIsEmail",
        what="GET /users/me shows the address as the name.",
        check="answerEqualsRows",
        operation="GET /users/me",
        also=("laterReadAgrees",),
        reviewed=True,
    ),
    Defect(
        name="couponNotCounted",
        what="POST /orders does not count the use of a coupon.",
        check="sql",
        operation="POST /orders",
        reviewed=True,
    ),
    Defect(
        name="oneMoreThanInStock",
        what="POST /orders sells one more than there is; the stock has lost its CHECK.",
        check="range",
        operation="POST /orders",
        also=("statusAsExpected",),
        reviewed=True,
    ),
    Defect(
        name="cancelledIsVoid",
        what="POST /orders/{id}/cancel gives orders of several lines an unknown status.",
        check="oneOf",
        operation="POST /orders/{id}/cancel",
        reviewed=True,
    ),
    Defect(
        name="orderWithoutMessage",
        what="POST /orders writes no message into the outbox.",
        check="changeIsLogged",
        operation="POST /orders",
    ),
    Defect(
        name="paidInLocalTime",
        what="POST /orders/{id}/payment writes local time as if it were UTC.",
        check="sql",
        operation="POST /orders/{id}/payment",
        reviewed=True,
    ),
    Defect(
        name="discountRoundsDown",
        what="POST /orders rounds the discount down to the cent.",
        check="sql",
        operation="POST /orders",
        reviewed=True,
    ),
    Defect(
        name="sameAddressInCapitals",
        what="POST /auth/register takes an address again in capitals.",
        check="sql",
        operation="POST /auth/register",
        also=("statusAsExpected",),
        reviewed=True,
    ),
    Defect(
        name="orderedProductRemoved",
        what="DELETE /products/{id} removes what was ordered: a foreign key is gone.",
        check="references",
        operation="DELETE /products/{id}",
        also=("statusAsExpected",),
        reviewed=True,
    ),
    Defect(
        name="expiredTokenAccepted",
        what="A token that has expired is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="notYetValidAccepted",
        what="A token that is not valid yet is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="tamperedTokenAccepted",
        what="A token that was seen before is accepted with another signature.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="algNoneAccepted",
        what="A token that says `alg: none` is accepted without a signature.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="otherKeyAccepted",
        what="A token is accepted whoever signed it.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="otherAudienceAccepted",
        what="A token for another audience is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="staffIssuesCoupons",
        what="POST /coupons lets staff issue coupons.",
        check="roleMatrix",
        operation="POST /coupons",
        also=("statusAsExpected",),
    ),
    Defect(
        name="orderShownToOthers",
        what="GET /orders/{id} shows any customer's order to any customer.",
        check="foreignObjectProtected",
        operation="GET /orders/{id}",
        also=("statusAsExpected", "answerEqualsRows"),
    ),
    Defect(
        name="orderCancelledByOthers",
        what="POST /orders/{id}/cancel cancels any customer's order for any customer.",
        check="foreignObjectProtected",
        operation="POST /orders/{id}/cancel",
        also=("statusAsExpected",),
    ),
    Defect(
        name="registerAsAdmin",
        what="POST /auth/register stores the role that the body asks for.",
        check="massAssignment",
        operation="POST /auth/register",
        also=("statusAsExpected", "invalidInputRejected"),
    ),
    Defect(
        name="logoutForgotten",
        what="After POST /auth/logout the access token is accepted as before.",
        check="loggedOutTokenRefused",
        operation="POST /auth/logout",
        also=("statusAsExpected",),
    ),
    Defect(
        name="cookieReadableByScripts",
        what="POST /auth/login sets the cookie of the refresh token without HttpOnly.",
        check="cookieFlags",
        operation="POST /auth/login",
    ),
    Defect(
        name="noChallenge",
        what="A 401 comes without WWW-Authenticate.",
        check="wwwAuthenticateSent",
        operation="GET /users/me",
        also=("documentedHeaders",),
    ),
    Defect(
        name="negativeStockIsZero",
        what="PUT /products/{id}/stock takes a negative number for 0.",
        check="invalidInputRejected",
        operation="PUT /products/{id}/stock",
        also=("statusAsExpected",),
    ),
    Defect(
        name="absentProductIsGone",
        what="DELETE /products/{id} answers 410, undocumented, where there is no such product.",
        check="statusDocumented",
        operation="DELETE /products/{id}",
        also=("statusAsExpected",),
    ),
    Defect(
        name="couponsCanBeCleared",
        what="DELETE /coupons, of which the document knows nothing, removes unused coupons.",
        check="undeclaredMethodRefused",
        operation="",
    ),
    Defect(
        name="probeSaysLittle",
        what="HEAD /health answers 204 where GET answers 200.",
        check="headEqualsGet",
        operation="HEAD /health",
        also=("statusAsExpected", "statusDocumented"),
    ),
    Defect(
        name="stockIsSmall",
        what="products.stock is a smallint; the document allows a million.",
        check="contractDrift",
        operation="PUT /products/{id}/stock",
    ),
    Defect(
        name="nameColumnIsShort",
        what="products.name holds 100 characters; the document allows 120.",
        check="contractDrift",
        operation="POST /products",
    ),
    Defect(
        name="priceIsRounded",
        what="products.price keeps one digit behind the point; the document allows two.",
        check="contractDrift",
        operation="POST /products",
    ),
    Defect(
        name="takenCodeIsUnsaid",
        what="POST /coupons answers 409 to a code that is taken; the document does not say so.",
        check="contractDrift",
        operation="POST /coupons",
        also=("statusDocumented",),
    ),
    Defect(
        name="downgradeLeavesIndex",
        what="The downgrade of 0007 leaves an index behind.",
        check="downRestores",
        operation=MIGRATIONS,
    ),
    Defect(
        name="downgradeLeavesEnum",
        what="The downgrade of 0006 leaves the type order_status behind.",
        check="downRestores",
        operation=MIGRATIONS,
    ),
    Defect(
        name="downgradeFails",
        what="The downgrade of 0004 drops a table that there is not.",
        check="downRestores",
        operation=MIGRATIONS,
    ),
    Defect(
        name="upgradeLosesRows",
        what="The upgrade of 0008 deletes all order lines.",
        check="rowsKept",
        operation=MIGRATIONS,
    ),
    Defect(
        name="priceDemandedAtOnce",
        what="The upgrade of 0008 adds NOT NULL without a default, which fails on any row.",
        check="upWithRows",
        operation=MIGRATIONS,
    ),
    Defect(
        name="columnWithoutMigration",
        what="Products have a column in the models that no revision makes.",
        check="modelsMatchSchema",
        operation=MIGRATIONS,
    ),
    Defect(
        name="twoHeads",
        what="Two revisions stand on 0010, and nothing merges them.",
        check="oneHead",
        operation=MIGRATIONS,
        also=("modelsMatchSchema",),
    ),
)


def chosen(names: str) -> list[Defect]:
    """The defects that a comma-separated list names; an unknown name ends the process."""
    return overlay.chosen(DEFECTS, names, "SHOP_DEFECTS", "defect")

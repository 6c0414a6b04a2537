"""Defects of the migrations."""

from shop.defects.defect import MIGRATIONS, Defect

DEFECTS = (
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
        also=("modelsMatchSchema", "indexBuiltConcurrently"),
    ),
    Defect(
        name="downgradeForgetsDefault",
        what="The downgrade of 0006 does not give the default of a status back.",
        check="downRestores",
        operation=MIGRATIONS,
    ),
    Defect(
        name="downgradeEmptiesStock",
        what="The downgrade of 0011 sets the stock of all products to one number.",
        check="rowsKept",
        operation=MIGRATIONS,
    ),
    Defect(
        name="stockBecomesBigint",
        what="The next revision gives stock a wider type, which writes the table anew.",
        check="noRewriteUnderLock",
        operation=MIGRATIONS,
        also=("modelsMatchSchema",),
        reviewed=True,
    ),
    Defect(
        name="discountCheckedAtOnce",
        what="The next revision checks all orders while nobody can use them.",
        check="noScanUnderLock",
        operation=MIGRATIONS,
        reviewed=True,
    ),
    Defect(
        name="statusIndexedAtOnce",
        what="The next revision builds an index of orders while nobody can write.",
        check="indexBuiltConcurrently",
        operation=MIGRATIONS,
        also=("modelsMatchSchema",),
        reviewed=True,
    ),
    Defect(
        name="descriptionsTrimmedAtOnce",
        what="The next revision writes all products in the transaction that locks them.",
        check="noBackfillUnderLock",
        operation=MIGRATIONS,
        reviewed=True,
    ),
    Defect(
        name="namesMadeUnique",
        what="The next revision makes the names of products unique, whatever names there are.",
        check="upWithRows",
        operation=MIGRATIONS,
        also=("modelsMatchSchema",),
        reviewed=True,
    ),
    Defect(
        name="couponDayDropped",
        what="The next release drops a column of coupons that this one reads.",
        check="oldCodeOnNewSchema",
        operation="GET /coupons/{code}",
        reviewed=True,
    ),
    Defect(
        name="redeemedRenamed",
        what="The next release renames a column of coupons in one step.",
        check="oldCodeOnNewSchema",
        operation="GET /coupons/{code}",
        reviewed=True,
    ),
)

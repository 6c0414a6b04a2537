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
        also=("modelsMatchSchema",),
    ),
)

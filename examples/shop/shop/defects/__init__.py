"""Known defects, for testing the tester: SHOP_DEFECTS=name,name switches them on.

The shop itself knows nothing of them. Each is an overlay (shop/overlay.py): a module here, named
after the defect, that replaces one function of the correct shop (`apply`), spoils the schema
(`migrate`) or the revisions (`history`), or writes the next release (`release`).
"""

from shop import overlay
from shop.defects.defect import MIGRATIONS, Defect
from shop.defects.table import access, answers, data, history, rows, transactions

__all__ = ["DEFECTS", "MIGRATIONS", "Defect", "chosen"]

# Switched on together, one stands over another: what `rows` counts over what `data` reads.
DEFECTS = (
    *answers.DEFECTS,
    *access.DEFECTS,
    *data.DEFECTS,
    *rows.DEFECTS,
    *history.DEFECTS,
    *transactions.DEFECTS,
)


def chosen(names: str) -> list[Defect]:
    """The defects that a comma-separated list names; an unknown name ends the process."""
    return overlay.chosen(DEFECTS, names, "SHOP_DEFECTS", "defect")

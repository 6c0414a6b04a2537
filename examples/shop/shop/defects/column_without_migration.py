"""Products have a weight, for which nobody has written a revision."""

from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer

from shop.tables import Base


def history(_: ScriptDirectory) -> None:
    """Give the model a column."""
    if "weight" not in Base.metadata.tables["products"].c:
        Base.metadata.tables["products"].append_column(Column("weight", Integer))

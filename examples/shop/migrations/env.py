"""How Alembic reaches the database: DATABASE_URL, as the shop itself does."""

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine, pool

from shop.settings import database_url
from shop.tables import Base

overlays: list[Any] = []
if os.environ.get("SHOP_HABITS") or os.environ.get("SHOP_DEFECTS"):
    from shop import defects, habits, overlay

    overlays += habits.chosen(os.environ.get("SHOP_HABITS", ""))
    overlays += defects.chosen(os.environ.get("SHOP_DEFECTS", ""))
    overlay.apply_to_history(overlays, context.script)

if context.is_offline_mode():
    context.configure(
        url=database_url(), target_metadata=Base.metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
        if overlays:
            overlay.apply_to_schema(overlays, connection)

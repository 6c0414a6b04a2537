"""An endpoint of five queries, as an ordinary FastAPI service has it: a pool, and a session per request."""

from __future__ import annotations

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:")
)
_QUERY = text("SELECT n, repeat('x', 100) AS t FROM generate_series(1, :most) AS n")


@app.get("/")
async def five() -> list[dict[str, object]]:
    """The rows of the last of five queries."""
    rows: list[dict[str, object]] = []
    async with engine.connect() as connection:
        for most in (1, 5, 10, 1, 20):
            found = await connection.execute(_QUERY, {"most": most})
            rows = [dict(row._mapping) for row in found]
    return rows

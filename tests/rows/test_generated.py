"""Generated catalogs: a real PostgreSQL takes every row that is made for them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings

from seamline.rows.maker import make

from .filled import Filler
from .schemas import ROWS, schemas

EXAMPLES = int(os.environ.get("SEAMLINE_EXAMPLES", "40"))
_VARIED = ("text", "uuid", "citext", "timestamp with time zone", "numeric")


@given(schema=schemas())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
async def test_every_row_of_a_generated_catalog_is_accepted(fill: Filler, schema: str) -> None:
    filled = await fill(schema, ROWS)
    assert (filled.made.left_empty, filled.made.short) == ({}, {}), schema
    assert filled.held == dict.fromkeys(filled.held, ROWS)
    again, other = make(filled.catalog, ROWS, 1), make(filled.catalog, ROWS, 2)
    # Simple CHECKs are solved, not searched: without a database the rows are the same.
    assert again == filled.made
    if any(c.base in _VARIED for t in filled.catalog.tables for c in t.columns):
        assert other.rows != again.rows

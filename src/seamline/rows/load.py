"""Fills a database: offers rows, tells the maker what was refused, puts the sequences behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seamline.engines.protocol import Batch, Writer
from seamline.model.catalog import Catalog
from seamline.model.row import Row
from seamline.rows.filling import Ask, Offer, Part, Told
from seamline.rows.maker import Made, Variant, making

_KNOWN_ROWS = 1000
"""Of a table that has rows already, so many are looked at, to be referred to."""
_ONE_BY_ONE = 64


async def load(
    writer: Writer,
    catalog: Catalog,
    counts: Mapping[str, int] | int,
    seed: int = 0,
    *,
    variant: Variant = "plausible",
) -> Made:
    """Make rows and write them. Tables that hold rows are left alone and referred to.

    Raises `TargetError` when the database goes away; what it merely refuses stands in the answer.
    """
    existing: dict[str, list[Row]] = {}
    for table in catalog.tables:
        if table.partition_of is None:
            existing[table.name] = await writer.read(table, _KNOWN_ROWS)
    work = making(catalog, counts, seed, variant=variant, existing=existing)
    try:
        offer = next(work)
        while True:
            offer = work.send(await _answer(writer, offer))
    except StopIteration as done:
        made: Made = done.value
        return made


async def _answer(writer: Writer, offer: Offer | Ask) -> Told:
    if isinstance(offer, Ask):
        holds = await writer.holds(offer.table, offer.condition, offer.rows)
        return Told(refused=tuple("" if h else "no" for h in holds))
    batches = [Batch(table=p.table, columns=p.columns, rows=p.rows) for p in offer.parts]
    part = offer.parts[0]
    if len(batches) > 1:
        refused = [await writer.copy(batches)] * len(part.rows)
    else:
        refused = await _write(writer, part, part.rows, offer.enough)
    if "" in refused:
        for batch in batches:  # at once: a trigger of the next table may write here
            await writer.advance(batch.table)
    if not offer.read_back:
        return Told(refused=tuple(refused))
    rows = await writer.read(part.table, len(part.rows) + _KNOWN_ROWS)
    return Told(refused=tuple(refused), rows=tuple(rows))


async def _write(writer: Writer, part: Part, rows: Sequence[Row], enough: int) -> list[str]:
    """Per row why it was refused, or ''; all at once where that works, else by halves.

    Ends when `enough` are in.
    """
    batch = Batch(table=part.table, columns=part.columns, rows=rows)
    if len(rows) <= enough and not await writer.copy([batch]):
        return [""] * len(rows)
    if len(rows) <= _ONE_BY_ONE or len(rows) > enough:
        return list(await writer.offer(batch, enough))
    half = len(rows) // 2
    told = await _write(writer, part, rows[:half], enough)
    left = enough - told.count("")
    return told + (await _write(writer, part, rows[half:], left) if left > 0 else [])

"""Sixty checks of one table, in no tool's words, and the table with some rows that break them.

Each check is a name, a kind and what it is about. `BROKEN` are the names of those that must fail.
"""

from __future__ import annotations

from typing import Any

EMAIL = r"^[^@ ]+@[^@ ]+\.[a-z]+$"
_FILLED = (
    *("id", "customer_id", "product_id", "order_no", "status", "currency", "email", "phone"),
    *("amount", "tax", "discount", "quantity", "created_at", "updated_at", "country", "zip"),
    *("uid", "is_gift"),
)
_RANGES: dict[str, tuple[Any, Any]] = {
    "id": (1, 2_000_000),
    "customer_id": (1, 200_000),
    "amount": (0, 10_000),
    "tax": (0, 1000),
    "discount": (0, 1),
    "quantity": (1, 100),
    "created_at": ("2024-01-01", "2030-01-01"),
    "updated_at": ("2024-01-01", "2030-01-01"),
}
_PATTERNS = {
    "order_no": r"^ORD-[0-9]{12}$",
    "currency": r"^[A-Z]{3}$",
    "email": EMAIL,
    "phone": r"^\+[0-9]{11}$",
    "country": r"^[A-Z]{2}$",
    "zip": r"^[0-9]{5}$",
}
_SETS = {
    "status": ["new", "paid", "shipped", "done", "cancelled"],
    "currency": ["USD", "EUR", "GBP", "JPY"],
    "country": ["US", "DE", "FR", "GB", "JP", "BR"],
}
_LENGTHS = {
    "order_no": (16, 16),
    "phone": (12, 12),
    "zip": (5, 5),
    "note": (0, 60),
    "email": (5, 100),
    "currency": (3, 3),
    "country": (2, 2),
    "status": (3, 10),
}
_ROWS = {
    "updated after created": "updated_at >= created_at",
    "tax within amount": "tax <= amount",
    "shipped has a time": "status NOT IN ('shipped', 'done') OR shipped_at IS NOT NULL",
    "amount or discount": "amount >= 0 OR discount > 0",
}
_MEANS = {
    "amount": (4000, 6000),
    "tax": (400, 600),
    "discount": (0.4, 0.6),
    "quantity": (40, 60),
}

CHECKS: list[dict[str, Any]] = [
    *({"name": f"filled {c}", "kind": "notNull", "column": c} for c in _FILLED),
    *(
        {"name": f"range {c}", "kind": "range", "column": c, "min": a, "max": b}
        for c, (a, b) in _RANGES.items()
    ),
    *(
        {"name": f"pattern {c}", "kind": "matches", "column": c, "pattern": p}
        for c, p in _PATTERNS.items()
    ),
    *({"name": f"set {c}", "kind": "oneOf", "column": c, "values": v} for c, v in _SETS.items()),
    *(
        {"name": f"length {c}", "kind": "length", "column": c, "min": a, "max": b}
        for c, (a, b) in _LENGTHS.items()
    ),
    *({"name": f"unique {c}", "kind": "unique", "column": c} for c in ("id", "order_no", "uid")),
    *(
        {"name": f"reference {c}", "kind": "references", "column": c, "table": t}
        for c, t in (("customer_id", "customers"), ("product_id", "products"))
    ),
    *({"name": n, "kind": "constraint", "expression": e} for n, e in _ROWS.items()),
    {"name": "rows", "kind": "rowCount", "min": 100_000, "max": 3_000_000},
    *(
        {"name": f"mean {c}", "kind": "mean", "column": c, "min": a, "max": b}
        for c, (a, b) in _MEANS.items()
    ),
    {"name": "fresh", "kind": "freshness", "column": "created_at", "days": 30},
    {"name": "notes", "kind": "nullShare", "column": "note", "max": 0.5},
    {"name": "shipped", "kind": "nullShare", "column": "shipped_at", "max": 0.7},
]
assert len(CHECKS) == 60
BROKEN = frozenset(
    {
        *("pattern email", "set status", "unique order_no", "reference customer_id"),
        "range customer_id",
    }
)

_COLUMNS = """
SELECT i AS id, 1 + i % 200000 AS customer_id, 1 + i % 10000 AS product_id,
    'ORD-' || lpad((CASE WHEN i % 400000 = 7 THEN i - 1 ELSE i END)::text, 12, '0') AS order_no,
    CASE WHEN i % 200000 = 5 THEN 'lost'
        ELSE (ARRAY['new', 'paid', 'shipped', 'done', 'cancelled'])[1 + i % 5] END AS status,
    (ARRAY['USD', 'EUR', 'GBP', 'JPY'])[1 + i % 4] AS currency,
    CASE WHEN i % 150000 = 3 THEN 'nobody ' || i ELSE 'user' || i || '@example.com' END AS email,
    '+' || (49000000000 + i)::text AS phone, (i % 10000)::numeric(12, 2) AS amount,
    (i % 10000 / 10.0)::numeric(12, 2) AS tax, (i % 101 / 100.0)::numeric(4, 2) AS discount,
    (1 + i % 100) AS quantity, now()::timestamp - make_interval(mins => i % 500000) AS created_at,
    now()::timestamp - make_interval(mins => i % 500000) + interval '5 s' AS updated_at,
    CASE WHEN i % 5 IN (2, 3) THEN now()::timestamp END AS shipped_at,
    (ARRAY['US', 'DE', 'FR', 'GB', 'JP', 'BR'])[1 + i % 6] AS country,
    lpad((i % 100000)::text, 5, '0') AS zip, md5(i::text)::uuid AS uid, i % 7 = 0 AS is_gift,
    CASE WHEN i % 3 > 0 THEN left(md5(i::text) || md5((i + 1)::text), 20 + i % 40) END AS note
FROM generate_series(1, {rows}) AS i
"""
_SPOILT = "UPDATE orders SET customer_id = 200000 + id WHERE id % 300000 = 11;"
_PROVEN = """
ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE products ADD PRIMARY KEY (id);
ALTER TABLE orders ADD UNIQUE (id), ADD UNIQUE (uid),
    ADD FOREIGN KEY (product_id) REFERENCES products (id),
    ADD CHECK (amount >= 0 AND amount <= 10000), ADD CHECK (tax >= 0 AND tax <= 1000),
    ADD CHECK (discount >= 0 AND discount <= 1), ADD CHECK (quantity BETWEEN 1 AND 100),
    ADD CHECK (order_no ~ '^ORD-[0-9]{{12}}$'), ADD CHECK (phone ~ '^\\+[0-9]{{11}}$'),
    ADD CHECK (zip ~ '^[0-9]{{5}}$'), ADD CHECK (length(note) <= 60),
    ADD CHECK (country IN ('US', 'DE', 'FR', 'GB', 'JP', 'BR')),
    ADD CHECK (tax <= amount), ADD CHECK (updated_at >= created_at), {filled};
"""
"""Half of the checks of each kind, but for those of whole tables."""


def script(rows: int, *, proven: bool) -> str:
    """SQL that makes the tables: with nothing in the catalog, or with half of the checks proven by it."""
    made = [
        "CREATE TABLE customers AS SELECT generate_series(1, 200000) AS id;",
        "CREATE TABLE products AS SELECT generate_series(1, 10000) AS id;",
        f"CREATE TABLE orders AS {_COLUMNS.format(rows=rows)};",
        _SPOILT,
    ]
    if proven:
        filled = ", ".join(f"ALTER COLUMN {c} SET NOT NULL" for c in _FILLED[::2])
        made.append(_PROVEN.format(filled=filled))
    else:
        # Peers look the referred rows up too: an index helps all alike.
        made.append("CREATE INDEX ON customers (id); CREATE INDEX ON products (id);")
    return "\n".join(made)

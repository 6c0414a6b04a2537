"""A small shop for tests written by hand: `orders.py PORT`, on the database of DATABASE_URL.

An order takes from stock and is paid in one transaction, tried again where the database could not
serialize it. The header `X-User` says who asks. ORDERS_MODE: `hasty` reads the stock and writes it back
without a lock, `careless` keeps an order that it refuses, `stubborn` tries again after a lost connection,
though the transaction may have been committed.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg
from aiohttp import web
from psycopg.rows import dict_row

MODE = os.environ.get("ORDERS_MODE", "")
_TRIES = 3
_ORDER = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {"id": {"type": "integer"}, "total": {"type": "integer"}},
}


class Refused(Exception):
    """What is asked for is not there."""


async def connect() -> psycopg.AsyncConnection[dict[str, Any]]:
    return await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"], row_factory=dict_row)


async def take(db: psycopg.AsyncConnection[dict[str, Any]], sku: str, quantity: int) -> int:
    """Take from stock; the price of one."""
    lock = "" if MODE == "hasty" else " FOR UPDATE"
    cursor = await db.execute(f"SELECT price, left_over FROM stock WHERE sku = %s{lock}", (sku,))
    row = await cursor.fetchone()
    if row is None or row["left_over"] < quantity:
        raise Refused
    left = row["left_over"] - quantity
    await db.execute("UPDATE stock SET left_over = %s WHERE sku = %s", (left, sku))
    return int(row["price"])


async def order(user: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """One transaction: the order, its stock, its payment."""
    async with await connect() as db:
        cursor = await db.execute(
            "INSERT INTO orders (customer, total) VALUES (%s, 0) RETURNING id", (user,)
        )
        number = (await cursor.fetchone() or {})["id"]
        if MODE == "careless":
            await db.commit()
        total = sum([await take(db, x["sku"], x["quantity"]) * x["quantity"] for x in lines])
        await db.execute("UPDATE orders SET total = %s WHERE id = %s", (total, number))
        await db.execute("INSERT INTO payments (order_id, amount) VALUES (%s, %s)", (number, total))
    return {"id": number, "total": total}


def answer(status: int, **body: Any) -> web.Response:
    return web.json_response(body, status=status)


async def create(request: web.Request) -> web.Response:
    user = request.headers.get("X-User", "")
    if not user:
        return answer(401, title="who is asking?")
    try:
        lines = [
            {"sku": str(x["sku"]), "quantity": int(x["quantity"])}
            for x in (await request.json())["lines"]
        ]
    except (ValueError, TypeError, KeyError):
        return answer(422, title="no lines")
    for _ in range(_TRIES):
        try:
            return web.json_response(await order(user, lines), status=201)
        except Refused:
            return answer(409, title="out of stock")
        except psycopg.errors.SerializationFailure:
            continue
        except psycopg.OperationalError:
            if MODE != "stubborn":
                break
    return answer(503, title="try again")


async def read(request: web.Request) -> web.Response:
    user, number = request.headers.get("X-User", ""), request.match_info["id"]
    async with await connect() as db:
        cursor = await db.execute(
            "SELECT id, total FROM orders WHERE id::text = %s AND customer = %s", (number, user)
        )
        row = await cursor.fetchone()
    return answer(404, title="absent") if row is None else web.json_response(row)


async def cancel(request: web.Request) -> web.Response:
    user, number = request.headers.get("X-User", ""), request.match_info["id"]
    async with await connect() as db:
        await db.execute("DELETE FROM payments WHERE order_id::text = %s", (number,))
        cursor = await db.execute(
            "DELETE FROM orders WHERE id::text = %s AND customer = %s", (number, user)
        )
        if not cursor.rowcount:
            await db.rollback()
            return answer(404, title="absent")
    return web.Response(status=204)


async def health(request: web.Request) -> web.Response:
    return answer(200)


async def document(request: web.Request) -> web.Response:
    created = {"description": "made", "content": {"application/json": {"schema": _ORDER}}}
    refused = {"description": "refused"}
    return web.json_response(
        {
            "openapi": "3.1.0",
            "info": {"title": "Orders", "version": "1"},
            "paths": {
                "/orders": {
                    "post": {
                        "operationId": "createOrder",
                        "responses": {
                            "201": created,
                            "401": refused,
                            "409": refused,
                            "422": refused,
                        },
                    }
                }
            },
        }
    )


def application() -> web.Application:
    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/openapi.json", document)
    app.router.add_post("/orders", create)
    app.router.add_get("/orders/{id}", read)
    app.router.add_delete("/orders/{id}", cancel)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)

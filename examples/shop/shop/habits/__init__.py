"""Habits of sound systems that look like defects to a careless tester: SHOP_HABITS=name,name.

A shop with a habit is as correct as the one without: its document says what it does. Each is an
overlay (shop/overlay.py).
"""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from shop import overlay


@dataclass(frozen=True)
class Habit:
    """What the shop does then.

    `operation` is the one that the habit adds, `entry` what a person would write of an operation in
    the spec file because of the habit.
    """

    name: str
    what: str
    operation: str = ""
    entry: dict[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> ModuleType:
        """The overlay."""
        return overlay.module_of("shop.habits", self.name)


def _case(name: str, identity: str, status: int, **request: Any) -> dict[str, Any]:
    wanted = {"request": request} if request else {}
    return {"id": name, "identity": identity, **wanted, "expect": {"status": status}}


HABITS = (
    Habit("backgroundWriter", "A thread writes a heartbeat every 50 ms, in a table of its own."),
    Habit(
        "clockColumn",
        "A trigger sets updated_at of products and orders; orders are answered with the time.",
    ),
    Habit("randomField", "Products and orders are answered with a random request_id."),
    Habit("rateLimiter", "Who sends more than 60 requests a second gets 429 with Retry-After."),
    Habit("softDelete", "DELETE /products/{id} marks the product; all else takes it for gone."),
    Habit("lastSeen", "Each request with a token, also a GET, sets last_seen of its user."),
    Habit(
        "refusedOrderAudited",
        "A refused order (409) is written into the audit.",
        entry={
            "endpoint": "/orders",
            "method": "POST",
            "effects": {"error": {"audit": "insert", "reason": "refused orders are audited"}},
        },
    ),
    Habit(
        "deleteMe",
        "DELETE /users/me deletes the caller for good: no token of theirs works any more.",
        operation="DELETE /users/me",
        entry={
            "endpoint": "/users/me",
            "method": "DELETE",
            "operationId": "deleteMe",
            "access": {"roles": ["customer"]},
            "expectedStatus": 204,
            "effects": {
                "success": {
                    "users": "delete",
                    "orders": "delete",
                    "order_lines": "delete",
                    "payments": "delete",
                    "cart_items": "delete",
                    "refresh_tokens": "delete",
                    "audit": "delete",
                    "coupons": "update",
                }
            },
            "cases": [_case("deleteMe-ok", "customer", 204)],
        },
    ),
    Habit(
        "stopsProcess",
        "POST /admin/shutdown answers 202 and ends the process a moment later.",
        operation="POST /admin/shutdown",
        entry={
            "endpoint": "/admin/shutdown",
            "method": "POST",
            "operationId": "shutDown",
            "access": {"roles": ["admin"]},
            "expectedStatus": 202,
            "cases": [_case("shutDown-ok", "admin", 202)],
        },
    ),
    Habit(
        "maintenance",
        "POST /admin/maintenance sets a flag in the process: all else then answers 503.",
        operation="POST /admin/maintenance",
        entry={
            "endpoint": "/admin/maintenance",
            "method": "POST",
            "operationId": "close",
            "access": {"roles": ["admin"]},
            "expectedStatus": 204,
            "cases": [_case("close-ok", "admin", 204)],
        },
    ),
)


def chosen(names: str) -> list[Habit]:
    """The habits that a comma-separated list names; an unknown name ends the process."""
    return overlay.chosen(HABITS, names, "SHOP_HABITS", "habit")

"""DELETE /users/me: the caller and all that is theirs; this process remembers whom it let go."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import text

from shop import access
from shop.access import allow
from shop.db import begin
from shop.habits.route import add_router
from shop.overlay import replace
from shop.problem import refusals, unauthorized
from shop.tokens import Caller

Read = Callable[[str], Caller]
_OWN = "(SELECT id FROM orders WHERE user_id = :id)"
_STATEMENTS = (
    "UPDATE coupons SET redeemed = redeemed - used.times FROM"
    " (SELECT coupon_code, count(*) AS times FROM orders WHERE user_id = :id GROUP BY 1) AS used"
    " WHERE code = used.coupon_code",
    f"DELETE FROM payments WHERE order_id IN {_OWN}",
    f"DELETE FROM order_lines WHERE order_id IN {_OWN}",
    "DELETE FROM orders WHERE user_id = :id",
    "DELETE FROM cart_items WHERE user_id = :id",
    "DELETE FROM refresh_tokens WHERE user_id = :id",
    "DELETE FROM audit WHERE actor_id = :id",
    "DELETE FROM users WHERE id = :id",
)
router = APIRouter(tags=["auth"])
_gone: set[int] = set()


@router.delete("/users/me", status_code=204, responses=refusals(401, 403))
def delete_me(caller: Annotated[Caller, Depends(allow("customer"))]) -> None:
    """Delete the caller's account with its orders."""
    with begin(caller) as session:
        for statement in _STATEMENTS:
            session.execute(text(statement), {"id": caller.sub})
    _gone.add(caller.sub)  # ids are never given twice


def apply(app: FastAPI) -> None:
    """Add the operation, and refuse the tokens of those who are gone without asking a database."""
    add_router(app, router)

    def strict(read: Read) -> Read:
        def read_if_there(token: str) -> Caller:
            caller = read(token)
            if caller.sub in _gone:
                raise unauthorized()
            return caller

        return read_if_there

    replace(access, "read_access_token", strict)

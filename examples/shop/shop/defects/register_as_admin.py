"""register takes every property of the body for a column, the role among them."""

from fastapi import APIRouter, FastAPI, Response

from shop.auth import store
from shop.auth.schema import Registration, User
from shop.db import begin
from shop.location import created
from shop.tables import Role
from shop.tokens import hash_password

router = APIRouter()


class AnyRegistration(Registration):
    """What the wrong operation takes."""

    role: Role = "customer"


@router.post("/auth/register", status_code=201)
def register(body: AnyRegistration, response: Response) -> User:
    """Become what one likes."""
    password_hash = hash_password(body.password)
    with begin() as session:
        user = store.register(session, body, password_hash)
        user.role = body.role
        session.flush()
        answer = User.model_validate(user)
    created(response, "/users/me")
    return answer


def apply(app: FastAPI) -> None:
    """Put the wrong operation before the right one, whose document stays."""
    app.router.routes.insert(0, router.routes[0])

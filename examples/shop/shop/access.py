"""Who may call an operation."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shop.problem import Refusal, unauthorized
from shop.tables import Role
from shop.tokens import Caller, read_access_token

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="The access token of POST /auth/login",
    auto_error=False,
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def allow(*roles: Role) -> Callable[[Credentials], Awaitable[Caller]]:
    """A dependency: the caller, if the token is sound and its role is among `roles`."""

    # async although nothing is awaited: FastAPI would send a plain function to a thread.
    async def caller(credentials: Credentials) -> Caller:
        if credentials is None:
            raise unauthorized()
        found = read_access_token(credentials.credentials)
        if found.role not in roles:
            raise Refusal(403, "Your role may not do this.")
        return found

    return caller

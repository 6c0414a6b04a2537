"""/auth and /users/me"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shop.access import allow
from shop.auth import store
from shop.auth.schema import Login, Refresh, Registration, Tokens, User
from shop.db import begin
from shop.location import created, located
from shop.problem import Responses, refusals, unauthorized
from shop.settings import settings
from shop.tokens import Caller, hash_password, password_matches

router = APIRouter(tags=["auth"])
REMEMBERED = "shop_refresh_token"
AnyUser = Annotated[Caller, Depends(allow("customer", "staff", "admin"))]


def remember(response: Response, refresh_token: str) -> None:
    """Let a browser keep the login for the pages of the shop, out of reach of their scripts."""
    response.set_cookie(
        REMEMBERED,
        refresh_token,
        max_age=settings().refresh_token_s,
        path="/auth",
        secure=True,
        httponly=True,
        samesite="strict",
    )


def remembered() -> Responses:
    """The documentation of that cookie."""
    schema = {"type": "string", "pattern": f"^{REMEMBERED}="}
    header = {"description": "The refresh token, for browsers", "required": True, "schema": schema}
    return {200: {"headers": {"Set-Cookie": header}}}


@router.post("/auth/register", status_code=201, responses={**located(), **refusals(409, 422)})
def register(body: Registration, response: Response) -> User:
    """Become a customer."""
    password_hash = hash_password(body.password)
    with begin() as session:
        user = User.model_validate(store.register(session, body, password_hash))
    created(response, "/users/me")
    return user


@router.post("/auth/login", responses={**remembered(), **refusals(401, 422)})
def login(body: Login, response: Response) -> Tokens:
    """Trade e-mail and password for tokens."""
    with begin() as session:
        user = store.find_user(session, body.email)
        matches = password_matches(user.password_hash if user else None, body.password)
        if user is None or not matches:
            raise unauthorized("E-mail or password is wrong.")
        tokens = store.start_session(session, user.id, user.role)
    remember(response, tokens.refresh_token)
    return tokens


@router.post("/auth/refresh", responses=refusals(401, 422))
def refresh(body: Refresh) -> Tokens:
    """Trade a refresh token for new tokens; each works once."""
    with begin() as session:
        tokens = store.rotate(session, body.refresh_token)
    if tokens is None:  # outside of the block: the revoked family stays revoked
        raise unauthorized("This refresh token is not valid.")
    return tokens


@router.post("/auth/logout", status_code=204, responses=refusals(401))
def logout(caller: AnyUser) -> None:
    """End this login: its access token and its refresh tokens work no longer."""
    with begin(caller) as session:
        store.end_session(session, caller)


@router.get("/users/me", responses=refusals(401))
def read_me(caller: AnyUser) -> User:
    """The caller's own account."""
    with begin(caller) as session:
        return User.model_validate(store.read_user(session, caller.sub))

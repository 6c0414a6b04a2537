"""Passwords and tokens: what may be believed about a caller."""

import hashlib
import secrets
import time
from typing import Literal
from uuid import UUID, uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel, ConfigDict, ValidationError

from shop.fields import Id
from shop.problem import unauthorized
from shop.settings import settings
from shop.tables import Role

ISSUER = "shop"
AUDIENCE = "shop-api"
ALGORITHM: Literal["HS256"] = "HS256"
CLAIMS = ["exp", "nbf", "aud", "iss", "jti", "sub", "sid", "role"]

_hasher = PasswordHasher(time_cost=2, memory_cost=8 * 1024, parallelism=1)
# Verified when there is no such user, so that both refusals take equally long.
_NOBODY = _hasher.hash(secrets.token_hex())


class Caller(BaseModel):
    """Who an access token speaks for; `sid` is the login that it descends from."""

    model_config = ConfigDict(frozen=True)

    sub: Id
    role: Role
    jti: UUID
    sid: UUID
    exp: int


def hash_password(password: str) -> str:
    """The password as it may be stored."""
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; without a stored one, never."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def access_token(user_id: int, role: Role, sid: UUID) -> str:
    """A new access token of the login `sid`."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "role": role,
        "sid": str(sid),
        "jti": str(uuid4()),
        "nbf": now,
        "exp": now + settings().access_token_s,
    }
    return jwt.encode(claims, settings().jwt_secret, ALGORITHM)


def read_access_token(token: str) -> Caller:
    """The caller behind a token; refuses one that is forged, foreign, early or late."""
    try:
        claims = jwt.decode(
            token,
            settings().jwt_secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": CLAIMS},
        )
        return Caller.model_validate(claims)
    except (jwt.PyJWTError, ValidationError):
        raise unauthorized() from None


def refresh_token() -> str:
    """A new refresh token; 256 bits need no slow hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The only form in which a refresh token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()

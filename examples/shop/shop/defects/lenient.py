"""What the defects of tokens share: the right reading first, and where that refuses a laxer one."""

from collections.abc import Callable

import jwt
from jwt.types import Options

from shop import access
from shop.overlay import replace
from shop.problem import Refusal
from shop.settings import settings
from shop.tokens import ALGORITHM, AUDIENCE, CLAIMS, ISSUER, Caller

Read = Callable[[str], Caller]


def replace_reading(lax: Read) -> None:
    """Let `lax` read what the shop refuses to."""

    def wrong(read: Read) -> Read:
        def read_laxly(token: str) -> Caller:
            try:
                return read(token)
            except Refusal as refusal:
                try:
                    return lax(token)
                except (jwt.PyJWTError, ValueError):
                    raise refusal from None

        return read_laxly

    replace(access, "read_access_token", wrong)


def without(*claims: str) -> Read:
    """A reading that does not look at these claims."""
    options: Options = {
        "require": CLAIMS,
        "verify_exp": "exp" not in claims,
        "verify_nbf": "nbf" not in claims,
        "verify_aud": "aud" not in claims,
    }

    def read(token: str) -> Caller:
        audience = None if "aud" in claims else AUDIENCE
        found = jwt.decode(
            token,
            settings().jwt_secret,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options=options,
        )
        return Caller.model_validate(found)

    return read


def unverified(token: str) -> Caller:
    """The caller that a token names; its signature is not looked at."""
    options: Options = {
        "verify_signature": False,
        "verify_exp": True,
        "verify_nbf": True,
        "verify_aud": True,
        "verify_iss": True,
    }
    found = jwt.decode(token, audience=AUDIENCE, issuer=ISSUER, options=options)
    return Caller.model_validate(found)

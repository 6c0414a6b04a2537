"""The shop believes a token that says of itself that it needs no signature."""

import jwt
from fastapi import FastAPI

from shop.defects.lenient import replace_reading, unverified
from shop.tokens import Caller


def lax(token: str) -> Caller:
    """Believe `alg: none`."""
    if jwt.get_unverified_header(token)["alg"].lower() != "none":
        raise jwt.InvalidSignatureError
    return unverified(token)


def apply(_: FastAPI) -> None:
    """Read tokens that are refused once more, less strictly."""
    replace_reading(lax)

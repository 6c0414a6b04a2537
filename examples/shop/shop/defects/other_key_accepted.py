"""The shop decodes a token and never verifies who signed it."""

import jwt
from fastapi import FastAPI

from shop.defects.lenient import replace_reading, unverified
from shop.tokens import ALGORITHM, Caller


def lax(token: str) -> Caller:
    """Believe every signature of the right kind."""
    if jwt.get_unverified_header(token)["alg"] != ALGORITHM:
        raise jwt.InvalidAlgorithmError
    return unverified(token)


def apply(_: FastAPI) -> None:
    """Read tokens that are refused once more, less strictly."""
    replace_reading(lax)

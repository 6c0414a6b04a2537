"""The shop does not look at from when a token is valid."""

from fastapi import FastAPI

from shop.defects.lenient import replace_reading, without


def apply(_: FastAPI) -> None:
    """Read tokens that are refused once more, less strictly."""
    replace_reading(without("nbf"))

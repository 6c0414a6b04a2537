"""The shop does not look at whom a token is for."""

from fastapi import FastAPI

from shop.defects.lenient import replace_reading, without


def apply(_: FastAPI) -> None:
    """Read tokens that are refused once more, less strictly."""
    replace_reading(without("aud"))

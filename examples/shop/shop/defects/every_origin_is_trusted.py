"""Pages of every site may call the shop in the name of whoever is logged in."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def apply(app: FastAPI) -> None:
    """Repeat whatever origin asks."""
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=".*",
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )

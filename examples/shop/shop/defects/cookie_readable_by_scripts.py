"""login sets the cookie of the refresh token without HttpOnly."""

from fastapi import FastAPI, Response

from shop.auth import routes


def remember(response: Response, refresh_token: str) -> None:
    """Let a browser keep the login, and every script of a page read it."""
    response.set_cookie(
        routes.REMEMBERED, refresh_token, path="/auth", secure=True, samesite="strict"
    )


def apply(_: FastAPI) -> None:
    """Replace the setting of the cookie."""
    routes.remember = remember

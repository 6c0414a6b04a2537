"""The answer to an error of the database shows its message and the statement."""

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError

from shop.handlers import answer
from shop.problem import Refusal


async def on_database_error(_: Request, error: Exception) -> Response:
    """Say all that is known."""
    return answer(Refusal(503, str(error)[:900], headers={"Retry-After": "1"}))


def apply(app: FastAPI) -> None:
    """Replace the handler."""
    app.add_exception_handler(DBAPIError, on_database_error)

"""Exceptions become problem documents."""

from collections.abc import Iterable
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from shop.problem import InvalidInput, Refusal

_MAX_LOCATION = 200


def answer(refusal: Refusal) -> Response:
    """The refusal as a response."""
    return Response(
        refusal.body(), refusal.status, headers=refusal.headers, media_type=refusal.media_type
    )


async def on_refusal(_: Request, error: Exception) -> Response:
    """Ours: say what it says."""
    assert isinstance(error, Refusal)
    return answer(error)


async def on_invalid_request(_: Request, error: Exception) -> Response:
    """The request does not fit the schema: say where and why, but repeat no value."""
    assert isinstance(error, RequestValidationError)
    errors = [InvalidInput(location=_location(e["loc"]), message=e["msg"]) for e in error.errors()]
    return answer(Refusal(422, "The request is not valid.", errors=errors))


async def on_http_exception(
    routes: Iterable[BaseRoute], request: Request, error: Exception
) -> Response:
    """The framework's own refusals."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        headers = {"Allow": ", ".join(_allowed_methods(routes, request.url.path))}
        return answer(Refusal(405, "This resource has no such method.", headers=headers))
    if error.status_code == 404:
        return answer(Refusal(404, "There is no such resource."))
    if error.status_code == 400:  # FastAPI: a body that is not UTF-8, or nested too deeply
        errors = [InvalidInput(location="body", message="not a JSON text that can be read")]
        return answer(Refusal(422, "The request is not valid.", errors=errors))
    return answer(Refusal(error.status_code, "The request was refused."))


async def on_database_error(_: Request, error: Exception) -> Response:
    """A lost connection is 503, for the client may try again; anything else is our fault."""
    lost = isinstance(error, OperationalError | TimeoutError)
    lost = lost or (isinstance(error, DBAPIError) and error.connection_invalidated)
    if not lost:
        raise error
    return answer(Refusal(503, "The database cannot be reached.", headers={"Retry-After": "1"}))


async def on_error(_: Request, _error: Exception) -> Response:
    """Our fault: the log has the traceback, the client only learns that it was us."""
    return answer(Refusal(500, "Something went wrong on our side."))


def install(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Let every exception of the app end here; `routes` are all that it has."""
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, partial(on_http_exception, tuple(routes)))
    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(TimeoutError, on_database_error)
    app.add_exception_handler(Exception, on_error)


def _location(parts: tuple[int | str, ...]) -> str:
    """Where in the request; a name that the client made up is cut and made printable."""
    text = "/".join(str(part) for part in parts)
    return text[:_MAX_LOCATION].encode(errors="replace").decode()


def _allowed_methods(routes: Iterable[BaseRoute], path: str) -> list[str]:
    """All methods of the path; Starlette names those of the first route that it meets."""
    methods: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.path_regex.match(path):
            methods |= route.methods or set()
    return sorted(methods)

"""How a habit adds an operation to a shop that is built already."""

from fastapi import APIRouter, FastAPI


def add_router(app: FastAPI, router: APIRouter) -> None:
    """Serve and document the router's operations."""
    app.include_router(router)
    app.openapi_schema = None

"""The OpenAPI document: exactly what the shop does."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from shop.problem import Problem, ValidationProblem


def operation_id(route: APIRoute) -> str:
    """create_order -> createOrder"""
    first, *rest = route.name.split("_")
    return first + "".join(word.title() for word in rest)


def build(app: FastAPI) -> dict[str, Any]:
    """The document, with the schemas of the problems that `refusals` refers to."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        openapi_version="3.1.0",
        routes=app.routes,
    )
    _, problems = models_json_schema(
        [(Problem, "serialization"), (ValidationProblem, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    document["components"]["schemas"].update(problems["$defs"])
    return document

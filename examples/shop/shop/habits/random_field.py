"""Answers carry an id of their own, for the support desk."""

from uuid import uuid4

from fastapi import FastAPI

from shop.habits.field import add_field


def apply(app: FastAPI) -> None:
    """Answer with `request_id`."""
    schema = {"type": "string", "format": "uuid", "title": "Request Id"}
    add_field(app, ("Order", "Product"), "request_id", schema, lambda: str(uuid4()))

"""The document does not say that a code of a coupon may be taken."""

from typing import Any

from fastapi import FastAPI


def apply(app: FastAPI) -> None:
    """Wrap what makes the document."""
    right = app.openapi

    def wrong() -> dict[str, Any]:
        document = right()
        document["paths"]["/coupons"]["post"]["responses"].pop("409", None)
        return document

    app.openapi = wrong  # type: ignore[method-assign]

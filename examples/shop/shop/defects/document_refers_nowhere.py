"""The document says that GET /coupons/{code} answers a schema that it does not have."""

from typing import Any

from fastapi import FastAPI


def apply(app: FastAPI) -> None:
    """Wrap what makes the document."""
    right = app.openapi

    def wrong() -> dict[str, Any]:
        document = right()
        answer = document["paths"]["/coupons/{code}"]["get"]["responses"]["200"]
        schema = {"$ref": "#/components/schemas/CouponThatIsNot"}
        answer["content"]["application/json"]["schema"] = schema
        return document

    app.openapi = wrong  # type: ignore[method-assign]

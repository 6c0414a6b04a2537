"""The application: uvicorn shop.app:app"""

import os
from typing import Any

from fastapi import FastAPI

import shop.audit.routes
import shop.auth.routes
import shop.carts.routes
import shop.coupons.routes
import shop.health
import shop.orders.routes
import shop.products.routes
from shop import document, handlers


class Shop(FastAPI):
    """FastAPI with the document of `shop.document`."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, built once."""
        if self.openapi_schema is None:
            self.openapi_schema = document.build(self)
        return self.openapi_schema


app = Shop(
    title="Shop",
    summary="A small web shop: Seamline's reference system.",
    version="1.0.0",
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
    generate_unique_id_function=document.operation_id,
)
_routers = (
    shop.health.router,
    shop.auth.routes.router,
    shop.products.routes.router,
    shop.carts.routes.router,
    shop.orders.routes.router,
    shop.coupons.routes.router,
    shop.audit.routes.router,
)
for router in _routers:
    app.include_router(router)
handlers.install(app, [*app.routes, *(route for router in _routers for route in router.routes)])

if os.environ.get("SHOP_HABITS") or os.environ.get("SHOP_DEFECTS"):
    from shop import defects, habits, overlay

    overlay.apply_to_app(habits.chosen(os.environ.get("SHOP_HABITS", "")), app)
    overlay.apply_to_app(defects.chosen(os.environ.get("SHOP_DEFECTS", "")), app)

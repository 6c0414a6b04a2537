"""Documents to read, written as their authors write them."""

from __future__ import annotations

import json
from typing import Any

from seamline.openapi.document import Document, parse
from seamline.openapi.validate import BodySchemas, SchemaProblem, Violation

AT = "#/paths/~1a/get/responses/200/content/application~1json/schema"


def with_schema(schema: Any, version: str = "3.1.0", **components: Any) -> Document:
    """A document whose only answer has that schema; `components` are schemas by name."""
    raw = {
        "openapi": version,
        "paths": {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": schema}},
                        }
                    }
                }
            }
        },
        "components": {"schemas": components},
    }
    return parse(json.dumps(raw).encode(), "openapi.json")


def verdict(document: Document, body: Any, pointer: str = AT) -> tuple[Violation, ...] | str:
    """The violations, or why there can be none."""
    try:
        return BodySchemas(document).violations(pointer, body)
    except SchemaProblem as problem:
        return str(problem)


FASTAPI = {
    "openapi": "3.1.0",
    "info": {"title": "FastAPI", "version": "0.1.0"},
    "paths": {
        "/items/{item_id}": {
            "get": {
                "summary": "Read Item",
                "operationId": "read_item_items__item_id__get",
                "security": [{"OAuth2PasswordBearer": []}],
                "parameters": [
                    {
                        "name": "item_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "title": "Item Id"},
                    },
                    {
                        "name": "q",
                        "in": "query",
                        "required": False,
                        "schema": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Q"},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "Successful Response",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Item"}}
                        },
                    },
                    "422": {
                        "description": "Validation Error",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/HTTPValidationError"}
                            }
                        },
                    },
                },
            }
        },
        "/token": {
            "post": {
                "operationId": "login_token_post",
                "requestBody": {
                    "content": {"application/x-www-form-urlencoded": {"schema": {}}},
                    "required": True,
                },
                "responses": {
                    "200": {"description": "ok", "content": {"application/json": {"schema": {}}}}
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Item": {
                "properties": {
                    "name": {"type": "string", "title": "Name"},
                    "price": {"anyOf": [{"type": "number"}, {"type": "null"}], "title": "Price"},
                    "id": {"type": "string", "format": "uuid"},
                },
                "type": "object",
                "required": ["name", "id"],
                "title": "Item",
            },
            "HTTPValidationError": {
                "properties": {
                    "detail": {
                        "items": {"$ref": "#/components/schemas/ValidationError"},
                        "type": "array",
                    }
                },
                "type": "object",
            },
            "ValidationError": {
                "properties": {
                    "loc": {
                        "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                        "type": "array",
                    },
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
                "type": "object",
                "required": ["loc", "msg", "type"],
            },
        },
        "securitySchemes": {
            "OAuth2PasswordBearer": {
                "type": "oauth2",
                "flows": {"password": {"scopes": {}, "tokenUrl": "token"}},
            }
        },
    },
}

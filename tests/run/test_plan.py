"""What is planned for an operation for which a person has written no case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seamline.openapi.document import parse
from seamline.openapi.operation import operations
from seamline.run.plan import Planner
from seamline.spec.endpoints import EndpointSpec, EndpointSpecs


def planned(path: str, *parameters: dict[str, Any]) -> Any:
    paths = {path: {"get": {"parameters": list(parameters), "responses": {"200": {}}}}}
    document = parse(json.dumps({"openapi": "3.1.0", "paths": paths}).encode(), "openapi.json")
    specs = EndpointSpecs(
        endpoints=(EndpointSpec(endpoint=path, method="GET", expected_status=200),)
    )
    return Planner(specs, operations(document), {}, has_document=True).plan()


def parameter(name: str, place: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string", **schema}}


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
def test_nothing_is_sent_without_what_the_document_requires(place: str) -> None:
    """Prefect's `GET /csrf-token` needs `?client=`: without it 422 is right, not a finding."""
    plan = planned("/csrf-token", parameter("client", place))
    assert not plan.cases
    (missing,) = plan.not_covered
    assert "{client}" in missing.reason
    assert missing.remedy == "add a case to GET /csrf-token"


def test_examples_fill_what_is_required_and_the_rest_is_left_out() -> None:
    plan = planned(
        "/things/{id}",
        parameter("id", "path", default="7"),
        parameter("sort", "query", enum=["name", "age"]),
        parameter("page", "query", required=False, default="3"),
    )
    (case,) = plan.cases
    request = case.steps[0].request
    assert request.path == {"id": "7"}
    assert request.query == {"sort": "name"}
    assert not plan.not_covered

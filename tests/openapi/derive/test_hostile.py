"""Documents that are made to hurt: what a generator does not finish costs that operation its generator."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from seamline.discover.made import agrees
from seamline.openapi.derive import coverage
from seamline.openapi.derive.budget import Spent, cpu_budget
from seamline.openapi.derive.derive import derive
from seamline.openapi.document import parse
from seamline.openapi.operation import operations

from ...hang import no_hang


def document(schema: dict[str, Any], **named: Any) -> dict[str, Any]:
    body = {"type": "object", "required": ["x"], "properties": {"x": schema}}
    item = {
        "post": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": ""}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": item, "/b": {"get": {"responses": {"200": {"description": ""}}}}},
        "components": {"schemas": named},
    }


RING = {
    f"S{i}": {
        "required": ["n"],
        "properties": {"n": {"$ref": f"#/components/schemas/S{(i + 1) % 9}"}},
    }
    for i in range(9)
}


@pytest.mark.parametrize(
    "raw",
    [
        document({"type": "string", "pattern": "^(a+)+$", "minLength": 40}),
        document({"$ref": "#/components/schemas/S0"}, **RING),
        document(
            {"type": "array", "minItems": 10**9, "items": {"type": "string", "minLength": 10**9}}
        ),
        document({"type": "integer", "minimum": 1e300, "multipleOf": 1e-300}),
    ],
    ids=["pattern", "ring", "endless list", "numbers"],
)
def test_it_ends_and_the_other_operations_have_their_cases(
    raw: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "_MOST_CPU_S", 1.0)
    read = parse(json.dumps(raw).encode(), "hostile.json")
    with no_hang():
        made = derive(read, operations(read))
    assert made["GET /b"]
    assert all(len(str(e.value)) < 50_000 for e in made["POST /a"])


def test_a_budget_interrupts_what_never_ends_and_nothing_after_it() -> None:
    with pytest.raises(Spent), cpu_budget(0.05), no_hang():
        while True:
            pass
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass


def test_texts_are_held_against_patterns_in_bounded_time() -> None:
    with no_hang():
        assert not agrees({"pattern": "^(x+x+)+y$"}, "x" * 5_000)
    assert agrees({"pattern": "^a"}, "abc")
    assert agrees({"pattern": "["}, "anything")

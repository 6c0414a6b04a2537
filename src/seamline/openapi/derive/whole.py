"""Whole requests: with nothing but what is required, with all that is documented, and the examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.openapi.derive.coverage import Sample
from seamline.openapi.derive.edit import Edit, Place
from seamline.openapi.derive.shape import Shape, shape_of
from seamline.openapi.document import Document
from seamline.openapi.operation import Body, Operation
from seamline.text.redact import carries_credentials

EXAMPLE = "documented-example"
_PLACES: tuple[tuple[str, Place], ...] = (
    ("path", "path"),
    ("query", "query"),
    ("header", "headers"),
    ("cookie", "cookies"),
)
_MOST_EXAMPLES = 20


def wholes(document: Document, operation: Operation, sample: Sample) -> Iterator[Edit]:
    """The request that says least, the one that says most, and each documented example."""
    body = body_of(operation, sample)
    shape = shape_of(document, body.schema) if body is not None else Shape(schema={})
    optional = {
        place: sorted(p.name for p in operation.parameters if p.place == of and not p.required)
        for of, place in _PLACES
    }
    least = {k: v for k, v in {**optional, "body": _least(shape)}.items() if v}
    if least:
        yield Edit(
            place="trim",
            value=least,
            scenario="minimal-valid",
            what="only what is required",
            valid=True,
        )
    most: dict[str, Any] = {
        "query": {n: v for n, v in sample.query.items() if n in optional["query"]},
        "body": _most(shape, sample.body, body.example) if body is not None else {},
    }
    most = {k: v for k, v in most.items() if v}
    if most:
        yield Edit(
            place="fill",
            value=most,
            scenario="full-valid",
            what="all that the document has",
            valid=True,
        )
    yield from _examples(operation, sample, body)


def body_of(operation: Operation, sample: Sample) -> Body | None:
    """The documented body of the sample's media type."""
    bare = sample.media.partition(";")[0].strip().lower()
    return operation.bodies.get(sample.media.lower()) or operation.bodies.get(bare)


def _least(shape: Shape) -> Any:
    """Names that may go, by the way to them: `{"": [...]}` of an object, `{"name": …}` below it."""
    if shape.items is not None:
        inner = _least(shape.items)
        return {"[]": inner} if inner else {}
    if shape.properties is None:
        return {}
    below = {n: found for n, s in shape.properties.items() if (found := _least(s))}
    spare = sorted(n for n in shape.properties if n not in shape.required)
    return {"drop": spare, "below": below} if spare or below else {}


def _most(shape: Shape, value: Any, example: Any) -> Any:
    """What may be added to a body, by the way to it; values of the document's example first."""
    if shape.items is not None:
        value = value[0] if isinstance(value, list) and value else None
        example = example[0] if isinstance(example, list) and example else None
        inner = _most(shape.items, value, example)
        return {"[]": inner} if inner else {}
    if shape.properties is None or not isinstance(value, dict):
        return {}
    own = example if isinstance(example, dict) else {}
    known = {
        n: own.get(n, _said(s, value.get(n, msgspec.UNSET))) for n, s in shape.properties.items()
    }
    put = {n: v for n, v in known.items() if v is not msgspec.UNSET}
    below = {
        n: found
        for n, s in shape.properties.items()
        if (found := _most(s, value.get(n), own.get(n)))
    }
    return {"put": put, "below": below} if put or below else {}


def _said(shape: Shape, made: Any) -> Any:
    """What the schema gives as an example, else what was made up, else what any plain schema allows."""
    schema = shape.schema
    examples = schema.get("examples")
    if "example" in schema:
        return schema["example"]
    if isinstance(examples, list) and examples:
        return examples[0]
    return made if made is not msgspec.UNSET else _plainest(schema)


def _plainest(schema: Mapping[str, Any]) -> Any:
    options, kind = schema.get("enum"), schema.get("type")
    kind = next((k for k in kind if k != "null"), None) if isinstance(kind, list) else kind
    if "default" in schema or "const" in schema:
        return schema.get("default", schema.get("const"))
    if isinstance(options, list) and options:
        return options[0]
    if kind == "boolean":
        return True
    least, length = schema.get("minimum", 1), schema.get("minLength", 0)
    if kind in ("integer", "number") and isinstance(least, int) and "multipleOf" not in schema:
        return least if "maximum" in schema else max(least, 1)
    if kind == "string" and not {"pattern", "format", "maxLength"} & schema.keys():
        return "text" + "x" * (length - 4) if isinstance(length, int) and length < 1000 else "text"
    return msgspec.UNSET


def _examples(operation: Operation, sample: Sample, body: Body | None) -> Iterator[Edit]:
    for of, place in _PLACES:
        for parameter in operation.parameters:
            if parameter.place == of and not (of != "path" and carries_credentials(parameter.name)):
                for number, value in enumerate(parameter.examples[:_MOST_EXAMPLES]):
                    yield _example(place, (parameter.name,), value, number)
    for number, value in enumerate(body.examples[:_MOST_EXAMPLES] if body is not None else ()):
        if isinstance(value, str) and "json" not in sample.media:
            yield msgspec.structs.replace(_example("raw", (), value, number), media=sample.media)
        else:
            yield _example("body", (), value, number)


def _example(place: Place, at: tuple[str, ...], value: Any, number: int) -> Edit:
    return Edit(
        place=place, at=at, value=value, scenario=EXAMPLE, what=f"documented example {number + 1}"
    )

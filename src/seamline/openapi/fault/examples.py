"""Examples that do not fit the schema that they stand beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seamline.openapi.document import Document
from seamline.openapi.fault.fault import Fault
from seamline.openapi.operation import Operation, examples_of
from seamline.openapi.reading import readings
from seamline.openapi.validate import BodySchemas, SchemaProblem
from seamline.text.pointer import ABSENT, at_pointer


def misfits(
    document: Document, operations: Mapping[str, Operation], answers: BodySchemas
) -> Iterator[Fault]:
    """Examples of parameters, bodies and answers, each place once."""
    requests = (
        BodySchemas(document, "request")
        if any(map(_has_examples, operations.values()))
        else answers
    )
    seen: set[str] = set()
    for key, operation in operations.items():
        for parameter in operation.parameters:
            if parameter.pointer not in seen and parameter.schema is not None:
                seen.add(parameter.pointer)
                for value in parameter.examples:
                    texts = [value] if parameter.media else [*readings(value)]
                    yield from _held(
                        requests, parameter.pointer, texts, f"parameter {parameter.name}", key
                    )
        for media, body in operation.bodies.items():
            if body.pointer not in seen and body.schema is not None and "json" in media:
                seen.add(body.pointer)
                for value in body.examples:
                    yield from _held(requests, body.pointer, [value], "body", key)
        for status, answer in operation.answers.items():
            for media, pointer in answer.media.items():
                if pointer is None or pointer in seen or "json" not in media:
                    continue
                seen.add(pointer)
                for value in _of_answer(document, pointer):
                    yield from _held(answers, pointer, [value], f"answer {status}", key)


def _has_examples(operation: Operation) -> bool:
    bodies = operation.bodies.values()
    return any(p.examples for p in operation.parameters) or any(b.examples for b in bodies)


def _of_answer(document: Document, pointer: str) -> tuple[Any, ...]:
    holder = at_pointer(document.raw, pointer.removesuffix("/schema"))
    if holder is ABSENT or not isinstance(holder, dict):
        return ()
    return examples_of(document, holder, document.follow(holder.get("schema"))[0])


def _held(
    schemas: BodySchemas, pointer: str, values: list[Any], what: str, key: str
) -> Iterator[Fault]:
    """One fault where none of the values fits."""
    try:
        found = [schemas.violations(pointer, value) for value in values]
    except SchemaProblem:
        return  # told as a fault of the schema
    if found and all(found):
        first = found[0][0]
        where = f" at {first.pointer}" if first.pointer != "#" else ""
        says = f"{key}: an example of the {what} does not fit its schema{where}: {first.message}"
        yield Fault(
            kind="example-misfits", pointer=pointer.removesuffix("/schema"), says=says[:300]
        )

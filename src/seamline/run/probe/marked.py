"""Each text of an accepted request with a word that stands nowhere else, to see it in the SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from seamline.checks.input_stays_parameter import MARKED, PLAIN, QUOTED
from seamline.model.case import Case, RequestTemplate, Step, Twist
from seamline.openapi.derive.edit import Edit, Place, Way
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.plain import asked, plain, properties
from seamline.rows.pattern import NotSimple, count, parse, text_at
from seamline.run.edited import apply
from seamline.run.probe.world import World, name_of
from seamline.spec.reference import is_reference
from seamline.text.redact import SECRET_COLUMN

_WORDS = ("seamline7marker", "SEAMLINE7MARKER", "seam7marker", "seam7")
_QUOTED = "seam7'mark\"er"
_MOST = 8
"""Texts of one operation."""
_SHORTEST = 5
_DEEPEST = 3


def marked(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """For each text of path, query and body a request with a marker there, and one with quotes in it."""
    if world.document is None or world.catalog is None:
        return
    step = base.steps[0]
    for place, way, schema in islice(_texts(step.request, known, world.document), _MOST):
        words = {PLAIN: _word(schema), QUOTED: _QUOTED if _fits(schema, _QUOTED) else ""}
        steps = [
            made
            for label, word in words.items()
            if word and (made := _step(step, place, way, label, word))
        ]
        if steps:
            where = steps[0].twist.where if steps[0].twist is not None else ""
            last = msgspec.structs.replace(steps[-1], label="last")
            yield msgspec.structs.replace(
                base,
                id=name_of(known, "marked." + ".".join(map(str, way))),
                kind="boundary",
                steps=(*steps[:-1], last),
                origin=f"derived: {base.id} with a marker at {where}",
            )


def _step(step: Step, place: Place, way: Way, label: str, word: str) -> Step | None:
    edit = Edit(place=place, at=way, value=word, scenario=MARKED, what="a marker")
    request = apply(step.request, edit)
    if request is None:
        return None
    twist = Twist(scenario=MARKED, what=word, where=edit.where)
    return msgspec.structs.replace(step, request=request, label=label, status=(), twist=twist)


def _texts(
    request: RequestTemplate, known: Operation, document: Document
) -> Iterator[tuple[Place, Way, Mapping[str, Any]]]:
    for parameter in known.parameters:
        schema = plain(document, parameter.schema)
        if parameter.place == "path" and parameter.name in request.path and _is_free(schema):
            yield "path", (parameter.name,), schema
        elif parameter.place == "query" and _is_free(schema):
            yield "query", (parameter.name,), schema
    for way, text in _in_body(request.json, asked(known), document, ()):
        yield "body", way, text


def _in_body(
    node: Any, schema: Any, document: Document, way: Way
) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    """The texts that the accepted body has, and those that it might have at its top."""
    known = plain(document, schema)
    if is_reference(node) or len(way) > _DEEPEST:
        return
    if isinstance(node, dict):
        for name, inner in properties(known).items():
            if not SECRET_COLUMN.search(name) and (name in node or not way):
                yield from _in_body(node.get(name, ""), inner, document, (*way, name))
    elif isinstance(node, list) and node:
        yield from _in_body(node[0], known.get("items"), document, (*way, 0))
    elif isinstance(node, str) and _is_free(known):
        yield way, known


def _is_free(schema: Mapping[str, Any]) -> bool:
    """Whether a text may be what its sender likes, within a pattern."""
    closed = schema.keys() & {"enum", "const", "format"}
    return schema.get("type") == "string" and not closed


def _word(schema: Mapping[str, Any]) -> str:
    """A word that the schema allows and that nothing else is likely to hold; '' where there is none."""
    for word in _WORDS:
        if _fits(schema, word):
            return word
    try:
        node = parse(str(schema.get("pattern", "")))
        made = text_at(node, count(node) * 2 // 3)
    except NotSimple:
        return ""
    is_told_apart = len(made) >= _SHORTEST and len(set(made)) >= _SHORTEST
    return made if is_told_apart and _fits(schema, made) else ""


def _fits(schema: Mapping[str, Any], word: str) -> bool:
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(word))
    if not all(isinstance(n, int) for n in (least, most)) or not least <= len(word) <= most:
        return False
    try:
        return re.search(str(schema.get("pattern", "")), word) is not None
    except re.error:
        return False

"""Values that break systems and that no schema names: control characters, widths of integers, broken JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.openapi.derive.coverage import Sample
from seamline.openapi.derive.edit import Edit, Way
from seamline.openapi.operation import Operation

_TEXTS = (
    ("nul", "a\x00b"),
    ("unicode", "Zoë 🦊 שלום\u202e\u0301"),
    ("quote", "O'Brien \"; --"),
    ("over-long", "x" * 10_000),
)
_NUMBERS = (
    ("beyond-int4", 2_147_483_648),
    ("beyond-int8", 9_223_372_036_854_775_808),
    ("negative", -1),
)
_MOST = 100
"""Probes of one operation's values."""


def probes(operation: Operation, sample: Sample) -> Iterator[Edit]:
    """Changes of a sample that any robust system answers without an error of its own.

    Whether they are allowed is not said (`valid` is None), unless the JSON is none at all.
    """
    if sample.body is not msgspec.UNSET and "json" in sample.media:
        yield from _broken(operation, sample)
    made = 0
    for edit in (*_in_parameters(operation, sample), *_in_body(sample)):
        if made < _MOST:
            made += 1
            yield edit


def _broken(operation: Operation, sample: Sample) -> Iterator[Edit]:
    whole = json.dumps(sample.body, ensure_ascii=False)
    texts = [
        ("malformed-json", whole[: max(1, len(whole) - 1)] + "!"),
        ("empty-body", ""),
    ]
    if isinstance(sample.body, dict) and sample.body:
        name = json.dumps(next(iter(sample.body)))
        yield Edit(
            place="raw",
            value="{" + f"{name}: null, " + whole[1:],
            media=sample.media,
            scenario="duplicate-key",
            what="the same key twice",
        )
    for scenario, text in texts:
        what = scenario.replace("-", " ")
        invalid = scenario == "malformed-json" or (
            scenario == "empty-body" and operation.requires_body
        )
        yield Edit(
            place="raw",
            value=text,
            media=sample.media,
            scenario=scenario,
            what=what,
            valid=False if invalid else None,
        )


def _in_parameters(operation: Operation, sample: Sample) -> Iterator[Edit]:
    for parameter in operation.parameters:
        schema = parameter.schema if isinstance(parameter.schema, dict) else {}
        kind = schema.get("type")
        if parameter.place not in ("path", "query"):
            continue
        place: Any = parameter.place
        values = _NUMBERS if kind in ("integer", "number") else _TEXTS if kind == "string" else ()
        for scenario, value in values:
            what = scenario.replace("-", " ")
            yield Edit(
                place=place, at=(parameter.name,), value=str(value), scenario=scenario, what=what
            )


def _in_body(sample: Sample) -> Iterator[Edit]:
    for way, value in _leaves(sample.body):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        values: tuple[tuple[str, Any], ...] = ()
        values = _NUMBERS if is_number else _TEXTS if isinstance(value, str) else ()
        for scenario, probe in values:
            what = scenario.replace("-", " ")
            yield Edit(place="body", at=way, value=probe, scenario=scenario, what=what)


def _leaves(node: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*way, key))
    elif isinstance(node, list):
        for index, value in enumerate(node[:1]):
            yield from _leaves(value, (*way, index))
    elif way:
        yield way, node

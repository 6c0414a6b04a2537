"""Whether the document allows a changed request: by its own schemas, whatever a generator said of it."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.openapi.derive.coverage import Sample
from seamline.openapi.derive.edit import Edit
from seamline.openapi.derive.whole import EXAMPLE, body_of
from seamline.openapi.operation import Operation, Parameter
from seamline.openapi.reading import readings
from seamline.openapi.validate import BodySchemas, SchemaProblem

_CLAIMS_INVALID = frozenset(
    (
        "incorrect-type",
        "invalid-enum-value",
        "invalid-format",
        "invalid-pattern",
        "not-multiple-of",
        "value-above-maximum",
        "value-below-minimum",
        "string-above-max-length",
        "string-below-min-length",
    )
)
_HEADER_ONLY = ("malformed-content-type", "unsupported-content-type")


class Judge:
    """Judges edits of one document's operations. `requests` are its schemas as requests see them."""

    def __init__(self, requests: BodySchemas) -> None:
        self._requests = requests

    def judged(self, operation: Operation, sample: Sample, edit: Edit) -> Edit | None:
        """The edit with what the document says of it; None where it says another thing than was meant."""
        if edit.place in ("method", "raw", "trim", "fill") or edit.beside or edit.valid is not None:
            return edit
        if edit.scenario in _HEADER_ONLY:
            return msgspec.structs.replace(edit, valid=False) if operation.requires_body else None
        if edit.place == "body":
            valid = self._body(operation, sample, edit)
        else:
            valid = self._parameter(operation, edit)
        if edit.scenario == EXAMPLE and not valid:
            return None  # an example that does not fit is a fault of the document, told as such
        if valid and edit.scenario in _CLAIMS_INVALID:
            return None  # 305.0 for an integer, "0" for a text: allowed, and no edge of anything
        return msgspec.structs.replace(edit, valid=valid)

    # -- bodies ----------------------------------------------------------------------------------

    def _body(self, operation: Operation, sample: Sample, edit: Edit) -> bool | None:
        if edit.value is msgspec.UNSET and not edit.at:
            return not operation.requires_body if operation.has_body else None
        body = body_of(operation, sample)
        if body is None or body.schema is None:
            return None
        try:
            changed = put(sample.body, edit.at, edit.value)
        except (KeyError, IndexError, TypeError):
            return None  # deeper than the sample
        try:
            return not self._requests.violations(body.pointer, changed)
        except SchemaProblem:
            return None

    # -- parameters ------------------------------------------------------------------------------

    def _parameter(self, operation: Operation, edit: Edit) -> bool | None:
        place = {"headers": "header", "cookies": "cookie"}.get(edit.place, edit.place)
        name = str(edit.at[0]) if edit.at else ""
        parameter = next(
            (p for p in operation.parameters if p.place == place and p.name == name), None
        )
        if parameter is None:
            return None  # an extra one: whether it matters is not in the document
        if edit.value is msgspec.UNSET:
            return not parameter.required
        if parameter.schema is None:
            return None
        if place == "header" and isinstance(edit.value, str):
            valid = self._any_reading(
                parameter, edit.value.strip(" \t")
            )  # RFC 9110, 5.5: no part of it
        else:
            valid = self._any_reading(parameter, edit.value)
        if valid is False and place != "path" and not parameter.required and _is_blank(edit.value):
            return (
                None  # sent without a value: many servers take that for left out, which is allowed
            )
        return valid

    def _any_reading(self, parameter: Parameter, value: Any) -> bool | None:
        """Parameters are text: whatever it can be read as counts."""
        try:
            return any(not self._requests.violations(parameter.pointer, r) for r in readings(value))
        except SchemaProblem:
            return None


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip(" \t")


def put(node: Any, way: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a JSON value with another at the way, which leads somewhere; UNSET takes it away."""
    if not way:
        return value
    step, rest = way[0], way[1:]
    copy: Any = dict(node) if isinstance(node, dict) else list(node)
    if rest or value is not msgspec.UNSET:
        copy[step] = put(copy[step] if rest else None, rest, value)
    else:
        del copy[step]
    return copy

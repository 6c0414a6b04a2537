"""A request template with one edit of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from seamline.model.case import RequestTemplate
from seamline.openapi.derive.edit import Edit
from seamline.spec.reference import is_reference

_PARTS = ("query", "headers", "cookies")


def apply(template: RequestTemplate, edit: Edit) -> RequestTemplate | None:
    """The changed request; None where it has no such place to change, or nothing to take away."""
    match edit.place:
        case "method":
            return template
        case "raw":
            return msgspec.structs.replace(
                template,
                json=msgspec.UNSET,
                form=None,
                files={},
                body=edit.value,
                media_type=edit.media or None,
            )
        case "trim":
            return _trimmed(template, edit.value)
        case "fill":
            return _filled(template, edit.value)
        case "body":
            return _in_body(template, edit)
    return _in_part(template, edit)


def _in_part(template: RequestTemplate, edit: Edit) -> RequestTemplate | None:
    values: dict[str, Any] = dict(getattr(template, edit.place))
    name = str(edit.at[0]) if edit.at else ""
    if edit.value is msgspec.UNSET:
        if name not in values or edit.place == "path":
            return None
        del values[name]
    elif edit.place == "path" and edit.value in ("", ".", ".."):
        return None  # another path
    elif edit.value is None or edit.value == []:
        return None  # the same as leaving it out
    else:
        values |= {name: edit.value, **edit.beside}
    changed: RequestTemplate = msgspec.structs.replace(template, **{edit.place: values})
    return changed


def _in_body(template: RequestTemplate, edit: Edit) -> RequestTemplate | None:
    """The change in a JSON body, or in a form's fields."""
    if template.json is not msgspec.UNSET:
        changed = edit.value if not edit.at else _put(template.json, edit.at, edit.value)
        return (
            None if changed is None and edit.at else msgspec.structs.replace(template, json=changed)
        )
    if template.form is None:
        return None
    if not edit.at:
        fields = edit.value if isinstance(edit.value, dict) else None
        return None if fields is None else msgspec.structs.replace(template, form=fields)
    if edit.at[0] in template.files:
        kept = {n: f for n, f in template.files.items() if n != edit.at[0]}
        gone = edit.value is msgspec.UNSET
        return msgspec.structs.replace(template, files=kept) if gone else None
    fields = _put(template.form, edit.at, edit.value)
    return None if fields is None else msgspec.structs.replace(template, form=fields)


def _put(node: Any, way: Sequence[str | int], value: Any) -> Any:
    """A copy of `node` with the value at the way; None where the way leads nowhere."""
    step, rest = way[0], way[1:]
    copy: Any
    if isinstance(node, dict) and isinstance(step, str) and not is_reference(node):
        copy, there = dict(node), step in node
    elif isinstance(node, list) and isinstance(step, int):
        copy, there = list(node), 0 <= step < len(node)
    else:
        return None
    if not there and (rest or value is msgspec.UNSET or isinstance(node, list)):
        return None
    if rest:
        inner = _put(copy[step], rest, value)
        if inner is None:
            return None
        copy[step] = inner
    elif value is msgspec.UNSET:
        del copy[step]
    else:
        copy[step] = value
    return copy


def _trimmed(template: RequestTemplate, spare: Mapping[str, Any]) -> RequestTemplate:
    parts = {
        part: {n: v for n, v in getattr(template, part).items() if n not in spare.get(part, ())}
        for part in _PARTS
    }
    return _with_bodies(template, parts, lambda body: _without(body, spare.get("body") or {}))


def _without(node: Any, spare: Mapping[str, Any]) -> Any:
    if isinstance(node, list) and "[]" in spare:
        return [_without(one, spare["[]"]) for one in node]
    if not isinstance(node, dict) or is_reference(node) or "drop" not in spare:
        return node
    kept = {n: v for n, v in node.items() if n not in spare["drop"]}
    return {n: _without(v, spare["below"].get(n, {})) for n, v in kept.items()}


def _filled(template: RequestTemplate, more: Mapping[str, Any]) -> RequestTemplate:
    parts = {part: {**more.get(part, {}), **getattr(template, part)} for part in _PARTS}
    return _with_bodies(template, parts, lambda body: _with(body, more.get("body") or {}))


def _with(node: Any, more: Mapping[str, Any]) -> Any:
    if isinstance(node, list) and "[]" in more:
        return [_with(one, more["[]"]) for one in node]
    if not isinstance(node, dict) or is_reference(node) or "put" not in more:
        return node
    whole = {n: _with(v, more["below"].get(n, {})) for n, v in node.items()}
    return {**whole, **{n: v for n, v in more["put"].items() if n not in node}}


def _with_bodies(
    template: RequestTemplate, parts: Mapping[str, Any], change: Any
) -> RequestTemplate:
    json, form = template.json, template.form
    return msgspec.structs.replace(
        template,
        json=json if json is msgspec.UNSET else change(json),
        form=None if form is None else change(form),
        **parts,
    )

"""How a document writes a parameter's value: its style and `explode` (OpenAPI 3.1, 4.8.12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from seamline.openapi.operation import Operation, Parameter
from seamline.run.text import json_text, text

_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_MAX_DEPTH = 8


def declared(known: Operation | None, place: str, name: str) -> Parameter | None:
    """The operation's parameter of that place and name."""
    if known is None:
        return None
    same = name.lower() if place == "header" else name
    for parameter in known.parameters:
        own = parameter.name.lower() if place == "header" else parameter.name
        if parameter.place == place and own == same:
            return parameter
    return None


def in_path(parameter: Parameter | None, name: str, value: Any) -> str:
    """One segment or more, percent-encoded."""
    if parameter is None or not _has_parts(parameter, value):
        start = {"label": ".", "matrix": f";{_quoted(name)}="}
        return start.get(parameter.style if parameter is not None else "", "") + _quoted(
            text(value)
        )
    match parameter.style:
        case "label":
            joint = "." if parameter.explode else ","
            return "." + joint.join(_parts(value, parameter.explode))
        case "matrix":
            if not parameter.explode:
                return f";{_quoted(name)}=" + ",".join(_parts(value, False))
            named = [
                f"{_quoted(name)}={p}" if isinstance(value, list) else p
                for p in _parts(value, True)
            ]
            return "".join(f";{p}" for p in named)
    return ",".join(_parts(value, parameter.explode))


def in_query(parameter: Parameter | None, name: str, value: Any) -> Iterator[str]:
    """The pairs `name=value`, percent-encoded; what is null is not sent."""
    if value is None:
        return
    if parameter is None or not _has_parts(parameter, value):
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is not None:
                yield f"{_quoted(name)}={_quoted(text(one))}"
    elif parameter.style == "deepObject":
        yield from _deep(_quoted(name), value, 0)
    elif parameter.explode:
        for part in _parts(value, True):
            yield part if isinstance(value, dict) else f"{_quoted(name)}={part}"
    else:
        joint = _DELIMITERS.get(parameter.style, ",")
        yield f"{_quoted(name)}={joint.join(_parts(value, False))}"


def in_header(parameter: Parameter | None, value: Any) -> str:
    """A header's value, as it is."""
    if parameter is None or not _has_parts(parameter, value):
        return text(value)
    return ",".join(_parts(value, parameter.explode, plain=True))


def cookies(known: Operation | None, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of cookies; what is null is not sent."""
    for name, value in values.items():
        for pair in in_query(declared(known, "cookie", name), name, value):
            key, _, written = pair.partition("=")
            yield key, written


def _has_parts(parameter: Parameter, value: Any) -> bool:
    """Whether the style says how to write it: a list, or an object where one is declared."""
    if parameter.media:
        return False
    if isinstance(value, list):
        return True
    return isinstance(value, dict) and _is_object(parameter.schema)


def _is_object(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    said = schema.get("type")
    kinds = said if isinstance(said, list) else [said]
    return "object" in kinds or (said is None and "properties" in schema)


def _parts(value: Any, explode: bool, plain: bool = False) -> list[str]:
    write = text if plain else _written
    if isinstance(value, dict):
        pairs: Iterable[tuple[Any, Any]] = [(k, v) for k, v in value.items() if v is not None]
        if explode:
            return [f"{write(k)}={write(v)}" for k, v in pairs]
        return [write(part) for pair in pairs for part in pair]
    return [write(one) for one in value if one is not None]


def _deep(name: str, value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        for key, inner in value.items():
            yield from _deep(f"{name}%5B{_quoted(str(key))}%5D", inner, depth + 1)
    elif isinstance(value, list) and depth:
        for one in value:
            yield from _deep(name, one, _MAX_DEPTH)
    elif value is not None:
        yield f"{name}={_quoted(json_text(value) if isinstance(value, list) else text(value))}"


def _written(value: Any) -> str:
    return _quoted(text(value))


def _quoted(value: str) -> str:
    return quote(value, safe="", errors="surrogatepass")

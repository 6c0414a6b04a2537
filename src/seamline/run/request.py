"""From a template with references resolved to the request that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from seamline.errors import SpecError
from seamline.model.case import RequestTemplate
from seamline.model.exchange import Request

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_ENCODE = msgspec.json.Encoder(decimal_format="number")


def build(
    operation: str,
    template: RequestTemplate,
    credentials: tuple[tuple[str, str], ...],
    base_path: str = "",
) -> Request:
    """The request of `METHOD /path/{name}`; raises `SpecError` for a path parameter without a value.

    Headers of the template win over those of the identity. `base_path` is put in front of the path.
    """
    method, _, path = operation.partition(" ")
    target = base_path + _PARAMETER.sub(
        lambda m: quote(_text(_path_value(m[1], template, operation)), safe=""), path
    )
    if template.query:
        target += "?" + urlencode(list(_pairs(template.query)), quote_via=quote)
    own = {name.lower() for name in template.headers}
    headers = [(n, v) for n, v in credentials if n.lower() not in own]
    headers += [(name, _text(value)) for name, value in template.headers.items()]
    body, media_type = _body(template)
    if media_type and "content-type" not in own:
        headers.append(("Content-Type", media_type))
    return Request(
        method=method, target=target, headers=tuple(headers), body=body, json=template.json
    )


def _path_value(name: str, template: RequestTemplate, operation: str) -> Any:
    try:
        return template.path[name]
    except KeyError:
        raise SpecError(f"{operation}: no value for the path parameter {{{name}}}") from None


def _body(template: RequestTemplate) -> tuple[bytes | None, str]:
    if template.json is not msgspec.UNSET:
        return _ENCODE.encode(template.json), template.media_type or "application/json"
    if template.form is not None:
        text = urlencode(list(_pairs(template.form)))
        return text.encode(), template.media_type or "application/x-www-form-urlencoded"
    if template.body is not None:
        return template.body.encode("utf-8", "surrogatepass"), template.media_type or ""
    return None, ""


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is None:
            continue
        for one in value if isinstance(value, list) else (value,):
            yield name, _text(one)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return _ENCODE.encode(value).decode()
    return str(value)

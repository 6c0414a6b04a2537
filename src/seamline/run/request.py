"""From a template with references resolved to the request that is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from seamline.errors import SpecError
from seamline.model.case import RequestTemplate
from seamline.model.exchange import Request

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_IN_PATH = "/:@!$&'()*+,;=?%[]~"
"""What stays as the spec file writes it in a path, beside letters and digits."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_ENCODE = msgspec.json.Encoder(decimal_format="number")


def build(
    operation: str,
    template: RequestTemplate,
    credentials: tuple[tuple[str, str], ...],
    base_path: str = "",
    query: tuple[tuple[str, str], ...] = (),
) -> Request:
    """The request of `METHOD /path/{name}`.

    Headers and query of the template win over those of the identity; what is null is not sent.
    `base_path` is put in front of the path. Raises `SpecError` for a path parameter without a value
    and for a header that HTTP cannot carry.
    """
    method, _, path = operation.partition(" ")
    target = _path(base_path + path, template, operation)
    if template.query or query:
        pairs = list(_pairs(template.query))
        pairs += ((n, v) for n, v in query if n not in template.query)
        target += "?" + urlencode(pairs, quote_via=quote, errors="surrogatepass") if pairs else ""
    own = {name.lower() for name in template.headers}
    headers = [(n, v) for n, v in credentials if n.lower() not in own]
    headers += [(n, _text(v)) for n, v in template.headers.items() if v is not None]
    body, media_type = _body(template)
    if media_type and "content-type" not in own:
        headers.append(("Content-Type", media_type))
    _check_headers(operation, headers)
    return Request(
        method=method, target=target, headers=tuple(headers), body=body, json=template.json
    )


def _path(path: str, template: RequestTemplate, operation: str) -> str:
    parts = list(_split(path))
    for i in range(1, len(parts), 2):
        value = _text(_path_value(parts[i], template, operation))
        parts[i] = quote(value, safe="", errors="surrogatepass")
    return "".join(parts)


@lru_cache(maxsize=4096)
def _split(path: str) -> tuple[str, ...]:
    """Text, as it is sent, and names of parameters by turns."""
    parts = _PARAMETER.split(path)
    parts[::2] = (quote(text, safe=_IN_PATH) for text in parts[::2])
    return tuple(parts)


def _path_value(name: str, template: RequestTemplate, operation: str) -> Any:
    value = template.path.get(name)
    if value is None:
        said = "is null" if name in template.path else "has no value"
        raise SpecError(f"{operation}: the path parameter {{{name}}} {said}")
    return value


def _check_headers(operation: str, headers: Iterable[tuple[str, str]]) -> None:
    """Refuse what would end the header or could not be sent; the value may be a secret: it is not shown."""
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise SpecError(f"{operation}: {name!r} cannot be the name of a header")
        if wrong := _NO_HEADER.search(value):
            raise SpecError(
                f"{operation}: the value of the header {name} holds U+{ord(wrong[0]):04X},"
                " which no header can carry"
            )


def _body(template: RequestTemplate) -> tuple[bytes | None, str]:
    if template.json is not msgspec.UNSET:
        return _json(template.json), template.media_type or "application/json"
    if template.form is not None:
        text = urlencode(list(_pairs(template.form)), errors="surrogatepass")
        return text.encode(), template.media_type or "application/x-www-form-urlencoded"
    if template.body is not None:
        return template.body.encode("utf-8", "surrogatepass"), template.media_type or ""
    return None, ""


def _json(value: Any) -> bytes:
    try:
        return _ENCODE.encode(value)
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can carry it as an escape
        return json.dumps(value, default=float).encode()


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is not None:
                yield name, _text(one)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return _json(value).decode()
    return str(value)

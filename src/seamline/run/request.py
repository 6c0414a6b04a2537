"""From a template with references resolved to the request that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from seamline.errors import SpecError
from seamline.model.case import RequestTemplate
from seamline.model.exchange import Request
from seamline.openapi.operation import Operation
from seamline.run.multipart import multipart
from seamline.run.parameter import cookies, declared, in_header, in_path, in_query
from seamline.run.text import json_bytes, text

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_IN_PATH = "/:@!$&'()*+,;=?%[]~"
"""What stays as the spec file writes it in a path, beside letters and digits."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_MULTIPART = "multipart/form-data"


def build(
    operation: str,
    template: RequestTemplate,
    credentials: tuple[tuple[str, str], ...],
    base_path: str = "",
    query: tuple[tuple[str, str], ...] = (),
    known: Operation | None = None,
) -> Request:
    """The request of `METHOD /path/{name}`; values are written as the `known` operation declares.

    Headers and query of the template win over those of the identity; what is null is not sent.
    `base_path` is put in front of the path. Raises `SpecError` for a path parameter without a value
    and for a header that HTTP cannot carry.
    """
    method, _, path = operation.partition(" ")
    target = _path(base_path + path, template, operation, known)
    if template.query or query:
        pairs = [
            p
            for n, v in template.query.items()
            for p in in_query(declared(known, "query", n), n, v)
        ]
        rest = [(n, v) for n, v in query if n not in template.query]
        pairs += [urlencode([pair], quote_via=quote, errors="surrogatepass") for pair in rest]
        target += "?" + "&".join(pairs) if pairs else ""
    own = {name.lower() for name in template.headers}
    headers = [(n, v) for n, v in credentials if n.lower() not in own]
    headers += [
        (n, in_header(declared(known, "header", n), v))
        for n, v in template.headers.items()
        if v is not None
    ]
    if template.cookies:
        headers = _with_cookies(headers, list(cookies(known, template.cookies)))
    body, media_type = _body(operation, template)
    if media_type and "content-type" not in own:
        headers.append(("Content-Type", media_type))
    _check_headers(operation, headers)
    return Request(
        method=method, target=target, headers=tuple(headers), body=body, json=template.json
    )


def _path(path: str, template: RequestTemplate, operation: str, known: Operation | None) -> str:
    parts = list(_split(path))
    for i in range(1, len(parts), 2):
        name = parts[i]
        value = _path_value(name, template, operation)
        parts[i] = in_path(declared(known, "path", name), name, value)
    return "".join(parts)


def _with_cookies(
    headers: list[tuple[str, str]], own: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """All cookies in one header: those of the identity, unless the request has its own of that name."""
    names = {name for name, _ in own}
    sent = [v for n, v in headers if n.lower() == "cookie"]
    kept = [p for v in sent for p in v.split("; ") if p.partition("=")[0] not in names]
    whole = "; ".join([*kept, *(f"{n}={v}" for n, v in own)])
    return [(n, v) for n, v in headers if n.lower() != "cookie"] + (
        [("Cookie", whole)] if whole else []
    )


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


def _body(operation: str, template: RequestTemplate) -> tuple[bytes | None, str]:
    if template.json is not msgspec.UNSET:
        return json_bytes(template.json), template.media_type or "application/json"
    said = template.media_type or ""
    if template.files or (template.form is not None and said.lower().startswith("multipart/")):
        body, boundary = multipart(operation, template.form or {}, template.files)
        return body, f"{said.partition(';')[0].strip() or _MULTIPART}; boundary={boundary}"
    if template.form is not None:
        encoded = urlencode(list(_pairs(template.form)), errors="surrogatepass")
        return encoded.encode(), said or "application/x-www-form-urlencoded"
    if template.body is not None:
        return template.body.encode("utf-8", "surrogatepass"), said
    return None, ""


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is not None:
                yield name, text(one)

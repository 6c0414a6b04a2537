"""Multipart bodies (RFC 7578): fields and files as parts, the same bytes for the same values."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from seamline.errors import SpecError
from seamline.model.case import Attachment
from seamline.run.text import json_bytes, text


def multipart(
    operation: str, fields: Mapping[str, Any], files: Mapping[str, Attachment]
) -> tuple[bytes, str]:
    """The body, and the boundary between its parts. Raises `SpecError` for what is no base64."""
    parts = [*_fields(fields), *_files(operation, files)]
    content = b"".join(head + body for head, body in parts)
    number = 0
    while (boundary := f"seamline-{crc32(content):08x}-{number}").encode() in content:
        number += 1
    mark = f"--{boundary}".encode()
    whole = b"".join(mark + b"\r\n" + head + b"\r\n" + body + b"\r\n" for head, body in parts)
    return whole + mark + b"--\r\n", boundary


def _fields(fields: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in fields.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is None:
                continue
            head = f'Content-Disposition: form-data; name="{_name(name)}"\r\n'
            if isinstance(one, dict):
                yield (head + "Content-Type: application/json\r\n").encode(), json_bytes(one)
            else:
                yield (
                    head.encode("utf-8", "surrogatepass"),
                    text(one).encode("utf-8", "surrogatepass"),
                )


def _files(operation: str, files: Mapping[str, Attachment]) -> Iterator[tuple[bytes, bytes]]:
    for name, file in files.items():
        content = file.text.encode("utf-8", "surrogatepass")
        if file.base64 is not None:
            try:
                content = base64.b64decode(file.base64, validate=True)
            except (binascii.Error, ValueError):
                raise SpecError(f"{operation}: the file {name!r} is no base64") from None
        yield (
            (
                f'Content-Disposition: form-data; name="{_name(name)}"; filename="{_name(file.name)}"\r\n'
                f"Content-Type: {_line(file.media_type)}\r\n"
            ).encode(),
            content,
        )


def _name(name: str) -> str:
    """As browsers write it: quotes and line breaks percent-encoded (WHATWG, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _line(name: str) -> str:
    return name.replace("\r", "").replace("\n", "")

"""An OpenAPI document as decoded: JSON or YAML, version 3.0 to 3.2 (Swagger 2.0 is read as 3.0)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import msgspec
import yaml

from seamline.errors import SpecError
from seamline.openapi import swagger, yaml_text
from seamline.text.pointer import ABSENT, at_pointer

MAX_BYTES = 16 * 1024 * 1024
_MAX_REFS = 64


class Document(msgspec.Struct, frozen=True):
    """A decoded document, its version (`3.1.0`) and where it came from.

    `raw` of a Swagger 2.0 document is what it says in the words of 3.0.
    """

    raw: dict[str, Any]
    version: str
    source: str

    @property
    def title(self) -> str:
        """`info.title`, or the source."""
        info = self.raw.get("info")
        title = info.get("title") if isinstance(info, dict) else None
        return title if isinstance(title, str) else self.source

    def follow(self, node: Any) -> tuple[Any, str | None]:
        """`node` with local `$ref`s followed, and the pointer of the last one (None: no `$ref`).

        A reference that leads nowhere, outside the document or round in a circle gives (None, pointer).
        The pointer is the plain one: percent-encoding (RFC 6901, 6) is undone where it was needed.
        """
        pointer: str | None = None
        for _ in range(_MAX_REFS):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node, pointer
            pointer = node["$ref"]
            if pointer != "#" and not pointer.startswith("#/"):
                return None, pointer
            found = at_pointer(self.raw, pointer)
            if found is ABSENT and "%" in pointer:
                pointer = unquote(pointer)
                found = at_pointer(self.raw, pointer)
            node = None if found is ABSENT else found
        return None, pointer


def parse(data: bytes, source: str) -> Document:
    """Decode a document. Raises `SpecError` that says what was found instead of OpenAPI."""
    return read(decode(data, source), source)


def read(raw: Any, source: str) -> Document:
    """The document that was decoded. Raises `SpecError` that says what was found instead of OpenAPI."""
    if not isinstance(raw, dict):
        raise SpecError(f"{source}: not an OpenAPI document: its top level is no object")
    version = raw.get("openapi")
    if isinstance(version, float):  # `openapi: 3.1`, without quotes, in YAML
        version = str(version)
    if version is None and "swagger" in raw:
        return _swagger(raw, source)
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1", "3.2")):
        raise SpecError(
            f"{source}: not an OpenAPI document: no `openapi: 3.x` or `swagger: 2.0` at its top level"
            + (f" (found {version!r})" if version is not None else "")
            + ". Set [system] openapi to the document's path or URL."
        )
    if not isinstance(raw.get("paths"), dict | None):
        raise SpecError(f"{source}: `paths` is no object")
    return Document(raw, version, source)


def _swagger(raw: dict[str, Any], source: str) -> Document:
    if str(raw["swagger"]) not in ("2.0", "2"):
        raise SpecError(
            f"{source}: Swagger {str(raw['swagger'])[:20]!r}:"
            " Seamline reads OpenAPI 3.0, 3.1 and 3.2 and Swagger 2.0"
        )
    if not isinstance(raw.get("paths"), dict | None):
        raise SpecError(f"{source}: `paths` is no object")
    return Document(swagger.convert(raw), swagger.VERSION, source)


def decode(data: bytes, source: str) -> Any:
    """What JSON or YAML says. Raises `SpecError` where it is neither, too large or too deep."""
    if len(data) > MAX_BYTES:
        raise SpecError(f"{source}: larger than {MAX_BYTES >> 20} MB")
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = data[:512].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html")):
        raise SpecError(
            f"{source}: an HTML page, not an OpenAPI document."
            " Set [system] openapi to the document itself (often /openapi.json)."
        )
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as exc:
        problem = exc
    try:
        # Half a surrogate pair, as regular expressions for emoji have it, is JSON to json only.
        return json.loads(data)
    except RecursionError:
        raise SpecError(f"{source}: nested too deeply") from None
    except ValueError:
        if head.startswith((b"{", b"[")):
            raise SpecError(f"{source}: broken JSON: {problem}") from None
    try:
        return yaml_text.decode(data)
    except (yaml.YAMLError, yaml_text.Refused, ValueError) as exc:
        raise SpecError(f"{source}: neither JSON nor YAML: {' '.join(str(exc).split())}") from None

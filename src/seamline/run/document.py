"""Where the OpenAPI document comes from: a path of the running system, a URL, or a file."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from seamline.errors import SpecError, TargetError
from seamline.model.exchange import Request
from seamline.openapi.bundle import bundled, outside, own_address
from seamline.openapi.document import MAX_BYTES, Document, decode, read
from seamline.openapi.server import server_path
from seamline.spec.project import Project
from seamline.system.http import Client
from seamline.system.http import client as http_client

MOST_PARTS = 200
"""So many other files of one document are taken in, and of all together no more than `MAX_BYTES`."""
_MOST_S = 30.0

Load = Callable[[str], Awaitable[bytes | None]]
"""The bytes at an address, None where they may not or cannot be had."""


def base_path(project: Project, document: Document | None) -> str:
    """What stands in front of every operation's path: the toml's word, else the document's first server."""
    if project.system.base_path is not None:
        return project.system.base_path.rstrip("/")
    return (server_path(document.raw) or "") if document is not None else ""


async def read_document(project: Project, client: Client) -> Document | None:
    """The document that `[system] openapi` names, with the files that it refers to; None where it names none.

    Raises `TargetError` when it cannot be fetched, `SpecError` when it is no OpenAPI document.
    """
    where = project.system.openapi
    if where is None:
        return None
    if "://" in where or where.startswith("/"):
        address = where if "://" in where else client.base_url + where
        data = await _fetch(address, where, project)
        raw = decode(data, where)

        async def load(part: str) -> bytes | None:
            return await _fetched_part(part, address, project)

        return read(await whole(raw, address, load), where)
    path = project.path(where)
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise SpecError(
            f"seamline.toml: system.openapi: {where}: {exc.strerror}."
            " Give a file, a URL, or a path of the running system that starts with '/'."
            " Without a document, leave the line out: the spec file says by hand what is expected."
        ) from None
    folders = (project.folder.resolve(), path.resolve().parent)

    async def load_file(part: str) -> bytes | None:
        return _file_part(part, folders)

    return read(await whole(decode(data, where), path.resolve().as_uri(), load_file), where)


async def whole(raw: Any, address: str, load: Load) -> Any:
    """The decoded document with the other documents that its references name, as far as they may be had."""
    waiting = list(outside(raw, address, own_address(raw, address)))
    if not waiting:
        return raw
    parts: dict[str, Any] = {}
    tried, size, end = {address}, 0, time.monotonic() + _MOST_S
    while waiting and len(parts) < MOST_PARTS and size < MAX_BYTES and time.monotonic() < end:
        one = waiting.pop(0)
        if one in tried:
            continue
        tried.add(one)
        data = await load(one)
        if data is None:
            continue
        size += len(data)
        try:
            parts[one] = decode(data, one)
        except SpecError:
            continue  # what refers to it is told as a fault of the document
        waiting += outside(parts[one], one, own_address(parts[one], one))
    return bundled(raw, address, parts)


def _file_part(address: str, folders: tuple[Path, ...]) -> bytes | None:
    """A file beside the document or in the project; no other: a document may be somebody else's."""
    parts = urlsplit(address)
    if parts.scheme != "file":
        return None
    path = Path(unquote(parts.path)).resolve()
    if not any(path.is_relative_to(folder) for folder in folders):
        return None
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


async def _fetched_part(address: str, of: str, project: Project) -> bytes | None:
    """What the document's own host serves, or this machine: nobody else's is asked."""
    parts, home = urlsplit(address), urlsplit(of)
    if parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    if parts.netloc != home.netloc and not _is_loopback(parts.hostname or ""):
        return None
    try:
        return await _fetch(address, address, project)
    except (TimeoutError, TargetError):
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _fetch(address: str, label: str, project: Project) -> bytes:
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    async with http_client(
        base, timeout_s=project.limits.request_timeout_s, body_bytes=MAX_BYTES + 1
    ) as client:
        response, failure, _ = await client.send(Request(method="GET", target=target))
    if response is None:
        raise TargetError(f"the OpenAPI document at {label}: {failure}")
    if response.status != 200:
        raise TargetError(
            f"the OpenAPI document at {label}: the system answered {response.status}."
            " Set [system] openapi to where it is, or leave it out: the spec file says by hand what is"
            " expected."
        )
    return response.body

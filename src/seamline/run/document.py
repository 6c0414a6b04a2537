"""Where the OpenAPI document comes from: a path of the running system, a URL, or a file."""

from __future__ import annotations

from urllib.parse import urlsplit

from seamline.errors import SpecError, TargetError
from seamline.model.exchange import Request
from seamline.openapi.document import MAX_BYTES, Document, parse
from seamline.spec.project import Project
from seamline.system.http import Client
from seamline.system.http import client as http_client


def base_path(project: Project, document: Document | None) -> str:
    """What stands in front of every operation's path: the toml's word, else the document's first server."""
    if project.system.base_path is not None:
        return project.system.base_path.rstrip("/")
    servers = document.raw.get("servers") if document is not None else None
    first = servers[0] if isinstance(servers, list) and servers else None
    url = first.get("url") if isinstance(first, dict) else None
    return urlsplit(url).path.rstrip("/") if isinstance(url, str) and "{" not in url else ""


async def read_document(project: Project, client: Client) -> Document | None:
    """The document that `[system] openapi` names; None where it names none.

    Raises `TargetError` when it cannot be fetched, `SpecError` when it is no OpenAPI document.
    """
    where = project.system.openapi
    if where is None:
        return None
    if "://" in where:
        parts = urlsplit(where)
        base = f"{parts.scheme}://{parts.netloc}"
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return await _fetch(base, target or "/", where, project)
    if where.startswith("/"):
        base = client.base_url
        return await _fetch(base, where, where, project)
    path = project.path(where)
    try:
        return parse(path.read_bytes(), where)
    except OSError as exc:
        raise SpecError(
            f"seamline.toml: system.openapi: {where}: {exc.strerror}."
            " Give a file, a URL, or a path of the running system that starts with '/'."
        ) from None


async def _fetch(base: str, target: str, label: str, project: Project) -> Document:
    async with http_client(
        base, timeout_s=project.limits.request_timeout_s, body_bytes=MAX_BYTES
    ) as client:
        response, failure, _ = await client.send(Request(method="GET", target=target))
    if response is None:
        raise TargetError(f"the OpenAPI document at {label}: {failure}")
    if response.status != 200:
        raise TargetError(
            f"the OpenAPI document at {label}: the system answered {response.status}."
            " Set [system] openapi to where it is."
        )
    return parse(response.body, label)

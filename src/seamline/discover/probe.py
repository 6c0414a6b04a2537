"""What only a running system can say: where its document is, which path says that it is ready."""

from __future__ import annotations

from collections.abc import Iterable

from seamline.errors import SpecError
from seamline.model.exchange import Request, Response
from seamline.openapi.document import MAX_BYTES, Document, parse
from seamline.system.http import client as http_client

_TIMEOUT_S = 10.0


async def find_document(base_url: str, paths: Iterable[str]) -> tuple[Document | None, str]:
    """The first of the paths that answers an OpenAPI document.

    Without one, why the first path that answered at all was none; empty where no path did.
    """
    why = ""
    for path in dict.fromkeys(paths):
        response = await _get(base_url, path)
        if response is None or response.status != 200:
            continue
        try:
            return parse(response.body, path), ""
        except SpecError as exc:
            why = why or str(exc)
    return None, why


async def find_ready(base_url: str, paths: Iterable[str]) -> str | None:
    """The first of the paths that answers 2xx."""
    for path in dict.fromkeys(paths):
        response = await _get(base_url, path)
        if response is not None and 200 <= response.status < 300:
            return path
    return None


async def _get(base_url: str, path: str) -> Response | None:
    async with http_client(base_url, timeout_s=_TIMEOUT_S, body_bytes=MAX_BYTES) as client:
        response, _, _ = await client.send(Request(method="GET", target=path))
    return response

"""Servers of a document, a path or an operation: the path in front of what `paths` says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_VARIABLE = re.compile(r"\{([^{}]+)\}")


def server_path(holder: Any) -> str | None:
    """The path of the first of an object's `servers`, variables at their defaults; None where it has none."""
    servers = holder.get("servers") if isinstance(holder, Mapping) else None
    first = servers[0] if isinstance(servers, list) and servers else None
    url = first.get("url") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(url, str):
        return None
    variables = first.get("variables")
    known = variables if isinstance(variables, dict) else {}
    whole = _VARIABLE.sub(lambda found: _default(known.get(found[1])), url)
    try:
        path = urlsplit(whole).path
    except ValueError:
        return None
    path = path.rstrip("/")
    return path if not path or path.startswith("/") else f"/{path}"


def _default(variable: Any) -> str:
    default = variable.get("default") if isinstance(variable, dict) else None
    return str(default) if isinstance(default, str | int | float) else ""

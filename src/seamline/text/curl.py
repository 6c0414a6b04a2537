"""A request as a curl line that a person can paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def curl(method: str, target: str, headers: Iterable[tuple[str, str]], body: str | None) -> str:
    """One shell command; the host is `$BASE_URL`, since the port differs in each run."""
    parts = ["curl", "-i"]
    if method == "HEAD":
        parts.append("--head")
    elif method != "GET" or body is not None:
        parts += ["-X", method]
    parts.append(f'"$BASE_URL"{shlex.quote(target)}')
    for name, value in headers:
        parts += ["-H", shlex.quote(f"{name}: {value}")]
    if body is not None:
        parts += ["--data-binary", shlex.quote(body)]
    return " ".join(parts)

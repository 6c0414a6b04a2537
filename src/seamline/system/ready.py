"""Wait until the system answers."""

from __future__ import annotations

import asyncio
import time

from seamline.errors import TargetError
from seamline.model.exchange import Request, Response
from seamline.system.http import Client
from seamline.system.process import Process, tail

_POLL_S = 0.02
_POLL_MOST_S = 0.25


async def _ask(client: Client, path: str, left_s: float) -> tuple[Response | None, str]:
    """One GET that takes no longer than what is left of the time."""
    try:
        asked = client.send(Request(method="GET", target=path))
        response, failure, _ = await asyncio.wait_for(asked, max(left_s, 0.05))
    except TimeoutError:
        return None, "no answer in time"
    return response, failure


async def wait_ready(
    client: Client, path: str | None, *, timeout_s: float, process: Process | None
) -> float:
    """Poll `path` until it answers 2xx or 3xx; the seconds it took.

    Without a path any answer at `/` that is no 5xx will do: an API need not have anything there.

    Raises `TargetError` with the log's last lines when the process ends first or time runs out.
    """
    start = time.monotonic()
    pause = _POLL_S
    too_high = 400 if path is not None else 500
    path = path or "/"
    while True:
        if process is not None and process.exit_code is not None:
            raise TargetError(
                f"the system ended while starting (exit {process.exit_code})."
                f" Its last log lines:{tail(process.log) or ' (none)'}"
            )
        response, failure = await _ask(client, path, timeout_s - (time.monotonic() - start))
        if response is not None and 200 <= response.status < too_high:
            return time.monotonic() - start
        last = failure if response is None else f"it answered {response.status}"
        if time.monotonic() - start > timeout_s:
            log = tail(process.log) if process is not None else ""
            raise TargetError(
                f"the system was not ready within {timeout_s:g} s: GET {client.base_url}{path}:"
                f" {last}. Is [system] ready right, does the command listen on {{port}}?"
                + (f" Its last log lines:{log}" if log else "")
            )
        await asyncio.sleep(pause)
        pause = min(pause * 1.3, _POLL_MOST_S)

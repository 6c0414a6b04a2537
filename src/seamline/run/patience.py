"""429 means come back later: wait as told, within bounds, and send the request again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from seamline.model.exchange import Response

TOO_MANY = 429
NOT_TESTED = "not tested: the system limits the rate of requests (429), also after waiting"
_LONGEST_S = 3.0
_SHORTEST_S = 0.2
_TRIES = 3


class Patience(msgspec.Struct):
    """How long may still be waited in a run, in seconds."""

    left_s: float = 90.0

    async def wait(self, response: Response, tries: int) -> bool:
        """Wait as the answer asks (RFC 9110, 10.2.3); False where that is too long, or was too often."""
        wanted = retry_after(response) or 2.0**tries * _SHORTEST_S
        if tries >= _TRIES or wanted > _LONGEST_S or wanted > self.left_s:
            return False
        self.left_s -= wanted
        await asyncio.sleep(wanted)
        return True


def retry_after(response: Response) -> float:
    """Seconds that `Retry-After` asks for; 0 where it says nothing that can be read."""
    said = response.header("retry-after").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        then = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return 0.0
    now = datetime.now(UTC)
    return max(
        (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp(), 0.0
    )


def is_limited(status: int, expected: tuple[int, ...]) -> bool:
    """Whether an answer is a rate limit that nobody expected."""
    return status == TOO_MANY and TOO_MANY not in expected

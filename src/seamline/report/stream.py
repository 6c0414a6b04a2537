"""A terminal that may go away: `seamline run | head` must end well, whatever the terminal's encoding."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from seamline.text.plain import to_ascii


class SafeStream:
    """Writes to `stream` until that fails, then nowhere. `lost` tells that it failed.

    Text that the stream's encoding does not know is spelt in ASCII.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = False
        self.encoding = getattr(stream, "encoding", None) or "utf-8"
        self.unicode = self.encoding.lower().replace("-", "").startswith("utf")

    def write(self, text: str) -> int:
        """Write what can be written; a closed stream is no error."""
        if not self.lost:
            try:
                self._stream.write(self._encodable(text))
            except (OSError, ValueError):
                self._lose()
        return len(text)

    def flush(self) -> None:
        """Flush, or find out that nobody reads any more."""
        if not self.lost:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._lose()

    def isatty(self) -> bool:
        """Whether a person watches."""
        try:
            return self._stream.isatty()
        except (OSError, ValueError):
            return False

    def fileno(self) -> int:
        """The descriptor, for the width of the terminal."""
        return self._stream.fileno()

    def _encodable(self, text: str) -> str:
        if not self.unicode:
            text = to_ascii(text)
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            text = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        except LookupError:
            text = to_ascii(text).encode("ascii", "backslashreplace").decode()
        return text

    def _lose(self) -> None:
        """Stop; and let the interpreter's own flush at exit go to nowhere instead of complaining."""
        self.lost = True
        if self._stream not in (sys.stdout, sys.stderr):
            return
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)

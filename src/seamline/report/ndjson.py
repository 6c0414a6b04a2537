"""The record of a run: one JSON line per event, on disk within a second of the event."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from seamline.errors import UsageError
from seamline.model.event import CaseFinished, DataChecked, Event

_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event, float_hook=Decimal)
_FULL = 1 << 16
_FLUSH_S = 1.0
_DEEPEST = 100
"""Nesting kept of a value that cannot be encoded as it is."""


class NdjsonReporter:
    """Writes `path` anew. Findings and everything rare are flushed at once, passing cases by the second."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        self._buffer = bytearray()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._problem: Exception | None = None

    def on(self, event: Event) -> None:
        """Add one line."""
        if self._problem is not None:
            raise self._problem
        passing = isinstance(event, CaseFinished | DataChecked) and not _has_finding(event)
        with self._lock:
            start = len(self._buffer)
            try:
                _ENCODER.encode_into(event, self._buffer, -1)
                if not passing:
                    _DECODER.decode(bytes(self._buffer[start:]))
            except (UnicodeEncodeError, msgspec.DecodeError, OverflowError, RecursionError):
                del self._buffer[start:]
                self._buffer += _ENCODER.encode(_writable(event))
            self._buffer += b"\n"
            if not passing or len(self._buffer) >= _FULL:
                self._flush()
            elif self._timer is None:
                self._timer = threading.Timer(_FLUSH_S, self._flush_late)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Write what is left and close the file."""
        try:
            with self._lock:
                if not self._file.closed:
                    self._flush()
            if self._problem is not None:
                raise self._problem
        finally:
            self.discard()

    def discard(self) -> None:
        """Close the file as it is."""
        if self._timer is not None:
            self._timer.cancel()
        self._file.close()

    def _flush(self) -> None:
        rest = memoryview(self._buffer)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        finally:
            rest.release()
            self._buffer.clear()

    def _flush_late(self) -> None:
        with self._lock:
            self._timer = None
            if self._file.closed:
                return
            try:
                self._flush()
            except OSError as problem:  # raised to the run at its next event
                self._problem = problem


def _has_finding(event: CaseFinished | DataChecked) -> bool:
    if isinstance(event, CaseFinished):
        return bool(event.findings)
    return event.finding is not None


def _writable(item: Any, depth: int = 0) -> Any:
    """The same value without what JSON cannot carry: lone surrogates, NaN, bottomless nesting."""
    if isinstance(item, msgspec.Struct):
        config = item.__struct_config__
        tag = {config.tag_field: config.tag} if config.tag_field else {}
        item = tag | msgspec.structs.asdict(item)
    if depth > _DEEPEST and isinstance(item, dict | list | tuple):
        return "…"
    if isinstance(item, str):
        return item.encode("utf-8", "backslashreplace").decode()
    if isinstance(item, Decimal):
        return item if item.is_finite() else str(item)
    if isinstance(item, dict):
        return {_writable(k): _writable(v, depth + 1) for k, v in item.items()}
    if isinstance(item, list | tuple):
        return [_writable(v, depth + 1) for v in item]
    return item


def read_events(path: Path) -> Iterator[Event]:
    """The events of a run, one at a time. The last line of a killed run may be cut: it is left out."""
    try:
        file = path.open("rb")
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror or problem}") from None
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                event = _DECODER.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as problem:
                if not line.endswith(b"\n"):
                    return
                raise UsageError(
                    f"{path}:{number}: not an event of this version: {problem}"
                ) from None
            yield event

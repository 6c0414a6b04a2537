"""Which answers the server still owes: the messages sent, in order, until each is answered."""

from __future__ import annotations

from collections import deque
from typing import Literal

from seamline.wire.postgresql.running import Running

Awaited = Literal[
    "parse", "bind", "describe", "execute", "close", "sync", "query", "swallow", "copied"
]
_ENDS = frozenset(("sync", "query", "swallow"))
"""Those that a ReadyForQuery answers."""
_NOT_RUN = "not run: a statement before it failed"


class Expected:
    """A queue of what was sent. After an error the server skips to the next Sync, and so does this."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Awaited, Running | None, bytes | None]] = deque()
        self._group: list[Running] = []
        self._skipping = False
        self._copying = False

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def skipping(self) -> bool:
        """Whether the server takes no notice of anything up to the next Sync."""
        return self._skipping

    @property
    def swallows(self) -> bool:
        """Whether what comes now answers something that the client never sent."""
        self._settle()
        return bool(self._queue) and self._queue[0][0] == "swallow"

    @property
    def running(self) -> Running | None:
        """The statement whose rows come now."""
        self._settle()
        return self._queue[0][1] if self._queue else None

    @property
    def described(self) -> bytes | None:
        """The prepared statement whose description comes now."""
        self._settle()
        return self._queue[0][2] if self._queue and self._queue[0][0] == "describe" else None

    @property
    def will_be_ready(self) -> bool:
        """Whether a ReadyForQuery is still to come."""
        return any(kind in _ENDS for kind, _, _ in self._queue)

    def add(self, kind: Awaited, running: Running | None = None, name: bytes | None = None) -> None:
        """The client sent a message that is answered."""
        if not self._skipping:
            self._queue.append((kind, running, name))

    def sync(self) -> None:
        """The client sent Sync; while rows are copied in the server takes no notice of it."""
        if self._copying:
            return
        self._skipping = False
        self._queue.append(("sync", None, None))

    def copied(self) -> None:
        """The client has sent all its rows, or gives up."""
        if self._copying:
            self._copying = False
        elif not self._skipping:
            self._queue.append(("copied", None, None))

    def copying(self) -> None:
        """The server takes rows: a Sync that was sent before their end will not be answered."""
        self._settle()
        head = self._queue.popleft() if self._queue else None
        while self._queue:
            kind, _, _ = self._queue[0]
            if kind == "copied":
                self._queue.popleft()
                break
            if kind != "sync":
                break
            self._queue.popleft()
        else:
            self._copying = True
        if head is not None:
            self._queue.appendleft(head)

    def answered(self, kind: Awaited) -> None:
        """A message that ends with its answer has been answered."""
        self._settle()
        if self._queue and self._queue[0][0] == kind:
            self._keep(self._queue.popleft()[1])

    def completed(self) -> Running | None:
        """A statement is done: the one executed, or one of a simple query's."""
        self._settle()
        self._copying = False
        if not self._queue:
            return None
        kind, running, _ = self._queue[0]
        if kind == "execute":
            self._queue.popleft()
        elif kind != "query":
            return None
        self._keep(running)
        return running

    def failed(self) -> tuple[Running | None, bytes | None]:
        """The server refused: the statement that it refused, or the name of one that it did not take.

        Those that stood behind it up to the next Sync are skipped by the server, simple queries too. At
        Sync itself the last one is refused, as it is committed.
        """
        self._settle()
        self._copying = False
        if not self._queue:
            return None, None
        kind, running, _ = self._queue[0]
        if kind in _ENDS:
            self._keep(running)
            is_committed = kind == "sync" and self._group
            return self._group[-1] if is_committed else running, None
        hit = running
        parsed = self._queue[0][2] if kind == "parse" else None
        while self._queue and self._queue[0][0] != "sync":
            _, running, _ = self._queue.popleft()
            if hit is None and parsed is not None:
                hit = running
            if running is not None and running is not hit:
                running.message = _NOT_RUN
            self._keep(running)
        self._skipping = not self._queue
        return hit, parsed

    def skip(self, running: Running) -> None:
        """The client sent a statement of which the server takes no notice: it ends at the next Sync."""
        running.message = _NOT_RUN
        self._keep(running)

    def note(self, running: Running) -> None:
        """A statement that ends with the present group, though nothing more is owed for it."""
        self._keep(running)

    def ready(self) -> tuple[list[Running], bool]:
        """The server waits for more: the statements since it last did, and whether nobody asked."""
        while self._queue:
            kind, running, _ = self._queue.popleft()
            self._keep(running)
            if kind in _ENDS:
                if kind == "swallow":
                    return [], True
                break
        group, self._group = self._group, []
        return group, False

    def _keep(self, running: Running | None) -> None:
        if running is not None and not running.kept:
            running.kept = True
            self._group.append(running)

    def _settle(self) -> None:
        while self._queue and self._queue[0][0] == "copied":
            self._queue.popleft()

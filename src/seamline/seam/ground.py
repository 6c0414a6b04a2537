"""The system that the tests of one process share: started once, put back after each test."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from seamline.checks import Context
from seamline.errors import SeamlineError, UndoImpossible
from seamline.run.renew import renewed
from seamline.run.rules import noise_of
from seamline.run.session import Rules, Session, Target
from seamline.run.setup import Setup, prepared
from seamline.seam.loop import Loop
from seamline.spec.project import Project
from seamline.system.token import claims_of
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor

_T = TypeVar("_T")
_SOON_S = 30.0


class Ground:
    """A server with a seeded base, and the project's system on a clone of it, from `start` to `close`.

    `stack` holds the present target of `session`. `spoil` says that it can serve no other test:
    `ready` then starts a fresh one, before the next test and not sooner.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.noise = noise_of(project)
        self.redactor = Redactor()
        self.stack = AsyncExitStack()
        self._whole = AsyncExitStack()
        self._loop = Loop()
        self._spoilt = False
        self._setup: Setup | None = None
        self._session: Session | None = None

    @property
    def setup(self) -> Setup:
        """The means to start the system; there from `start` on."""
        assert self._setup is not None
        return self._setup

    @property
    def session(self) -> Session:
        """The present target and what judges it; there from `start` on."""
        assert self._session is not None
        return self._session

    @property
    def target(self) -> Target:
        """The system that runs at present."""
        return self.session.target

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Carry out a coroutine on the loop that all of this lives on; no error holds a secret."""
        try:
            return self._loop.call(work)
        except SeamlineError as error:
            raise self.redactor.error(error) from None

    def start(self) -> None:
        """Start all of it. Raises the `SeamlineError` why it cannot be, with nothing left behind."""
        try:
            self.call(self._start())
        except BaseException:
            self.close()
            raise

    async def _start(self) -> None:
        space = self._whole.enter_context(workspace())
        needs = (self.project, space, self.redactor, lambda event: None)
        self._setup = await self._whole.enter_async_context(prepared(*needs))
        await self._whole.enter_async_context(self.stack)
        target = await self.stack.enter_async_context(self._setup.target())
        rules = Rules(
            contexts={},
            fallback=Context(),
            noise=self.noise,
            settle_s=self.project.limits.settle_ms / 1000,
        )
        self._session = Session(target=target, rules=rules, redactor=self.redactor)

    def close(self) -> None:
        """End the system and its server; nothing is left of them."""
        try:
            self.call(self._whole.aclose())
        finally:
            self._loop.close()

    def spoil(self) -> None:
        """The present target is no clean base any more."""
        self._spoilt = True

    async def ready(self) -> None:
        """See to it that the system runs, on a clean base."""
        process = self.target.process
        has_ended = process is not None and process.exit_code is not None
        if (self._spoilt or has_ended) and self.setup.can_clone:
            await self.stack.aclose()
            self.session.target = await self.stack.enter_async_context(
                self.setup.target(quiet=True)
            )
        self._spoilt = False
        for identity in self.target.renew:
            claims = claims_of(self.target.identities[identity]) or {}
            if _ends_soon(claims.get("exp")):
                await renewed(self.session, identity, first=True)

    async def put_back(self) -> None:
        """Every row as it was before the test; else the target is spoilt.

        Raises `UndoImpossible` where no other can be started.
        """
        capture = self.target.capture
        if capture is None or (self._spoilt and self.setup.can_clone):
            return
        seen = await capture.observe(self.session.rules.settle_s)
        try:
            await capture.undo()
        except UndoImpossible:
            if not self.setup.can_clone:
                raise
            self.spoil()
        if seen.open_transactions:  # their connections were ended: a pool may not know of it
            self.spoil()


def _ends_soon(expires: object) -> bool:
    """Whether a token may run out within the next test."""
    return isinstance(expires, int | float) and expires < time.time() + _SOON_S

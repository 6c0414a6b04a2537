"""A fault that is put in at one statement of a request."""

from __future__ import annotations

from typing import Literal

import msgspec

from seamline.model.statement import SqlKind

Harm = Literal["error", "lost before", "lost after", "refused", "delayed", "killed"]
"""What happens to a statement: it fails, the connection is lost before the server has it, or after it has
carried it out and before the system knows; a COMMIT is refused; it takes long; the system is killed."""


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and the statement that it strikes.

    `ordinal` is the statement's place in the undisturbed trace, from 1. It is known again by its `text`
    without values, as the `occurrence`th such statement. `ends` says that it makes rows durable: a COMMIT,
    or a write by itself; `after` that all that the request writes is durable before it.
    """

    ordinal: int
    text: str
    occurrence: int
    kind: SqlKind
    harm: Harm
    sqlstate: str = ""
    ends: bool = False
    after: bool = False

    @property
    def may_be_done(self) -> bool:
        """Whether the rows stand and the system cannot know: both answers are right then."""
        return self.ends and self.harm in {"lost after", "delayed", "killed"}

    @property
    def told(self) -> str:
        """The fault in a few words: `INSERT INTO payments … fails with 40001`."""
        head = self.text if len(self.text) <= _HEAD else f"{self.text[:_HEAD]}…"
        return f"{head} {self.done}"

    @property
    def done(self) -> str:
        """What is done to the statement."""
        return _TOLD[self.harm].format(self.sqlstate)


_HEAD = 60
_TOLD: dict[Harm, str] = {
    "error": "fails with {}",
    "lost before": "does not reach the server: the connection is lost",
    "lost after": "is carried out, its answer is lost with the connection",
    "refused": "is refused with {}",
    "delayed": "takes long",
    "killed": "is carried out, the system is killed and started again",
}

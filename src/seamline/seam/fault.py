"""Statements of the system that are made to fail, on their way to its database."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence

from seamline.errors import UsageError
from seamline.model.statement import SqlStatement
from seamline.wire.policy import FORWARD, Action, Pending, Policy

_PASSED = 12
_STATE = re.compile(r"[0-9A-Z]{5}")


class Fault:
    """Lets the statements that a text means fail, the first `times` of them (all where it is None).

    Case, spaces and quotes of names do not matter, and words are whole: `INSERT INTO payments` means no
    `INSERT INTO payments_log`. `hits` counts those that failed.
    """

    def __init__(self, text: str, action: Action, times: int | None) -> None:
        self.text = text
        self.hits = 0
        self._action = action
        self._times = times
        self._passed: list[str] = []
        words = r"\s+".join(map(re.escape, plain(text).split()))
        self._pattern = re.compile(rf"(?<![\w.]){words}(?!\w)" if words else r"(?!)")

    @property
    def cuts(self) -> bool:
        """Whether it cuts connections."""
        return self._action.do in {"drop", "drop_after"}

    def before(self, statement: Pending) -> Action:
        """Called in the proxy's thread, for each statement."""
        is_over = self._times is not None and self.hits >= self._times
        if is_over or not self._pattern.search(plain(statement.text)):
            if len(self._passed) < _PASSED:
                self._passed.append(" ".join(statement.text.split())[:120])
            return FORWARD
        self.hits += 1
        if statement.kind == "commit" and self._action.do == "error":
            return Action(
                do="commit_error", sqlstate=self._action.sqlstate, message=self._action.message
            )
        return self._action

    def after(self, statement: SqlStatement) -> None:
        """Nothing is to be done."""

    def missed(self) -> str:
        """What to say where no statement was meant, and the test has therefore shown nothing."""
        those = "".join(f"\n  {text}" for text in self._passed) or " none"
        return f"no statement matched {self.text!r}, so nothing failed. Those that passed:{those}"


def plain(text: str) -> str:
    """A statement as it is compared: lower case, names without quotes."""
    return text.replace('"', "").lower()


def action_of(sqlstate: str | None, *, lose: bool, after: bool) -> Action:
    """What is done with a statement. Raises `UsageError` for what does not go together."""
    if after and not lose:
        raise UsageError(
            "seam.fail: after=True goes with lose=True: a statement that was carried out has not failed,"
            " only its answer can be lost"
        )
    if lose and sqlstate is not None:
        raise UsageError("seam.fail: sqlstate or lose=True: a lost connection has no SQLSTATE")
    if lose:
        return Action(do="drop_after" if after else "drop")
    if sqlstate is not None and not _STATE.fullmatch(sqlstate):
        raise UsageError(f"seam.fail: {sqlstate!r} is no SQLSTATE: five digits or capital letters")
    return Action(do="error", sqlstate=sqlstate or "")


class Together:
    """Several policies as one: the first that does not let a statement pass decides."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = tuple(policies)

    def before(self, statement: Pending) -> Action | Awaitable[Action]:
        """Called in the proxy's thread."""
        for policy in self._policies:
            decided = policy.before(statement)
            if decided is not FORWARD:
                return decided
        return FORWARD

    def after(self, statement: SqlStatement) -> None:
        """Called in the proxy's thread."""
        for policy in self._policies:
            policy.after(statement)

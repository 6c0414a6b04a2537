"""Everything Seamline raises on purpose, split by who must act.

SeamlineError
├── UsageError        the command line            exit 2
├── SpecError         a spec file, its author     exit 2   (carries every problem of the file)
│   └── StatementError    a statement of a SQL file that the database refused
├── TargetError       the system or its database  exit 3
│   ├── ConnectionLost    a database that answers no more
│   ├── RefusedError      a database that Seamline may not write to
│   └── LoginError        an identity that could not log in
└── UndoImpossible    rows cannot be put back one by one; the run falls back to a template clone
Anything else is our bug: a traceback and exit 4.
"""

from __future__ import annotations

from collections.abc import Sequence


class SeamlineError(Exception):
    """Base of everything Seamline raises on purpose.

    `slug` names the heading of the docs page; `exit_code` is what the command line returns.
    """

    slug = "error"
    exit_code = 4


class UsageError(SeamlineError):
    """The command line or the working folder is wrong; its user must act."""

    slug = "usage"
    exit_code = 2


class SpecError(SeamlineError):
    """A file that a person writes is wrong; `problems` holds every line to print, in file order."""

    slug = "spec"
    exit_code = 2

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class StatementError(SpecError):
    """A statement of a SQL file was refused: with the engine's code, and the column where it names one."""

    def __init__(self, problem: str, *, code: str = "", table: str = "", column: str = "") -> None:
        self.code, self.table, self.column = code, table, column
        super().__init__(problem)


class TargetError(SeamlineError):
    """The system under test or its database cannot be reached, started or used."""

    slug = "target"
    exit_code = 3


class ConnectionLost(TargetError):
    """The connection to a database is gone, and with it the state that was looked at."""

    slug = "lost"


class RefusedError(TargetError):
    """Seamline was pointed at a database that nobody has declared to be for tests."""

    slug = "refused"


class LoginError(TargetError):
    """An identity of seamline.toml could not log in."""

    slug = "login"


class UndoImpossible(SeamlineError):
    """The rows of a case cannot be put back one by one; only a fresh clone is a clean base again."""

    slug = "undo"

"""The two halves of one SQL file, up and down, as goose and dbmate mark them in comments.

The tools look at lines, whatever these stand in, and so does this. A half keeps the lines of its file:
what is not of it is blank, so that an error of the database points into the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from seamline.spec.position import Marks, Problem, lines
from seamline.text.suggest import did_you_mean

_GOOSE = re.compile(r"^[ \t]*--[ \t]*\+goose\b[ \t]*(.*?)[ \t\r]*$", re.I | re.M)
_DBMATE = re.compile(r"^--[ \t]*migrate:(\w*)[ \t]*(.*?)[ \t\r]*$", re.M)
_GOOSE_WORDS = ("Up", "Down", "StatementBegin", "StatementEnd", "NO TRANSACTION")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_ALONE = re.compile(
    r"\b(?:CONCURRENTLY|VACUUM|ALTER\s+SYSTEM|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE))\b", re.I
)


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """One way of a revision: its SQL, and whether it is one transaction."""

    text: str
    atomic: bool = True


class Halves(msgspec.Struct, frozen=True, kw_only=True):
    """A marked file: the way up, and the way down where there is one."""

    up: Half
    down: Half | None


class _Marked(msgspec.Struct, frozen=True, kw_only=True):
    """The two halves as found, before they are cut out: where each begins."""

    starts: dict[str, int]
    not_atomic: frozenset[str]


def style_of(text: str) -> str:
    """Whose marks the file has: `goose`, `dbmate` or none."""
    if _GOOSE.search(text):
        return "goose"
    return "dbmate" if _DBMATE.search(text) else ""


def half(text: str) -> Half:
    """A file that is one half as a whole: one transaction, but for statements that may not stand in one."""
    return Half(text=text, atomic=not _ALONE.search(_COMMENT.sub("", text)))


def says_nothing(text: str) -> bool:
    """Whether there is no SQL in it, only comments."""
    return not _COMMENT.sub("", text).strip(" \t\r\n;")


def halves(text: str, style: str, label: str) -> tuple[Halves | None, list[str]]:
    """The halves of a file, or every problem of its marks as `label:line:column: text`."""
    problems: list[Problem] = []
    marked = (_goose if style == "goose" else _dbmate)(text, problems)
    starts = marked.starts
    if "up" not in starts:
        problems.append(
            Problem(text=f"nothing says where the way up begins: {_UP[style]}", offset=0)
        )
    elif starts.get("down", len(text)) < starts["up"]:
        problems.append(
            Problem(text="the way down stands before the way up", offset=starts["down"])
        )
    elif not says_nothing(text[: min(starts.values())]):
        first = _first(text)
        problems.append(
            Problem(text="SQL before the first mark belongs to neither way", offset=first)
        )
    if problems:
        return None, lines(label, text, problems, Marks({}, {}))
    end = starts.get("down", len(text))
    up = Half(text=_cut(text, starts["up"], end), atomic="up" not in marked.not_atomic)
    below = _cut(text, end, len(text))
    if says_nothing(below):
        return Halves(up=up, down=None), []
    return Halves(up=up, down=Half(text=below, atomic="down" not in marked.not_atomic)), []


_UP = {"goose": "-- +goose Up", "dbmate": "-- migrate:up"}


def _goose(text: str, problems: list[Problem]) -> _Marked:
    starts: dict[str, int] = {}
    atomic = True
    opened: int | None = None
    for match in _GOOSE.finditer(text):
        word = " ".join(match[1].split())
        at = match.start(1)
        match word.lower():
            case "up" | "down" as way:
                problems += _twice(way, starts, at)
                starts.setdefault(way, match.start())
                if opened is not None:
                    problems.append(Problem(text="a StatementBegin is open here", offset=at))
            case "statementbegin":
                if opened is not None:
                    problems.append(Problem(text="a StatementBegin is open already", offset=at))
                opened = at
            case "statementend":
                if opened is None:
                    problems.append(Problem(text="there is no StatementBegin before it", offset=at))
                opened = None
            case "no transaction":
                atomic = False
            case _:
                hint = did_you_mean(word, _GOOSE_WORDS)
                text_ = f"goose's {word!r} is not known here: {', '.join(_GOOSE_WORDS)}.{hint}"
                problems.append(Problem(text=text_, offset=at))
    if opened is not None:
        problems.append(Problem(text="this StatementBegin has no StatementEnd", offset=opened))
    return _Marked(starts=starts, not_atomic=frozenset() if atomic else frozenset(("up", "down")))


def _dbmate(text: str, problems: list[Problem]) -> _Marked:
    starts: dict[str, int] = {}
    apart: set[str] = set()
    for match in _DBMATE.finditer(text):
        way, options = match[1], match[2].split()
        if way not in ("up", "down"):
            text_ = f"'migrate:{way}' is not known: migrate:up or migrate:down"
            problems.append(Problem(text=text_, offset=match.start(1)))
            continue
        problems += _twice(way, starts, match.start(1))
        starts.setdefault(way, match.start())
        for option in options:
            if option == "transaction:false":
                apart.add(way)
            elif option != "transaction:true":
                text_ = f"the option {option!r} is not known: transaction:false or transaction:true"
                problems.append(Problem(text=text_, offset=match.start(2)))
    return _Marked(starts=starts, not_atomic=frozenset(apart))


def _twice(way: str, starts: dict[str, int], at: int) -> Iterator[Problem]:
    if way in starts:
        yield Problem(text=f"the way {way} begins a second time", offset=at)


def _first(text: str) -> int:
    """Where SQL begins."""
    blank = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return len(blank) - len(blank.lstrip())


def _cut(text: str, start: int, end: int) -> str:
    """The text between, behind as many line ends as stand before it."""
    return "\n" * text.count("\n", 0, start) + text[start:end]

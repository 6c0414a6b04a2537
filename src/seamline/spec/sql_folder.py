"""A folder of SQL files as the history that it is: of Flyway, golang-migrate, dbmate, goose, or plain."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from seamline.errors import SpecError
from seamline.spec.sql_marker import Half, half, halves, says_nothing, style_of

_TWO_FILES = re.compile(r"(\d+)_(.*)\.(up|down)\.sql", re.I)
_FLYWAY = re.compile(r"([VU])(\d+(?:[._]\d+)*)__(.*)\.sql")
_AGAIN = re.compile(r"R__(.*)\.sql")
_NUMBERED = re.compile(r"(\d+)[_-]?(.*)\.sql", re.I)
_NAMES = {"two files": "golang-migrate", "flyway": "Flyway", "": "plain SQL"}


class SqlRevision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a folder; `no_way_down` says why `down`, out of `down_file`, is None where it is."""

    id: str
    message: str
    file: str
    digest: str
    up: Half
    down: Half | None = None
    down_file: str = ""
    no_way_down: str = ""


class SqlFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder read: the tool whose way of writing it has, and its revisions in order."""

    tool: str
    revisions: tuple[SqlRevision, ...]


def style_of_file(name: str, text: str) -> str:
    """In whose way a file is written: `two files`, `flyway`, `goose`, `dbmate`, or none."""
    if _TWO_FILES.fullmatch(name):
        return "two files"
    if _FLYWAY.fullmatch(name) or _AGAIN.fullmatch(name):
        return "flyway"
    return style_of(text)


def read_folder(folder: Path, label: str) -> SqlFolder:
    """The history in a folder that the project names `label`. Raises `SpecError` with every problem."""
    texts: dict[str, str] = {}
    problems = []
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix.lower() == ".sql")
    except OSError as exc:
        raise SpecError(f"{label}: cannot be read: {(exc.strerror or '').lower()}") from None
    if not names:
        raise SpecError(f"{label}: there is no .sql file in this folder")
    for name in names:
        try:
            texts[name] = (folder / name).read_text("utf-8-sig")
        except UnicodeDecodeError as exc:
            problems.append(f"{label}/{name}: not UTF-8: {exc.reason} at byte {exc.start}")
        except OSError as exc:
            problems.append(f"{label}/{name}: cannot be read: {(exc.strerror or '').lower()}")
    if problems:
        raise SpecError(problems)
    return _read(texts, label)


def _read(texts: Mapping[str, str], label: str) -> SqlFolder:
    styles: dict[str, str] = {}
    for name, text in texts.items():
        styles.setdefault(style_of_file(name, text), name)
    if len(styles) > 1:
        said = ", ".join(f"{n} as {_NAMES.get(s, s)}" for s, n in sorted(styles.items()))
        raise SpecError(f"{label}: the files are written in several ways: {said}")
    (style,) = styles
    problems: list[str] = []
    revisions = tuple(_READERS[style](texts, label, problems))
    if problems:
        raise SpecError(problems)
    return SqlFolder(tool=_NAMES.get(style, style), revisions=revisions)


def _two_files(texts: Mapping[str, str], label: str, problems: list[str]) -> Iterable[SqlRevision]:
    """golang-migrate: one file up and one down a version."""
    pairs: dict[int, dict[str, str]] = {}
    for name in texts:
        found = _matched(_TWO_FILES, name)
        pair = pairs.setdefault(int(found[1]), {})
        if (way := found[3].lower()) in pair:
            problems.append(f"{label}/{name}: {pair[way]} has the version {int(found[1])} too")
        pair[way] = name
    for number, pair in sorted(pairs.items()):
        if "up" not in pair:
            problems.append(f"{label}/{pair['down']}: there is no file for the way up of {number}")
            continue
        found = _matched(_TWO_FILES, pair["up"])
        yield _revision(texts, label, pair["up"], found[1], found[2], pair.get("down"))


def _flyway(texts: Mapping[str, str], label: str, problems: list[str]) -> Iterable[SqlRevision]:
    """Flyway: versioned files, those that undo them, and repeatable ones, which come last."""
    ways: dict[tuple[int, ...], dict[str, str]] = {}
    for name in texts:
        if (found := _FLYWAY.fullmatch(name)) is None:
            continue
        pair = ways.setdefault(_version(found[2]), {})
        if found[1] in pair:
            problems.append(f"{label}/{name}: {pair[found[1]]} has the version {found[2]} too")
        pair[found[1]] = name
    for _, pair in sorted(ways.items()):
        if "V" not in pair:
            problems.append(f"{label}/{pair['U']}: there is no V file that it would undo")
            continue
        found = _matched(_FLYWAY, pair["V"])
        yield _revision(
            texts, label, pair["V"], found[2].replace("_", "."), found[3], pair.get("U")
        )
    for name in texts:
        if again := _AGAIN.fullmatch(name):
            revision = _revision(texts, label, name, f"R {again[1]}", again[1], None)
            yield msgspec.structs.replace(revision, no_way_down="a repeatable file has no way down")


def _version(text: str) -> tuple[int, ...]:
    """`1.2`, `1_2` and `1.2.0` are one version."""
    numbers = [int(n) for n in re.split(r"[._]", text)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _marked(style: str) -> Callable[..., Iterable[SqlRevision]]:
    """goose and dbmate: both ways in one file."""

    def read(texts: Mapping[str, str], label: str, problems: list[str]) -> Iterable[SqlRevision]:
        seen: dict[int, str] = {}
        for name, text in sorted(texts.items(), key=lambda item: _number(item[0])):
            found, wrong = halves(text, style, f"{label}/{name}")
            problems += wrong
            number = _NUMBERED.fullmatch(name)
            if number is None:
                problems.append(f"{label}/{name}: a name begins with its version, a number")
            elif (other := seen.setdefault(int(number[1]), name)) != name:
                problems.append(f"{label}/{name}: {other} has the version {int(number[1])} too")
            elif found is not None:
                revision = _revision(texts, label, name, number[1], number[2], None)
                why = "" if found.down is not None else "its way down is empty"
                yield msgspec.structs.replace(
                    revision, up=found.up, down=found.down, no_way_down=why
                )

    return read


def _plain(texts: Mapping[str, str], label: str, problems: list[str]) -> Iterable[SqlRevision]:
    """Files without any sign: in the order of their names, with no way down."""
    del problems
    for name in sorted(texts):
        found = _NUMBERED.fullmatch(name)
        words = found[2] if found else name.rpartition(".")[0]
        yield _revision(texts, label, name, found[1] if found and found[1] else name, words, None)


_READERS: dict[str, Callable[..., Iterable[SqlRevision]]] = {
    "two files": _two_files,
    "flyway": _flyway,
    "goose": _marked("goose"),
    "dbmate": _marked("dbmate"),
    "": _plain,
}


def _number(name: str) -> tuple[int, str]:
    found = _NUMBERED.fullmatch(name)
    return (int(found[1]) if found else 0), name


def _revision(
    texts: Mapping[str, str], label: str, name: str, version: str, words: str, down: str | None
) -> SqlRevision:
    below = None if down is None or says_nothing(texts[down]) else half(texts[down])
    why = "there is no file for the way down" if down is None else "its way down is empty"
    kept = "\n".join(line.rstrip() for line in texts[name].splitlines() if line.strip())
    return SqlRevision(
        id=version,
        message=words.replace("_", " ").replace("-", " ").strip(),
        file=f"{label}/{name}",
        digest=hashlib.sha256(kept.encode()).hexdigest(),
        up=half(texts[name]),
        down=below,
        down_file=f"{label}/{down or name}",
        no_way_down="" if below is not None else why,
    )


def _matched(pattern: re.Pattern[str], name: str) -> re.Match[Any]:
    found = pattern.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return found

"""Names in a form in which `FlowRunCreate`, `flow-runs` and `flow_run` are the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

Words = tuple[str, ...]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_KEPT = ("ss", "us", "is")
_AFFIXES = frozenset(
    {
        *(
            "new",
            "create",
            "created",
            "creation",
            "update",
            "updated",
            "change",
            "changes",
            "change",
        ),
        *("patch", "partial", "read", "list", "listed", "page", "paged", "paginated", "result"),
        *("request", "response", "results", "in", "out", "input", "output", "base", "summary"),
        *("detail", "details", "schema", "model", "dto", "view", "full", "simple", "public"),
        *("private", "collection", "payload", "body", "data", "info", "record"),
    }
)


@lru_cache(maxsize=8192)
def words(name: str) -> Words:
    """The words of a name, each in lower case and singular."""
    parts = _NO_WORD.split(_HUMP.sub("_", name).lower())
    return tuple(singular(p) for p in parts if p)


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """The singular of an English word, by its ending; unknown endings stay."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("sses", "xes", "ches", "shes", "uses"):
        if word.endswith(ending):
            return word[:-2]
    if word.endswith("s") and not word.endswith(_KEPT) and len(word) > 2:
        return word[:-1]
    return word


def bare(name: str) -> Words:
    """The words of a schema's name without what says how it is used: `NewOrder`, `FlowRunUpdate`."""
    found = list(words(name))
    while len(found) > 1 and found[-1] in _AFFIXES:
        found.pop()
    while len(found) > 1 and found[0] in _AFFIXES:
        found.pop(0)
    return tuple(found)


def table_words(table: str) -> Words:
    """The words of a table's name, its schema left out."""
    return words(table.rpartition(".")[2])


def likeness(name: Sequence[str], table: Sequence[str]) -> float:
    """How much a name speaks of a table: 1 the same, 0.7 where one ends with the other, else less."""
    if not name or not table:
        return 0.0
    a, b = tuple(name), tuple(table)
    if a == b or "".join(a) == "".join(b):
        return 1.0
    short, long = sorted((a, b), key=len)
    if long[-len(short) :] == short:
        return 0.7
    common = len(set(a) & set(b))
    return 0.5 * common / len(set(a) | set(b))

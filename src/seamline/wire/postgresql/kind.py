"""What a statement is for, told by its first words: cheap, and kept per text."""

from __future__ import annotations

import re
from functools import lru_cache

from seamline.model.statement import SqlKind
from seamline.text.statement import fingerprint

_LEAD = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/|[(;])+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_WRITES = re.compile(r"\b(?:insert\s+into|update|delete\s+from|merge\s+into)\b", re.IGNORECASE)
_LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?update\b", re.IGNORECASE)
_KINDS: dict[str, SqlKind] = {
    **dict.fromkeys(("select", "table", "values", "fetch", "declare", "explain", "move"), "read"),
    **dict.fromkeys(("insert", "update", "delete", "merge", "copy", "call", "do"), "write"),
    **dict.fromkeys(("create", "alter", "drop", "truncate", "comment", "grant", "revoke"), "ddl"),
    **dict.fromkeys(("begin", "start"), "begin"),
    **dict.fromkeys(("commit", "end"), "commit"),
    **dict.fromkeys(("rollback", "abort"), "rollback"),
    **dict.fromkeys(("savepoint", "release"), "savepoint"),
    **dict.fromkeys(
        ("set", "show", "reset", "deallocate", "discard", "listen", "unlisten", "close"),
        "housekeeping",
    ),
}


@lru_cache(maxsize=4096)
def kind_of(text: str) -> SqlKind:
    """The kind of a statement; of several in one text that of the first, or what a transaction in it does."""
    lead = _LEAD.match(text)
    found = _WORD.match(text, lead.end() if lead else 0)
    if found is None:
        return "other"
    word = found[0].lower()
    if word == "with":
        return "write" if _WRITES.search(_LOCKS.sub("", fingerprint(text))) else "read"
    if word == "rollback" and re.match(r"\s+(?:\w+\s+)?to\b", text[found.end() :], re.IGNORECASE):
        return "savepoint"
    if word == "copy" and re.search(r"\bto\s+stdout\b", text, re.IGNORECASE):
        return "read"
    kind = _KINDS.get(word, "other")
    return _whole(text) or kind if kind == "begin" and ";" in text else kind


def _whole(text: str) -> SqlKind | None:
    """What a text does that begins a transaction and ends it."""
    kinds = [kind_of(part) for part in fingerprint(text).split(";")]
    if len(kinds) < 3 or kinds[-1] != "commit":
        return None
    return next((k for k in kinds if k in {"write", "ddl"}), "read")


_FORGETS = re.compile(
    r"\s*(?:DEALLOCATE\s+(?:PREPARE\s+)?(\S+?)|DISCARD\s+ALL)\s*;?\s*\Z", re.IGNORECASE
)


def forgotten(text: str) -> str | None:
    """The prepared statement that a text makes the server forget, `ALL` for all of them."""
    if text[:1].upper() not in {"D", " ", "\n"}:
        return None
    found = _FORGETS.match(text)
    if found is None:
        return None
    name = found[1] or "ALL"
    return "ALL" if name.upper() == "ALL" else name.strip('"')

"""What is certainly lost between a value that was sent and what came of it; normalising is no loss."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from seamline.checks.sameness import STAMPS
from seamline.model.catalog import Column

_TEXTS = frozenset(
    {"text", "character varying", "character", "varchar", "char", "citext", "bpchar"}
)
_EXACT = frozenset({"smallint", "integer", "bigint", "numeric", "int2", "int4", "int8"})
_LONG = 8
"""What is left of a text by cutting; a shorter start may be a code (`en` for `en-US`)."""
_SECOND = timedelta(seconds=1)
_WRAPS = frozenset(2**bits for bits in (8, 16, 32, 64))
_NEAR = Decimal("1e-6")


def loss(asked: Any, got: Any, column: Column | None) -> str:
    """What was lost, in words; empty where nothing was, or where it may be meant.

    `column` is where the value is kept, None where that is not known.
    """
    if isinstance(asked, bool) or isinstance(got, bool):
        return ""
    if isinstance(asked, str) and isinstance(got, str):
        return _of_text(asked, got, column)
    if isinstance(asked, int) and isinstance(got, int | float | Decimal):
        return _of_number(asked, got, column)
    return ""


def _of_text(asked: str, got: str, column: Column | None) -> str:
    if got == asked:
        return ""
    sent, came = _moment(asked), _moment(got)
    if sent is not None and came is not None:
        return _of_moment(sent, came, column)
    if column is not None and column.base not in _TEXTS:
        return ""
    before, nul, after = asked.partition("\x00")
    if nul and after:
        return "the text is cut at NUL" if got == before else ""
    if _folded(asked) == _folded(got):
        return ""
    if not asked.isascii() and got in _spoilt(asked):
        return "characters are lost"
    if asked.isdecimal() and got != "" and got == asked.lstrip("0"):
        return "leading zeros are lost" if column is not None else ""
    kept = got.rstrip()
    full = column is not None and column.max_length is not None and len(got) == column.max_length
    if asked.startswith(kept) and asked[len(kept) :].strip() and (full or len(kept) >= _LONG):
        return "the text is cut"
    return ""


def _folded(text: str) -> str:
    """A text without what systems may rightly make uniform: composition, case, white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _spoilt(text: str) -> set[str]:
    """What a text becomes in a character set that cannot hold it, or that is taken for another."""
    found: set[str] = set()
    for charset in ("ascii", "latin-1", "cp1252"):
        found.add(text.encode(charset, "replace").decode(charset))
        found.add(text.encode("utf-8").decode(charset, "replace"))
    found.add("".join(c if ord(c) < 0x10000 else "?" for c in text))
    found.add("".join(c if ord(c) < 0x10000 else "\ufffd" for c in text))
    return found


def _of_moment(sent: datetime, came: datetime, column: Column | None) -> str:
    """The zone left out, or counted the wrong way. Any other moment may be meant: the start of a day.

    A time without a zone is one of some place, which nobody has said.
    """
    if sent.tzinfo is None or came.tzinfo is None:
        return ""
    if column is not None and column.base not in STAMPS:
        return ""
    gap, offset = abs(sent - came), abs(sent.utcoffset() or timedelta())
    shifted = any(abs(gap - times * offset) < _SECOND for times in (1, 2))
    return "its zone is lost" if offset and shifted else ""


def _of_number(asked: int, got: int | float | Decimal, column: Column | None) -> str:
    if column is not None and column.base not in _EXACT:
        return ""
    number = Decimal(str(got))
    if not number.is_finite() or number == asked:
        return ""
    gap = abs(number - asked)
    if gap in _WRAPS:
        return "the number has run over"
    return "digits are lost" if asked and gap / abs(asked) < _NEAR else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None

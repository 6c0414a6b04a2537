"""What an answer must not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange

_TRACE = re.compile(
    r"Traceback \(most recent call last\)"
    r'|File \\?"[^"\n]{1,200}\\?", line \d+'
    r"|\bat [\w.$<>]{2,200}\([\w./$-]{1,200}:\d+(?::\d+)?\)"
    r"|\bat (?:[\w.<>$ ]{1,100} )?\(?(?:/|file:///|[A-Za-z]:\\)[^\s()]{1,200}:\d+:\d+\)?"
    r"|goroutine \d+ \[|\bpanicked at\b|Stack trace:\\?n?\s*#0 "
)
_SQL = re.compile(
    r"SQLSTATE\[?\W?\w{5}|\bORA-\d{5}\b|\[SQL: "
    r"|\bduplicate key value violates unique constraint\b"
    r"|\bviolates (?:foreign key|check|not-null|exclusion) constraint\b"
    r"|\bsyntax error at or near\b|\b(?:relation|column) \\?\"[^\"]{1,100}\" does not exist\b"
    r"|\b(?:psycopg2?|asyncpg|sqlalchemy|pymysql|sqlite3)\.(?:exc|errors|Error|\w+Error)\b"
    r"|\bSELECT\s[\s\S]{1,400}?\sFROM\s+\w|\bINSERT\s+INTO\s+\\?\"?\w+\\?\"?\s*\("
    r"|\bUPDATE\s+\\?\"?\w+\\?\"?\s+SET\s+\w+\s*=|\bDELETE\s+FROM\s+\w+\s+WHERE\b"
)
_PATH = re.compile(
    r"(?<![\w.:/-])/(?:usr|home|root|var|opt|srv|app|etc)/(?:[\w.@+-]+/)+[\w.@+-]+\.\w{1,5}\b"
    r"|\b[A-Za-z]:\\\\?(?:[\w .-]+\\\\?){2,}[\w.-]+"
)
_KINDS = (("a stack trace", _TRACE), ("SQL or a database error", _SQL), ("a file path", _PATH))
SECRET = re.compile(
    r"(?:\w*_)?(?:(?:pass(?:wor[dt])?|passwd|pwd|token|secret|api_?key|otp)_?(?:hash|digest)"
    r"|(?:hashed_?|encrypted_?)?passwor[dt]|passwd|pwd|passphrase|salt|otp_?secret|private_?key)",
    re.IGNORECASE,
)
"""Columns whose value nobody may be told: the whole name must match (`password_changed_at` does not)."""
_SCANNED = 65536


def _applies(x: Exchange, context: Context) -> bool:
    return x.response is not None and bool(x.response.body)


@check(source="OWASP API8:2023; CWE-209", applies=_applies)
def nothing_leaked(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """No answer holds a secret column's value, and no error answer a stack trace, SQL or a file path."""
    assert x.response is not None
    text = x.response.body[:_SCANNED].decode("utf-8", "replace")
    if x.status >= 400:
        sent = unquote_plus(x.request.target) + (x.request.body or b"").decode("utf-8", "replace")
        for what, pattern in _KINDS:
            found = pattern.search(text)
            # What the request itself said may be repeated to its sender.
            if found is not None and found[0] not in sent:
                yield Fault(
                    title=f"{x.status} answer shows {what}",
                    expected="an error that says nothing of the system's inside",
                    actual=_around(text, found),
                    detail=what,
                )
    yield from _secrets(x, context, text)


def _secrets(x: Exchange, context: Context, text: str) -> Iterator[Fault]:
    values = set(context.secrets)
    for change in x.changes or ():
        for row in (change.before, change.after):
            values |= secret_values(row or {})
    if any(value in text for value in values):
        yield Fault(
            title="the answer holds the value of a secret column",
            expected="no value of a password, hash or key column in any answer",
            actual="a value that stands in a secret column of the database (not repeated here)",
            detail="secret column",
        )


def secret_values(row: dict[str, object]) -> set[str]:
    """The values of a row that no answer may hold: text of secret columns, eight characters or more.

    Columns of tokens and API keys in clear are left out: their first answer must show them.
    """
    return {
        v
        for c, v in row.items()
        if isinstance(v, str) and len(v) >= 8 and SECRET.fullmatch(c)
    }


def _around(text: str, found: re.Match[str]) -> str:
    start = max(0, found.start() - 40)
    return " ".join(text[start : found.end() + 120].split())[:300]

"""What an answer must not tell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import NOT_JSON, Exchange, Response

_TRACE = re.compile(
    r"Traceback \(most recent call last\)"
    r'|File \\?"[^"\n]{1,200}\\?", line \d+'
    r"|\bat [\w./$<>@]{2,200}\([\w./$ -]{1,200}(?::\d+){1,2}\)"  # Java, Node
    r"|\bat (?:[\w.<>$ ]{1,100} )?\(?(?:/|file:///|[A-Za-z]:\\)[^\s()]{1,200}:\d+:\d+\)?"
    r"|\bat [\w.<>`+\[\]]{2,200}\([^()\n]{0,200}\) in [^\n]{1,200}?:line \d+"  # .NET
    r"|\bat (?:System|Microsoft)\.[\w.<>`+\[\]]{2,200}\("
    r"|[\w/.-]{1,200}\.rb:\d+:in [`'\\]"
    r"|\(\w{1,50} \d+\.\d+\.\d+\) lib/[\w/.-]{1,200}\.ex:\d+"
    r"|goroutine \d+ \[|\bpanicked at\b|Stack trace:\\?n?\s*#0 "
)
_SQL = re.compile(
    r"SQLSTATE\[?\W?\w{5}|\bORA-\d{5}\b|\[SQL: |\bcould not execute (?:statement|query)\b"
    r"|\bduplicate key value violates unique constraint\b|\bUNIQUE constraint failed: \w"
    r"|\bDuplicate entry '[^'\n]{0,200}' for key\b"
    r"|\bviolates (?:foreign key|check|not-null|exclusion) constraint\b"
    r"|\bvalue too long for type character\b|\binvalid input syntax for type \w"
    r"|\bsyntax error at or near\b|\b(?:relation|column) \\?\"[^\"]{1,100}\" does not exist\b"
    r"|\b(?:psycopg2?|asyncpg|sqlalchemy|pymysql|sqlite3)\.(?:exc|errors|Error|\w+Error)\b"
    r"|\bdjango\.db\.utils\.\w+Error\b|\bPG::[A-Z]\w+|\bActiveRecord::[A-Z]\w+|\bPSQLException\b"
    r"|\bPrismaClient\w+Error\b|\bSequelize\w*Error\b|\bQueryFailedError\b"
    r"|\bSELECT\s[\s\S]{1,400}?\sFROM\s+\\?[\"`]?\w|\bINSERT\s+INTO\s+\\?[\"`]?\w+\\?[\"`]?\s*\("
    r"|\bUPDATE\s+\\?[\"`]?\w+\\?[\"`]?\s+SET\s+\\?[\"`]?\w+\\?[\"`]?\s*="
    r"|\bDELETE\s+FROM\s+\\?[\"`]?\w+\\?[\"`]?\s+WHERE\b"
)
_PATH = re.compile(
    r"(?<![\w.:/\\-])(?:\\?/)(?:usr|home|root|var|opt|srv|app|etc)\\?/(?:[\w.@+-]+\\?/)+[\w.@+-]+"
    r"\.(?:py|rb|erb|[cm]?[jt]sx?|php|java|kt|scala|class|jar|go|rs|cs|exs?|so|c|cpp|dll|sock"
    r"|conf|cfg|ini|env|ya?ml|toml|log|sql|db|sqlite3?|key|pem|crt)\b"
    r"|\b[A-Za-z]:\\\\?(?:[\w .-]+\\\\?){2,}[\w.-]+"
    r"|\bNo such file or directory[:,][^\n]{0,40}['\"]\\?/\w|\bENOENT: [^\n]{0,80}['\"]\\?/\w"
)
_KINDS = (("a stack trace", _TRACE), ("SQL or a database error", _SQL), ("a file path", _PATH))
SECRET = re.compile(
    r"(?:\w*_)?(?:(?:pass(?:wor[dt])?|passwd|pwd|token|secret|api_?key|otp)_?(?:hash|digest)"
    r"|(?:hashed_?|encrypted_?)?passwor[dt]|passwd|pwd|passphrase|salt|otp_?secret|private_?key)",
    re.IGNORECASE,
)
"""Columns whose value nobody may be told: the whole name must match (`password_changed_at` does not)."""
_SHOWN_ONCE = re.compile(r"(?:\w*_)?(?:otp_?secret|private_?key)", re.IGNORECASE)
"""Of these, the ones whose first answer must show them: to be scanned, to be downloaded."""
_SCANNED = 65536
_LONG = 16
_SPACE = re.compile(r"(?<!\\)\\[nrt]")
"""A line's end inside a JSON string: without it `\\tat com.shop…` would be a word `tat`."""
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")


def _applies(x: Exchange, context: Context) -> bool:
    return x.response is not None and bool(x.response.body)


@check(source="OWASP API8:2023; CWE-209", applies=_applies)
def nothing_leaked(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """No answer holds a secret column's value, and no error answer a stack trace, SQL or a file path."""
    assert x.response is not None
    text = x.response.body[:_SCANNED].decode("utf-8", "replace")
    if x.status >= 400:
        sent, lines = _sent(x), _SPACE.sub(" ", text)
        for what, pattern in _KINDS:
            found = next((m for m in pattern.finditer(lines) if not _is_echo(m[0], sent)), None)
            if found is not None:
                yield Fault(
                    title=f"{x.status} answer shows {what}",
                    expected="an error that says nothing of the system's inside",
                    actual=_around(lines, found),
                    detail=what,
                )
    yield from _secrets(x, context, x.response, text)


def _sent(x: Exchange) -> str:
    """All that the request said, which may be repeated to its sender: in this notation and that."""
    body = (x.request.body or b"").decode("utf-8", "replace")
    target = x.request.target
    parts = (unquote_plus(target), unquote(target), body, unquote_plus(body))
    return _normal("\n".join((*parts, *(value for _, value in x.request.headers))))


def _is_echo(found: str, sent: str) -> bool:
    return _normal(found) in sent


def _normal(text: str) -> str:
    """Text without what encoders do to it: JSON's and HTML's escapes, white space, case."""
    text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
    for escape in ("\\n", "\\t", "\\r"):
        text = text.replace(escape, " ")
    return " ".join(html.unescape(text).replace("\\", "").lower().split())


def _secrets(x: Exchange, context: Context, response: Response, text: str) -> Iterator[Fault]:
    values = set(context.secrets)
    for change in x.changes or ():
        for row in (change.before, change.after):
            shown = {v for c, v in (row or {}).items() if _SHOWN_ONCE.fullmatch(c)}
            values |= secret_values(row or {}) - shown
    if not values:
        return
    told = _strings(response, text)
    own = [*_said_openly(x.request.json), unquote_plus(x.request.target)]
    if any(_tells(told, value) and not _tells(own, value) for value in values):
        yield Fault(
            title="the answer holds the value of a secret column",
            expected="no value of a password, hash or key column in any answer",
            actual="a value that stands in a secret column of the database (not repeated here)",
            detail="secret column",
        )


def _said_openly(node: Any) -> Iterator[str]:
    """The texts of a request that are no secrets by their names: who sent them may see them again."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            if not SECRET.fullmatch(str(name)):
                yield from _said_openly(value)
    elif isinstance(node, list):
        for value in node:
            yield from _said_openly(value)


def secret_values(row: Mapping[str, object]) -> set[str]:
    """The values of a row that no answer may hold: text of secret columns, eight characters or more.

    Columns of tokens and API keys in clear are left out: their first answer must show them. A salt
    is one only beside a password: food has it too. A short word (`disabled`) is no secret.
    """
    names = [c for c in row if SECRET.fullmatch(c)]
    if all(name.lower().endswith("salt") for name in names):
        return set()
    values = (row[name] for name in names)
    return {
        v
        for v in values
        if isinstance(v, str) and (len(v) >= _LONG or (len(v) >= 8 and not v.isalpha()))
    }


def _tells(told: list[str], value: str) -> bool:
    """Whether a long value stands anywhere, or a short one by itself."""
    if len(value) >= _LONG:
        return any(value in text for text in told)
    alone = re.compile(rf"(?<![\w-]){re.escape(value)}(?![\w-])")
    return any(value in text and alone.search(text) for text in told)


def _strings(response: Response, text: str) -> list[str]:
    """The texts of an answer without escapes: JSON's values (not its keys), else the body."""
    body = response.json if response.is_json and not response.cut else NOT_JSON
    if body is NOT_JSON:
        return [_UNICODE.sub(lambda m: chr(int(m[1], 16)), text).replace("\\/", "/")]
    found: list[str] = []
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def _around(text: str, found: re.Match[str]) -> str:
    start = max(0, found.start() - 40)
    return " ".join(text[start : found.end() + 120].split())[:300]

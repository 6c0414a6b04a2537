"""Runs a SQL file as `psql -f` would: statement by statement, `COPY … FROM stdin` with its data.

Consecutive data statements go in one round trip; anything else goes alone, so that what may not
stand in a transaction block (`CREATE INDEX CONCURRENTLY`) works. The file has a connection of its
own, so that what it sets ends with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import psycopg
from psycopg import generators, pq

from seamline.engines.postgresql.session import connect, message
from seamline.errors import SpecError, StatementError

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*)
    | (?P<quoted>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*' | '[^']*(?:''[^']*)*' | "[^"]*(?:""[^"]*)*")
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<meta>\\[^\n]*)
    | (?P<open>\() | (?P<close>\)) | (?P<end>;)
    | (?P<other>[^\s])""",
    re.X | re.S,
)
_BLOCK_COMMENT = re.compile(r"/\*|\*/")
_HARMLESS = frozenset(
    (
        "restrict",
        "unrestrict",
        "echo",
        "qecho",
        "warn",
        "timing",
        "set",
        "unset",
        "pset",
        "encoding",
    )
)
_GROUPED = frozenset(("insert", "update", "delete", "select", "set", "with", "values"))
_ENDS = (("commit",), ("end",))
_GROUP_CHARACTERS = 500_000
_COPY_LINE = re.compile(r"\bline (\d+)")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a file, `start` to `end`; of a COPY from stdin also its data, `data` to `data_end`."""

    start: int
    end: int
    words: tuple[str, ...]
    data: int | None = None
    data_end: int = 0

    @property
    def groups(self) -> bool:
        """Whether it may go together with its neighbours in one round trip."""
        return self.data is None and self.words[:1] != () and self.words[0] in _GROUPED


def split(text: str, label: str) -> Iterator[Statement]:
    """The statements of a SQL file. Raises `SpecError` where psql would do what we cannot."""
    start, position = -1, 0
    words: list[str] = []
    parens = blocks = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "comment":
            position = _after_comment(text, match)
            continue
        if kind == "meta" and start < 0:
            _refuse_meta(text, match, label)
            continue
        if kind == "end" and not parens and not blocks:
            if start >= 0:
                statement, position = _statement(text, start, match, words)
                yield statement
            start, words = -1, []
            continue
        start = match.start() if start < 0 else start
        if kind == "meta":
            _refuse_meta(text, match, label)
        elif kind == "dollar":
            close = text.find(match.group(), position)
            position = len(text) if close < 0 else close + len(match.group())
        elif kind in ("open", "close"):
            parens = max(0, parens + (1 if kind == "open" else -1))
        elif kind == "word":
            word = match.group().lower()
            if len(words) < 64:
                words.append(word)
            blocks = _depth(blocks, word, words)
    if start >= 0:
        yield Statement(start=start, end=len(text), words=tuple(words))


def _depth(blocks: int, word: str, words: list[str]) -> int:
    """How deep in BEGIN ATOMIC … END of a function we are after `word`."""
    if words[0] != "create" or not {"function", "procedure"} & set(words[1:4]):
        return 0
    if word == "begin" or (word == "case" and blocks):
        return blocks + 1
    return blocks - 1 if word == "end" and blocks else blocks


def _after_comment(text: str, match: re.Match[str]) -> int:
    """The end of a comment; block comments nest."""
    if match.group() != "/*":
        return match.end()
    depth, position = 1, match.end()
    while depth and (found := _BLOCK_COMMENT.search(text, position)):
        depth += 1 if found.group() == "/*" else -1
        position = found.end()
    return position if not depth else len(text)


def _refuse_meta(text: str, match: re.Match[str], label: str) -> None:
    name = re.match(r"\\(\w*)", match.group())
    if name is None or name.group(1) not in _HARMLESS:
        line, column = _place(text, match.start())
        command = match.group().split()[0]
        raise SpecError(
            f"{label}:{line}:{column}: psql's {command} cannot be carried out here: write SQL"
        )


def _statement(
    text: str, start: int, end: re.Match[str], words: list[str]
) -> tuple[Statement, int]:
    """The statement that ends at the semicolon `end`, and where to go on."""
    pairs = pairwise(words)
    if words[:1] != ["copy"] or ("from", "stdin") not in pairs:
        return Statement(start=start, end=end.start(), words=tuple(words)), end.end()
    line_end = text.find("\n", end.end())
    data = len(text) if line_end < 0 else line_end + 1
    stop = re.compile(r"^\\\.[ \t\r]*$", re.M).search(text, data)
    data_end = stop.start() if stop else len(text)
    statement = Statement(
        start=start, end=end.start(), words=tuple(words), data=data, data_end=data_end
    )
    return statement, stop.end() if stop else len(text)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


async def run_script(
    url: str,
    text: str,
    label: str,
    *,
    atomic: bool = False,
    last: str = "",
    apart: bool = False,
) -> None:
    """Run the SQL file `text` on a connection of its own to `url`, with `atomic` in one transaction. Any
    transaction says `last` before it ends; with `apart` no two statements go together.

    Raises `SpecError` as `label:line:column: message`. What was sent before the failing round trip stays
    where it is not atomic.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        line, column = _place(text, text.index("\0"))
        raise SpecError(f"{label}:{line}:{column}: a NUL character")
    connection = await connect(url)
    try:
        if atomic:
            await connection.execute("BEGIN")
        script = _Script(connection, text, label)
        group: list[Statement] = []
        for statement in split(text, label):
            is_near = group and statement.end - group[0].start < _GROUP_CHARACTERS
            if group and (apart or not statement.groups or not is_near):
                await script.run(group)
                group = []
            if statement.words[:1] in _ENDS:
                await script.say(last)
            if statement.groups:
                group.append(statement)
            elif statement.data is None:
                await script.run([statement])
            else:
                await script.copy(statement, statement.data)
        if group:
            await script.run(group)
        if atomic:
            await script.commit(last)
        if connection.info.transaction_status != pq.TransactionStatus.IDLE:
            line, _ = _place(text, len(text.rstrip()))
            raise SpecError(f"{label}:{line}:1: the file ends inside a transaction: add COMMIT")
    finally:
        await connection.close()


class _Script:
    def __init__(
        self, connection: psycopg.AsyncConnection[tuple[object, ...]], text: str, label: str
    ) -> None:
        self._connection = connection
        self._text = text
        self._label = label

    async def run(self, group: list[Statement]) -> None:
        """Send statements as one string by the simple protocol, whose results count those that worked."""
        pgconn = self._connection.pgconn
        pgconn.send_query(self._text[group[0].start : group[-1].end].encode())
        try:
            results = await self._connection.wait(generators.execute(pgconn))
        except psycopg.Error as error:
            raise self._refused(group[0].start, error) from error
        for count, result in enumerate(results):
            if result.status != pq.ExecStatus.FATAL_ERROR:
                continue
            position = result.error_field(pq.DiagnosticField.STATEMENT_POSITION)
            failed = group[min(count, len(group) - 1)].start
            where = group[0].start + int(position) - 1 if position else failed
            raise self._refused(where, psycopg.errors.error_from_result(result))

    async def say(self, last: str) -> None:
        """Say something of our own, where a transaction is open."""
        status = self._connection.info.transaction_status
        if last and status == pq.TransactionStatus.INTRANS:
            await self._connection.execute(last.encode())

    async def commit(self, last: str) -> None:
        """End the transaction of an atomic file; deferred constraints are checked here."""
        try:
            await self.say(last)
            await self._connection.execute("COMMIT")
        except psycopg.Error as error:
            raise self._refused(len(self._text.rstrip()), error) from error

    async def copy(self, statement: Statement, data: int) -> None:
        """Run one COPY with its data."""
        try:
            async with self._connection.cursor() as cursor:
                command = self._text[statement.start : statement.end].encode()
                async with cursor.copy(command) as copy:
                    await copy.write(self._text[data : statement.data_end])
        except psycopg.Error as error:
            line = _COPY_LINE.search(error.diag.context or "")
            where = statement.start
            if line is not None:
                where = data
                for _ in range(int(line.group(1)) - 1):
                    where = self._text.find("\n", where) + 1
            elif error.diag.statement_position:
                where += int(error.diag.statement_position) - 1
            raise self._refused(where, error) from error

    def _refused(self, offset: int, error: psycopg.Error) -> StatementError:
        line, column = _place(self._text, offset)
        return StatementError(
            f"{self._label}:{line}:{column}: {message(error)}",
            code=error.sqlstate or "",
            table=error.diag.table_name or "",
            column=error.diag.column_name or "",
        )

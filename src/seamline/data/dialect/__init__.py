"""What differs between engines in the SQL of rules: one small file each, found by the engine's name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, cast

from seamline.model.catalog import Column

NUMBERS = frozenset(("smallint", "integer", "bigint", "numeric", "real", "double precision"))
MOST_BYTES = 4
"""Of one character in UTF-8."""
TEXTS = frozenset(("text", "character varying", "character", "citext", "name"))


Add = Callable[[Any], str]
"""Makes a value a parameter: its placeholder."""


class Dialect(Protocol):
    """How one engine writes what rules are made of.

    Placeholders are those of `Reader.query`, `%(name)s`, and percent signs of other text are doubled.
    `row` is a whole row as JSON, `unlike` that text does not match a pattern, `bytes_of` how many
    bytes it has, `longer` that it has more characters, `typed` a parameter to compare a column with,
    `mark` what is equal for equal values of a column and counted sooner than they are, `sorted` a
    column in an order that is found soon, `quantile` the value of a column at a share, `ago` the
    moment so many seconds before now. `own` takes SQL of the data file, which is PostgreSQL's, and
    gives the engine's.
    """

    name: str

    def row(self, alias: str) -> str: ...
    def unlike(self, text: str, pattern: str, add: Add) -> str: ...
    def bytes_of(self, text: str) -> str: ...
    def longer(self, text: str, length: str) -> str: ...
    def typed(self, placeholder: str, column: Column, value: Any) -> str: ...
    def mark(self, column: str, known: Column) -> str: ...
    def sorted(self, column: str, known: Column) -> str: ...
    def quantile(self, column: str, at: str) -> str: ...
    def ago(self, seconds: str, column: Column) -> str: ...
    def own(self, sql: str) -> str: ...


def dialect_for(engine: str) -> Dialect:
    """The dialect of a catalog's engine."""
    return cast(Dialect, import_module(f"seamline.data.dialect.{engine}").DIALECT)

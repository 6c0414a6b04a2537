"""Rules in DuckDB's words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from seamline.data.dialect import NUMBERS, Add
from seamline.model.catalog import Column


class _DuckDB:
    name = "duckdb"

    def row(self, alias: str) -> str:
        return f"to_json({alias})"

    def unlike(self, text: str, pattern: str, add: Add) -> str:
        said = add(pattern)
        return f"NOT regexp_matches({text}, {said}) OR regexp_matches('', {said}) IS NULL"

    def bytes_of(self, text: str) -> str:
        return f"strlen({text})"

    def longer(self, text: str, length: str) -> str:
        return f"length({text}) > {length}"

    def typed(self, placeholder: str, column: Column, value: Any) -> str:
        """Parameters have the type of their value, never of what they are compared with."""
        if column.base in NUMBERS and column.base != "real" and not isinstance(value, str):
            return placeholder
        return f"CAST({placeholder} AS {column.type})"

    def mark(self, column: str, known: Column) -> str:
        return column

    def sorted(self, column: str, known: Column) -> str:
        return column

    def quantile(self, column: str, at: str) -> str:
        return f"quantile_disc({column}, {at})"

    def ago(self, seconds: str, column: Column) -> str:
        return f"CAST(now() - to_seconds({seconds}) AS {column.type})"

    def own(self, sql: str) -> str:
        return _transpiled(sql)


@lru_cache(maxsize=1024)
def _transpiled(sql: str) -> str:
    import sqlglot

    try:
        return sqlglot.transpile(sql, read="postgres", write="duckdb")[0]
    except (sqlglot.errors.SqlglotError, RecursionError, IndexError):
        return sql  # the engine says what is wrong with it


DIALECT = _DuckDB()

"""Rules in PostgreSQL's words."""

from __future__ import annotations

from typing import Any

from seamline.data.dialect import Add
from seamline.data.form import Form, form_of
from seamline.model.catalog import Column


class _PostgreSQL:
    name = "postgres"

    def row(self, alias: str) -> str:
        return f"to_jsonb({alias})"

    def unlike(self, text: str, pattern: str, add: Add) -> str:
        form = form_of(pattern)
        if form is not None:
            return _unlike(text, form, add)
        said = add(pattern)
        # The second half is never true: it makes a wrong pattern fail where every value is null.
        return f"{text} !~ {said} OR ('' ~ {said}) IS NULL"

    def bytes_of(self, text: str) -> str:
        return f"octet_length({text})"

    def longer(self, text: str, length: str) -> str:
        # Bytes need no counting, and are never fewer than characters.
        return f"octet_length({text}) > {length} AND length({text}) > {length}"

    def typed(self, placeholder: str, column: Column, value: Any) -> str:
        """0.1 is another number as `real`; texts take the column's type by themselves."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{placeholder}::real" if column.base == "real" and is_number else placeholder

    def told_apart(self, column: str, known: Column) -> str:
        """Bytes are sorted much sooner than a language's order, and are equal where the texts are."""
        is_text = known.base in ("text", "character varying") and known.by_bytes
        return f'{column} COLLATE "C"' if is_text else column

    def quantile(self, column: str, at: str) -> str:
        return f"percentile_disc({at}::float8) WITHIN GROUP (ORDER BY {column})"

    def ago(self, seconds: str, column: Column) -> str:
        moment = f"now() - make_interval(secs => {seconds})"
        return f"({moment})::date" if column.base == "date" else moment

    def own(self, sql: str) -> str:
        return sql


def _unlike(text: str, form: Form, add: Add) -> str:
    """That a text is not of a form: its beginning, what is left without the set's characters, its length."""
    start, rest, fixed = form.start, text, len(form.start)
    parts = []
    if start:
        parts.append(f"NOT starts_with({text}, {add(start)})")
        rest = f"substr({text}, {fixed + 1})"
    parts.append(f"ltrim({rest}, {add(form.characters)}) <> ''")
    if form.most == form.least:
        parts.append(f"length({text}) <> {fixed + form.least}")
    else:
        parts += [f"length({text}) < {fixed + form.least}"] if form.least else []
        parts += [f"length({text}) > {fixed + form.most}"] if form.most is not None else []
    return " OR ".join(parts)


DIALECT = _PostgreSQL()

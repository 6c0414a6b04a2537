"""Rules in PostgreSQL's words."""

from __future__ import annotations

from typing import Any

from seamline.data.dialect import Add
from seamline.data.form import Form, Signs, form_of, like_text, signs_of
from seamline.model.catalog import Column


class _PostgreSQL:
    name = "postgres"

    def row(self, alias: str) -> str:
        return f"to_jsonb({alias})"

    def unlike(self, text: str, pattern: str, add: Add) -> str:
        form = form_of(pattern)
        if form is not None:
            return _unlike(text, form, add)
        signs = signs_of(pattern)
        if signs is not None:
            return _without_signs(text, signs, add)
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

    def mark(self, column: str, known: Column) -> str:
        """Numbers are sorted soonest."""
        if known.base == "uuid":
            return f"uuid_hash_extended({column}, 0)"
        return f"hashtextextended({self.sorted(column, known)}, 0)" if _of_bytes(known) else column

    def sorted(self, column: str, known: Column) -> str:
        """Bytes are sorted much sooner than a language's order, and are equal where the texts are."""
        return f'{column} COLLATE "C"' if _of_bytes(known) else column

    def quantile(self, column: str, at: str) -> str:
        return f"percentile_disc({at}::float8) WITHIN GROUP (ORDER BY {column})"

    def ago(self, seconds: str, column: Column) -> str:
        moment = f"now() - make_interval(secs => {seconds})"
        return f"({moment})::date" if column.base == "date" else moment

    def own(self, sql: str) -> str:
        return sql


def _of_bytes(known: Column) -> bool:
    """Whether it holds texts that are equal where their bytes are."""
    return known.base in ("text", "character varying") and known.by_bytes


def _unlike(text: str, form: Form, add: Add) -> str:
    """That a text is not of a form: what is left without the set's characters, and its length.

    Bytes are looked at, since all of a form is ASCII and bytes need no counting of characters.
    """
    low, high = (None if n is None else len(form.start) + n for n in (form.least, form.most))
    bytes_ = f"textsend({text})"
    if (
        form.start and form.start[-1] in form.characters
    ):  # where the beginning ends is for its length to say
        left = f"substr({bytes_}, {len(form.start) + 1})"
        parts = [f"NOT starts_with({text}, {add(form.start)})"]
        parts.append(f"ltrim({left}, {add(form.characters.encode())}) <> ''::bytea")
    else:
        parts = [f"rtrim({bytes_}, {add(form.characters.encode())})"]
        parts[0] += f" <> {add(form.start.encode())}"
    if low == high:
        return f"{' OR '.join(parts)} OR octet_length({text}) <> {low}"
    parts += [f"octet_length({text}) < {low}"] if low else []
    parts += [f"octet_length({text}) > {high}"] if high is not None else []
    return " OR ".join(parts)


def _without_signs(text: str, signs: Signs, add: Add) -> str:
    """That a text has not these signs with these gaps between them; of its bytes, which is soonest."""
    bytes_ = f"textsend({text})"
    before = f"rtrim({bytes_}, {add(signs.end.encode())})" if signs.end else bytes_
    parts = [f"{before} NOT LIKE {add(signs.like.encode())}"]
    unwanted = ["%".join(["", *[like_text(c)] * (n + 1), ""]) for c, n in signs.most.items()]
    unwanted += [f"%{like_text(signs.last)}{'_' * n}" for n in range(signs.least)]
    return " OR ".join([*parts, *(f"{bytes_} LIKE {add(u.encode())}" for u in unwanted)])


DIALECT = _PostgreSQL()

"""Lists of values: the document's `enum` against an enum type, or a CHECK that lists values."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field
from seamline.openapi.drift.text import ODD


def refused(field: Field) -> Iterator[Drift]:
    """The column refuses every value that is not in its own list; the document allows others."""
    labels = labels_of(field)
    documented = field.shape.get("enum")
    if not labels or field.kind not in ("string", None):
        return
    if not isinstance(documented, list):
        if field.kind == "string" and "const" not in field.shape and field.allows(ODD):
            yield _of(field, "listed", [ODD], "allows any text (no `enum`)", labels)
        return
    values = [v for v in documented if isinstance(v, str)]
    others = [v for v in values if v not in labels]
    if _are_other_words(values, labels):
        return
    if others and field.allows(others[0]):
        said = ", ".join(others)
        yield _of(field, "listed", others, f"allows {said} (`enum`)", labels)


def unlisted(field: Field) -> Iterator[Drift]:
    """The column may hold values that the answer's `enum` does not list."""
    labels, documented = labels_of(field), field.shape.get("enum")
    if not labels or not isinstance(documented, list):
        return
    values = [v for v in documented if isinstance(v, str)]
    missing = [label for label in labels if label not in values]
    if missing and not _are_other_words(values, labels):
        yield field.drift(
            "unlisted",
            says=f"answers {', '.join(values)} (`enum`)",
            holds=f"may hold {', '.join(missing)} too",
            is_triable=False,
            mend=f"add {', '.join(missing)} to the `enum` at {field.pointer}, or forbid it in the column",
        )


def labels_of(field: Field) -> tuple[str, ...]:
    """The texts that an enum type or a CHECK lets the column hold; empty where no list does."""
    if field.column.enum:
        return field.column.enum
    among = field.limit.among or ()
    return tuple(v for v in among if isinstance(v, str)) if field.column.base != "boolean" else ()


def _are_other_words(values: list[str], labels: tuple[str, ...]) -> bool:
    """Whether the API speaks of the labels in words of its own: none is common, or they differ by case."""
    plain, others = {_plain(label) for label in labels}, [v for v in values if v not in labels]
    are_spelt_otherwise = bool(others) and all(_plain(v) in plain for v in others)
    return are_spelt_otherwise or not set(values) & set(labels)


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _of(field: Field, rule: str, others: list[str], says: str, labels: tuple[str, ...]) -> Drift:
    return field.drift(
        rule,
        says=says,
        holds=f"holds {', '.join(labels)} only",
        mend=f"the column's values as `enum` at {field.pointer}, or the others in the column too",
        value=others[0],
    )

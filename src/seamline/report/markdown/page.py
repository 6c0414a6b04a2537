"""A Markdown document written straight to its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from seamline.report.markdown.escape import cell


class Document:
    """Headings, paragraphs, lists and tables; whatever is given must be Markdown already."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._begun = False

    def block(self, text: str) -> None:
        """Anything that stands by itself, with an empty line before it."""
        self._file.write(f"\n{text}\n" if self._begun else f"{text}\n")
        self._begun = True

    def heading(self, level: int, text: str) -> None:
        """A heading."""
        self.block(f"{'#' * level} {text}")

    def bullets(self, items: Iterable[str]) -> None:
        """A list, nothing when there is no item."""
        lines = [f"- {item}" for item in items]
        if lines:
            self.block("\n".join(lines))

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
    ) -> None:
        """A table; the columns `numbers` stand to the right. Nothing when there is no row."""
        lines = [" | ".join(cell(c) for c in row) for row in rows]
        if not lines:
            return
        marks = ["---:" if i in numbers else "---" for i in range(len(head))]
        top = [" | ".join(head), " | ".join(marks)]
        self.block("\n".join(f"| {line} |" for line in (*top, *lines)))

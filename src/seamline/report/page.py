"""Lines of styled words for a terminal of a given width; painting them is someone else's."""

from __future__ import annotations

import msgspec

from seamline.text.plain import cells, to_ascii, wrap


class Span(msgspec.Struct, frozen=True):
    """Words in one style (a rich style name, empty for plain)."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


class Page:
    """Collects lines; `ascii_only` spells Seamline's own signs in ASCII before anything is measured."""

    def __init__(self, width: int, *, ascii_only: bool = False) -> None:
        self.width = max(width, 40)
        self.lines: list[Line] = []
        self._ascii = ascii_only

    def blank(self) -> None:
        """An empty line, never two in a row."""
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def rule(self) -> None:
        """A line across the page."""
        self.add(Span("─" * self.width, "dim"))

    def add(self, *spans: Span) -> None:
        """One line as it is, however long."""
        self.lines.append(tuple(Span(self._spell(s.text), s.style) for s in spans if s.text))

    def text(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """Wrapped text."""
        self.labelled("", text, indent=indent, label_width=0, style=style)

    def labelled(
        self, label: str, text: str, *, indent: int = 0, label_width: int = 10, style: str = ""
    ) -> None:
        """Wrapped text beside a dim label: the label stands on the first line only."""
        label, text = self._spell(label), self._spell(text)
        if label_width:
            label_width = max(label_width, cells(label) + 1)
        room = self.width - indent - label_width
        for number, part in enumerate(wrap(text, room)):
            head = label if number == 0 else ""
            pad = " " * (label_width - cells(head))
            self.add(Span(" " * indent), Span(head, "dim"), Span(pad), Span(part, style))

    def _spell(self, text: str) -> str:
        return to_ascii(text) if self._ascii else text

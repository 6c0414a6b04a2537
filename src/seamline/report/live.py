"""The one moving line of a run on a terminal. Only here, and only for a terminal, is rich imported."""

from __future__ import annotations

import time
from typing import TextIO, cast

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from seamline.report.page import Line
from seamline.report.stream import SafeStream
from seamline.report.words import count
from seamline.text.plain import one_line

_REFRESH_PER_S = 10


class Screen:
    """Prints lines above one line of progress that rich redraws from its own thread."""

    def __init__(self, stream: SafeStream) -> None:
        self._console = Console(
            file=cast(TextIO, stream),
            force_terminal=True,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self.width = self._console.width
        self._since = time.monotonic()
        self._spinner = Spinner("dots" if stream.unicode else "line", style="cyan")
        self.total = 0
        self.done = 0
        self.findings = 0
        self.doing = "preparing"
        self._live = Live(
            get_renderable=self._line,
            console=self._console,
            refresh_per_second=_REFRESH_PER_S,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Show the line of progress."""
        self._live.start(refresh=True)

    def stop(self) -> None:
        """Take it away and give the cursor back."""
        self._live.stop()

    def paint(self, line: Line) -> None:
        """Print one line above the progress, as long as it is."""
        text = Text()
        for span in line:
            text.append(span.text, span.style or None)
        self._console.print(text, soft_wrap=True)

    def _line(self) -> RenderableType:
        grid = Table.grid(padding=(0, 1))
        spent = Text(_clock(time.monotonic() - self._since), style="dim")
        doing = Text(one_line(self.doing, 60), no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True)
        if not self.total or not self.done:
            grid.add_column(no_wrap=True)
            grid.add_column(no_wrap=True)
            grid.add_row(self._spinner, doing, spent)
            return grid
        bar = ProgressBar(self.total, self.done, width=max(10, self.width // 4))
        found = Text("no findings", style="dim")
        if self.findings:
            found = Text(count(self.findings, "finding"), style="bold red")
        grid.add_column(justify="right", no_wrap=True)
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.expand = True
        grid.add_row(bar, Text(f"{self.done:,}/{self.total:,}"), doing, found, spent)
        return grid


def _clock(spent: float) -> str:
    return f"{int(spent) // 60}:{int(spent) % 60:02d}"

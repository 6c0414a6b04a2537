"""The page itself: a template, its style and script from files beside it, and data in blocks."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import TextIO

from seamline.report.html.data import dumped
from seamline.report.html.overview import overview
from seamline.report.html.store import CHUNK, Store
from seamline.report.summary import Summary

SCRIPTS = (
    "dom.js",
    "state.js",
    "overview.js",
    "matrix.js",
    "findings.js",
    "evidence.js",
    "schedule.js",
    "cases.js",
    "tables.js",
    "app.js",
)
_LEVEL = 5
_WRITTEN = 1 << 16
_EVIDENCE = 40_000_000
"""Characters of evidence that one page takes; what does not fit `seamline show` still has."""


def write_page(file: TextIO, summary: Summary, store: Store) -> None:
    """The whole page. What the overview needs stands before the script, so that it is drawn while what
    grows with the run is still read behind it."""
    style, script = _asset("page.css"), script_text()
    head, rest = _asset("page.html").split("<!--overview-->")
    head = head.replace("<!--style-->", style)
    head = head.replace("{style-src}", _source(style)).replace("{script-src}", _source(script))
    file.write(head)
    _block(file, dumped(overview(summary)), 'id="overview"')
    rest, end = rest.split("<!--data-->")
    before, after = rest.split("<!--script-->")
    file.write(f"{before}{script}{after}")
    room = _EVIDENCE
    for seen in summary.findings:
        shown = store.evidence_of(seen.finding.fingerprint)
        room -= len(shown)
        if shown and room >= 0:
            _block(file, shown, f'data-finding="{seen.finding.id}"')
    _packed(file, store.lines(), f'id="cases" data-chunk="{CHUNK}"')
    for chunk in store.details():
        _packed(file, chunk, 'class="details"')
    _block(file, dumped(store.names.list()), 'id="names"')
    file.write(end)


def script_text() -> str:
    """The page's script, whole; nothing of it is seen from outside."""
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _packed(file: TextIO, items: Iterable[str], attributes: str) -> None:
    """A block that is a list, deflated and in base64: cases are alike, so little of them is left."""
    packer = zlib.compressobj(_LEVEL)
    file.write(f'<script type="text/plain" {attributes}>')
    rest = b""
    for part in _written(items):
        rest += packer.compress(part.encode())
        if len(rest) > _WRITTEN:
            whole = len(rest) - len(rest) % 3  # base64 of threes needs no padding in between
            file.write(base64.b64encode(rest[:whole]).decode())
            rest = rest[whole:]
    file.write(base64.b64encode(rest + packer.flush()).decode())
    file.write("</script>\n")


def _written(items: Iterable[str]) -> Iterator[str]:
    """A list as JSON, an item at a time."""
    yield "["
    for number, item in enumerate(items):
        yield f",\n{item}" if number else item
    yield "]"


def _block(file: TextIO, json: str, attributes: str) -> None:
    file.write(f'<script type="application/json" {attributes}>{json}</script>\n')


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text("utf-8")


def _source(text: str) -> str:
    """What a Content-Security-Policy calls an element of exactly this content."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

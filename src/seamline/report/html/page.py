"""The page itself: a template, its style and script from files beside it, and data in blocks."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
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
    "cases.js",
    "tables.js",
    "app.js",
)
_EVIDENCE = 40_000_000
"""Characters of evidence that one page takes; what does not fit `seamline show` still has."""


def write_page(file: TextIO, summary: Summary, store: Store) -> None:
    """The whole page. The data stands before the script, so that it is there when that runs."""
    style, script = _asset("page.css"), script_text()
    head, end = _asset("page.html").split("<!--data-->")
    head = head.replace("<!--style-->", style)
    head = head.replace("{style-src}", _source(style)).replace("{script-src}", _source(script))
    file.write(head)
    _block(file, dumped(overview(summary)), 'id="overview"')
    room = _EVIDENCE
    for seen in summary.findings:
        shown = store.evidence_of(seen.finding.fingerprint)
        room -= len(shown)
        if shown and room >= 0:
            _block(file, shown, f'data-finding="{seen.finding.id}"')
    _list(file, store.lines(), f'id="cases" data-chunk="{CHUNK}"')
    for chunk in store.details():
        _list(file, chunk, 'class="details"')
    _block(file, dumped(store.names.list()), 'id="names"')
    before, after = end.split("<!--script-->")
    file.write(f"{before}{script}{after}")


def script_text() -> str:
    """The page's script, whole; nothing of it is seen from outside."""
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _list(file: TextIO, items: Iterable[str], attributes: str) -> None:
    """A block that is a list, an item a line, written as it comes."""
    file.write(f'<script type="application/json" {attributes}>[')
    for number, item in enumerate(items):
        file.write(f",\n{item}" if number else item)
    file.write("]</script>\n")


def _block(file: TextIO, json: str, attributes: str) -> None:
    file.write(f'<script type="application/json" {attributes}>{json}</script>\n')


def _asset(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text("utf-8")


def _source(text: str) -> str:
    """What a Content-Security-Policy calls an element of exactly this content."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

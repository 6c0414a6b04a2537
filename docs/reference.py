"""Writes docs/reference.md: commands and options, exit codes, keys of the three files, events.

python docs/reference.py            rewrites it
python docs/reference.py --check    says whether it is true, and changes nothing

All but the exit codes and the written files is read from the program itself.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import click
import msgspec

from seamline.cli.main import cli
from seamline.model.event import Event
from seamline.spec.schema import export

PAGE = Path(__file__).resolve().parent / "reference.md"

# What no part of the program lists; tests hold both against it.
EXIT_CODES = {
    0: "nothing is wrong",
    1: "findings, or the gate did not pass",
    2: "the command line or a file of yours is wrong; told with line and column",
    3: "the system or its database could not be reached or started",
    4: "a bug of Seamline; the traceback is shown",
    130: "interrupted",
}
WRITTEN = {
    "seamline.toml": "`init`, once",
    "seamline.accepted.json": "`accept`",
    "integration/Endpoint_Validation_Specs.json": "`init`, `init --update`, `pin`, `rollback`",
    "integration/Data_Validation_Framework.json": "`init`, `init --update`, `rollback`",
    "integration/API_Integration_Testing.md": "`run`, `task`",
    "integration/Database_Integration_Testing.md": "`run`, `task`",
    "integration/report.html": "`run`, `task`",
    "integration/junit.xml": "`run`, `task`",
    "integration/findings.sarif": "`run`, `task`",
    "integration/events.ndjson": "`run`, `task`; `show` and `replay` read it",
    "integration/escalation.md": "`run --attempts`, `task`, where a part still fails at the last attempt",
    "integration/.seamline/base/": "`init`: what it generated last; commit it",
    "integration/.seamline/history.db": "`run`: every run, and the spec files of those that passed",
    "integration/.seamline/derived.json": "`run`: the cases that follow from the document",
    "integration/.seamline/migrations.json": "`run`: the revisions of the last run",
}
FILES: dict[Literal["project", "endpoints", "data"], str] = {
    "project": "seamline.toml",
    "endpoints": "Endpoint_Validation_Specs.json",
    "data": "Data_Validation_Framework.json",
}


def page() -> str:
    """The whole page."""
    return "\n".join(
        (
            "# Reference",
            "",
            "Written by docs/reference.py from the program itself; change that, not this page. What each",
            "check judges stands in [checks.md](checks.md), the three files at more length in",
            "[files.md](files.md).",
            "",
            *_commands(),
            *_exit_codes(),
            *_written(),
            *_keys(),
            *_events(),
        )
    )


def _commands() -> Iterator[str]:
    yield from ("## Commands", "")
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=f"seamline {name}")
        words = " ".join(command.collect_usage_pieces(context))
        yield from (f"### seamline {name}", "", f"    seamline {name} {words}", "")
        yield from (inspect.cleandoc(command.help or ""), "")
        options = [p for p in command.params if isinstance(p, click.Option)]
        if options:
            yield from ("| option | meaning |", "| --- | --- |")
            yield from (_option(option, context) for option in options)
            yield ""


def _option(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    named, meaning = record if record is not None else (", ".join(option.opts), "")
    return f"| `{_cell(named)}` | {_cell(' '.join(meaning.split()))} |"


def _exit_codes() -> Iterator[str]:
    yield from ("## Exit codes", "", "| code | meaning |", "| --- | --- |")
    yield from (f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    yield ""


def _written() -> Iterator[str]:
    yield from ("## Files and what writes them", "")
    yield "`integration` is what `[paths]` names: `specs` for the spec files, `reports` for what a run"
    yield "writes."
    yield from ("", "| file | written by |", "| --- | --- |")
    yield from (f"| `{name}` | {writer} |" for name, writer in WRITTEN.items())
    yield ""


def _keys() -> Iterator[str]:
    for kind, name in FILES.items():
        schema = export(kind)
        yield from (f"## Keys of {name}", "")
        yield from (f"`seamline schema {kind}` prints this as a JSON Schema.", "")
        for title, shape in schema["$defs"].items():
            yield from (f"### {title}", "")
            yield from _shape(shape)


def _shape(shape: dict[str, Any]) -> Iterator[str]:
    yield from (
        shape.get("description", ""),
        "",
        "| key | value | left out |",
        "| --- | --- | --- |",
    )
    required = shape.get("required", [])
    for key, value in shape.get("properties", {}).items():
        absent = "must be there" if key in required else _default(value)
        yield f"| `{key}` | {_cell(_value(value))} | {_cell(absent)} |"
    yield ""


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default is None or default in ("", [], {}) or isinstance(default, dict):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _value(value: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    if "$ref" in value:
        title = value["$ref"].rpartition("/")[2]
        return f"[{title}](#{title.lower()})"
    if "anyOf" in value:
        branches = [b for b in value["anyOf"] if b.get("type") != "null"]
        return " or ".join(dict.fromkeys(_value(branch) for branch in branches))
    if "enum" in value:
        return ", ".join(f"`{json.dumps(word)}`" for word in value["enum"])
    kind = value.get("type")
    if kind == "array":
        return f"list of {_value(value['items'])}" if value.get("items") else "list"
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"object, each {_value(inner)}" if isinstance(inner, dict) and inner else "object"
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
    }
    return words.get(kind, "any value") + _bounds(value) if isinstance(kind, str) else "any value"


def _bounds(value: dict[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {value[key]}" for key, sign in signs.items() if key in value]
    return " " + ", ".join(bounds) if bounds else ""


def _events() -> Iterator[str]:
    yield from ("## Events", "")
    yield "`events.ndjson` has one object a line. `event` names it, `at` is the time in seconds since the"
    yield "epoch. The last line is always `RunFinished`."
    yield from ("", "| event | says | keys |", "| --- | --- | --- |")
    for event in get_args(Event):
        says = inspect.cleandoc(event.__doc__ or "").split("\n\n")[0]
        keys = (f.encode_name for f in msgspec.structs.fields(event) if f.name != "at")
        yield f"| `{event.__name__}` | {_cell(says)} | {', '.join(f'`{k}`' for k in keys)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Rewrite the page, or with --check tell whether that would change it."""
    text = page()
    if "--check" in sys.argv[1:]:
        sys.exit(f"{PAGE.name}: run python docs/reference.py" if PAGE.read_text() != text else 0)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()

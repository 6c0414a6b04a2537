"""A work order: a Markdown file that says what to write where, what must hold, and whom to tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from seamline.errors import SpecError, UsageError
from seamline.model.vocabulary import Part
from seamline.spec import yaml_text
from seamline.spec.loader import MAX_BYTES
from seamline.spec.position import Malformed

ARTIFACTS: dict[str, Part] = {
    "API_Integration_Testing.md": "api",
    "Endpoint_Validation_Specs.json": "api",
    "Database_Integration_Testing.md": "database",
    "Data_Validation_Framework.json": "database",
}
"""What Seamline can write, and the part of a run that it belongs to."""

_BOX = re.compile(r"^(?P<dash>\s*[-*] )\[(?P<tick>[ xX])\] (?P<path>\S+)(?P<said>.*)$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+(.*\S)")
_LABEL = re.compile(r"^\s*[-*] \*\*(?P<label>[^*]+)\*\*:?\s*(?P<text>.*)$")
_SUBTASK = re.compile(r"^Subtask \d+:\s*(.*)$", re.IGNORECASE)
_OWNER = re.compile(r"@[A-Za-z0-9][\w-]*")
_ATTEMPTS = re.compile(r"after (\d+) attempts?", re.IGNORECASE)
_STATE = re.compile(r"\s*\([^()]*\)\s*$")


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the output checklist: `line` counts from 0, `label` is what stands behind the path."""

    line: int
    path: str
    label: str
    dash: str

    @property
    def name(self) -> str:
        """The file's name."""
        return PurePosixPath(self.path).name

    def written(self, *, ticked: bool, said: str) -> str:
        """The line as it stands afterwards."""
        return f"{self.dash}[{'x' if ticked else ' '}] {self.path}{self.label} ({said})"


class Subtask(msgspec.Struct, frozen=True, kw_only=True):
    """A subtask: its title, its steps and what makes it a success, in words."""

    title: str
    id: str = ""
    steps: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()

    @property
    def part(self) -> Part | None:
        """The part of a run that carries it out."""
        words = self.title.lower()
        return "api" if "api" in words else "database" if "data" in words else None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A work order as read. `owners` are those to tell, by part; `attempts` how often to try before."""

    path: Path
    text: str
    task: str
    title: str = ""
    next_task: str = ""
    boxes: tuple[Box, ...] = ()
    subtasks: tuple[Subtask, ...] = ()
    gates: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    owners: dict[Part, str] = {}
    attempts: int = 3
    next_action: str = ""
    afterwards: str = ""

    def ticked(self, boxes: dict[int, str], result: str) -> str:
        """The text with these lines in place of its boxes, and a result at its end."""
        lines = self.text.splitlines()
        for number, line in boxes.items():
            lines[number] = line
        return "\n".join(lines).rstrip() + "\n\n" + result.strip() + "\n"


def load_order(path: Path) -> Order:
    """Read a work order. Raises `UsageError` where there is none, `SpecError` where it is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SpecError(f"{path}:1:1: the file is too big for a work order")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = getattr(exc, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"{path}: cannot be read: {why}") from None
    fields, body = _front_matter(path, text)
    lines = text.splitlines()
    sections = dict(_sections(lines, body))
    boxes = tuple(_boxes(lines))
    problems = (
        [] if fields.get("task_id") else [f"{path}:1:1: task_id: missing in the front matter"]
    )
    if not boxes:
        problems.append(
            f"{path}:{body + 1}:1: no output checklist: lines such as"
            " '- [ ] docs/API_Integration_Testing.md — …' say what to write where"
        )
    problems += [f"{path}:{b.line + 1}:1: {why}" for b in boxes if (why := _refusal(b))]
    if problems:
        raise SpecError(problems)
    mitigation = " ".join(sections.get("risk mitigation", ()))
    wanted = _ATTEMPTS.search(mitigation)
    return Order(
        path=path,
        text=text,
        task=fields["task_id"],
        title=fields.get("title", ""),
        next_task=fields.get("next_task", ""),
        boxes=boxes,
        subtasks=tuple(_subtasks(lines)),
        gates=_items(sections.get("quality gates", ())),
        rollback=_items(sections.get("rollback procedures", ())),
        owners=_owners(mitigation),
        attempts=max(1, min(int(wanted[1]), 10)) if wanted else 3,
        next_action=" ".join(sections.get("next action", ())).strip(),
        afterwards=" ".join(sections.get("post-completion action", ())).strip(),
    )


def _front_matter(path: Path, text: str) -> tuple[dict[str, str], int]:
    """Its fields as text, and the line behind it."""
    lines = text.splitlines()
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        raise SpecError(f"{path}:1:1: no front matter: a work order begins with a block of '---'")
    inner = "\n".join(lines[1:end])
    try:
        found = yaml_text.decode(inner).value if inner.strip() else {}
    except Malformed as error:
        line = inner.count("\n", 0, error.problem.offset or 0) + 2
        raise SpecError(f"{path}:{line}:1: {error.problem.text}") from None
    if not isinstance(found, dict):
        raise SpecError(f"{path}:2:1: the front matter must be names and values")
    return {str(k): str(v) for k, v in found.items() if v is not None}, end + 1


def _sections(lines: list[str], start: int) -> Iterator[tuple[str, list[str]]]:
    """Headings of the first level, in lower case, with the lines below them."""
    name, below = "", list[str]()
    for line in lines[start:]:
        heading = _HEADING.match(line)
        if heading and len(heading[1]) == 1:
            if name:
                yield name, below
            name, below = heading[2].lower(), []
        else:
            below.append(line)
    if name:
        yield name, below


def _boxes(lines: list[str]) -> Iterator[Box]:
    for number, line in enumerate(lines):
        if (found := _BOX.match(line)) is not None:
            label = _STATE.sub("", found["said"]).rstrip()
            yield Box(line=number, path=found["path"], label=label, dash=found["dash"])


def _refusal(box: Box) -> str:
    if box.name not in ARTIFACTS:
        return f"{box.name} is nothing that Seamline writes; it writes {', '.join(ARTIFACTS)}"
    path = PurePosixPath(box.path)
    if path.is_absolute() or ".." in path.parts:
        return f"{box.path} leads out of the folder that --root names"
    return ""


def _items(lines: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found[1] for line in lines if (found := _ITEM.match(line)))


def _subtasks(lines: list[str]) -> Iterator[Subtask]:
    title: str | None = None
    label, number, steps, criteria = "", "", list[str](), list[str]()
    for line in [*lines, "# end"]:
        heading = _HEADING.match(line)
        if heading is not None:
            if title is not None:
                yield Subtask(title=title, id=number, steps=tuple(steps), criteria=tuple(criteria))
            found = _SUBTASK.match(heading[2])
            title = found[1] if found else None
            label, number, steps, criteria = "", "", [], []
        elif title is not None and (labelled := _LABEL.match(line)) is not None:
            label = labelled["label"].strip().lower()
            number = labelled["text"].strip() if label == "id" else number
        elif title is not None and (item := _ITEM.match(line)) is not None:
            if label == "steps":
                steps.append(item[1])
            elif label == "success criteria":
                criteria.append(item[1])


def _owners(text: str) -> dict[Part, str]:
    owners: dict[Part, str] = {}
    for name in _OWNER.findall(text):
        if "api" in name.lower():
            owners.setdefault("api", name)
        elif "data" in name.lower():
            owners.setdefault("database", name)
    return owners

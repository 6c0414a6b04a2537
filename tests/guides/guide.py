"""A page of the docs, carried out: its files are written, its changes made, its commands run.

A fenced block says by its first line what it is: a language and a file name (the file), `diff` and a file
name (a change of it), `sh` (commands, `exit=1` behind it where they are to fail), `text` (what the commands
before it printed, among other things). Of a GitHub workflow each `run` is carried out as well.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, what stands behind that, its text."""

    language: str
    about: str
    text: str


def section(page: Path, heading: str = "") -> str:
    """The text under a heading of the second level; all of the page without one."""
    text = page.read_text()
    if not heading:
        return text
    _, found, rest = text.partition(f"\n## {heading}\n")
    assert found, (page.name, heading)
    return rest.partition("\n## ")[0]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks in their order."""
    for language, about, inner in _BLOCK.findall(text):
        yield Block(language, about, inner)


def carry_out(text: str, folder: Path, env: Mapping[str, str] | None = None) -> None:
    """Do in the folder what the text says; an assertion fails where it does not come out so."""
    printed = ""
    for block in blocks(text):
        file = folder / block.about
        match block.language:
            case "sh":
                wanted = int(block.about.removeprefix("exit=") or 0)
                printed = _run(block.text, folder, wanted, env or {})
            case "text":
                _holds(block.text, printed)
            case "diff":
                file.write_text(_changed(file.read_text(), block.text))
            case _ if block.about:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text)
                if ".github/workflows" in block.about:
                    _run("\n".join(_steps(block.text)), folder, 0, env or {})


def _steps(workflow: str) -> Iterator[str]:
    for job in yaml.safe_load(workflow)["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def _run(commands: str, folder: Path, wanted: int, env: Mapping[str, str]) -> str:
    """All that was printed. What `pip install` names must be installed; it is not installed again."""
    lines = commands.splitlines()
    for line in lines:
        if line.startswith("pip install "):
            for requirement in shlex.split(line)[2:]:
                version(re.split(r"[\[<>=]", requirement)[0])
    script = "\n".join(line for line in lines if not line.startswith("pip install "))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "SEAMLINE": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == wanted, f"{script}\nexit {done.returncode}\n{done.stdout}"
    return done.stdout


def _holds(shown: str, printed: str) -> None:
    squeezed = " ".join(printed.split())
    for line in shown.splitlines():
        assert " ".join(line.split()) in squeezed, f"not printed: {line}\n{printed}"


def _changed(text: str, diff: str) -> str:
    """The text with what a diff takes out (and what stands around it) replaced, which must be there once."""
    lines = diff.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
    assert text.count(old) == 1, (old, text)
    return text.replace(old, new)

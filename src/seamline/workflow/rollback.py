"""Back to the last spec files with which everything passed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

import msgspec

from seamline.errors import UsageError
from seamline.report.atomic import replacing
from seamline.workflow.history import History
from seamline.workflow.keep import FOLDER, ignored

_GIT_S = 20


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """What would be put back: the texts that differ from those there are, by name. `origin` says whence."""

    folder: Path
    origin: str
    texts: dict[str, str]

    @property
    def diff(self) -> str:
        """The present files (`-`) against those that would take their place (`+`)."""
        parts: list[str] = []
        for name, text in sorted(self.texts.items()):
            path = self.folder / name
            now = path.read_text() if path.is_file() else ""
            heads = (f"{name} (now)", f"{name} ({self.origin})")
            lines = unified_diff(now.splitlines(), text.splitlines(), *heads, lineterm="")
            parts += lines
        return "\n".join(parts)

    def carry_out(self) -> Path:
        """Put them back; the folder in which the present ones are kept."""
        kept = _free(self.folder / FOLDER)
        ignored(kept)
        kept.mkdir()
        for name, text in self.texts.items():
            path = self.folder / name
            if path.is_file():
                (kept / name).write_bytes(path.read_bytes())
            with replacing(path) as file:
                file.write(text)
        return kept


def rollback(folder: Path, names: Mapping[str, Path], history: History, wanted: str) -> Rollback:
    """What leads back to a run that passed: `wanted` by number, else the last one; from the history,
    else from the last commit of the files.

    `names` are the spec files there are. Raises `UsageError` where there is nothing to go back to.
    """
    entry = history.run(wanted) if wanted else history.last_passed()
    if entry is not None and not entry.passed:
        raise UsageError(
            f"run #{entry.id} did not pass as a whole: only of such runs the spec files are kept"
        )
    if entry is not None:
        origin, texts = f"run #{entry.id}", history.texts(entry)
    else:
        origin, texts = "the last commit", _committed(folder, names)
    differ = {n: t for n, t in texts.items() if not _is_same(folder / n, t)}
    return Rollback(folder=folder, origin=origin, texts=differ)


def _is_same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8", "surrogatepass")


def _committed(folder: Path, names: Mapping[str, Path]) -> dict[str, str]:
    texts = {}
    for name in names:
        command = ["git", "-C", str(folder), "show", f"HEAD:./{name}"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_GIT_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            texts[name] = done.stdout.decode()
    if not texts:
        raise UsageError(
            "nothing to go back to: no run of this project has passed as a whole yet, and git has no"
            " earlier version of its spec files"
        )
    return texts


def _free(folder: Path) -> Path:
    number = 1
    while (folder / f"before-rollback-{number}").exists():
        number += 1
    return folder / f"before-rollback-{number}"

"""A project's folder, read within bounds: which files there are, and the text of the few that matter."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

MAX_FILES = 4000
MAX_DEPTH = 6
MAX_BYTES = 256 * 1024
MAX_SOURCES = 600
_SKIPPED = frozenset(
    {
        "node_modules",
        "venv",
        "env",
        "__pycache__",
        "site-packages",
        "dist",
        "build",
        "target",
        "vendor",
        "tests",
        "test",
        "testing",
        "docs",
    }
)
_SOURCES = (".py", ".js", ".ts", ".mjs", ".go", ".rb", ".java", ".kt", ".php", ".cs", ".rs")


class Folder:
    """The files of a folder, shallow ones first, without hidden folders, dependencies and tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.is_cut = False
        self._texts: dict[str, str] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Relative paths with `/`, ordered by depth and name; at most `MAX_FILES` of them."""
        found: list[str] = []
        for top, folders, names in os.walk(self.root, followlinks=False):
            here = Path(top).relative_to(self.root)
            deep = len(here.parts) >= MAX_DEPTH
            folders[:] = [] if deep else sorted(f for f in folders if _is_looked_into(f))
            found += [(here / name).as_posix() for name in sorted(names)]
            if len(found) > MAX_FILES:
                self.is_cut = True
                break
        found = found[:MAX_FILES]
        return tuple(sorted(found, key=lambda f: (f.count("/"), f)))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The files of source text, at most `MAX_SOURCES`."""
        files = [f for f in self.files if f.endswith(_SOURCES) and not _is_test(f)]
        return tuple(files[:MAX_SOURCES])

    @cached_property
    def python(self) -> tuple[str, ...]:
        """The sources in Python."""
        return tuple(f for f in self.sources if f.endswith(".py"))

    def named(self, *names: str) -> tuple[str, ...]:
        """The files of one of these names, the shallowest first."""
        return tuple(f for f in self.files if f.rpartition("/")[2] in names)

    def has(self, path: str) -> bool:
        """Whether there is a file of that relative path."""
        return (self.root / path).is_file()

    def text(self, path: str) -> str:
        """The first `MAX_BYTES` of a file as text; empty when it cannot be read."""
        if path not in self._texts:
            try:
                with (self.root / path).open("rb") as file:
                    data = file.read(MAX_BYTES)
            except OSError:
                data = b""
            self._texts[path] = data.decode("utf-8", "replace").removeprefix("\ufeff")
        return self._texts[path]


def _is_looked_into(folder: str) -> bool:
    return not folder.startswith((".", "_")) and folder.lower() not in _SKIPPED


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(("test_", "conftest")) or ".test." in name or ".spec." in name

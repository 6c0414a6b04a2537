"""What runs keep beside the spec files, in `.seamline/`, out of version control."""

from __future__ import annotations

from pathlib import Path

from seamline.report.atomic import replacing

FOLDER = ".seamline"


def ignored(path: Path) -> bool:
    """Make the folder of `path` where it is missing, and keep `path` out of version control; whether
    that could be done."""
    try:
        path.parent.mkdir(exist_ok=True)
        list_of = path.parent / ".gitignore"
        known = list_of.read_text() if list_of.exists() else ""
        if path.name not in known.splitlines():
            list_of.write_text(f"{known}{path.name}\n")
    except OSError:
        return False
    return True


def keep(path: Path, text: bytes) -> None:
    """Keep it, out of version control, where that can be done: else it costs the time alone."""
    if not ignored(path):
        return
    try:
        with replacing(path) as file:
            file.write(text.decode())
    except OSError:
        return

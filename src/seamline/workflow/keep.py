"""What runs keep beside the spec files, in `.seamline/`, out of version control."""

from __future__ import annotations

from pathlib import Path

from seamline.report.atomic import replacing


def keep(path: Path, text: bytes) -> None:
    """Keep it, out of version control, where that can be done: else it costs the time alone."""
    try:
        path.parent.mkdir(exist_ok=True)
        ignored = path.parent / ".gitignore"
        known = ignored.read_text() if ignored.exists() else ""
        if path.name not in known.splitlines():
            ignored.write_text(f"{known}{path.name}\n")
        with replacing(path) as file:
            file.write(text.decode())
    except OSError:
        return

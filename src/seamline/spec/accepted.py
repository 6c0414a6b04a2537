"""`seamline.accepted.json`: findings that are known and tolerated, with a reason and an end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from seamline.spec.loader import load
from seamline.spec.word import Name, must

ACCEPTED = "seamline.accepted.json"
FindingId = Annotated[
    str, must("be a finding's id with eight hex digits at least", r"^F-[0-9a-f]{8,12}$")
]


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding, why it may stay, and the last day on which it may.

    `check`, `subject` and `title` are for the reader; `finding` decides.
    """

    finding: FindingId
    check: Name
    subject: Name
    title: str = ""
    reason: Name
    until: date


class AcceptedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accepted findings: known, tolerated until a day, said at each run."""

    version: int = 1
    accepted: tuple[Acceptance, ...] = ()


def load_accepted(folder: Path) -> AcceptedFile:
    """The file beside `seamline.toml`; an empty one where there is none. Raises `SpecError`."""
    path = folder / ACCEPTED
    return load(path, AcceptedFile) if path.is_file() else AcceptedFile()


def written(file: AcceptedFile) -> str:
    """The file's text: an entry a finding, in the order of their ids, for a quiet diff."""
    ordered = tuple(sorted(file.accepted, key=lambda a: a.finding))
    whole = msgspec.structs.replace(file, accepted=ordered)
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"

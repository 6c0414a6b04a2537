"""One request of a case, between the two forms that it takes: sent, and written into a spec file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.vocabulary import CaseKind
from seamline.openapi.operation import Operation

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A request by somebody, what it should answer, and the label by which later acts refer to it.

    `use` is the id of the written case that is the same request.
    """

    operation: str
    identity: str
    request: dict[str, Any]
    label: str = ""
    status: tuple[int, ...] = ()
    use: str = ""

    def step(self, number: int) -> Step:
        """As it is sent."""
        fields = dict(self.request)
        if "mediaType" in fields:
            fields["media_type"] = fields.pop("mediaType")
        return Step(
            operation=self.operation,
            identity=self.identity,
            request=RequestTemplate(**fields),
            label=self.label or f"step{number + 1}",
            status=self.status,
        )

    def written(self) -> dict[str, Any]:
        """As a step of a sequence in a spec file."""
        label = {"as": self.label} if self.label else {}
        if self.use:
            return {"use": self.use, **label}
        return {
            "operation": self.operation,
            **label,
            "identity": self.identity,
            **({"request": self.request} if self.request else {}),
            **({"expect": {"status": one(self.status)}} if self.status else {}),
        }


def one(status: Sequence[int]) -> int | list[int]:
    """A status alone, several as a list."""
    return status[0] if len(status) == 1 else list(status)


def case_of(name: str, kind: CaseKind, acts: Sequence[Act]) -> Case:
    """A case of acts, about the last one's operation, as it is carried out."""
    return Case(
        id=name,
        subject=acts[-1].operation,
        kind=kind,
        steps=tuple(a.step(i) for i, a in enumerate(acts)),
        origin="discovered",
    )


def written_case(name: str, kind: CaseKind, acts: Sequence[Act]) -> dict[str, Any]:
    """A case as a spec file writes it; of several acts it is a sequence."""
    if len(acts) > 1:
        steps = [a.written() for a in acts]
        return {"id": name, "kind": "sequence", "identity": acts[0].identity, "steps": steps}
    act = acts[0]
    return {
        "id": name,
        "kind": kind,
        "identity": act.identity,
        **({"request": act.request} if act.request else {}),
        **({"expect": {"status": one(act.status)}} if act.status else {}),
    }


def slug(operation: Operation) -> str:
    """What its cases are named after: the document's name for it, else method and path."""
    if operation.operation_id:
        return _NO_NAME.sub("-", operation.operation_id).strip("-")
    path = _NO_NAME.sub("-", operation.path).strip("-") or "root"
    return f"{operation.method.lower()}-{path}"

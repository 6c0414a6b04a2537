"""What a run sends: cases made of steps, as planned, with references still unresolved."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.finding import Finding
from seamline.model.vocabulary import CaseKind


class Attachment(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """A file of a multipart body: its content as text, or as base64 where it is none."""

    name: str = "file"
    media_type: str = "application/octet-stream"
    text: str = ""
    base64: str | None = None


class RequestTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a spec file writes it: values may be references such as `{"$row": …}`.

    `files` go with the fields of `form`, as parts of a multipart body.
    """

    path: dict[str, Any] = {}
    query: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    cookies: dict[str, Any] = {}
    json: Any = msgspec.UNSET
    form: dict[str, Any] | None = None
    files: dict[str, Attachment] = {}
    body: str | None = None
    media_type: str | None = None


class Twist(msgspec.Struct, frozen=True, kw_only=True):
    """In what a derived request differs from the accepted one that it was made of.

    `scenario` is a slug, `what` the same in words, `where` the changed part (`body/lines/0/sku`).
    `valid` is whether the document allows the request: None where that is not for it to say.
    """

    scenario: str
    what: str
    where: str
    valid: bool | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a case.

    `operation` is `METHOD /path/{template}`; `label` is what `$from` names it by; `status` holds the
    accepted status codes (empty: any). `credentials` is `valid`, `missing`, `malformed`, `fresh` (of a
    login for this case alone), or a kind of forged token (system/token.py).
    """

    operation: str
    identity: str
    request: RequestTemplate
    label: str
    status: tuple[int, ...] = ()
    credentials: str = "valid"
    twist: Twist | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One or more steps that share a clean base: rows are put back when the last one has been judged.

    `subject` is the operation that the case is about. `validations`, where given, are the only checks
    to apply. `origin` says why the case exists.
    """

    id: str
    subject: str
    kind: CaseKind
    steps: tuple[Step, ...]
    validations: frozenset[str] | None = None
    origin: str = "spec"

    @property
    def is_accepted(self) -> bool:
        """Whether it is one request, unchanged and with its credentials, that should succeed."""
        step = self.steps[0]
        return (
            self.kind == "positive"
            and len(self.steps) == 1
            and step.twist is None
            and step.credentials == "valid"
            and (not step.status or min(step.status) < 300)
        )


class NotCovered(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a run did not test, and why; `remedy` is what a person can do about it."""

    subject: str
    reason: str
    remedy: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of a run, in order, what could not be planned, and what is known without a request."""

    cases: tuple[Case, ...]
    not_covered: tuple[NotCovered, ...] = ()
    untried: tuple[Finding, ...] = ()
    seed: int = 0

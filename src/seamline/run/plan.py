"""From spec file and document to the cases of a run, in order, and what could not be planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.model.case import Case, NotCovered, Plan, RequestTemplate, Step
from seamline.model.vocabulary import ANONYMOUS, API_CHECKS, CaseKind
from seamline.openapi.operation import Operation, Parameter
from seamline.run.contexts import requires_auth
from seamline.run.probe.world import without_credentials
from seamline.run.story import behind_story, last_alone, story_of
from seamline.spec import endpoints as written
from seamline.spec.endpoints import EndpointSpec, EndpointSpecs, chosen
from seamline.text.redact import carries_credentials
from seamline.text.suggest import did_you_mean

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_PLURAL = {"header": "headers", "cookie": "cookies"}
_NOT_PARAMETERS = frozenset(("accept", "content-type", "authorization"))
"""Headers that OpenAPI says are to be ignored where they stand as parameters."""


class Planner:
    """Turns endpoints into cases. `roles` maps identity names to roles, in the toml's order."""

    def __init__(
        self,
        specs: EndpointSpecs,
        operations: Mapping[str, Operation],
        roles: Mapping[str, str | None],
        *,
        has_document: bool,
    ) -> None:
        self._endpoints = {e.operation: e for e in specs.endpoints}
        self._operations = operations
        self._roles = roles
        self._has_document = has_document
        self._by_id = {c.id: (e, c) for e in specs.endpoints for c in e.cases}
        self._taken = set(self._by_id)
        self._missing: list[NotCovered] = []

    def plan(self, seed: int = 0) -> Plan:
        """Cases in the file's order, each operation's derived credential cases behind its own."""
        cases = tuple(case for e in self._endpoints.values() for case in self._cases(e))
        for key in self._operations:
            if key not in self._endpoints:
                self._skip(key, "the spec file has no entry for it", f"add an entry for {key}")
        return Plan(cases=cases, not_covered=tuple(self._missing), seed=seed)

    def _free(self, name: str) -> str:
        """An id for a derived case: `name`, unless a person or another operation has it already."""
        free, number = name, 2
        while free in self._taken:
            free, number = f"{name}~{number}", number + 1
        self._taken.add(free)
        return free

    def _skip(self, subject: str, reason: str, remedy: str = "") -> None:
        self._missing.append(NotCovered(subject=subject, reason=reason, remedy=remedy))

    def _cases(self, endpoint: EndpointSpec) -> Iterator[Case]:
        key = endpoint.operation
        if self._has_document and key not in self._operations:
            self._skip(
                key,
                "the document does not have it: checks of the contract abstain",
                did_you_mean(key, list(self._operations)).strip(),
            )
        own = [self._case(endpoint, c) for c in endpoint.cases]
        if not any(c.kind == "positive" for c in own):
            minimal = self._minimal(endpoint)
            if minimal is not None:
                own.insert(0, minimal)
        yield from own
        yield from self._credential_cases(endpoint, own)

    def _case(self, endpoint: EndpointSpec, case: written.Case) -> Case:
        steps = case.steps or (
            written.Step(operation=endpoint.operation, request=case.request, expect=case.expect),
        )
        return Case(
            id=case.id,
            subject=endpoint.operation,
            kind=case.kind,
            steps=tuple(self._step(endpoint, case, s, i) for i, s in enumerate(steps)),
            validations=None if case.validations is None else chosen(case.validations, API_CHECKS),
        )

    def _step(
        self, endpoint: EndpointSpec, case: written.Case, step: written.Step, number: int
    ) -> Step:
        used: tuple[EndpointSpec, written.Case] | None = (
            self._by_id[step.use] if step.use is not None else None
        )
        source, source_case = used or (endpoint, case)
        key = step.operation or source.operation
        self._check_step(_normal(key), case)
        expect = step.expect or (source_case.expect if used or not case.steps else None)
        request = step.request or (source_case.request if used else None)
        identity = step.identity or (source_case.identity if used else None) or case.identity
        return Step(
            operation=_normal(key),
            identity=identity or self._default_identity(_normal(key)),
            request=request.template if request is not None else RequestTemplate(),
            label=step.label or f"step{number + 1}",
            status=self._status(_normal(key), source_case, expect),
        )

    def _check_step(self, key: str, case: written.Case) -> None:
        """Tell of a step to what neither the document nor an entry of the file has."""
        if self._has_document and key not in self._operations and key not in self._endpoints:
            self._skip(
                key,
                f"a step of {case.id} names it, and the document does not have it",
                did_you_mean(key, list(self._operations)).strip(),
            )

    def _status(
        self, key: str, case: written.Case, expect: written.Expect | None
    ) -> tuple[int, ...]:
        if expect is not None:
            return expect.statuses
        endpoint = self._endpoints.get(key)
        if case.kind == "positive" and endpoint is not None:
            return endpoint.statuses
        return ()

    def _default_identity(self, key: str) -> str:
        """The first that may: by role where a person has named roles, else any where one is needed."""
        endpoint = self._endpoints.get(key)
        if endpoint is not None and endpoint.access is not None:
            for name, role in self._roles.items():
                if role in endpoint.access.roles or name in endpoint.access.roles:
                    return name
            return ANONYMOUS
        if self._roles and requires_auth(endpoint, self._operations.get(key)):
            return next(iter(self._roles))
        return ANONYMOUS

    def _minimal(self, endpoint: EndpointSpec) -> Case | None:
        """A request with nothing but what the document gives examples or defaults for."""
        key = endpoint.operation
        operation = self._operations.get(key)
        identity = self._default_identity(key)
        filled: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "headers": {}, "cookies": {}}
        unfilled: list[str] = []
        for parameter in operation.parameters if operation is not None else ():
            place = _PLURAL.get(parameter.place, parameter.place)
            if not parameter.required:
                continue
            if place in filled and parameter.example is not msgspec.UNSET:
                filled[place][parameter.name] = parameter.example
            elif place != "path" and not _comes_by_itself(parameter, identity):
                unfilled.append(parameter.name)
        unfilled += [n for n in _PARAMETER.findall(endpoint.endpoint) if n not in filled["path"]]
        body: dict[str, Any] | None = _documented_body(operation)
        if unfilled or body is None:
            what = ", ".join(f"{{{n}}}" for n in unfilled) or "the body"
            if not endpoint.cases:
                self._skip(key, f"no case gives a value for {what}", f"add a case to {key}")
            return None
        status = endpoint.statuses
        if not status and endpoint.cases:
            return None
        return Case(
            id=self._free(f"{endpoint.operation_id or key}~minimal"),
            subject=key,
            kind="positive",
            steps=(
                Step(
                    operation=key,
                    identity=identity,
                    request=RequestTemplate(**{**filled, **body}),
                    label="minimal",
                    status=status,
                ),
            ),
            origin="derived: the operation without anything optional",
        )

    def _credential_cases(self, endpoint: EndpointSpec, own: list[Case]) -> Iterator[Case]:
        key = endpoint.operation
        needed = requires_auth(endpoint, self._operations.get(key))
        if not needed or "authRequired" not in chosen(endpoint.validations, API_CHECKS):
            return
        base = next((c for c in own if c.kind == "positive" and len(c.steps) == 1), None)
        story = story_of(key, own) if base is None else None
        base = last_alone(story) if story is not None else base
        if base is None:
            self._skip(
                key,
                "authRequired: no positive case whose request could be sent without credentials",
                "add a positive case of one request",
            )
            return
        if base.steps[0].identity == ANONYMOUS:
            self._skip(key, "authRequired: no identity may call it", "add an identity of its role")
            return
        for credentials in ("missing", "malformed"):
            case = _without(base, credentials, self._free(f"{base.id}~{credentials}"))
            yield case if story is None else behind_story(story, case)


def _documented_body(operation: Operation | None) -> dict[str, Any] | None:
    """The parts of a request that carry the documented example; None where there is none to send.

    JSON is preferred. Few documents say which body is required: one that may be there is not left out.
    """
    if operation is None or not operation.has_body:
        return {}
    for media, body in sorted(operation.bodies.items(), key=lambda b: "json" not in b[0]):
        example = body.examples[0] if body.examples else body.example
        if "json" in media and example is not msgspec.UNSET:
            other = {} if media == "application/json" else {"media_type": media}
            return {"json": example, **other}
        if "form" in media and isinstance(example, dict):
            return {"form": example, "media_type": media}
        if isinstance(example, str):
            return {"body": example, "media_type": media}
    return None


def _comes_by_itself(parameter: Parameter, identity: str) -> bool:
    """Whether a required parameter needs no value from a case: an identity brings its credentials."""
    if parameter.place == "header" and parameter.name.lower() in _NOT_PARAMETERS:
        return True
    brings = identity != ANONYMOUS and parameter.place in ("header", "cookie")
    return brings and carries_credentials(parameter.name)


def _without(base: Case, credentials: str, name: str) -> Case:
    """The case as someone sends it who is not known: what it carries itself is taken away too."""
    kind: CaseKind = "credentials"
    step = msgspec.structs.replace(
        without_credentials(base.steps[0]), credentials=credentials, status=()
    )
    return msgspec.structs.replace(
        base,
        id=name,
        kind=kind,
        steps=(step,),
        validations=None if base.validations is None else base.validations | {"authRequired"},
        origin=f"derived: {base.id} with {credentials} credentials",
    )


def _normal(key: str) -> str:
    method, _, path = key.partition(" ")
    return f"{method.upper()} {path.strip()}"

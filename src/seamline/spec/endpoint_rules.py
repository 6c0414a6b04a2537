"""What the types of an endpoint file cannot say: ids, labels, identities and references that must exist.

The rules read the document as written, so that they report beside errors of shape, all at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, get_args

from seamline.model.vocabulary import ANONYMOUS, RowOp
from seamline.spec.position import KeyPath, Problem
from seamline.spec.reference import ReferenceProblem, parse, written_in
from seamline.spec.shape import found
from seamline.text.suggest import did_you_mean

_OPS = sorted(get_args(RowOp))
_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_BODIES = ("json", "form", "body")


def entries(value: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in the list at `value[key]` with their positions; nothing where the shape is another."""
    items = value.get(key) if isinstance(value, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def endpoint_problems(document: Any, identities: Collection[str]) -> Iterator[Problem]:
    """Every broken rule of an endpoint document `{"endpoints": [...]}`."""
    rules = _Rules(document, {ANONYMOUS, *identities})
    seen: set[tuple[str, str]] = set()
    for index, endpoint in entries(document, "endpoints"):
        path: KeyPath = ("endpoints", index)
        operation = _operation(endpoint)
        if operation is not None:
            if operation in seen:
                text = f"{' '.join(operation)} has an entry already"
                yield Problem(path=(*path, "endpoint"), text=text)
            seen.add(operation)
        yield from _effect_problems(endpoint, (*path, "effects", "error"))
        for number, case in entries(endpoint, "cases"):
            yield from rules.case(case, endpoint, (*path, "cases", number))


def _operation(endpoint: dict[str, Any]) -> tuple[str, str] | None:
    method, path = endpoint.get("method"), endpoint.get("endpoint")
    return (method.upper(), path) if isinstance(method, str) and isinstance(path, str) else None


def _effect_problems(endpoint: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    effects = endpoint.get("effects")
    error = effects.get("error") if isinstance(effects, dict) else None
    if not isinstance(error, dict) or not error:
        return
    for table, ops in error.items():
        if table != "reason" and isinstance(ops, str) and ops not in _OPS:
            text = f"{found(ops)} is not one of {', '.join(_OPS)}.{did_you_mean(ops, _OPS)}"
            yield Problem(path=(*path, table), text=text)
    reason = error.get("reason")
    if "reason" not in error:
        text = "the key 'reason' is missing: say why a refused request may write"
        yield Problem(path=path, text=text)
    elif isinstance(reason, list) or reason == "":
        text = f"expected a string that says why, found {found(reason)}"
        yield Problem(path=(*path, "reason"), text=text)


class _Rules:
    """Rules of cases, which need to know every case id and identity of the file."""

    def __init__(self, document: Any, identities: Collection[str]) -> None:
        self._identities = identities
        self._owners: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}  # id -> case, endpoint
        self._seen: set[str] = set()
        for _, endpoint in entries(document, "endpoints"):
            for _, case in entries(endpoint, "cases"):
                if isinstance(case.get("id"), str):
                    self._owners.setdefault(case["id"], (case, endpoint))

    def case(
        self, case: dict[str, Any], endpoint: dict[str, Any], path: KeyPath
    ) -> Iterator[Problem]:
        name = case.get("id")
        if isinstance(name, str):
            if name in self._seen:
                text = f"another case of this file has the id {found(name)}"
                yield Problem(path=(*path, "id"), text=text)
            self._seen.add(name)
        yield from self._identity(case, path)
        yield from _request_problems(case, endpoint.get("endpoint"), path)
        yield from self._references(case.get("request"), (), (*path, "request"))
        yield from _step_shape_problems(case, path)
        labels: list[str] = []
        for index, step in entries(case, "steps"):
            here = (*path, "steps", index)
            yield from self._step(step, labels, here)
            if isinstance(step.get("as"), str) and step["as"] in labels:
                text = f"an earlier step has the label {found(step['as'])}"
                yield Problem(path=(*here, "as"), text=text)
            labels.append(_label(step, index))

    def _identity(self, holder: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
        name = holder.get("identity")
        if isinstance(name, str) and name not in self._identities:
            yield Problem(path=(*path, "identity"), text=self._unknown_identity(name))

    def _unknown_identity(self, name: str) -> str:
        hint = did_you_mean(name, sorted(self._identities))
        return f"{found(name)} is no identity of seamline.toml.{hint}"

    def _step(self, step: dict[str, Any], labels: list[str], path: KeyPath) -> Iterator[Problem]:
        use, operation = step.get("use"), step.get("operation")
        if ("use" in step) == ("operation" in step):
            text = "a step has either 'use' or 'operation'"
            yield Problem(path=path, text=f"{text}, not {'both' if 'use' in step else 'neither'}")
        template = operation.partition(" ")[2] if isinstance(operation, str) else None
        if isinstance(use, str) and use in self._owners:
            used, owner = self._owners[use]
            template = owner.get("endpoint")
            if "steps" in used:
                text = (
                    f"the case {found(use)} has steps itself; a step can use a case of one request"
                )
                yield Problem(path=(*path, "use"), text=text)
        elif isinstance(use, str):
            hint = did_you_mean(use, self._owners)
            yield Problem(path=(*path, "use"), text=f"no case has the id {found(use)}.{hint}")
        yield from self._identity(step, path)
        yield from _request_problems(step, template, path)
        yield from self._references(step.get("request"), labels, (*path, "request"))

    def _references(
        self, request: Any, labels: Collection[str], path: KeyPath
    ) -> Iterator[Problem]:
        if not isinstance(request, dict):
            return
        for key, value in request.items():
            for where, written in written_in(value, (*path, key)):
                for text in self._reference_problem(written, labels):
                    yield Problem(path=where, text=text)

    def _reference_problem(self, written: dict[str, Any], labels: Collection[str]) -> Iterator[str]:
        try:
            reference = parse(written)
        except ReferenceProblem as problem:
            yield str(problem)
            return
        if reference.kind == "from" and reference.label.removesuffix("@headers") not in labels:
            hint = did_you_mean(reference.label, labels)
            yield f"$from: no earlier step has the label {found(reference.label)}.{hint}"
        elif reference.kind == "identity":
            if reference.identity == ANONYMOUS:
                yield f"$identity: no row stands for {ANONYMOUS!r}"
            elif reference.identity not in self._identities:
                yield f"$identity: {self._unknown_identity(reference.identity)}"


def _label(step: dict[str, Any], index: int) -> str:
    """What later steps call it: `as`, else the used case, else its position (`step1`)."""
    for key in ("as", "use"):
        if isinstance(step.get(key), str) and step[key]:
            return str(step[key])
    return f"step{index + 1}"


def _step_shape_problems(case: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    if not case.get("steps"):
        if case.get("kind") == "sequence":
            yield Problem(path=path, text="a case of kind 'sequence' needs 'steps'")
        elif "steps" in case:
            yield Problem(path=(*path, "steps"), text="a case with 'steps' needs at least one")
        return
    for key in ("request", "expect"):
        if case.get(key) is not None:
            text = f"a case has either 'steps' or {key!r}, not both"
            yield Problem(path=(*path, key), text=text, on_key=True)


def _request_problems(holder: dict[str, Any], template: Any, path: KeyPath) -> Iterator[Problem]:
    """At most one body; only path parameters that the operation's path has."""
    request = holder.get("request")
    if not isinstance(request, dict):
        return
    given = [key for key in _BODIES if key in request]
    for key in given[1:]:
        text = f"a request has one body: {given[0]!r} is given already"
        yield Problem(path=(*path, "request", key), text=text, on_key=True)
    if request.get("files") and given and given[0] != "form":
        text = f"files go with 'form': {given[0]!r} is the body already"
        yield Problem(path=(*path, "request", "files"), text=text, on_key=True)
    parameters = request.get("path")
    if isinstance(parameters, dict) and isinstance(template, str):
        known = _PARAMETER.findall(template)
        for name in parameters:
            if name not in known:
                text = f"{found(template)} has no parameter {found(name)}."
                text += did_you_mean(name, known)
                yield Problem(path=(*path, "request", "path", name), text=text, on_key=True)

"""Operations, parameters and security: names that clash, are missing or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seamline.openapi.document import Document
from seamline.openapi.fault.fault import Fault
from seamline.openapi.operation import Operation
from seamline.text.pointer import escape

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_BODILESS = ("GET", "HEAD", "TRACE")


def structure(document: Document, operations: Mapping[str, Operation]) -> Iterator[Fault]:
    """Faults of paths and operations, in their order."""
    yield from _paths(document)
    by_id: dict[str, str] = {}
    known = _schemes(document)
    for key, operation in operations.items():
        where = f"#/paths/{escape(operation.path)}/{operation.method.lower()}"
        name = operation.operation_id
        if name and by_id.setdefault(name, key) != key:
            says = f"the operationId {name!r} is that of {by_id[name]} already"
            yield Fault(kind="duplicate-operation-id", pointer=where, says=says)
        yield from _path_parameters(operation, where)
        if operation.has_body and operation.method in _BODILESS:
            says = f"a {operation.method} with a body: many servers and proxies ignore it"
            yield Fault(kind="body-of-safe-method", pointer=where, says=says, is_minor=True)
        for scheme in dict.fromkeys(s for names in operation.security for s in names):
            if scheme not in known:
                says = (
                    f"{key} names the security scheme {scheme!r}, which the document does not have"
                )
                yield Fault(kind="unknown-security-scheme", pointer=f"{where}/security", says=says)
    yield from _descriptions(document)


def _paths(document: Document) -> Iterator[Fault]:
    shapes: dict[str, str] = {}
    for path, item in (document.raw.get("paths") or {}).items():
        where = f"#/paths/{escape(str(path))}"
        if str(path).startswith("x-"):
            continue
        if not str(path).startswith("/"):
            yield Fault(
                kind="path-without-slash", pointer=where, says=f"{path!r} has no '/' in front"
            )
        if item is not None and not isinstance(item, dict):
            yield Fault(kind="no-path-item", pointer=where, says=f"{path} is no object")
        shape = _PARAMETER.sub("{}", str(path))
        if shapes.setdefault(shape, str(path)) != path:
            says = f"{path} and {shapes[shape]} are the same path under other names"
            yield Fault(kind="same-path-twice", pointer=where, says=says)


def _path_parameters(operation: Operation, where: str) -> Iterator[Fault]:
    named = dict.fromkeys(_PARAMETER.findall(operation.path))
    declared = {p.name for p in operation.parameters if p.place == "path"}
    for name in named:
        # `{path*}` and `{id:int}` are spellings of frameworks: the name is what stands in front.
        if name not in declared and re.split(r"[:*+]", name)[0] not in declared:
            says = f"{operation.key}: {{{name}}} is declared nowhere as a parameter"
            yield Fault(kind="undeclared-path-parameter", pointer=where, says=says)
    bare = {re.split(r"[:*+]", name)[0] for name in named} | named.keys()
    for name in sorted(declared - bare):
        says = f"{operation.key}: the parameter {name!r} does not stand in the path"
        yield Fault(kind="parameter-not-in-path", pointer=where, says=says)


def _schemes(document: Document) -> set[str]:
    components = document.raw.get("components")
    named = components.get("securitySchemes") if isinstance(components, dict) else None
    return set(named) if isinstance(named, dict) else set()


def _descriptions(document: Document) -> Iterator[Fault]:
    """Told once: nobody reads the document otherwise for it. 3.2 asks for none."""
    if document.version.startswith("3.2"):
        return
    bare: list[str] = []
    for path, item in (document.raw.get("paths") or {}).items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            responses: Any = operation.get("responses") if isinstance(operation, dict) else None
            for status, response in responses.items() if isinstance(responses, dict) else ():
                is_bare = (
                    isinstance(response, dict) and not {"description", "$ref"} & response.keys()
                )
                if is_bare and not str(status).startswith("x-"):
                    bare.append(f"#/paths/{escape(str(path))}/{method}/responses/{status}")
    if bare:
        says = f"{len(bare)} response{'s have' if len(bare) > 1 else ' has'} no description, first this one"
        yield Fault(kind="response-without-description", pointer=bare[0], says=says, is_minor=True)

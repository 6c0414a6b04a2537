"""Schemathesis' coverage phase as edits: what each of its cases changes of its first one.

The one place that knows it. Its generator of coverage cases is no public API: the version is pinned,
and a golden test holds what comes out. What it says of validity is not taken over (`judged`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.openapi.derive.bare import without_examples
from seamline.openapi.derive.budget import Spent, cpu_budget
from seamline.openapi.derive.edit import Edit, Place, difference
from seamline.openapi.document import Document
from seamline.text.redact import carries_credentials

MOST = 400
"""Changes per operation; what is beyond is left out."""

_MOST_CPU_S = 5.0
"""So long it may take for one operation, some twenty times what most need: then that one is left out."""
_OWN = "x-schemathesis-unknown-property"
_UNKNOWN = "x-seamline-unknown"
_PARTS: tuple[tuple[Place, str], ...] = (
    ("path", "path_parameters"),
    ("query", "query"),
    ("headers", "headers"),
    ("cookies", "cookies"),
)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A whole request that the document allows, as a generator made it, and changes of it."""

    path: dict[str, Any] = {}
    query: dict[str, Any] = {}
    body: Any = msgspec.UNSET
    media: str = ""
    edits: tuple[Edit, ...] = ()


class NotInstalled(Exception):
    """Schemathesis is not there."""


def samples(document: Document) -> Iterator[tuple[str, Sample]]:
    """Per operation key a sample; operations that the generator cannot read are left out.

    Raises `NotInstalled`.
    """
    try:
        import schemathesis
        from schemathesis.generation import GenerationMode
    except ImportError as exc:
        raise NotInstalled(str(exc)) from None
    schema = schemathesis.openapi.from_dict(without_examples(document.raw))
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    for result in schema.get_all_operations():
        made: tuple[str, Sample | None] | None = None
        # Whatever it trips over in somebody's document, the other operations have their cases.
        with contextlib.suppress(Exception, Spent), cpu_budget(_MOST_CPU_S):
            operation: Any = result.ok()  # type: ignore[union-attr] # an Err has none, and is left out
            config = schema.config.generation_for(operation=operation)
            cases = schema.iter_coverage_cases(
                operation, generation_modes=modes, generation_config=config
            )
            found = _sample(cases, operation.method.upper())
            made = f"{operation.method.upper()} {operation.path}", found
        if made is not None and made[1] is not None:
            yield made[0], made[1]


def _sample(cases: Iterator[Any], method: str) -> Sample | None:
    first: Any = None
    edits: dict[str, Edit] = {}
    for case in cases:
        if first is None:
            if case.meta.generation.mode.value != "positive":
                continue
            first = case
            continue
        edit = _edit(first, case, method)
        if edit is not None and len(edits) < MOST:
            edits.setdefault(edit.slug, edit)
    if first is None:
        return None
    return Sample(
        path=_plain(first.path_parameters) or {},
        query=_plain(first.query) or {},
        body=_body(first),
        media=first.media_type or "",
        edits=tuple(edits.values()),
    )


def _edit(first: Any, case: Any, method: str) -> Edit | None:
    told = case.meta.phase.data
    scenario = str(told.scenario.value).replace("_", "-")
    if case.method.upper() != method:
        what = f"the method {case.method.upper()}"
        return Edit(place="method", value=case.method.upper(), scenario=scenario, what=what)
    changed: list[Edit] = []
    for place, name in _PARTS:
        changed += _in_part(place, _plain(getattr(first, name)), _plain(getattr(case, name)))
    found = difference([_body(first)], [_body(case)])
    if found is not None:
        at, value = found[0][1:], found[1]
        if not found[0]:
            at, value = (), _body(case)
        changed.append(Edit(place="body", at=at, value=value, scenario="", what=""))
    if len(changed) != 1:  # nothing, or several at once: no single reason for an answer
        return None
    words = scenario.replace("-", " ")
    return msgspec.structs.replace(changed[0], scenario=scenario, what=words)


def _in_part(place: Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    for name in (*old, *(n for n in new if n not in old)):
        if place == "headers" and carries_credentials(name):
            continue
        value = new.get(name, msgspec.UNSET)
        if value is msgspec.UNSET or old.get(name, msgspec.UNSET) != value:
            yield Edit(place=place, at=(name,), value=value, scenario="", what="")


def _body(case: Any) -> Any:
    return _plain(case.body) if case.body.__class__.__name__ != "NotSet" else msgspec.UNSET


def _plain(value: Any) -> Any:
    """As JSON has it, under names of ours; the bytes of a file as text."""
    if isinstance(value, Mapping):
        return {(_UNKNOWN if k == _OWN else str(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    raise TypeError(f"{type(value).__name__} is not plain")
